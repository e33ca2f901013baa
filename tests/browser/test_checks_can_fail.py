"""Each check of this tier on a page that is wrong in exactly that way: a check that cannot fail shows nothing.

Do not put here: pages of the product.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.addresses import find_broken
from tests.browser.chromium import open_page
from tests.browser.keyboard import walk
from tests.browser.visits import PAPER, Visit, probe, visit

HEAD = '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>표본</title></head><body><main><h1>표본</h1>'
POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
LONG = "가나다라마바사아자차카타파하" * 9
ONE_LOOK = (("light", 360),)


def write(folder: Path, body: str, head: str = HEAD) -> Path:
    """A page with this body."""
    file = folder / "wrong.html"
    file.write_text(f"{head}{body}</main></body></html>", encoding="utf-8")
    return file


def look(browser: Browser, file: Path) -> Visit:
    """One visit to it, as a narrow light page."""
    return visit(browser, file, ONE_LOOK)


def test_a_good_page_is_called_good(browser: Browser, tmp_path: Path) -> None:
    seen = look(browser, write(tmp_path, "<p>좋은 쪽입니다.</p>"))
    assert (seen.heard.outside, seen.heard.errors, seen.glyphs["lost"]) == ([], [], [])
    assert seen.views[0].findings == ()
    assert not any(seen.views[0].layout.values())


def test_a_request_to_the_outside_is_counted_and_not_made(browser: Browser, tmp_path: Path) -> None:
    seen = look(browser, write(tmp_path, '<img alt="" src="https://example.com/a.png">'))
    assert seen.heard.outside == ["https://example.com/a.png"]


@pytest.mark.parametrize("body", ['<img alt="" src="data:,x">', '<p style="color: red">빨강</p>', "<script>1</script>"])
def test_a_breach_of_the_policy_is_an_error(browser: Browser, tmp_path: Path, body: str) -> None:
    head = HEAD.replace("<title>", f"{POLICY}<title>")
    assert len(look(browser, write(tmp_path, body, head)).heard.errors) == 1


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">', "image-alt"),
        ('<p style="color: #bbb; background: #fff">흐린 글자</p>', "color-contrast"),
        ('<div style="overflow: auto; height: 20px"><p>1</p><p>2</p></div>', "scrollable-region-focusable"),
    ],
)
def test_axe_finds_what_is_planted(browser: Browser, tmp_path: Path, body: str, rule: str) -> None:
    findings = look(browser, write(tmp_path, body)).views[0].findings
    assert [found.rule for found in findings if found.impact in ("serious", "critical")] == [rule]


def test_axe_finds_a_colour_that_is_only_wrong_in_the_dark(browser: Browser, tmp_path: Path) -> None:
    dark = "<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #222 } }</style><p>어둠</p>"
    seen = visit(browser, write(tmp_path, dark), (("light", 360), ("dark", 360)))
    assert [len(view.findings) for view in seen.views] == [0, 1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<p style="width: 500px">넓은 문단</p>', "pageScroll"),
        ('<div style="width: 500px">바깥</div>', "outside"),
        (f'<p style="overflow: hidden; white-space: nowrap">{LONG}</p>', "clipped"),
        ('<p style="overflow: hidden; height: 8px">잘린 줄</p>', "clipped"),
        (f'<p style="width: 90px; white-space: nowrap">{LONG[:20]}</p>', "spilling"),
        (f'<div style="overflow-x: auto; white-space: nowrap">{LONG}</div>', "stuck"),
        ('<svg role="img" width="90" height="20"><text x="70" y="15">길어서 잘림</text></svg>', "beyond"),
        (
            '<svg role="img" width="90" height="20"><text x="1" y="15">하나</text><text x="9" y="15">둘</text></svg>',
            "overlapping",
        ),
    ],
)
def test_what_does_not_fit_is_found(browser: Browser, tmp_path: Path, body: str, kind: str) -> None:
    assert look(browser, write(tmp_path, body)).views[0].layout[kind] != []


def test_a_table_wider_than_paper_is_found(browser: Browser, tmp_path: Path) -> None:
    seen = visit(
        browser, write(tmp_path, '<table style="width: 900px"><tr><td>칸</td></tr></table>'), (("print", PAPER),)
    )
    assert seen.views[0].layout["pageScroll"] != []


def test_a_letter_that_is_drawn_as_nothing_is_found(browser: Browser, tmp_path: Path) -> None:
    with open_page(browser, write(tmp_path, "<p>가나다</p>")) as (page, _):
        assert probe(page, "glyphs")["lost"] == []
        page.evaluate("() => { OffscreenCanvasRenderingContext2D.prototype.fillText = () => {}; }")
        assert len(probe(page, "glyphs")["lost"]) == len("표본") + len("가나다")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="absent.html">없는 쪽</a>', "no such file"),
        ('<a href="#absent">없는 곳</a>', "no such place"),
        ('<a href="wrong.html"></a>', "no text"),
        ('<a href="http://example.com">맨 주소</a>', "leads out"),
    ],
)
def test_a_link_to_nowhere_is_found(browser: Browser, tmp_path: Path, body: str, problem: str) -> None:
    (broken,) = find_broken([look(browser, write(tmp_path, body))])
    assert problem in broken


def test_a_link_that_tab_does_not_reach_or_show_is_found(browser: Browser, tmp_path: Path) -> None:
    body = '<a href="#a" tabindex="-1">가</a> <a href="#b">나</a> <a href="#c" style="outline: none">다</a>'
    with open_page(browser, write(tmp_path, body)) as (page, _):
        _, reached, unseen = walk(page)
    assert reached == [1, 2]
    assert unseen == ['a "다"']
