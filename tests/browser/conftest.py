"""One Chromium for the session, the pages of one small night, and one visit to each.

`GOYONG_BROWSER_LAKE=LAKE` takes the served night of a lake that is there, its pages built anew with this code, instead
of running a small night. Do not put here: what must be true of a page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ChromiumMissing, find_chromium, launch
from tests.browser.pages import html_files, site_of, write_people_pages
from tests.browser.prepared import build_pages
from tests.browser.visits import Visit, visit
from tests.pipeline.nights import Nights

PREPARED = os.environ.get("GOYONG_BROWSER_LAKE", "")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        find_chromium()
    except ChromiumMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


if PREPARED:  # a fixture that only mentioned the small night would have it run

    @pytest.fixture(scope="session")
    def lake() -> Path:
        return Path(PREPARED).resolve()

    @pytest.fixture(scope="session")
    def site(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return build_pages(lake, tmp_path_factory.mktemp("site"))

else:

    @pytest.fixture(scope="session")
    def lake(first: Nights) -> Path:
        return first.lake

    @pytest.fixture(scope="session")
    def site(lake: Path) -> Path:
        return site_of(lake)


@pytest.fixture(scope="session")
def people_pages(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages of seekers, counsellors, employers and of an occupation."""
    return write_people_pages(lake, tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="session")
def site_pages(site: Path) -> list[Path]:
    return html_files(site)


@pytest.fixture(scope="session")
def pages(site_pages: list[Path], people_pages: list[Path]) -> list[Path]:
    return [*site_pages, *people_pages]


@pytest.fixture(scope="session")
def visits(browser: Browser, pages: list[Path]) -> list[Visit]:
    """Every page, opened once and looked at in every medium and width."""
    return [visit(browser, page) for page in pages]
