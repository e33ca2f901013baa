"""Training outcomes and skills: how courses end, what seekers lack, what is recommended most; as sections.

Reads goyong.duckdb and nothing else. Do not put here: how gaps or scores are made (matching/), the page's words
(pages/skills.md), markup (templates/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb

from dashboards import texts
from dashboards.aggregate_shape import UNKNOWN
from dashboards.charts import Chart, Measure
from dashboards.places import share_is, share_said
from dashboards.sections import Cell, Row, Section, fetch, hidden, number, query

Maker = Callable[[list[Row]], Section]
_FOLDER, _SHOWN = "skills", "SHOWN"


def section(name: str, db: duckdb.DuckDBPyConnection) -> Section | None:
    """The section `name` of MAKERS, or None without rows."""
    rows = fetch(db, name, _FOLDER)
    return MAKERS[name](rows) if rows else None


def _section(
    name: str, source: str, title: str, rows: Sequence[tuple[Cell, ...]], chart: Chart | None = None
) -> Section:
    words = texts.load("skills")
    heads = tuple(words["heads"][name])
    return Section(name, title, source, query(name, _FOLDER), heads, tuple(rows), words["note"][name], chart)


def _finding(name: str, **told: Any) -> str:
    return str(texts.load("skills")["finding"][name]).format(**told)


def _share(value: float | None) -> Cell:
    """A share; without one there is no data (rows that are hidden are not listed)."""
    return Cell(texts.NO_DATA if value is None else share_said(value), is_number=True)


def _bar(row: Row, rows: list[Row]) -> Cell:
    return Cell("", share=row["people_count"] / max(other["people_count"] for other in rows))


def _fields(rows: list[Row]) -> Section:
    """Courses by NCS major group; a field without an observed rate has no data, one of few graduates is hidden."""
    fields = [row for row in rows if row["field_code"] not in (_SHOWN, UNKNOWN)]
    known = [row for row in fields if row["raw_rate_0_1"] is not None]
    unknown = sum(1 for row in fields if not row["observed_courses_count"])
    title = _finding("fields_unknown", unknown=unknown)
    if known:
        rate = share_said(rows[0]["raw_rate_0_1"])
        best = {"best": known[0]["field_name"], "best_rate": share_said(known[0]["raw_rate_0_1"])}
        title = _finding("fields", rate=rate, unknown=unknown, **best)
    return _section("fields", "agg.course_fields", title, [_field(row) for row in rows], _rates(fields))


def _rates(fields: list[Row]) -> Chart | None:
    """The estimated rate of each field that is shown, with its interval, the highest first."""
    names = ("shrunk_mean_0_1", "shrunk_low_mean_0_1", "shrunk_high_mean_0_1")
    shown = [row for row in fields if all(row[name] is not None for name in names)]
    shown.sort(key=lambda row: (-row[names[0]], row["field_code"]))
    rows = [{"name": row["field_name"] or row["field_code"], **{name: row[name] for name in names}} for row in shown]
    said = zip(names, texts.load("skills")["chart"]["fields"], strict=True)
    measures = tuple(Measure(name, label, "%", ".0%") for name, label in said)
    beside = [f"{share_said(row[names[0]])}({share_said(row[names[1]])}~{share_said(row[names[2]])})" for row in rows]
    return Chart("spans", tuple(rows), "name", measures, tuple(beside)) if rows else None


def _field(row: Row) -> tuple[Cell, ...]:
    absent = texts.NO_DATA if not row["observed_courses_count"] else hidden()
    graduates, raw = row["graduates_count"], row["raw_rate_0_1"]
    low, high = row["shrunk_low_mean_0_1"], row["shrunk_high_mean_0_1"]
    interval = "" if low is None or high is None else f"{low * 100:.0f}~{high * 100:.0f}%"
    name = texts.load("skills")["shown_fields"] if row["field_code"] == _SHOWN else row["field_name"]
    return (
        Cell(name or row["field_code"]),
        Cell(f"{row['courses_count']:,}개({row['observed_courses_count']:,})", is_number=True),
        number(row["coming_sessions_count"], "개"),
        Cell(absent if graduates is None else f"{graduates:,}명", is_number=True),
        Cell(absent if raw is None else share_said(raw), is_number=True),
        Cell(_mean(row, absent), is_number=True, extra=interval),
        Cell("", share=raw or 0.0) if raw is not None else Cell(""),
    )


def _mean(row: Row, absent: str) -> str:
    """The mean of the courses' shrunk rates; the fields together have none."""
    if row["field_code"] == _SHOWN:
        return ""
    return absent if row["shrunk_mean_0_1"] is None else share_said(row["shrunk_mean_0_1"])


def _missing(rows: list[Row]) -> Section:
    first = rows[0]
    told = {"first": _skill(first), "count": f"{first['people_count']:,}"}
    opens = first["unlocked_mean_0_1"]
    title = _finding("missing_unknown", **told) if opens is None else _finding("missing", opens=share_is(opens), **told)
    cells = [
        (
            Cell(_skill(row)),
            number(row["people_count"], "명"),
            _share(row["share_0_1"]),
            _share(row["unlocked_mean_0_1"]),
            _bar(row, rows),
        )
        for row in rows
    ]
    return _section("missing", "agg.missing_skills", title, cells)


def _readiness(rows: list[Row]) -> Section:
    least = min(rows, key=lambda row: (row["readiness_mean_0_1"], row["occupation_code"]))
    title = _finding("readiness", first=_occupation(least), share=share_said(least["readiness_mean_0_1"]))
    cells = [
        (
            Cell(_occupation(row)),
            number(row["people_count"], "명"),
            _share(row["readiness_mean_0_1"]),
            _share(row["open_share_mean_0_1"]),
            Cell(texts.NO_DATA if row["missing_mean"] is None else f"{row['missing_mean']:.1f}개", is_number=True),
            Cell("", share=row["readiness_mean_0_1"]),
        )
        for row in rows
    ]
    return _section("readiness", "agg.skill_gaps", title, cells)


def _occupations(rows: list[Row]) -> Section:
    title = _finding("occupations", first=_occupation(rows[0]), count=f"{rows[0]['people_count']:,}")
    cells = [
        (
            Cell(_occupation(row)),
            number(row["people_count"], "명"),
            Cell(hidden() if row["share_0_1"] is None else share_said(row["share_0_1"]), is_number=True),
            _points(row["score_mean_0_1"]),
            _bar(row, rows),
        )
        for row in rows
    ]
    return _section("occupations", "agg.occupation_recommendations", title, cells)


def _courses(rows: list[Row]) -> Section:
    title = _finding("courses", first=_skill(rows[0]), count=f"{rows[0]['people_count']:,}")
    cells = [
        (
            Cell(_skill(row)),
            number(row["people_count"], "명"),
            number(row["sessions_count"], "개"),
            _points(row["score_mean_0_1"]),
            _share(row["outcome_mean_0_1"]),
            _bar(row, rows),
        )
        for row in rows
    ]
    return _section("courses", "agg.course_recommendations", title, cells)


def _certificates(rows: list[Row]) -> Section:
    title = _finding("certificates", first=rows[0]["certificate_name"], count=f"{rows[0]['people_count']:,}")
    cells = [
        (
            Cell(row["certificate_name"]),
            number(row["people_count"], "명"),
            _points(row["score_mean_0_1"]),
            _share(row["openings_share_mean_0_1"]),
            _bar(row, rows),
        )
        for row in rows
    ]
    return _section("certificates", "agg.certificate_recommendations", title, cells)


def _points(score: float | None) -> Cell:
    return Cell(texts.NO_DATA if score is None else f"{score * 100:.0f}점", is_number=True)


def _skill(row: Row) -> str:
    return str(row["skill_name"] or row["skill_code"])


def _occupation(row: Row) -> str:
    return str(row["occupation_name"] or row["occupation_code"])


MAKERS: dict[str, Maker] = {
    "fields": _fields,
    "missing": _missing,
    "readiness": _readiness,
    "occupations": _occupations,
    "courses": _courses,
    "certificates": _certificates,
}
"""Section → what makes it; each has a query of its name in sql/skills."""
