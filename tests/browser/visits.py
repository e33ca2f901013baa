"""One visit per page: opened once, looked at in every medium and width, its facts kept for the tests to judge.

Put here: measuring. Do not put here: what is allowed (the test modules).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Heard, open_page

PAPER = 718
"""Width in px that A4 leaves between margins of one centimetre."""
LOOKS = (("light", 1280), ("light", 360), ("dark", 360), ("dark", 1280), ("print", PAPER))
_COLOURS = {"type": "tag", "values": ["cat.color"]}
_PROBES = Path(__file__).parent / "probes"
_OPEN_ALL = "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


@dataclass(frozen=True)
class Finding:
    """One rule of axe-core that one view breaks."""

    impact: str
    rule: str
    help: str
    targets: tuple[str, ...]

    def __str__(self) -> str:
        """As it stands in a failure."""
        shown = ", ".join(self.targets[:4])
        return f"{self.impact} {self.rule}: {self.help} ({len(self.targets)}: {shown})"


@dataclass(frozen=True)
class View:
    """How a page looks in one medium at one width."""

    medium: str
    width: int
    findings: tuple[Finding, ...]
    layout: dict[str, list[str]]

    @property
    def name(self) -> str:
        """Medium and width."""
        return f"{self.medium} {self.width} px"


@dataclass(frozen=True)
class Visit:
    """Everything measured about one page; `structure` and `glyphs` are what the probes of that name return."""

    file: Path
    heard: Heard
    bytes: int
    structure: dict[str, Any]
    glyphs: dict[str, Any]
    views: tuple[View, ...]


def probe(page: Page, name: str, given: Any = None) -> Any:
    """What `probes/{name}.js` finds on a page."""
    return page.evaluate((_PROBES / f"{name}.js").read_text(encoding="utf-8"), given)


def show(page: Page, medium: str, width: int) -> None:
    """Put a page into a medium (light, dark, print) and a width in px."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(
        media="print" if medium == "print" else "screen", color_scheme="dark" if medium == "dark" else "light"
    )


def run_axe(page: Page, *, only_colours: bool = False) -> tuple[Finding, ...]:
    """What axe-core finds in the present view, whatever its weight."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False} | (
        {"runOnly": _COLOURS} if only_colours else {}
    )
    found = Axe().run(page, options=options).response["violations"]
    return tuple(
        Finding(
            rule["impact"] or "unknown",
            rule["id"],
            rule["help"],
            tuple(str(node["target"][0]) for node in rule["nodes"]),
        )
        for rule in found
    )


def visit(browser: Browser, file: Path, looks: Sequence[tuple[str, int]] = LOOKS) -> Visit:
    """Open a file once and look at it in every medium and width, with everything unfolded.

    All rules of axe-core in light; in the other media those about colours, which is all that they change.
    """
    with open_page(browser, file) as (page, heard):
        structure = probe(page, "structure")
        size = heard.count_bytes()
        page.evaluate(_OPEN_ALL)
        views = []
        for medium, width in looks:
            show(page, medium, width)
            findings = run_axe(page, only_colours=medium != "light")
            views.append(View(medium, width, findings, probe(page, "layout")))
        return Visit(file, heard, size, structure, probe(page, "glyphs"), tuple(views))
