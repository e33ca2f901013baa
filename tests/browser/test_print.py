"""On paper: at least one sheet, nothing cut, nothing that only works on a screen.

Do not put here: the print view's colours and layout (test_pages.py looks at them in A4's width).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import open_page
from tests.browser.visits import PAPER, probe, show

_SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
MARGIN = "10mm"


def test_a_page_prints_on_whole_sheets_with_no_column_cut(
    browser: Browser, pages: list[Path], subtests: pytest.Subtests
) -> None:
    for file in pages:
        with subtests.test(page=file.name), open_page(browser, file) as (page, _):
            margins = {"top": MARGIN, "right": MARGIN, "bottom": MARGIN, "left": MARGIN}
            printed = page.pdf(format="A4", margin=margins)
            assert printed.startswith(b"%PDF")
            assert len(_SHEET.findall(printed)) >= 1
            show(page, "print", PAPER)
            layout = probe(page, "layout")
            assert layout["pageScroll"] == []
            assert layout["outside"] == []
