"""Gates before publishing: each is a number with a limit, stored in ops__quality and shown.

A gate that fails blocks the night; last night stays served. Do not put here: contract checks (see
quality.py), which stop a night earlier, or the switch itself (publication.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt

import duckdb
import pyarrow.compute as pc

from lake import tables
from lake.contracts.serving import ANSWER_SOURCES, POSTING_SOURCES
from lake.course_gates import audit_courses
from lake.job_gates import audit_jobs
from lake.publication import NothingPublished, Pointer, current
from lake.quality import Check, connect
from lake.rights_gates import audit_rights, register_people
from lake.settings import Settings

MIN_VOLUME_RATIO = 0.5
"""Open postings and seekers must be at least half of the last published night's."""
MIN_PROBABILITY_SPREAD = 0.01
"""A probability column whose standard deviation is below this says the same of everybody."""

AIMED_CALIBRATION_ERROR, WORST_CALIBRATION_ERROR = 0.02, 0.05
"""The limit that is shown is the aim; beyond the worst it is no drift but a broken model. Chance comes on top of
either, as a square: the shown limit already holds what it gives so few people."""
_MODEL_LIMITS = {"wrongly_high_risk_ratio": "value_low", "rescored_rows_differ": "value", "ece": "value"}
"""Measures of the served model that stop a night, and the number of each that must keep its limit."""

DAILY_FEEDS = ("bronze__seekers", "bronze__job_postings")
"""Feeds that come every night; dictionaries, surveys and companies come when they change."""


class PublicationBlocked(RuntimeError):
    """A gate failed; nothing was published and the last good night is still served."""


def audit(settings: Settings, *, as_of: date) -> list[Check]:
    """Every gate for the night `as_of`, read from the tables as written."""
    with connect(settings) as db:
        register_people(settings, db, as_of=as_of)
        db.register("postings", tables.dataset(settings, "features__job_postings", as_of))
        for answer_id in (*ANSWER_SOURCES.values(), *POSTING_SOURCES.values()):
            db.register(answer_id, tables.dataset(settings, answer_id, as_of))
        return [
            *_coverage(db),
            *_recommended_are_open(db, as_of),
            *audit_jobs(settings, db, as_of=as_of),
            *audit_courses(settings, db, as_of=as_of),
            *audit_rights(settings, db, as_of=as_of),
            _spread(db),
            *_model_limits(settings, as_of),
            *_volumes(settings, db),
            *_feeds(settings, as_of),
        ]


def require_open(checks: Sequence[Check], *, force_reason: str | None) -> None:
    """Raises PublicationBlocked naming the failed gates unless a reason to go on was given."""
    failed = [check for check in checks if not (check.passed or check.is_warning)]
    if failed and not force_reason:
        lines = "; ".join(f"{check.name} is {check.value:g} (limit {check.limit:g}) {check.detail}" for check in failed)
        raise PublicationBlocked(
            f"{len(failed)} gates failed: {lines}. Nothing was published; the last good night is still served. "
            "Correct the input and run again, or pass --force REASON (it is recorded)"
        )


def _number(db: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = db.execute(sql).fetchone()
    return float(row[0] or 0) if row else 0.0


def _coverage(db: duckdb.DuckDBPyConnection) -> list[Check]:
    """Registered, not opted-out seekers without a row, and rows of people who must not have one."""
    checks = []
    for answer_id in ANSWER_SOURCES.values():
        expected = "select seeker_key from seekers where not coalesce(is_opted_out, false)"
        answered = f'select seeker_key from "{answer_id}"'
        missing = _number(db, f"select count(*) from ({expected} except {answered})")
        extra = _number(db, f"select count(*) from ({answered} except {expected})")
        checks.append(Check(answer_id, "gate:unanswered_seekers", missing))
        checks.append(Check(answer_id, "gate:answers_without_a_right_to_one", extra))
    return checks


def _recommended_are_open(db: duckdb.DuckDBPyConnection, as_of: date) -> list[Check]:
    places = " union all ".join(
        f'select posting_id_{place} as posting_id from "matches__seeker_jobs"' for place in range(1, 6)
    )
    unknown = _number(
        db,
        f"select count(*) from ({places}) where posting_id is not null "
        f"and posting_id not in (select posting_id from postings where closing_date is null "
        f"or closing_date >= date '{as_of.isoformat()}')",
    )
    return [Check("matches__seeker_jobs", "gate:closed_or_unknown_postings", unknown)]


def _spread(db: duckdb.DuckDBPyConnection) -> Check:
    table_id = "scores__employment_probability"
    answered = _number(db, f'select count(probability_0_1) from "{table_id}"')
    spread = _number(db, f'select stddev_pop(probability_0_1) from "{table_id}"')
    degenerate = answered >= 100 and spread < MIN_PROBABILITY_SPREAD
    return Check(table_id, "gate:degenerate_scores", float(degenerate), detail=f"standard deviation {spread:.4f}")


def _model_limits(settings: Settings, as_of: date) -> list[Check]:
    """The served model's own limits, from its audit of tonight: wrong high-risk calls, calibration, misplaced rows."""
    evaluated = tables.dataset(settings, "ops__evaluation", as_of)
    served = (pc.field("service_code") == "EMPLOYMENT") & (pc.field("scope_code") == "SERVED")
    served &= pc.field("cohort") == "ALL"
    rows = evaluated.to_table(filter=served & pc.field("measure_name").isin(list(_MODEL_LIMITS))).to_pylist()
    checks = []
    for row in sorted(rows, key=lambda row: str(row["measure_name"])):
        name = str(row["measure_name"])
        if row["limit_value"] is not None:
            limit = float(row["limit_value"])
            if name == "ece":
                limit = sqrt(limit**2 + WORST_CALIBRATION_ERROR**2 - AIMED_CALIBRATION_ERROR**2)
            value = float(row[_MODEL_LIMITS[name]] or 0)
            checks.append(Check("scores__employment_probability", f"gate:{name}", value, limit, row["detail"] or ""))
    return checks


def _volumes(settings: Settings, db: duckdb.DuckDBPyConnection) -> list[Check]:
    checks = [
        Check(
            "features__job_postings", "gate:no_open_postings", float(_number(db, "select count(*) from postings") == 0)
        )
    ]
    try:
        last = current(settings)
    except NothingPublished:
        return checks
    for serving_id, counted in (("serving__job_postings_v1", "postings"), ("serving__seeker_jobs_v1", "seekers")):
        before = _rows(last, serving_id)
        now = _number(db, f"select count(*) from {counted}")
        lost = max(0.0, 1 - now / before) if before else 0.0
        checks.append(
            Check(serving_id, "gate:volume_lost", lost, 1 - MIN_VOLUME_RATIO, f"{before} rows last night, {now:g} now")
        )
    return checks


def _rows(pointer: Pointer, table_id: str) -> int:
    entry = pointer.tables.get(table_id)
    return entry.rows if entry else 0


def _feeds(settings: Settings, as_of: date) -> list[Check]:
    """A daily feed that came with last night's delivery must come with tonight's."""
    try:
        last = current(settings)
    except NothingPublished:
        return []
    with connect(settings) as db:
        db.register("deliveries", tables.dataset(settings, "ops__deliveries"))
        delivered = (
            "select table_id from deliveries where delivery_date = date '{}' group by 1 having sum(rows_count) > 0"
        )
        came = {row[0] for row in db.execute(delivered.format(last.as_of)).fetchall()}
        comes = {row[0] for row in db.execute(delivered.format(as_of)).fetchall()}
    gone = [feed for feed in DAILY_FEEDS if feed in came - comes]
    names = ", ".join(gone)
    return (
        [Check("ops__deliveries", "gate:missing_feeds", float(len(gone)), detail=names)] if last.as_of < as_of else []
    )
