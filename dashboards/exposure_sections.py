"""How evenly recommendations fall on postings, before and after the sharing; as sections.

Reads goyong.duckdb and nothing else. Do not put here: how postings are shared out (matching/), the page's words
(pages/exposure.md), markup (templates/).
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from dashboards import texts
from dashboards.charts import Chart, Measure
from dashboards.sections import Cell, Row, Section, fetch, hidden, number, percent, query, said_percent
from lake.contracts import codes

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


def sharing(db: duckdb.DuckDBPyConnection) -> Section | None:
    """All postings together, one measure a row."""
    found = _rows(db, "ALL")
    return _whole_section(found[0]) if found else None


def by_company_size(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Postings by the size of their company."""
    return _group_section("company_size", _rows(db, _KINDS["company_size"]))


def by_region(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Postings by province."""
    return _group_section("region", _rows(db, _KINDS["region"]))


def tiles(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The numbers to know first, before → after."""
    named = texts.load("exposure")["tile"]
    return [
        (named[name], f"{_said(row, name, 'before')} → {_said(row, name, 'after')}")
        for row in _rows(db, "ALL")
        for name in named
    ]


def _rows(db: duckdb.DuckDBPyConnection, kind: str) -> list[Row]:
    return [row for row in fetch(db, "exposure") if row["group_kind"] == kind]


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
    note = words["note"]["group"]
    return Section(name, title, "ops.exposure", query("exposure"), heads, rows, note, _chart(found))


def _chart(found: list[Row]) -> Chart | None:
    """The share of openings beside the share of recommendations after the sharing."""
    words = texts.load("exposure")["chart"]
    shown = [row for row in found if _gap(row, "after") is not None]
    measures = [Measure(name, words[name], "%", ".0%") for name in ("openings", "recommendations")]
    rows = [
        {
            "name": _group(row),
            "openings": row["openings_share_0_1"],
            "recommendations": row["recommendations_share_after"],
        }
        for row in shown
    ]
    beside = [f"{said_percent(row['openings'])} → {said_percent(row['recommendations'])}" for row in rows]
    return Chart("pairs", tuple(rows), "name", tuple(measures), tuple(beside)) if rows else None


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
