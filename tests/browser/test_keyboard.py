"""Without a mouse and without script: everything is reached, in order, and readable.

Do not put here: what axe-core checks (test_pages.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import open_page
from tests.browser.keyboard import walk
from tests.browser.visits import Visit


def one_of_each_kind(pages: list[Path]) -> list[Path]:
    """Pages of the dictionary, of seekers and of postings are alike: the largest of each, and all others."""
    kinds: dict[str, Path] = {}
    for page in sorted(pages, key=lambda page: page.stat().st_size):
        alike = page.name.startswith(("data-dictionary-", "seeker-", "posting-"))
        kinds[page.name.rsplit("-", 1)[0].split("-")[0] if alike else page.name] = page
    return list(kinds.values())


def test_tab_reaches_every_link_and_fold_in_the_order_of_the_page(
    browser: Browser, pages: list[Path], subtests: pytest.Subtests
) -> None:
    for file in one_of_each_kind(pages):
        with subtests.test(page=file.name), open_page(browser, file) as (page, _):
            things, reached, unseen = walk(page)
            assert len(things) > 0
            assert [things[place] for place in range(len(things)) if place not in reached] == []
            assert reached == sorted(reached)
            assert unseen == []


def test_the_first_tab_offers_to_skip_to_the_content(browser: Browser, site: Path) -> None:
    with open_page(browser, site / "index.html") as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")


def test_a_fold_opens_with_enter(browser: Browser, site: Path) -> None:
    with open_page(browser, site / "index.html") as (page, _):
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details").first.get_attribute("open") is not None


def test_without_script_a_page_says_the_same(browser: Browser, visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with (
            subtests.test(page=visit.file.name),
            open_page(browser, visit.file, java_script_enabled=False) as (page, heard),
        ):
            assert page.evaluate("document.body.innerText").split() == visit.structure["said"].split()
            assert heard.outside == []
