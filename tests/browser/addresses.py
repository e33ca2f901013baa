"""Where the links of a page lead: another page, a place on it, a file to download, or out of the site.

Do not put here: expectations (test_links.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser.chromium import file_of
from tests.browser.visits import Visit

OUTSIDE = ("https:", "tel:", "mailto:")


@dataclass(frozen=True)
class Link:
    """One link of one page; `target` is None when it leads out."""

    page: Path
    address: str
    text: str
    target: Path | None
    fragment: str


def links_of(visit: Visit) -> list[Link]:
    """Every link of a page."""
    return [
        Link(
            visit.file,
            address,
            text,
            file_of(address) if address.startswith("file:") else None,
            unquote(urlsplit(address).fragment),
        )
        for address, text in visit.structure["links"]
    ]


def find_broken(visits: list[Visit]) -> list[str]:
    """Links that lead nowhere: no such file, no such place, or an address that no page of ours may have."""
    ids = {visit.file.resolve(): set(visit.structure["ids"]) for visit in visits}
    return [
        f"{link.page.name}: {link.address} ({link.text}): {problem}"
        for visit in visits
        for link in links_of(visit)
        if (problem := _problem(link, ids))
    ]


def _problem(link: Link, ids: dict[Path, set[str]]) -> str:
    if not link.text:
        return "has no text"
    if link.target is None:
        return "" if link.address.startswith(OUTSIDE) else f"leads out by none of {OUTSIDE}"
    target = link.target.resolve()
    if not target.is_file():
        return "no such file"
    if link.fragment and target in ids and link.fragment not in ids[target]:
        return "no such place on the page"
    return ""
