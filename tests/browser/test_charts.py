"""Charts are pictures: each is opened by itself, and its words must lie inside, apart and readable in both modes.

Do not put here: what a chart shows (tests/unit/dashboards).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import file_of
from tests.browser.visits import Visit, probe

READABLE = 4.5
"""Contrast that WCAG 2.2 AA asks of words."""


@pytest.fixture(scope="module")
def charts(visits: list[Visit]) -> dict[str, str]:
    """Page and number of the chart -> its SVG."""
    return {
        f"{visit.file.name} chart {number}": svg_of(source)
        for visit in visits
        for number, source in enumerate(visit.structure["sources"], 1)
        if is_svg(source)
    }


@pytest.fixture(scope="module")
def canvas(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def is_svg(source: str) -> bool:
    return source.startswith("data:image/svg+xml") or source.endswith(".svg")


def svg_of(source: str) -> str:
    """The text of a picture, from a data: address or a file."""
    if not source.startswith("data:"):
        return file_of(source).read_text(encoding="utf-8")
    head, _, body = source.partition(",")
    raw = unquote_to_bytes(body)
    return (base64.b64decode(raw) if head.endswith(";base64") else raw).decode()


def draw(page: Page, svg: str, scheme: str) -> str:
    """Put a drawing on paper of the site's colours; return the paper's colour."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paper = "rgb(18, 23, 29)" if scheme == "dark" else "rgb(255, 255, 255)"
    page.set_content(f'<!doctype html><html lang="ko"><body style="margin: 0; background: {paper}">{svg}</body></html>')
    return paper


def unreadable(page: Page, paper: str) -> list[str]:
    """Words with too little contrast."""
    found: list[str] = probe(page, "drawing", [paper, READABLE])
    return found


def test_there_are_charts(charts: dict[str, str]) -> None:
    assert len(charts) > 5


def test_words_of_a_chart_lie_inside_it_and_apart(
    canvas: Page, charts: dict[str, str], subtests: pytest.Subtests
) -> None:
    for name, svg in charts.items():
        with subtests.test(chart=name):
            draw(canvas, svg, "light")
            layout = probe(canvas, "layout")
            assert (layout["beyond"], layout["overlapping"]) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_a_chart_can_be_read(
    canvas: Page, charts: dict[str, str], scheme: str, subtests: pytest.Subtests
) -> None:
    for name, svg in charts.items():
        with subtests.test(chart=name):
            assert unreadable(canvas, draw(canvas, svg, scheme)) == []


def test_a_pale_word_and_a_word_on_a_bar_are_told_apart(canvas: Page) -> None:
    words = '<text x="5" y="15" fill="#bbbbbb">흐림</text><text x="5" y="45" fill="#ffffff">막대</text>'
    svg = f'<svg width="90" height="60"><rect y="30" width="90" height="30" fill="#0b4f9e"/>{words}</svg>'
    assert [found.split('"')[1] for found in unreadable(canvas, draw(canvas, svg, "light"))] == ["흐림"]
