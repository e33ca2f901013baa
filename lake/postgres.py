"""A published night loaded into PostgreSQL and switched to in one transaction: readers see all of it or the one before.

Each load is a table of its own (`goyong_nights.seeker_jobs_v1_7`), attached to the table of all loads; the views that
readers use (`goyong.seeker_jobs_v1`) show the load that the one row of `goyong.served` names. So a statement sees one
night whatever happens meanwhile, and so does a REPEATABLE READ transaction over many statements. A load is attached in
a transaction before the switch: a statement planned before it was there must not be run after the switch. Loading takes
no lock that readers wait for; dropping an earlier load gives up after two seconds.
Put here: loading. Not here: which loads stay (postgres_earlier.py), which night is served in the lake (publication.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from lake import audit_log, exports, kill_points, publication, tables
from lake.contracts.model import Kind, Table
from lake.contracts.registry import table as contract
from lake.contracts.render import arrow_schema, comment
from lake.erasures import load_erasures
from lake.postgres_earlier import drop_earlier, drop_load, wait_for_readers
from lake.postgres_sql import NIGHTS, do, one
from lake.publication import Pointer
from lake.settings import Settings

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

_LOCK = 0x676F796F6E67  # "goyong": one load into a database at a time
_BATCH_ROWS = 16_384
_NO_HEADER = pacsv.WriteOptions(include_header=False)
TYPES: dict[Kind, str] = {
    Kind.STRING: "text",
    Kind.BOOLEAN: "boolean",
    Kind.INT8: "smallint",
    Kind.INT16: "smallint",
    Kind.INT32: "integer",
    Kind.INT64: "bigint",
    Kind.FLOAT32: "real",
    Kind.FLOAT64: "double precision",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamptz",
}


class PostgresUnavailable(RuntimeError):
    """The database cannot be reached, or the package that talks to it is not installed."""

    exit_code = 3


class PostgresLoadFailed(RuntimeError):
    """The database refused the load; it holds what it held before."""


class PostgresLoadRunning(RuntimeError):
    """Another load into the same database is running."""

    exit_code = 4


@dataclass(frozen=True)
class Loaded:
    """What a load did: rows are 0 when the night stood there already; `kept` names earlier loads that are left."""

    run_id: str
    load_number: int
    rows: int
    kept: tuple[int, ...]


def load(settings: Settings, *, schema: str = "goyong") -> Loaded:
    """Load the served night behind the views of `schema`; running it again changes nothing.

    Raises PostgresUnavailable, PostgresLoadRunning, PostgresLoadFailed: then readers see what they saw before. No
    message repeats a value of a row or the connection string.
    """
    if not (schema.isidentifier() and schema.isascii() and schema.islower() and len(schema) <= 40):
        raise PostgresLoadFailed("the schema's name is no plain lower-case word; expected letters, digits and _")
    with exports.shared(settings), _connected(settings) as db:
        pointer, digest = publication.current(settings), load_erasures(settings).digest
        with _told(pointer):
            done = _load_once(settings, db, pointer, schema=schema, digest=digest)
            kept = drop_earlier(db, schema, done.load_number, digest)
    if done.rows:
        facts = {"run": pointer.run_id, "use": "service", "format": "postgres", "tables": len(pointer.tables)}
        audit_log.record(settings, "export", **facts, rows=done.rows)
    return Loaded(done.run_id, done.load_number, done.rows, kept)


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    try:
        import psycopg
    except ModuleNotFoundError as error:
        raise PostgresUnavailable(
            "psycopg is not installed; expected the extra postgres. Do: pip install 'goyong[postgres]'"
        ) from error
    if not settings.postgres_dsn:
        raise PostgresUnavailable(
            "found no database to load into; expected GOYONG_POSTGRES_DSN=host=… dbname=… user=…. Do: set it; a "
            "password is better kept in ~/.pgpass"
        )
    try:
        db = psycopg.connect(settings.postgres_dsn, autocommit=True, application_name="goyong load")
    except psycopg.Error as error:  # its text may repeat the connection string
        raise PostgresUnavailable(
            f"the database of GOYONG_POSTGRES_DSN does not answer ({type(error).__name__}); expected PostgreSQL 12 or "
            "newer. Do: try the same connection with psql"
        ) from None
    with db:
        yield db


@contextmanager
def _told(pointer: Pointer) -> Iterator[None]:
    """Errors of the database without its words: they quote rows."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise PostgresLoadFailed(
            f"run {pointer.run_id}: PostgreSQL ended the load ({type(error).__name__}, SQLSTATE {error.sqlstate}); "
            "readers see what they saw before. Do: look into the database's log, then run the same command again"
        ) from None


def _load_once(
    settings: Settings, db: psycopg.Connection[Any], pointer: Pointer, *, schema: str, digest: str
) -> Loaded:
    """In two transactions, the second one the switch; what a killed load left between them is dropped first."""
    served = [contract(name) for name in sorted(pointer.tables) if contract(name).layer == "serving"]
    if not one(db, "select pg_try_advisory_lock(%s)", _LOCK):  # until the connection ends
        raise PostgresLoadRunning("another load into this database is running; wait for it")
    at, loads = f'"{schema}".served', f'"{schema}_{NIGHTS}".loads'
    with db.transaction():
        _prepare(db, schema)
    if number := one(db, f"select load_number from {at} where pointer_sha256 = %s", pointer.sha256):
        return Loaded(pointer.run_id, int(number), 0, ())
    number, rows = int(one(db, f"select coalesce(max(load_number), 0) + 1 from {loads}")), 0
    drop_load(db, schema, number)
    with db.transaction():
        for table in served:
            rows += _copy(settings, db, pointer, table=table, place=_place(schema, table, number))
            kill_points.pass_point(settings, f"postgres:{table.id}")
        for table in served:  # what readers could wait for comes last and takes milliseconds
            _attach(db, schema, table, number)
    kill_points.pass_point(settings, "postgres:before the switch")
    wait_for_readers(db, [f'"{schema}_{NIGHTS}"."{table.noun}"' for table in served])
    with db.transaction():
        facts = (number, pointer.run_id, pointer.as_of, pointer.is_synthetic, pointer.sha256)
        do(db, f"insert into {loads} values (%s, %s, pg_current_xact_id()::xid)", number, digest)
        do(db, f"delete from {at}")
        do(db, f"insert into {at} values (%s, %s, %s, %s, %s, now())", *facts)
    log.info("loaded run %s into PostgreSQL: %d tables, %d rows", pointer.run_id, len(served), rows)
    return Loaded(pointer.run_id, number, rows, ())


def _prepare(db: psycopg.Connection[Any], schema: str) -> None:
    """Schemas and the table that says what is served; nothing where they stand."""
    if one(db, "select to_regclass(%s)", f"{schema}.served"):
        return
    at, loads = f'"{schema}".served', f'"{schema}_{NIGHTS}".loads'
    do(db, f'create schema if not exists "{schema}"')
    do(db, f'create schema if not exists "{schema}_{NIGHTS}"')
    do(
        db,
        f"create table {loads} (load_number integer primary key, erasures_digest text not null, "
        "switched_by xid not null)",
    )
    do(
        db,
        f"create table {at} (load_number integer not null, run_id text not null, as_of date not null, "
        "is_synthetic boolean not null, pointer_sha256 text not null, loaded_at timestamptz not null)",
    )
    do(db, f"comment on table {at} is '지금 공표된 밤 한 줄. 모든 뷰가 이 적재를 보여 준다'")


def _copy(settings: Settings, db: psycopg.Connection[Any], pointer: Pointer, *, table: Table, place: str) -> int:
    """A table of its own with the night's rows and an index on the key; returns the number of rows."""
    number, columns = int(place.rpartition("_")[2]), _declared(table)
    load_number = f"load_number integer not null default {number} check (load_number = {number})"
    do(db, f"create table {place} ({load_number}, {columns})")
    names, rows = ", ".join(f'"{name}"' for name in table.names), 0
    schema = pa.schema([wanted.with_nullable(True) for wanted in arrow_schema(table)])  # checked at night, not here
    source = tables.dataset_of_night(settings, table.id, pointer.as_of, pointer.tables[table.id].version)
    with db.cursor() as cursor, cursor.copy(f"copy {place} ({names}) from stdin (format csv)".encode()) as target:
        for batch in source.to_batches(columns=list(table.names), batch_size=_BATCH_ROWS, batch_readahead=1):
            text = pa.BufferOutputStream()
            # A null is nothing and an empty text is "": as PostgreSQL reads them.
            pacsv.write_csv(batch.cast(schema), text, _NO_HEADER)
            target.write(text.getvalue().to_pybytes())
            rows += batch.num_rows
    keys = ", ".join(f'"{name}"' for name in table.key)
    do(db, f"create unique index on {place} ({keys})")
    do(db, f"analyze {place}")
    return rows


def _attach(db: psycopg.Connection[Any], schema: str, table: Table, number: int) -> None:
    """Put a load beside the others and let the view know every column."""
    whole = f'"{schema}_{NIGHTS}"."{table.noun}"'
    if not one(db, "select to_regclass(%s)", f"{schema}.{table.noun}"):
        columns = _declared(table)
        do(db, f"create table {whole} (load_number integer not null, {columns}) partition by list (load_number)")
        _show(db, schema, table, table.names)
    known = _columns(db, schema, table)
    if added := [column for column in table.columns if column.name not in known]:
        for column in added:
            do(db, f'alter table {whole} add column "{column.name}" {TYPES[column.kind]}')
        _show(db, schema, table, [*known, *(column.name for column in added)])
    do(db, f"alter table {whole} attach partition {_place(schema, table, number)} for values in ({number})")


def _columns(db: psycopg.Connection[Any], schema: str, table: Table) -> list[str]:
    asked = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum"
    return [str(name) for (name,) in do(db, asked, f"{schema}.{table.noun}").fetchall()]


def _show(db: psycopg.Connection[Any], schema: str, table: Table, names: Sequence[str]) -> None:
    """The view of a table, with Korean comments; columns that are new stand at its end."""
    view, listed = f'"{schema}"."{table.noun}"', ", ".join(f'"{name}"' for name in names)
    do(
        db,
        f'create or replace view {view} as select {listed} from "{schema}_{NIGHTS}"."{table.noun}" '
        f'where load_number = (select load_number from "{schema}".served)',
    )
    do(db, f"comment on view {view} is {_quoted(f'{table.label} — {table.description}')}")
    for column in table.columns:
        do(db, f'comment on column {view}."{column.name}" is {_quoted(comment(column))}')


def _declared(table: Table) -> str:
    return ", ".join(f'"{column.name}" {TYPES[column.kind]}' for column in table.columns)


def _place(schema: str, table: Table, number: int) -> str:
    return f"{schema}_{NIGHTS}.{table.noun}_{number}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
