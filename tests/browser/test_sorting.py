"""Tables are sorted by their heads, with the mouse or the keyboard, and say so; without script they are whole.

Do not put here: the order in which a page lists its rows (tests/unit/dashboards).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboards.page import render_page
from tests.browser.chromium import Heard, open_page

HEADS = ("지역", "구인", "걸린 시간")
ROWS = (
    ("하동", "1,200명", "1분 5초"),
    ("가평", "10명 미만", "9초"),
    ("나주", "−3명", "1시간 0분 1초"),
    ("고성", "95.5명", "12초"),
)
COLUMN = """(head) => [...head.closest("table").tBodies[0].rows]
  .map((row) => row.cells[head.cellIndex].textContent.trim().replace("−", "-"))"""
PLAIN = re.compile(r"^(?:월 )?([+-]?[\d,]+(?:\.\d+)?)(?:명|건|개|행|배|점|%p?|만원)?$")
"""A cell that is one number with a unit; durations and cells with a second number are judged by hand above."""


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, Heard]]:
    """The site's own table, with rows of which the order is known by hand."""
    file = tmp_path / "table.html"
    file.write_text(table_page(), encoding="utf-8")
    with open_page(browser, file) as opened:
        yield opened


def table_page() -> str:
    """A page of the site with one table."""
    html = render_page("base.html.j2", title="표", is_synthetic=False, narrow=False, sortable=True)
    heads = "".join(f'<th scope="col"{" class=n" if place else ""}>{head}</th>' for place, head in enumerate(HEADS))
    rows = "".join(f'<tr><th scope="row">{a}</th><td class="n">{b}</td><td class="n">{c}</td></tr>' for a, b, c in ROWS)
    table = f"<table><caption>표</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    before, main, after = html.partition('<main id="main">')
    return before + main + table + after


def column(page: Page, place: int) -> list[str]:
    """The texts of one column, from the top."""
    return page.locator(f"tbody tr > :nth-child({place + 1})").all_text_contents()


@pytest.mark.parametrize(
    ("head", "ascending"),
    [
        ("지역", ["가평", "고성", "나주", "하동"]),
        ("구인", ["−3명", "95.5명", "1,200명", "10명 미만"]),
        ("걸린 시간", ["9초", "12초", "1분 5초", "1시간 0분 1초"]),
    ],
)
def test_a_head_sorts_up_then_down_and_unknown_numbers_stay_last(
    opened: tuple[Page, Heard], head: str, ascending: list[str]
) -> None:
    page, heard = opened
    place = HEADS.index(head)
    button = page.get_by_role("button", name=head)
    button.click()
    assert column(page, place) == ascending
    assert page.get_by_role("columnheader", name=head).get_attribute("aria-sort") == "ascending"
    button.click()
    known = [text for text in ascending if "미만" not in text]
    assert column(page, place) == known[::-1] + [text for text in ascending if "미만" in text]
    assert page.locator("[aria-sort]").count() == 1
    assert page.get_by_role("status").text_content() == f"{head}: 내림차순"
    assert (heard.errors, heard.outside) == ([], [])


def test_rows_stay_whole_when_sorted(opened: tuple[Page, Heard]) -> None:
    page, _ = opened
    page.get_by_role("button", name="구인").click()
    rows = [tuple(row.locator("th, td").all_text_contents()) for row in page.locator("tbody tr").all()]
    assert sorted(rows) == sorted(ROWS)


def test_the_keyboard_sorts_and_keeps_its_place(opened: tuple[Page, Heard]) -> None:
    page, _ = opened
    page.get_by_role("button", name="구인").focus()
    page.keyboard.press("Enter")
    assert column(page, 1)[0] == "−3명"
    page.keyboard.press("Space")
    assert column(page, 1)[0] == "1,200명"
    assert page.evaluate("document.activeElement.textContent") == "구인"


def test_without_script_the_table_is_there_as_it_was_made(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "table.html"
    file.write_text(table_page(), encoding="utf-8")
    with open_page(browser, file, java_script_enabled=False) as (page, _):
        assert column(page, 0) == [row[0] for row in ROWS]
        assert page.get_by_role("button").count() == 0


def test_tables_of_the_site_are_sorted_by_their_numbers(browser: Browser, site_pages: list[Path]) -> None:
    sorted_columns = 0
    for file in site_pages:
        with open_page(browser, file) as (page, heard):
            for head in page.locator("th.n:has(button.sort)").all()[:4]:
                head.locator("button").click()
                assert head.get_attribute("aria-sort") == "ascending"
                texts = head.evaluate(COLUMN)
                numbers = [float(found[0].replace(",", "")) for text in texts if (found := PLAIN.findall(text))]
                if len(numbers) == len(texts):
                    assert numbers == sorted(numbers), (file.name, head.text_content())
                    sorted_columns += 1
            assert (heard.errors, heard.outside) == ([], [])
    assert sorted_columns > 10


def test_pages_for_people_have_nothing_to_press(browser: Browser, people_pages: list[Path]) -> None:
    with open_page(browser, people_pages[0]) as (page, _):
        assert page.locator("button, script").count() == 0
