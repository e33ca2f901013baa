"""Loads into PostgreSQL that another one has taken the place of: which stay, and when one can be dropped.

The last one stays, for transactions that began before the switch. An older one goes when no snapshot can take it for
the served one any more; one with people who were erased since goes at once or is named in an error.
Do not put here: loading (postgres.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lake.postgres_sql import NIGHTS, do, one

if TYPE_CHECKING:
    import psycopg

_WAIT_MS = 2_000


class EarlierLoadHeld(RuntimeError):
    """The night is loaded, but an earlier load with erased people could not be dropped."""


def drop_earlier(db: psycopg.Connection[Any], schema: str, number: int, digest: str) -> tuple[int, ...]:
    """Drop earlier loads, all but the last where nobody was erased since; returns the numbers of those that are left.

    Raises EarlierLoadHeld when one that holds somebody who was erased cannot be dropped.
    """
    from psycopg.errors import LockNotAvailable

    asked = (
        "select load_number, erasures_digest = %s, replaced_by from (select *, lead(switched_by) over "
        f'(order by load_number) as replaced_by from "{schema}_{NIGHTS}".loads) where load_number < %s order by 1'
    )
    earlier = do(db, asked, digest, number).fetchall()
    kept, held = list[int](), list[int]()
    for place, (load_number, is_same, replaced_by) in enumerate(earlier, 1):
        if is_same and (place == len(earlier) or _is_seen(db, replaced_by)):
            kept.append(int(load_number))
            continue
        try:
            _wait_unseen(db, replaced_by)
            drop_load(db, schema, int(load_number))
        except (LockNotAvailable, TimeoutError):
            (kept if is_same else held).append(int(load_number))
    if held:
        raise EarlierLoadHeld(
            f"the load {held[0]} holds people who were erased since, and a reader holds it; expected that it can be "
            "dropped. Do: end long transactions in that database, then run the same command again"
        )
    return tuple(kept)


def _is_seen(db: psycopg.Connection[Any], replaced_by: object) -> bool:
    """Whether a transaction may still see the load that another one (its transaction's number) took the place of.

    Partitions are found by the catalog of now, rows by the snapshot of then: dropped under a snapshot that still takes
    it for the served one, a load would be an empty table there.
    """
    asked = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and age(backend_xmin) >= age(%s::text::xid)"
    )
    return bool(one(db, asked, str(replaced_by)))


def _wait_unseen(db: psycopg.Connection[Any], replaced_by: object) -> None:
    """Wait for such transactions as long as for a lock; raises TimeoutError."""
    until = time.monotonic() + _WAIT_MS / 1000
    while _is_seen(db, replaced_by):
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


def wait_for_readers(db: psycopg.Connection[Any], tables: Sequence[str]) -> None:
    """Wait until every transaction that has one of the tables open now has ended, two seconds at most.

    Its statement may have been planned without the load that was attached since; run after the switch it would find
    that load empty. From planning to running are microseconds; the limit is for transactions that stay open.
    """
    asked = (
        "select array_agg(distinct virtualtransaction) from pg_locks "
        "where relation = any(%s::text[]::regclass[]::oid[]) and pid <> pg_backend_pid()"
    )
    open_now = one(db, asked, list(tables)) or []
    until = time.monotonic() + _WAIT_MS / 1000
    still = "select count(*) from pg_locks where locktype = 'virtualxid' and virtualtransaction = any(%s)"
    while open_now and one(db, still, open_now) and time.monotonic() < until:
        time.sleep(0.002)


def drop_load(db: psycopg.Connection[Any], schema: str, number: int) -> None:
    """Drop a load table by table, each on its own: a reader of several would wait for us while we wait for it.

    Nothing where there is no such load; psycopg's LockNotAvailable after two seconds of waiting for a reader.
    """
    nights = f"{schema}_{NIGHTS}"
    asked = "select tablename from pg_tables where schemaname = %s and tablename like %s"
    for (name,) in do(db, asked, nights, f"%\\_{number}").fetchall():
        with db.transaction():
            do(db, f"set local lock_timeout = {_WAIT_MS}")
            do(db, f'drop table "{nights}"."{name}"')
    do(db, f'delete from "{nights}".loads where load_number = %s', number)
