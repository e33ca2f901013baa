"""goyong.duckdb: the one file analysts open. Aggregates only, small cells hidden, a Korean comment on every column.

Built aside from the tables one pointer names, then renamed. It must never hold a row about one person or a column
that identifies one: `_refuse_personal_columns` stops the build. What is in it: aggregates.py and GOLD_PEOPLE there.
"""

from __future__ import annotations

import logging
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from dashboards import texts
from dashboards.aggregate_shape import NO_ANSWER, TOTAL, UNKNOWN, Aggregate, People
from dashboards.aggregates import (
    AGGREGATES,
    COURSE_FIELD,
    EXPOSURE_LINE,
    EXPOSURE_PEOPLE,
    GOLD_PEOPLE,
    PUBLISHED_TABLES,
)
from dashboards.suppression import Mask, hide_small_cells
from lake import tables
from lake.contracts import gold, judgement, ops
from lake.contracts.model import Privacy, Table
from lake.contracts.registry import TABLES, table
from lake.contracts.render import arrow_schema, dictionary_rows, duckdb_comments
from lake.publication import Pointer
from lake.settings import Settings

Setting = str | bool | int | float | list[str]
log = logging.getLogger(__name__)

_OPS = (ops.RUNS.id, ops.QUALITY.id, ops.EXPOSURE.id, *(contract.id for contract in judgement.TABLES))
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
    as_of = pointer.as_of if "as_of" in table(table_id).partition_by else None
    return tables.dataset(settings, table_id, as_of=as_of, version=entry.version if entry else None)


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
        _write_gold(db, settings, pointer)
        for aggregate in AGGREGATES:
            _write_aggregate(db, aggregate, settings, pointer)
        _write_ops(db, settings, pointer, run)
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


_EXTRA_OPS = (PUBLISHED_TABLES, ops.DATA_DICTIONARY)


def hide(rows: pa.Table, people: People, *, group: str = "", also: Mask | None = None) -> tuple[pa.Table, set[str]]:
    """`rows` with small cells of one people count set to NULL, and the last line's values whose totals must go too.

    With `group`, the row TOTAL is no cell but the total: it is hidden when the hidden cells would follow from it.
    """
    counts = pc.fill_null(rows.column(people.count), 0).to_numpy().astype(np.int64)
    names = rows.column(group).to_pylist() if group else [""] * rows.num_rows
    is_total = np.array([name == TOTAL for name in names], dtype=bool)
    last = np.array([name == NO_ANSWER for name in names], dtype=bool)
    if "answer_code" in rows.schema.names:
        last = last | (pc.equal(rows.column("answer_code"), "OK").to_numpy(zero_copy_only=False))
    lines = [_line_ids(rows, name) for name in people.lines] or [np.zeros(rows.num_rows, dtype=np.int64)]
    hidden = hide_small_cells(np.where(is_total, 0, counts), lines, last=last, also=also)
    total_hidden = bool(is_total.any()) and (bool(hidden.totals[0].size) or int(counts[is_total].max()) < 10)
    cells = hidden.cells | (is_total if total_hidden else np.zeros_like(is_total))
    for name in (people.count, *people.hides):
        position = rows.schema.get_field_index(name)
        emptied = pc.if_else(pa.array(cells), pa.nulls(rows.num_rows, rows.schema.field(name).type), rows.column(name))
        rows = rows.set_column(position, rows.schema.field(position), emptied)
    if "is_suppressed" in rows.schema.names:
        position = rows.schema.get_field_index("is_suppressed")
        rows = rows.set_column(position, rows.schema.field(position), pa.array(cells))
    first = rows.column(people.lines[0]).to_pylist() if people.lines else []
    open_ids = set(hidden.totals[0].tolist())
    return rows, {value for value, line in zip(first, lines[0].tolist(), strict=False) if line in open_ids}


def _line_ids(rows: pa.Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    # Joined first: pyarrow cannot join a dictionary of dates in no chunk (a table without a row).
    encoded = pc.dictionary_encode(rows.column(name).combine_chunks())
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _write_gold(db: duckdb.DuckDBPyConnection, settings: Settings, pointer: Pointer) -> None:
    """The gold facts. An occupation whose total would give a hidden labour-market cell away is hidden as well."""
    opened: dict[str, set[str]] = {}
    for table_id, counts in GOLD_PEOPLE.items():
        contract = table(table_id)
        rows = published(settings, pointer, table_id).to_table().select(list(contract.names))
        rows = rows.sort_by([(name, "ascending") for name in contract.key])
        if table_id == gold.COURSE_OUTCOMES.id:
            field = pc.fill_null(pc.utf8_slice_codeunits(rows.column("skill_code"), 0, 2), UNKNOWN)
            rows = rows.append_column(COURSE_FIELD, field)
        for people in counts:
            also = None
            if table_id == gold.OCCUPATIONS.id:
                known = opened.get(people.count, set())
                also = np.array([code in known for code in rows.column("occupation_code").to_pylist()], dtype=bool)
            rows, found = hide(rows, people, also=also)
            if table_id == gold.LABOUR_MARKET.id:
                opened[people.count] = found
        _write(db, contract, rows)


def _write_aggregate(db: duckdb.DuckDBPyConnection, aggregate: Aggregate, settings: Settings, pointer: Pointer) -> None:
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
    for people in aggregate.people:
        rows, _ = hide(rows, people, group=aggregate.group)
    _write(db, aggregate.table, rows)


def _write_ops(db: duckdb.DuckDBPyConnection, settings: Settings, pointer: Pointer, run: pa.Table | None) -> None:
    """Runs, checks and judgements up to the published date, the published versions, the dictionary of every table."""
    for table_id in _OPS:
        contract = table(table_id)
        rows = _rows_until(settings, table_id, pointer.as_of)
        if run is not None and table_id == ops.RUNS.id:
            rows = pa.concat_tables([rows.filter(pc.not_equal(rows.column("run_id"), pointer.run_id)), run])
        if table_id == ops.EXPOSURE.id:
            rows = _hide_exposure(rows)
        _write(db, contract, rows.sort_by([(name, "ascending") for name in contract.key]))
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
    _write(db, PUBLISHED_TABLES, pa.Table.from_pylist(listed, schema=arrow_schema(PUBLISHED_TABLES)))
    own = [contract for contract in contracts() if contract.id not in TABLES]
    _write(db, ops.DATA_DICTIONARY, dictionary_rows([*TABLES.values(), *own]))


def _hide_exposure(rows: pa.Table) -> pa.Table:
    """Rows of ops__exposure with the cells about few people hidden; `line` names the groups that add up."""
    parts = [pc.cast(rows.column(name), pa.string()) for name in EXPOSURE_LINE]
    rows = rows.append_column("line", pc.binary_join_element_wise(*parts, "|"))
    for people in EXPOSURE_PEOPLE:
        rows, _ = hide(rows, people)
    return rows


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
