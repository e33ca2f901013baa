"""goyong.duckdb: the one file analysts open. Aggregates only, small cells hidden, a Korean comment on every column.

Built aside from the tables one pointer names, then renamed. It must never hold a row about one person or a column
that identifies one: `_refuse_personal_columns` stops the build. What is in it: aggregates.py and GOLD_PEOPLE there,
macros.py, code_labels.py.
"""

from __future__ import annotations

import logging
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from dashboards import hiding, texts
from dashboards.aggregate_shape import Aggregate
from dashboards.aggregates import AGGREGATES, GOLD_PEOPLE, PUBLISHED_TABLES
from dashboards.code_labels import CODE_LABELS, label_rows
from dashboards.macros import MACROS, create_macros
from lake import tables
from lake.contracts import judgement, ops
from lake.contracts.alerts import ALERTS
from lake.contracts.model import Privacy, Table
from lake.contracts.registry import TABLES, table
from lake.contracts.render import arrow_schema, dictionary_rows, duckdb_comments
from lake.publication import Pointer
from lake.settings import Settings

Setting = str | bool | int | float | list[str]
log = logging.getLogger(__name__)

_OPS = (ops.RUNS.id, ops.QUALITY.id, ALERTS.id, ops.EXPOSURE.id, *(contract.id for contract in judgement.TABLES))
_OVER_NIGHTS = (ops.RUNS.id, ops.QUALITY.id, ALERTS.id)
_NIGHT = """select any_value(run_id) as run_id, any_value(as_of) as as_of, bool_or(is_synthetic) as is_synthetic
from ops.published_tables"""
_NEVER = (Privacy.PSEUDONYM, Privacy.PERSONAL)


class PersonalColumn(RuntimeError):
    """A table meant for analysts declares a column about one person."""


class NothingToPublish(RuntimeError):
    """A table the file needs has no rows for the published date."""


class WrongCatalog(RuntimeError):
    """The file given is no goyong.duckdb of a published night."""


def published(settings: Settings, pointer: Pointer, table_id: str) -> pads.Dataset:
    """The rows of `table_id` that belong to the pointer's night: its version, and its business date alone."""
    entry = pointer.tables.get(table_id)
    return tables.dataset_of_night(settings, table_id, pointer.as_of, entry.version if entry else None)


def build_catalog(settings: Settings, pointer: Pointer, *, out: Path, run: pa.Table | None = None) -> Path:
    """Build `out`/goyong-{run_id}.duckdb whole or not at all; returns it. `run` is the night's row of ops__runs.

    Published files have a name of their own each: DuckDB answers a second connect to the same path from the file it
    already has open, whatever was renamed over it since.
    """
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    final = out / f"goyong-{pointer.run_id}.duckdb"
    aside = out / f".goyong-{pointer.run_id}.building"
    aside.unlink(missing_ok=True)
    with duckdb.connect(str(aside), config=_limits(settings)) as db:
        # One transaction: several hundred COMMENT statements would each wait for the disk on their own.
        db.execute("begin")
        for schema in ("gold", "agg", "ops"):
            db.execute(f"create schema {schema}")
        rows = _gold_rows(settings, pointer) | _ops_rows(settings, pointer, run)
        rows |= {each.table.id: _aggregate_rows(db, each, settings, pointer) for each in AGGREGATES}
        shown = hiding.hide_everywhere(rows)
        for contract in contracts():
            _write(db, contract, shown[contract.id])
        create_macros(db)
        db.execute("commit")
        db.execute("checkpoint")
    aside.replace(final)
    log.info("wrote %s bytes %d in %.2f s", final.name, final.stat().st_size, time.monotonic() - started)
    return final


def open_catalog(settings: Settings, file: Path) -> duckdb.DuckDBPyConnection:
    """`file` opened for reading, locked down; a link is followed first, see build_catalog."""
    if not file.is_file():
        raise WrongCatalog(f"{file.name}: no such file; a published night makes it: run goyong nightly")
    config = _limits(settings) | {"enable_external_access": "false"}
    return duckdb.connect(str(file.resolve()), read_only=True, config=config)


def served_night(db: duckdb.DuckDBPyConnection, file: Path) -> dict[str, Any]:
    """run_id, as_of and is_synthetic of the night that the file was built from."""
    found: dict[str, Any] = db.execute(_NIGHT).to_arrow_table().to_pylist()[0]
    if found["run_id"] is None:
        raise WrongCatalog(f"{file.name}: ops.published_tables is empty; build it again (goyong nightly)")
    return found


def _limits(settings: Settings) -> dict[str, Setting]:
    return {"memory_limit": f"{settings.memory_mb}MB", "threads": settings.cores}


def contracts() -> tuple[Table, ...]:
    """The contracts of every table in the file, in the order they are written."""
    own = tuple(aggregate.table for aggregate in AGGREGATES)
    return (*(table(name) for name in GOLD_PEOPLE), *own, *(table(name) for name in _OPS), *_EXTRA_OPS)


_EXTRA_OPS = (PUBLISHED_TABLES, CODE_LABELS, ops.DATA_DICTIONARY)


def _gold_rows(settings: Settings, pointer: Pointer) -> dict[str, pa.Table]:
    found = {}
    for table_id in GOLD_PEOPLE:
        contract = table(table_id)
        rows = published(settings, pointer, table_id).to_table().select(list(contract.names))
        found[table_id] = rows.sort_by([(name, "ascending") for name in contract.key])
    return found


def _aggregate_rows(
    db: duckdb.DuckDBPyConnection, aggregate: Aggregate, settings: Settings, pointer: Pointer
) -> pa.Table:
    for table_id in aggregate.reads:
        db.register(table_id, published(settings, pointer, table_id))
    db.register("names", texts.names_table())
    rows = db.execute(aggregate.sql).to_arrow_table().cast(arrow_schema(aggregate.table))
    for name in (*aggregate.reads, "names"):
        db.unregister(name)
    if rows.num_rows == 0 and not aggregate.may_be_empty:
        raise NothingToPublish(
            f"{aggregate.table.id}: no rows for {pointer.as_of} in {', '.join(aggregate.reads)}; expected at least "
            "one: run the night again (goyong nightly)"
        )
    return rows


def _ops_rows(settings: Settings, pointer: Pointer, run: pa.Table | None) -> dict[str, pa.Table]:
    """Runs and checks up to the published date, that night's judgements, the published versions, the dictionary.

    Judgements of several nights would tell of single people: what was counted tonight less what was last night.
    """
    found = {}
    for table_id in _OPS:
        rows = _rows_until(settings, table_id, pointer.as_of)
        if table_id not in _OVER_NIGHTS:
            rows = rows.filter(pc.equal(rows.column("as_of"), pointer.as_of))
        if run is not None and table_id == ops.RUNS.id:
            rows = pa.concat_tables([rows.filter(pc.not_equal(rows.column("run_id"), pointer.run_id)), run])
        found[table_id] = rows.sort_by([(name, "ascending") for name in table(table_id).key])
    entries = sorted(pointer.tables.items())
    listed = [
        {
            "run_id": pointer.run_id,
            "as_of": pointer.as_of,
            "is_synthetic": pointer.is_synthetic,
            "table_id": table_id,
            "delta_version": entry.version,
            "rows_count": entry.rows,
            "content_hash": entry.content_hash,
        }
        for table_id, entry in entries
    ]
    found[PUBLISHED_TABLES.id] = pa.Table.from_pylist(listed, schema=arrow_schema(PUBLISHED_TABLES))
    found[CODE_LABELS.id] = label_rows(contracts())
    own = [contract for contract in contracts() if contract.id not in TABLES]
    found[ops.DATA_DICTIONARY.id] = dictionary_rows([*TABLES.values(), *own, *(macro.dictionary for macro in MACROS)])
    return found


def _rows_until(settings: Settings, table_id: str, as_of: date) -> pa.Table:
    """Rows of an ops table up to a business date."""
    contract = table(table_id)
    if not tables.exists(settings, table_id):
        # The first night of a lake is recorded in ops__runs when it has been published.
        return arrow_schema(contract).empty_table()
    until = pads.field("as_of") <= as_of
    return tables.dataset(settings, table_id).to_table(filter=until).select(list(contract.names))


def _write(db: duckdb.DuckDBPyConnection, contract: Table, rows: pa.Table) -> None:
    _refuse_personal_columns(contract)
    name = f"{contract.layer}.{contract.noun}"
    db.from_arrow(rows.select(list(contract.names))).create(name)
    for statement in duckdb_comments(contract, name):
        db.execute(statement)


def _refuse_personal_columns(contract: Table) -> None:
    found = [column.name for column in contract.columns if column.privacy in _NEVER]
    if found:
        raise PersonalColumn(
            f"{contract.id}: columns {found} are about one person; goyong.duckdb holds aggregates only: remove the "
            "table from dashboards/aggregates.py"
        )
