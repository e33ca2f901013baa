"""What `dagster dev` loads: Definitions from the environment and goyong.toml."""

from __future__ import annotations

from dagster_project.build import build_definitions
from dagster_project.night import NightOptions
from dagster_project.redacted_log import keep_errors_out_of_records
from lake.settings import load_settings

keep_errors_out_of_records()
_settings = load_settings()
defs = build_definitions(NightOptions(_settings, _settings.sources_dir))
