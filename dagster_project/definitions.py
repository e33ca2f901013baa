"""What `dagster dev` loads: Definitions from the environment and goyong.toml."""

from __future__ import annotations

from dagster_project.build import build_definitions
from dagster_project.night import NightOptions
from lake.settings import load_settings

_settings = load_settings()
defs = build_definitions(NightOptions(_settings, _settings.sources_dir))
