"""What every page is built on: a strict policy that names style sheet and script by their hashes.

Do not put here: what a page says.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from jinja2 import Environment
from lxml import html

from dashboards import page as page_module
from dashboards.page import render_page

TEMPLATES = Path(page_module.__file__).parent / "templates"
POLICY = "string(//meta[@http-equiv='Content-Security-Policy']/@content)"


def render(**more: bool) -> html.HtmlElement:
    return html.fromstring(render_page("base.html.j2", title="쪽", is_synthetic=False, narrow=False, **more))


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("sortable", [True, False])
def test_the_style_sheet_is_allowed_by_its_hash_and_nothing_by_name(sortable: bool) -> None:
    page = render(sortable=sortable)
    assert f"style-src {hash_of(page.xpath('string(//style)'))}" in page.xpath(POLICY)
    assert "unsafe" not in page.xpath(POLICY)
    assert page.xpath(POLICY).startswith("default-src 'none'; ")


def test_a_page_has_no_script_and_allows_none_unless_its_template_asks_for_it() -> None:
    page = render()
    assert page.xpath("//script") == []
    assert "script-src" not in page.xpath(POLICY)


def test_a_page_with_tables_to_sort_has_only_that_script_allowed_by_its_hash() -> None:
    page = render(sortable=True)
    (script,) = page.xpath("//script")
    assert script.get("src") is None
    assert page.xpath(POLICY).endswith(f"script-src {hash_of(script.text)}")


@pytest.mark.parametrize("name", ["person", "posting", "occupation"])
def test_pages_for_people_do_not_ask_for_it(name: str) -> None:
    assert "sortable" not in (TEMPLATES / f"{name}.html.j2").read_text(encoding="utf-8")


def test_the_script_is_short_and_asks_nobody() -> None:
    script = render(sortable=True).xpath("string(//script)")
    assert len(script.splitlines()) <= 60
    assert not [word for word in ("fetch(", "XMLHttpRequest", "http", "import", "eval(", "innerHTML") if word in script]


def test_the_call_centre_can_be_dialled_and_everything_else_stays_escaped() -> None:
    shown = Environment(autoescape=True)
    shown.filters["dialled"] = page_module.dialled
    made = shown.from_string("{{ text | dialled }}").render(text="국번 없이 1350 <b>")
    assert made == '국번 없이 <a href="tel:1350">1350</a> &lt;b&gt;'
