"""A small night for gaps, courses and certificates: what 0131 needs, sessions as rows, the answers on courses.

Do not put here: tests, or the rules (every_course.py reads them in plain Python).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from lake.contracts.answers import SEEKER_COURSES
from lake.contracts.features import COURSES
from lake.contracts.gold import OCCUPATION_SKILLS, SKILL_PHRASES
from lake.contracts.render import arrow_schema
from matching import courses
from matching.course_market import CourseMarket

AS_OF = datetime.date(2026, 1, 6)
WELDING, CAD, SAFETY = "15010101", "15010202", "23060101"
NEEDS: list[dict[str, Any]] = [
    {"occupation_code": "0131", "skill_code": WELDING, "skill_level": 4, "importance_0_1": 0.6},
    {"occupation_code": "0131", "skill_code": CAD, "skill_level": 5, "importance_0_1": 0.3},
    {"occupation_code": "0131", "skill_code": SAFETY, "skill_level": 2, "importance_0_1": 0.1},
]
SESSION = {
    "as_of": AS_OF,
    "skill_code": WELDING,
    "skill_level": 4,
    "region_code": "11",
    "is_online": False,
    "start_date": AS_OF + datetime.timedelta(days=1),
    "end_date": AS_OF + datetime.timedelta(days=60),
    "seats_left_count": 3,
    "training_type_code": "GENERAL",
    "self_payment_krw": 300_000,
    "expected_rate_0_1": 0.7,
}


def make_table(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a schema; what a row does not give is null."""
    full = [{"as_of": AS_OF} | dict(row) for row in rows]
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in full], schema=schema)


def make_courses(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """features__courses rows: welding in Seoul from tomorrow, unless the row says otherwise; each its own course."""
    named = [SESSION | {"session_id": f"S{n}", "course_id": f"C{n}"} | dict(row) for n, row in enumerate(rows)]
    return make_table(arrow_schema(COURSES), named)


def make_needs(rows: Sequence[Mapping[str, Any]] = NEEDS) -> pa.Table:
    """gold__occupation_skills rows."""
    kinds = [{"skill_kind_code": "CERTIFICATE" if row["skill_code"].startswith("CERT:") else "NCS"} for row in rows]
    return make_table(
        arrow_schema(OCCUPATION_SKILLS), [kind | dict(row) for kind, row in zip(kinds, rows, strict=True)]
    )


def make_phrases(rows: Sequence[Mapping[str, Any]] = ()) -> pa.Table:
    """gold__skill_phrases rows."""
    return make_table(arrow_schema(SKILL_PHRASES), rows)


def match_courses(
    seekers: pa.Table, sessions: list[dict[str, Any]], batch: int = 8192, needs: list[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """matches__seeker_courses rows of the seekers."""
    market = CourseMarket.from_arrow(make_courses(sessions), make_needs(NEEDS if needs is None else needs), AS_OF)
    answers = list(courses.match_batches(iter(seekers.to_batches(max_chunksize=batch)), market))
    assert all(answer.schema.equals(arrow_schema(SEEKER_COURSES)) for answer in answers)
    rows: list[dict[str, Any]] = pa.Table.from_batches(answers).to_pylist()
    return rows


def list_sessions(answer: dict[str, Any]) -> list[str]:
    """The recommended sessions, best first."""
    return [answer[f"session_id_{place}"] for place in range(1, 6) if answer[f"session_id_{place}"]]
