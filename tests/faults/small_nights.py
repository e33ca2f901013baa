"""Published nights in milliseconds: every serving table with a few rows, written without the engine.

Put here: making such nights and reading them as a portal does. Not here: expectations. What a night computes does not
matter for how it is published, kept and read; real nights are those of tests/pipeline/nights.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from lake import publication
from lake.contracts.model import Kind
from lake.contracts.registry import table
from lake.contracts.serving import SOURCES
from lake.file_hash import sha256_of
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.lake.conftest import write_table

FIRST_DAY = date(2026, 11, 20)
TABLES = tuple(SOURCES)
ROWS = 50
READS_OF_A_POLL = 4
"""Each of two tables by each of two engines."""


def settings_of(lake: Path, secret: Path, keep_nights: int = 7) -> Settings:
    """Settings of a lake of its own whose key lies where the command line will look for it."""
    return Settings(lake_dir=lake, secret_file=secret, memory_mb=256, threads=1, keep_nights=keep_nights)


def publish_night(settings: Settings, number: int) -> Pointer:
    """Write and publish the night `number` (0 is the first): its run id stands in every row."""
    day, run_id = FIRST_DAY + timedelta(days=number), f"2026-night-{number:03}"
    for table_id in TABLES:
        write_table(settings, table_id, *_rows(table_id, day, run_id))
    folder = settings.publication_dir
    folder.mkdir(exist_ok=True)
    database = folder / f"goyong-{run_id}.duckdb"
    with duckdb.connect(str(database)) as db:
        db.execute("create schema ops")
        db.execute("create table ops.published_tables as select ? as run_id", [run_id])
    page = folder / "sites" / run_id / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(run_id, encoding="utf-8")
    made = {str(file.relative_to(folder)): sha256_of(file) for file in (database, page)}
    entries = {name: publication.describe_table(settings, name) for name in TABLES}
    site = str(page.parent.relative_to(folder))
    pointer = Pointer(run_id, day, entries, {}, True, database=database.name, site=site, artefacts=made)
    publication.publish(settings, pointer)
    return pointer


def _rows(table_id: str, day: date, run_id: str) -> list[dict[str, Any]]:
    contract = table(table_id)
    keys = [column for column in contract.columns if column.name in contract.key and column.kind is Kind.STRING]
    stamp = {"as_of": day, "run_id": run_id}
    return [{column.name: f"{number:04}" for column in keys} | stamp for number in range(ROWS)]


class Portal:
    """A reader that follows the pointer: deltalake's QueryBuilder at its versions, DuckDB over its files."""

    def __init__(
        self, lake: Path, tables: Sequence[str] = TABLES, files: duckdb.DuckDBPyConnection | None = None
    ) -> None:
        """Opens what the pointer names now, and goes on reading that; `files` is a connection to use again."""
        self.pointer = json.loads((lake / "published" / "current.json").read_text(encoding="utf-8"))
        self.run_id = str(self.pointer["run_id"])
        self.delta, self.files = QueryBuilder(), files or duckdb.connect(config={"threads": "1"})
        for table_id in tables:
            entry = self.pointer["tables"][table_id]
            folder = lake / "tables" / Path(*table_id.split("__"))
            self.delta.register(table_id, DeltaTable(str(folder), version=entry["version"]))
            read = [str(folder / name) for name in entry["files"]]
            self.files.read_parquet(read).create_view(table_id, replace=True)

    def read(self, table_id: str) -> tuple[set[str], set[int]]:
        """The run ids and the numbers of rows that the two engines see in a table."""
        sql = f"select run_id, count(*) as rows_count from {table_id} group by run_id"
        first = [tuple(row.values()) for row in pa.table(self.delta.execute(sql).read_all()).to_pylist()]
        second = self.files.execute(sql).fetchall()
        found = [*first, *second]
        return {str(run) for run, _ in found}, {int(rows) for _, rows in found}


def poll(lake: Path, polls: int) -> tuple[int, int, int]:
    """In a process of its own: follow the pointer to two tables, each time others; reads, mixed reads, nights seen."""
    reads, mixed, nights = 0, 0, set()
    with duckdb.connect(config={"threads": "1"}) as files:
        for number in range(polls):
            pair = (TABLES[number % len(TABLES)], TABLES[(number + 1) % len(TABLES)])
            portal = Portal(lake, pair, files)
            for runs, rows in (portal.read(table_id) for table_id in pair):
                mixed += runs != {portal.run_id} or rows != {ROWS}
            reads += READS_OF_A_POLL
            nights.add(portal.run_id)
    return reads, mixed, len(nights)
