"""What every page is built on: a strict policy that names style sheet and script by their hashes.

Do not put here: what a page says.
"""

from __future__ import annotations

import base64
import hashlib

import pytest
from lxml import html

from dashboards.page import render_page

POLICY = "string(//meta[@http-equiv='Content-Security-Policy']/@content)"


def render(*, narrow: bool) -> html.HtmlElement:
    return html.fromstring(render_page("base.html.j2", title="쪽", is_synthetic=False, narrow=narrow))


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("narrow", [True, False])
def test_the_style_sheet_is_allowed_by_its_hash_and_nothing_by_name(narrow: bool) -> None:
    page = render(narrow=narrow)
    assert f"style-src {hash_of(page.xpath('string(//style)'))}" in page.xpath(POLICY)
    assert "unsafe" not in page.xpath(POLICY)
    assert page.xpath(POLICY).startswith("default-src 'none'; ")


def test_a_page_for_people_has_no_script_and_allows_none() -> None:
    page = render(narrow=True)
    assert page.xpath("//script") == []
    assert "script-src" not in page.xpath(POLICY)


def test_a_page_for_analysts_has_only_the_script_that_sorts_allowed_by_its_hash() -> None:
    page = render(narrow=False)
    (script,) = page.xpath("//script")
    assert script.get("src") is None
    assert page.xpath(POLICY).endswith(f"script-src {hash_of(script.text)}")


def test_the_script_is_short_and_asks_nobody() -> None:
    script = render(narrow=False).xpath("string(//script)")
    assert len(script.splitlines()) <= 60
    assert not [word for word in ("fetch(", "XMLHttpRequest", "http", "import", "eval(", "innerHTML") if word in script]
