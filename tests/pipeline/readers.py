"""Independent readers of a lake: deltalake at the pointer's version, DuckDB over the manifest's files, raw bytes.

They use none of the product's own readers: a mistake there must not hide itself. Do not put here: expectations.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

ANSWERS = (
    "serving__seeker_employment_v1",
    "serving__seeker_occupations_v1",
    "serving__seeker_jobs_v1",
    "serving__seeker_courses_v1",
)
SHARED_BY_EVERYBODY = ("@example.com", "가상시 합성로")
"""Part of the e-mail address and of the address of every simulated person."""
_RESIDENT_NUMBER = re.compile(rb"(?=([0-9]{6})-?([0-9]{7}))")


def folder(lake: Path, table_id: str) -> Path:
    """Where a table lies."""
    layer, noun = table_id.split("__")
    return lake / "tables" / layer / noun


def served(lake: Path) -> dict[str, Any]:
    """The pointer that readers follow now."""
    pointer: dict[str, Any] = json.loads((lake / "published" / "current.json").read_text(encoding="utf-8"))
    return pointer


def night(lake: Path, day: date) -> dict[str, Any]:
    """The pointer of a published night."""
    files = sorted((lake / "published" / "nights").glob(f"{day.isoformat()}-*.json"))
    assert len(files) == 1, files
    pointer: dict[str, Any] = json.loads(files[0].read_text(encoding="utf-8"))
    return pointer


def hashes(pointer: dict[str, Any]) -> dict[str, str]:
    """Table -> content hash of a published night."""
    return {name: entry["content_hash"] for name, entry in pointer["tables"].items()}


def versions(lake: Path, prefix: str) -> dict[str, int]:
    """Table -> newest Delta version, of every table of a layer."""
    return {path.name: DeltaTable(str(path)).version() for path in sorted((lake / "tables" / prefix).iterdir())}


def published_rows(lake: Path, pointer: dict[str, Any], table_id: str) -> pa.Table:
    """First reader: deltalake at the version that the pointer names."""
    return DeltaTable(str(folder(lake, table_id)), version=pointer["tables"][table_id]["version"]).to_pyarrow_table()


def open_duckdb(lake: Path, pointer: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Second reader: DuckDB views over the files of the manifest; no extension is installed or loaded."""
    database = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}
    )
    for table_id, entry in pointer["tables"].items():
        files = [str(folder(lake, table_id) / name) for name in entry["files"]]
        database.read_parquet(files).create_view(table_id)
    return database


def add_view(database: duckdb.DuckDBPyConnection, lake: Path, table_id: str, day: date | None = None) -> None:
    """A view on the newest version of any table (or one business date of it), partition columns included."""
    table = DeltaTable(str(folder(lake, table_id)))
    files = table.file_uris(file_pruning_predicate=[("as_of", "=", day.isoformat())] if day else None)
    if files:
        database.read_parquet(files, hive_partitioning=True).create_view(table_id)
        return
    database.register(table_id, table.to_pyarrow_table().slice(0, 0))


def identities_in(path: Path) -> set[str]:
    """In a file and what its readers see: every 13-digit number, with or without hyphen, and what everybody shares."""
    found: set[str] = set()
    for content in contents(path):
        found |= _numbers(content) | {shared for shared in SHARED_BY_EVERYBODY if shared.encode() in content}
    return found


def contents(path: Path) -> Iterator[bytes]:
    """A file as it lies on disk, and what its readers see: values, rows, and files inside it."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".parquet":
        yield from _texts(pq.ParquetFile(path).read())
    elif path.suffix == ".duckdb":
        # Attached, because a process opens a file directly with one configuration only, and analysts' is a locked one.
        with duckdb.connect() as database:
            database.execute(f"attach '{path}' as file (read_only)")
            for schema, name in database.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                yield from _texts(database.execute(f'from file."{schema}"."{name}"').to_arrow_table())
    elif raw.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            yield "\n".join(database.iterdump()).encode(errors="surrogateescape")
    elif raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)


def _numbers(content: bytes) -> set[str]:
    return {f"{day.decode()}-{rest.decode()}" for day, rest in _RESIDENT_NUMBER.findall(content)}


def _texts(table: pa.Table) -> Iterator[bytes]:
    """The values of every column of text or whole numbers."""
    for column in table.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
            empty, end = pa.scalar("", pa.large_string()), pa.scalar("\n", pa.large_string())
            lines = pc.binary_join_element_wise(pc.fill_null(column.cast(pa.large_string()), empty), empty, end)
            yield from (chunk.buffers()[2].to_pybytes() for chunk in lines.chunks if len(chunk))
