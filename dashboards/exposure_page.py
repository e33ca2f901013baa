"""The page about exposure: how evenly recommendations fall on postings, before and after the sharing.

Reads goyong.duckdb and nothing else. Do not put here: how postings are shared out (matching/), markup (templates/).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards import texts
from dashboards.catalog import open_catalog, served_night
from dashboards.page import render_page
from dashboards.sections import Cell, Row, Section, fetch, hidden, number, percent, query, said_percent
from lake.contracts import codes
from lake.settings import Settings

Said = Callable[[float], str]
_KINDS = {"company_size": "company_size_code", "region": "region_code"}
_GROUP_MEASURES = ("recommendations_share", "largest_ratio", "p99_ratio", "gini", "coverage", "mean_score")


def _times(value: float) -> str:
    """Two decimals: whether a posting is over its share is told around one."""
    return f"{value:,.2f}배"


def _points(score_0_1: float) -> str:
    return f"{score_0_1 * 100:.2f}점"


_SAID: dict[str, Said] = {
    "largest_ratio": _times,
    "p99_ratio": _times,
    "over_capacity": lambda value: f"{value:,.0f}건",
    "gini": lambda value: f"{value:.3f}",
    "coverage": said_percent,
    "recommendations_share": said_percent,
    "mean_score": _points,
    "short_seekers": lambda value: f"{value:,.0f}명",
}


def render(settings: Settings, catalog_path: Path) -> str:
    """The page of the night that `catalog_path` was built from."""
    words = texts.load("exposure")
    with open_catalog(settings, catalog_path) as db:
        night = served_night(db, catalog_path)
        found = fetch(db, "exposure")
    whole = [row for row in found if row["group_kind"] == "ALL"]
    groups = [
        _group_section(name, [row for row in found if row["group_kind"] == kind]) for name, kind in _KINDS.items()
    ]
    sections = [*(_whole_section(row) for row in whole), *groups]
    return render_page(
        "exposure.html.j2",
        title=words["title"],
        t=words,
        pages=texts.load("night")["pages"],
        night=night,
        tiles=[tile for row in whole for tile in _tiles(row)],
        sections=[section for section in sections if section is not None],
        is_synthetic=night["is_synthetic"],
        synthetic_text=words["synthetic"],
        narrow=False,
    )


def _tiles(row: Row) -> list[tuple[str, str]]:
    """The numbers to know first, before → after."""
    named = texts.load("exposure")["tile"]
    return [(named[name], f"{_said(row, name, 'before')} → {_said(row, name, 'after')}") for name in named]


def _said(row: Row, name: str, phase: str) -> str:
    value = row[f"{name}_{phase}"]
    return hidden() if value is None else _SAID[name](value)


def _whole_section(row: Row) -> Section:
    """All postings together, one measure a row."""
    words = texts.load("exposure")
    rows = tuple(
        (
            Cell(label),
            *(Cell(_said(row, name, phase), is_number=True) for phase in ("before", "after")),
            Cell(_changed(row, name), is_number=True),
        )
        for name, label in words["measure"].items()
    )
    title = words["finding"]["whole"].format(
        before=_said(row, "largest_ratio", "before"),
        after=_said(row, "largest_ratio", "after"),
        loss=_changed(row, "mean_score"),
    )
    heads = tuple(words["heads"]["whole"])
    return Section("sharing", title, "ops.exposure", query("exposure"), heads, rows, words["note"]["whole"])


def _changed(row: Row, name: str) -> str:
    """After minus before in the measure's own unit; the mean score as a share of what it was."""
    before, after = row[f"{name}_before"], row[f"{name}_after"]
    if before is None or after is None:
        return hidden()
    if name == "mean_score":
        return f"{(after / before - 1) * 100:+z.1f}%" if before else ""
    if name == "coverage":
        return f"{(after - before) * 100:+z.0f}%p"
    digits = {"gini": 3, "largest_ratio": 2, "p99_ratio": 2}.get(name, 0)
    return f"{after - before:+z,.{digits}f}" if round(after - before, digits) else "0"


def _group_section(name: str, found: list[Row]) -> Section | None:
    """Postings by group: after the sharing, before it in small."""
    if not found:
        return None
    words = texts.load("exposure")
    rows = tuple(
        (
            Cell(_group(row)),
            number(row["postings_count"], "건"),
            percent(row["openings_share_0_1"]),
            *(_pair(row, measure) for measure in _GROUP_MEASURES),
        )
        for row in found
    )
    title = words["kind"][name]
    gaps = [row for row in found if _gap(row, "before") is not None and _gap(row, "after") is not None]
    if gaps:
        worst = max(gaps, key=lambda row: abs(_gap(row, "before") or 0.0))
        told = {phase: f"{(_gap(worst, phase) or 0.0) * 100:+z.0f}%p" for phase in ("before", "after")}
        title = words["finding"]["group"].format(kind=title, group=_group(worst), **told)
    heads = (words["kind"][name], *words["heads"]["group"])
    return Section(name, title, "ops.exposure", query("exposure"), heads, rows, words["note"]["group"])


def _pair(row: Row, name: str) -> Cell:
    after = _said(row, name, "after")
    extra = "" if row[f"{name}_before"] is None else f"전 {_said(row, name, 'before')}"
    return Cell(after, is_number=True, extra=extra)


def _gap(row: Row, phase: str) -> float | None:
    """Share of recommendations minus share of openings; None where one of them is hidden."""
    share, openings = row[f"recommendations_share_{phase}"], row["openings_share_0_1"]
    return None if share is None or openings is None else float(share - openings)


def _group(row: Row) -> str:
    code = row["group_code"]
    if code in texts.load("exposure")["group"]:
        return str(texts.load("exposure")["group"][code])
    return texts.region(code) if row["group_kind"] == "region_code" else texts.label(codes.COMPANY_SIZE, code)
