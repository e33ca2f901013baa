"""People removed from what is not a table: the vault, exports, caches and work in progress.

Put here: one function a place, each safe to call again. Not here: tables (erasure.py), the record of what was done
(erasure_certificate.py).
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import duckdb
import lmdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.artefacts import KEY_VALUES
from lake.contracts.registry import TABLES
from lake.erased_rows import tables_about_people
from lake.key_value import blocks
from lake.publication import CANDIDATE
from lake.settings import Settings
from lake.vault import open_vault

_PIECE_BYTES = 1 << 24


@dataclass(frozen=True)
class ExportTraces:
    """Exported files that held one of the people and were removed, and files about people that are not there."""

    removed: tuple[str, ...]
    handed_out: tuple[dict[str, str], ...]


def is_in_vault(settings: Settings, key: str) -> bool:
    """Whether the vault knows who this is."""
    if not settings.vault_file.is_file():
        return False
    with open_vault(settings) as vault:
        return bool(vault.get(key))


def erase_from_vault(settings: Settings, keys: Sequence[str]) -> int:
    """Remove people from the vault; returns how many were there."""
    if not settings.vault_file.is_file():
        return 0
    with open_vault(settings) as vault:
        return vault.forget(keys)


def erase_scratch(settings: Settings) -> None:
    """Delete what is made anew by the next night: the search's carry and the staging folder's content."""
    shutil.rmtree(settings.carry_dir, ignore_errors=True)
    (settings.publication_dir / CANDIDATE).unlink(missing_ok=True)
    for entry in settings.staging_dir.iterdir() if settings.staging_dir.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def erase_from_exports(settings: Settings, names: Sequence[str]) -> ExportTraces:
    """Delete the exported files that hold one of `names` (keys, of every use); a part of a file is never rewritten.

    What an export's manifest says of other files stays true; who needs the deleted one exports anew.
    """
    removed, handed_out = [], []
    for entry in _registered(settings):
        folder = Path(str(entry.get("folder", "")))
        for leftover in sorted(folder.parent.glob(f".{folder.name}.writing-*")):  # of a killed export: none runs now
            shutil.rmtree(leftover)
            removed.append(str(leftover))
        for name in sorted(entry.get("files", {})):
            file = folder / name
            if not file.is_file():
                table_id = next((table_id for table_id in TABLES if file.name.startswith(table_id)), None)
                if table_id is None or table_id in tables_about_people():
                    handed_out.append({"file": str(file), "at": str(entry.get("at", ""))})
            elif holds(file, names):
                file.unlink()
                removed.append(str(file))
    return ExportTraces(tuple(removed), tuple(handed_out))


def _registered(settings: Settings) -> list[dict[str, Any]]:
    file = settings.exports_dir / "register.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [json.loads(line) for line in lines if line.strip()]


def holds(file: Path, names: Sequence[str]) -> bool:
    """Whether one of `names` (ASCII, at most 64 letters) stands in a file as its readers see it: unpacked, decoded."""
    pattern = "|".join(map(re.escape, names))
    if file.suffix == ".parquet":
        with suppress(pa.ArrowInvalid):  # not a whole one: its bytes then
            return _parquet_holds(file, pattern)
    if file.suffix == ".duckdb":
        with suppress(duckdb.Error):
            return _database_holds(file, pattern)
    if file.suffix == KEY_VALUES:
        with suppress(lmdb.Error, ValueError):
            if any(re.search(pattern.encode(), block) for block in blocks(file)):
                return True
    if file.suffix == ".gz":
        with suppress(OSError, EOFError, zlib.error), gzip.open(file) as unpacked:
            if any(re.search(pattern.encode(), piece) for piece in _overlapping(unpacked)):
                return True
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return any(re.search(pattern.encode(), archive.read(name)) for name in archive.namelist())
    return any(re.search(pattern.encode(), piece) for piece in _pieces(file))


def _parquet_holds(file: Path, pattern: str) -> bool:
    opened = pq.ParquetFile(file)
    texts = [field.name for field in opened.schema_arrow if "string" in str(field.type)]
    for batch in opened.iter_batches(columns=texts) if texts else ():
        if any(pc.any(pc.match_substring_regex(_flat(column), pattern)).as_py() for column in batch.columns):
            return True
    return False


def _flat(column: pa.Array) -> pa.Array:
    """The texts of a column, whatever they are packed in."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column
    if pa.types.is_dictionary(column.type):
        return _flat(column.dictionary)
    return pa.array([str(value) for value in column.to_pylist()], pa.string())


def _database_holds(file: Path, pattern: str) -> bool:
    """Whether a value in a DuckDB file matches; its bytes are packed."""
    with duckdb.connect(str(file), read_only=True, config={"enable_external_access": "false"}) as db:
        columns = db.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' "
            "and not internal"
        ).fetchall()
        for schema, name, column in columns:
            texts = db.table(f'"{schema}"."{name}"').select(duckdb.ColumnExpression(column)).to_arrow_table()
            if pc.any(pc.match_substring_regex(texts.column(0), pattern)).as_py():
                return True
    return False


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as handle:
        yield from _overlapping(handle)


def _overlapping(handle: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Bytes in pieces that overlap, so that no name is cut in two."""
    tail = b""
    while piece := handle.read(_PIECE_BYTES):
        yield tail + piece
        tail = piece[-64:]


def find_residue(settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    """Files of the lake that hold one of `names` after all: relative paths. A sound lake has none.

    Of the tables only those of the layer ops are looked through here: they hold what steps said of themselves. Those
    about people are the business of erasure_traces.py.
    """
    found = []
    places = [entry for entry in settings.lake_dir.iterdir() if entry != settings.tables_dir]
    for folder in [*sorted(places), settings.tables_dir / "ops"]:
        files = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        found += [str(file.relative_to(settings.lake_dir)) for file in files if file.is_file() and holds(file, names)]
    return tuple(found)
