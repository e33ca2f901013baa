"""Links are followed and downloads opened.

Do not put here: what a page looks like (test_pages.py).
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Browser

from tests.browser.addresses import find_broken, links_of
from tests.browser.chromium import file_of, open_page
from tests.browser.visits import Visit

BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def downloads(visits: list[Visit]) -> list[Path]:
    """Every file that a page of the site offers."""
    found = {link.target for visit in visits for link in links_of(visit) if link.target is not None}
    return sorted(file for file in found if file.suffix in (".csv", ".xlsx"))


def test_there_are_files_to_download(downloads: list[Path]) -> None:
    assert {file.suffix for file in downloads} == {".csv", ".xlsx"}


def test_every_link_leads_to_a_file_and_a_place_that_exist(visits: list[Visit]) -> None:
    assert sum(len(visit.structure["links"]) for visit in visits) > len(visits)
    assert find_broken(visits) == []


def test_every_page_of_the_site_is_reached_from_the_first_one(site_pages: list[Path], visits: list[Visit]) -> None:
    leads = {
        visit.file.resolve(): {link.target.resolve() for link in links_of(visit) if link.target} for visit in visits
    }
    (start,) = [page.resolve() for page in site_pages if page.name == "index.html"]
    reached, waiting = set(), [start]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += sorted(leads.get(page, ()))
    assert {page.resolve() for page in site_pages} - reached == set()


def test_the_navigation_is_followed_by_clicks(browser: Browser, site: Path) -> None:
    with open_page(browser, site / "index.html") as (page, heard):
        names = page.locator("nav").first.locator("a").all_text_contents()
        assert len(names) > 2
        for name in names:
            page.locator("nav").first.get_by_role("link", name=name, exact=True).click()
            assert file_of(page.url).is_file()
            assert page.locator("nav [aria-current=page]").first.text_content() == name
            assert page.locator("h1").count() == 1
            page.goto((site / "index.html").resolve().as_uri())
        assert (heard.errors, heard.outside) == ([], [])


def test_a_csv_begins_with_a_bom_and_has_rows_with_korean_names(
    downloads: list[Path], subtests: pytest.Subtests
) -> None:
    for file in (file for file in downloads if file.suffix == ".csv"):
        with subtests.test(file=file.name):
            assert file.read_bytes()[:3] == BOM
            frame = pd.read_csv(file, encoding="utf-8-sig")
            assert len(frame.columns) > 0
            assert not any(name.startswith("\ufeff") for name in frame.columns)


def test_a_spreadsheet_holds_the_rows_of_the_csv_files_beside_it(
    downloads: list[Path], subtests: pytest.Subtests
) -> None:
    for file in (file for file in downloads if file.suffix == ".xlsx"):
        with subtests.test(file=file.name):
            beside = [one for one in downloads if one.suffix == ".csv" and one.stem.startswith(file.stem)]
            book = openpyxl.load_workbook(file)
            sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
            frames = [pd.read_csv(one, encoding="utf-8-sig", dtype=str) for one in beside]
            assert sorted(rows[0] for rows in sheets) == sorted(tuple(frame.columns) for frame in frames)
            assert sorted(len(rows) - 1 for rows in sheets) == sorted(len(frame) for frame in frames)
