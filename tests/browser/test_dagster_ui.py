"""What `make ui` shows an engineer: the graph of assets with Korean descriptions, an asset, the run of the night.

Do not put here: the definitions themselves (tests/unit/dagster_project).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lake.contracts.registry import table
from tests.browser.chromium import open_page
from tests.browser.webserver import serve_dagster

PATIENCE_MS = 120_000
ASSET = "serving__seeker_employment_v1"
WHOLE_GRAPH: Any = {"width": 4_000, "height": 3_000}  # Dagster draws only the nodes that are in view


@pytest.fixture(scope="module")
def address(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dagster on a copy of the lake's records."""
    with serve_dagster(lake, tmp_path_factory.mktemp("dagster")) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    with open_page(browser, address, viewport=WHOLE_GRAPH) as (page, heard):
        page.set_default_timeout(PATIENCE_MS)
        yield page
        assert heard.outside == []


def test_the_nightly_job_says_what_it_does_and_shows_the_stages(opened: Page, address: str) -> None:
    opened.goto(f"{address}/locations/goyong/jobs/nightly")
    expect(opened.locator("body")).to_contain_text("하룻밤: 납품을 반입하고")
    for stage in ("bronze", "silver", "gold", "features", "scores", "matches", "serving", "publication"):
        expect(opened.locator("body")).to_contain_text(stage)


def test_the_graph_of_a_stage_shows_its_assets_by_name(opened: Page, address: str) -> None:
    opened.goto(f"{address}/locations/goyong/asset-groups/serving")
    for name in (ASSET, "matches__seeker_jobs", "ops__quality"):
        expect(opened.locator("body")).to_contain_text(name)


def test_an_asset_is_described_in_korean(opened: Page, address: str) -> None:
    opened.goto(f"{address}/assets/{ASSET}?view=overview")
    expect(opened.locator("body")).to_contain_text(table(ASSET).label)
    expect(opened.locator("body")).to_contain_text(table(ASSET).columns[0].label)


def test_the_run_of_the_night_is_listed(opened: Page, address: str) -> None:
    opened.goto(f"{address}/runs")
    expect(opened.locator("body")).to_contain_text("nightly")
    expect(opened.locator("body")).to_contain_text("Success")
