"""The definitions as Dagster sees them, built once for a sources folder that the tests can fill."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.build import build_definitions
from dagster_project.night import NightOptions
from lake.settings import Settings


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder for deliveries."""
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="session")
def definitions(sources: Path) -> dg.Definitions:
    """Assets, job, schedule and sensor; a warning while they are built fails the test that asks first."""
    return build_definitions(NightOptions(Settings(lake_dir=sources.parent / "lake"), sources))


@pytest.fixture(scope="session")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    """Asset name → what is declared of it."""
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
