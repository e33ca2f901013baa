"""Gates before publishing: each is a number with a limit, stored in ops__quality and shown.

A gate that fails blocks the night; last night stays served. Put here: which gates there are, and those on the night as
a whole. Do not put here: gates on one matter (*_gates.py), contract checks (quality.py), which stop a night earlier,
or the switch itself (publication.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

import duckdb

from lake import tables
from lake.contracts.serving import ANSWER_SOURCES, POSTING_SOURCES, SOURCES
from lake.course_gates import audit_courses
from lake.drift_gates import audit_drift
from lake.earlier_nights import compared_nights
from lake.feed_gates import audit_feeds, first_deliveries
from lake.file_gates import audit_files
from lake.job_gates import audit_jobs
from lake.person_gates import audit_people
from lake.publication import NothingPublished, Pointer, current
from lake.quality import Check, check_table, connect
from lake.rights_gates import audit_rights, register_people
from lake.score_gates import audit_scores
from lake.serving_gates import audit_serving
from lake.settings import Settings

log = logging.getLogger("goyong.gates")

MIN_VOLUME_RATIO = 0.5
"""Open postings and seekers must be at least half of the last published night's."""
MOST_GATES_TOLD = 8
"""So many failed gates are named in the error; ops__quality has all."""


class PublicationBlocked(RuntimeError):
    """A gate failed; nothing was published and the last good night is still served."""


def audit(settings: Settings, *, as_of: date, run_id: str, checks: Sequence[Check] = ()) -> list[Check]:
    """Every gate for the night `as_of`, read from the tables as written.

    `run_id` names tonight's rows of ops__profiles, `checks` are the contract checks made while the tables were written.
    """
    nights = compared_nights(settings, as_of=as_of, run_id=run_id)
    with connect(settings) as db:
        register_people(settings, db, as_of=as_of)
        db.register("postings", tables.dataset(settings, "features__job_postings", as_of))
        for answer_id in (*ANSWER_SOURCES.values(), *POSTING_SOURCES.values()):
            db.register(answer_id, tables.dataset(settings, answer_id, as_of))
        found = [
            *_contracts(settings, checks),
            *_coverage(db),
            *_recommended_are_open(db, as_of),
            *audit_jobs(settings, db, as_of=as_of),
            *audit_courses(settings, db, as_of=as_of),
            *audit_people(settings, db, as_of=as_of),
            *audit_scores(settings, db, as_of=as_of),
            *audit_rights(settings, db, as_of=as_of),
            *audit_files(settings, db, as_of=as_of),
            *audit_serving(settings, db, as_of=as_of, last=_last(settings)),
            *_volumes(settings, db),
            *audit_feeds(settings, nights),
            *audit_drift(nights, first_deliveries(settings, until=as_of)),
        ]
    for check in found:
        if check.is_warning and not check.passed:
            log.warning("%s: %g %s", check.name.removeprefix("gate:"), check.value, check.detail)
    return found


def require_open(checks: Sequence[Check], *, force_reason: str | None) -> None:
    """Raises PublicationBlocked naming the failed gates unless a reason to go on was given."""
    failed = [check for check in checks if not (check.passed or check.is_warning)]
    if failed and not force_reason:
        named = [
            f"{check.name} is {check.value:g} (limit {check.limit:g}) in {check.table_id}: {check.detail or '-'}"
            for check in failed[:MOST_GATES_TOLD]
        ]
        more = len(failed) - len(named)
        lines = "; ".join([*named, f"and {more} more, see ops__quality"] if more else named)
        raise PublicationBlocked(
            f"{len(failed)} gates failed: {lines}. Nothing was published; the last good night is still served. "
            "Do: correct the input and run again, or pass --force REASON (it is recorded)."
        )


def _contracts(settings: Settings, checks: Sequence[Check]) -> list[Check]:
    """Broken contract rules of tonight's tables, and keys that stand twice in a serving table.

    Serving tables that were not checked when written (by a run that went on from a failed one) are checked now.
    """
    checked = {check.table_id for check in checks}
    late = [check for table_id in SOURCES if table_id not in checked for check in check_table(settings, table_id)]
    every = [*checks, *late]
    broken = [check for check in every if not check.passed]
    twice = [check for check in every if check.name == "unique_key" and check.table_id in SOURCES]
    told = ", ".join(f"{check.table_id} {check.name}" for check in broken[:3])
    doubled = ", ".join(check.table_id for check in twice if check.value)
    detail = f"of {len(every):,} rules" + (f": {told}" if told else "")
    return [
        Check("ops__quality", "gate:broken_contract_rules", float(len(broken)), detail=detail),
        Check("ops__quality", "gate:keys_twice", sum(check.value for check in twice), detail=doubled),
    ]


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


def _volumes(settings: Settings, db: duckdb.DuckDBPyConnection) -> list[Check]:
    checks = [
        Check(
            "features__job_postings", "gate:no_open_postings", float(_number(db, "select count(*) from postings") == 0)
        )
    ]
    last = _last(settings)
    if last is None:
        return checks
    for serving_id, counted in (("serving__job_postings_v1", "postings"), ("serving__seeker_jobs_v1", "seekers")):
        before = _rows(last, serving_id)
        now = _number(db, f"select count(*) from {counted}")
        lost = max(0.0, 1 - now / before) if before else 0.0
        checks.append(
            Check(serving_id, "gate:volume_lost", lost, 1 - MIN_VOLUME_RATIO, f"{before} rows last night, {now:g} now")
        )
    return checks


def _last(settings: Settings) -> Pointer | None:
    """The night that is served now."""
    try:
        return current(settings)
    except NothingPublished:
        return None


def _rows(pointer: Pointer, table_id: str) -> int:
    entry = pointer.tables.get(table_id)
    return entry.rows if entry else 0
