"""Contract checks on what was written, and the row balance of silver.

The checks are generated from the contract (nulls, codes, ranges, keys) and run in one pass by DuckDB
over the committed files, so the reader is not the writer. Do not put here: gates that compare nights
(see publication audits) or the cleaning itself (transforms/silver).
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lake import tables
from lake.contracts.model import Column, Kind, Table
from lake.contracts.registry import table as contract
from lake.settings import Settings

_NUMBERS = {Kind.INT8, Kind.INT16, Kind.INT32, Kind.INT64, Kind.FLOAT32, Kind.FLOAT64}


class ContractBroken(RuntimeError):
    """Written rows break their contract; nothing made from them may be published."""


@dataclass(frozen=True)
class Check:
    """One check of one table: passes when `value` (rows that break the rule) is at most `limit`.

    A warning is stored and shown like any other check and stops nothing.
    """

    table_id: str
    name: str
    value: float
    limit: float = 0.0
    detail: str = ""
    is_warning: bool = False

    @property
    def passed(self) -> bool:
        """Whether the value is within the limit."""
        return self.value <= self.limit


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _column_rules(column: Column) -> list[tuple[str, str]]:
    name = f'"{column.name}"'
    rules: list[tuple[str, str]] = []
    if not column.nullable:
        rules.append((f"not_null:{column.name}", f"count(*) filter (where {name} is null)"))
    if column.codes:
        listed = ", ".join(_quoted(code) for code in column.codes.codes)
        rules.append((f"codes:{column.name}", f"count(*) filter (where {name} not in ({listed}))"))
    if column.kind in _NUMBERS:
        bounds = [f"{name} < {column.minimum}"] if column.minimum is not None else []
        bounds += [f"{name} > {column.maximum}"] if column.maximum is not None else []
        if column.kind in (Kind.FLOAT32, Kind.FLOAT64):
            bounds += [f"isnan({name})", f"isinf({name})"]
        if bounds:
            rules.append((f"range:{column.name}", f"count(*) filter (where {' or '.join(bounds)})"))
    return rules


def contract_rules(table: Table) -> list[tuple[str, str]]:
    """(check name, DuckDB aggregate counting the rows that break it), generated from the contract."""
    key = ", ".join(f'"{name}"' for name in table.key)
    rules = [rule for column in table.columns for rule in _column_rules(column)]
    return [*rules, ("unique_key", f"count(*) - count(distinct ({key}))")]


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection inside the memory and thread limits of the settings; what is made in it must be temporary.

    All connections of a process share one database in memory: a night opens two hundred, and to make a database takes
    17 ms. Temporary tables, views and what is registered belong to the one connection and go with it.
    """
    return _database(os.getpid(), settings.memory_mb, settings.cores).cursor()


@functools.lru_cache(maxsize=1)
def _database(pid: int, memory_mb: int, cores: int) -> duckdb.DuckDBPyConnection:
    """The process's own database (a fork makes its own)."""
    return duckdb.connect(config={"memory_limit": f"{memory_mb}MB", "threads": cores})


def check_table(settings: Settings, table_id: str, as_of: date | None = None) -> list[Check]:
    """Every contract check of a table (or of one business date of it), in contract order."""
    table = contract(table_id)
    rules = contract_rules(table)
    rows = tables.dataset_of_night(settings, table_id, as_of)
    with connect(settings) as db:
        db.register("checked", rows)
        (values,) = db.execute(f"select {', '.join(rule for _, rule in rules)} from checked").fetchall()
    return [Check(table_id, name, float(value or 0)) for (name, _), value in zip(rules, values, strict=True)]


def require(checks: Sequence[Check]) -> None:
    """Raises ContractBroken naming at most ten failed checks."""
    failed = [check for check in checks if not check.passed]
    if failed:
        lines = "; ".join(f"{c.table_id} {c.name}: {c.value:g} rows" for c in failed[:10])
        raise ContractBroken(
            f"{len(failed)} contract checks failed: {lines}. Correct the source or its mapping and run the night again"
        )


def row_balance(settings: Settings, noun: str, judged: Path, *, as_of: date) -> Check:
    """Rows in = rows out + quarantined + superseded + deleted, from bronze, the staged judgement and both tables.

    Superseded rows are older corrections and repeats: good rows beyond one per key. Deleted are the keys whose newest
    good row is a delete mark. A row lost on the way from
    bronze to the judgement, or from the judgement to either table, breaks the balance.
    """
    keys = ", ".join(f'"{name}"' for name in contract(f"silver__{noun}").key if name != "as_of")
    delivered = tables.dataset(settings, f"bronze__{noun}").scanner(
        columns=[], filter=pc.field("delivery_date") <= pa.scalar(as_of, pa.date32())
    )
    rows_in = delivered.count_rows()
    with connect(settings) as db:
        ((good, distinct),) = db.execute(
            "select count(*) filter (where reason_codes = ''), "
            f"count(distinct ({keys})) filter (where reason_codes = '') from read_parquet(?)",
            [f"{judged}/*.parquet"],
        ).fetchall()
        removed = _deleted_keys(db, keys, judged)
    out, quarantined = (
        tables.count(settings, f"{layer}__{noun}", {"as_of": as_of}) for layer in ("silver", "quarantine")
    )
    superseded = good - distinct
    detail = f"in {rows_in} = out {out} + quarantined {quarantined} + superseded {superseded} + deleted {removed}"
    missing = abs(rows_in - out - quarantined - superseded - removed)
    return Check(f"silver__{noun}", "row_balance", missing, detail=detail)


def refusals(settings: Settings, noun: str, *, as_of: date) -> list[Check]:
    """How many rows of a noun were set aside, by the first reason of each: counted, not judged (the limit is infinite).

    Named `refused:{column}:{REASON}`. A row counts once, so that the counts of a table add up to its quarantine.
    """
    table_id = f"quarantine__{noun}"
    rows = tables.dataset_of_night(settings, table_id, as_of)
    with connect(settings) as db:
        db.register("refused", rows)
        found = db.execute(
            "select regexp_extract(reason_codes, '^[^ |]+') as reason, count(*) from refused group by reason order by 1"
        ).fetchall()
    return [Check(table_id, f"refused:{reason}", float(count), math.inf) for reason, count in found]


def _deleted_keys(db: duckdb.DuckDBPyConnection, keys: str, judged: Path) -> int:
    """How many keys end with a delete mark."""
    files = [f"{judged}/*.parquet"]
    ((marks,),) = db.execute(
        "select count(*) from read_parquet(?) where is_deleted and reason_codes = ''", files
    ).fetchall()
    if not marks:
        return 0
    newest = (
        "select is_deleted from read_parquet(?) where reason_codes = '' qualify row_number() over "
        f"(partition by {keys} order by updated_at desc nulls last, delivery_date desc, source_file desc, "
        "row_number desc) = 1"
    )
    ((removed,),) = db.execute(f"select count(*) from ({newest}) where is_deleted", files).fetchall()
    return int(removed)


def quality_rows(checks: Sequence[Check], *, as_of: date, run_id: str) -> pa.Table:
    """The rows of ops__quality for `checks`."""
    from lake.contracts.render import arrow_schema

    rows: list[dict[str, Any]] = [
        {
            "as_of": as_of,
            "run_id": run_id,
            "table_id": check.table_id,
            "check_name": check.name,
            "value": check.value,
            "limit_value": check.limit if math.isfinite(check.limit) else None,
            "result_code": "PASS" if check.passed else "WARN" if check.is_warning else "FAIL",
            "detail": check.detail or None,
        }
        for check in checks
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(contract("ops__quality")))
