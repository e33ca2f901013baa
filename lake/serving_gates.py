"""Gates on what portals read: every served table holds tonight's answers, row for row, for everything it is about.

The transforms that make the serving tables are not asked: rows are compared as they lie on the disk. Do not put here:
whether an answer is a good one (job_gates.py, course_gates.py, score_gates.py).
"""

from __future__ import annotations

from datetime import date

import duckdb

from lake import tables
from lake.contracts import columns
from lake.contracts.registry import table
from lake.contracts.serving import OCCUPATIONS, POSTING_SOURCES, SOURCES
from lake.publication import Pointer
from lake.quality import Check
from lake.settings import Settings

MOST_OCCUPATIONS_LOST = 0.1
"""Of the last published night's: occupations come and go with a new classification, not by the dozen overnight."""
_STAMPS = {column.name for column in columns.PUBLISHED}
_OPEN = "select posting_id from postings where coalesce(closing_date >= $as_of, true)"


def audit_serving(
    settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date, last: Pointer | None
) -> list[Check]:
    """Every gate on the served tables; `db` knows tonight's postings and the answers for them."""
    differing = [_differing(settings, db, serving_id, as_of) for serving_id in SOURCES]
    return [*differing, *_posting_coverage(db, as_of), *_occupations_lost(settings, as_of, last)]


def _differing(settings: Settings, db: duckdb.DuckDBPyConnection, serving_id: str, as_of: date) -> Check:
    """Rows of the answer that are not served, and served rows that are none of the answer's, counted with repeats."""
    source_id = SOURCES[serving_id]
    own = table(source_id).names
    shared = [name for name in table(serving_id).names if name in own and name not in _STAMPS]
    row_hash = "hash(" + ", ".join(f'"{name}"' for name in shared) + ")"
    db.register("source", tables.dataset_of_night(settings, source_id, as_of))
    db.register("served", tables.dataset_of_night(settings, serving_id, as_of))
    # Sums of hashes do not depend on the order and cost less; rows are paired off only where the sums differ.
    sums = [f"select count(*), sum({row_hash}::hugeint) from {side}" for side in ("source", "served")]
    source, served = (db.execute(sql).fetchall() for sql in sums)
    count = 0 if source == served else _unpaired(db, row_hash)
    detail = f"against {source_id}: {', '.join(shared[:3])} and {len(shared) - 3} other columns" if count else ""
    return Check(serving_id, "gate:served_rows_that_differ", float(count), detail=detail)


def _unpaired(db: duckdb.DuckDBPyConnection, row_hash: str) -> int:
    """Rows of one side without a row of the other."""
    ((count,),) = db.execute(
        f"select coalesce(sum(abs(left_over)), 0) from (select sum(side) as left_over from ("
        f"select {row_hash} as row_hash, 1 as side from source union all select {row_hash}, -1 from served) "
        "group by row_hash)"
    ).fetchall()
    return int(count)


def _posting_coverage(db: duckdb.DuckDBPyConnection, as_of: date) -> list[Check]:
    """Open postings without a list of people, and lists of postings that are not open."""
    checks = []
    for answer_id in POSTING_SOURCES.values():
        listed = f'select posting_id from "{answer_id}"'
        for gate, sql in {
            "unanswered_postings": f"{_OPEN} except {listed}",
            "answers_for_no_open_posting": f"{listed} except {_OPEN}",
        }.items():
            ((count,),) = db.execute(f"select count(*) from ({sql})", {"as_of": as_of}).fetchall()
            checks.append(Check(answer_id, f"gate:{gate}", float(count)))
    return checks


def _occupations_lost(settings: Settings, as_of: date, last: Pointer | None) -> list[Check]:
    """The share of occupations that the last published night had and tonight has not."""
    before = last.tables.get(OCCUPATIONS.id) if last else None
    now = tables.dataset_of_night(settings, SOURCES[OCCUPATIONS.id], as_of).count_rows()
    lost = max(0.0, 1 - now / before.rows) if before and before.rows else 0.0
    told = f"{before.rows if before else 0} rows last night, {now} now"
    return [Check(SOURCES[OCCUPATIONS.id], "gate:occupations_lost", lost, MOST_OCCUPATIONS_LOST, told)]
