"""Exports: the served night's tables as files for somebody else, all or nothing, with a manifest, a register and a log.

`service` hands the tables over as served; `analysis` puts the pseudonyms of that use in place of every pseudonym, sorts
by them, and leaves out lists that name postings in clear. Equal answers still match: who holds both extracts joins rows
that stand out, so nobody should be given both.
LAKE/exports/register.jsonl names every folder that was made or begun, so that an erasure finds the copies.
Do not put here: how a file is written (export_files.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psutil
import pyarrow as pa
import pyarrow.dataset as pads

from lake import audit_log, publication, tables
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.contracts.serving import POSTING_SOURCES
from lake.erased_rows import person_columns
from lake.export_files import FORMATS, write_file
from lake.file_hash import sha256_of
from lake.file_sync import sync_file, sync_folder, write_durably
from lake.privacy import analysis_keys, load_master_key
from lake.settings import Settings

USES = ("service", "analysis")
MANIFEST = "manifest.json"
# A row of the widest table is 150 columns: this many rows stay well under 100 MB also as Python values.
BATCH_ROWS = 8_192


class ExportRefused(ValueError):
    """The export that was asked for cannot be made: unknown table, format or use, or a folder that is in use."""

    exit_code = 2


@dataclass(frozen=True)
class ExportedFile:
    """One file of an export, as its manifest says it; `delta_*` is the same rows as a table below the lake."""

    file: str
    rows: int
    sha256: str
    contract_version: str
    delta_table: str
    delta_version: int


@dataclass(frozen=True)
class Order:
    """What is asked for: a format of FORMATS, a use of USES, and the tables (none: all served ones)."""

    file_format: str
    use: str = "service"
    tables: tuple[str, ...] = ()


def export(settings: Settings, folder: Path, order: Order) -> dict[str, ExportedFile]:
    """Write the served night's tables into `folder` (new or empty); returns the files by table.

    Raises:
        ExportRefused: the order or the folder is not usable.
        ExportTooLarge: a table does not fit the format.
        LakeLocked: people are being erased.
    """
    with shared(settings):
        return _export(settings, folder.absolute(), order)


@contextmanager
def shared(settings: Settings) -> Iterator[None]:
    """Hold off erasures while rows are handed over; raises LakeLocked when people are being erased."""
    with _held(settings, fcntl.LOCK_SH, "people are being erased; wait until that is done"):
        yield


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Hold off exports while people are erased; raises LakeLocked when one is running."""
    with _held(settings, fcntl.LOCK_EX, "an export is running; wait for it or stop it"):
        yield


@contextmanager
def _held(settings: Settings, how: int, held: str) -> Iterator[None]:
    """The lock of exports, shared or alone. The OS frees it if we die."""
    settings.exports_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.exports_dir / ".lock").open("a", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise publication.LakeLocked(held) from error
        yield


def _export(settings: Settings, target: Path, order: Order) -> dict[str, ExportedFile]:
    pointer = publication.current(settings)
    names = _chosen(pointer, order)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportRefused(f"{target.name}: is there and not empty; expected a new or empty folder. Do: --to another")
    _drop_leftovers(target)
    aside = target.with_name(f".{target.name}.writing-{os.getpid()}")
    try:
        aside.mkdir(parents=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportRefused(f"{target.name}: cannot be written ({reason}). Do: --to another folder") from error
    try:
        # Before the first byte: an erasure looks beside every folder of the register for what a killed export left.
        _register(settings, pointer, target, order, {})
        files = {name: _write_table(settings, pointer, name, aside, order) for name in names}
        write_durably(aside / MANIFEST, _manifest(pointer, order, files))
        _register(settings, pointer, target, order, {path.name: sha256_of(path) for path in sorted(aside.iterdir())})
        rows = sum(entry.rows for entry in files.values())
        facts = {"run": pointer.run_id, "use": order.use, "format": order.file_format}
        audit_log.record(settings, "export", **facts, tables=len(files), rows=rows)
        aside.replace(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return files


def _drop_leftovers(target: Path) -> None:
    """What an export to the same place left when it was killed: nobody would know of that copy."""
    for folder in target.parent.glob(f".{target.name}.writing-*"):
        number = folder.name.rpartition("-")[2]
        if not (number.isdigit() and psutil.pid_exists(int(number))):
            shutil.rmtree(folder, ignore_errors=True)


def _chosen(pointer: publication.Pointer, order: Order) -> Sequence[str]:
    for value, known, what in ((order.file_format, FORMATS, "format"), (order.use, USES, "use")):
        if value not in known:
            raise ExportRefused(f"{what} {value[:40]!r}; expected one of {', '.join(known)}")
    unknown = sorted(set(order.tables) - set(pointer.tables))
    if unknown:
        raise ExportRefused(f"{', '.join(unknown)[:200]}: not served; expected of {', '.join(sorted(pointer.tables))}")
    by_posting = POSTING_SOURCES.keys() & set(pointer.tables) if order.use == "analysis" else set()
    if named := by_posting & set(order.tables):
        raise ExportRefused(
            f"{', '.join(sorted(named))}: lists people by posting_id, which stands in clear in other tables; not "
            "exported for analysis. Do: leave it out"
        )
    return sorted(set(order.tables) or set(pointer.tables) - by_posting)


def _write_table(
    settings: Settings, pointer: publication.Pointer, name: str, aside: Path, order: Order
) -> ExportedFile:
    entry = pointer.tables[name]
    file = aside / f"{name}.{order.file_format}"
    batches = _batches(settings, pointer, name, use=order.use, aside=aside)
    rows = write_file(file, arrow_schema(table(name)), batches, order.file_format)
    sync_file(file)
    place = str(tables.path(settings, name).relative_to(settings.lake_dir))
    return ExportedFile(file.name, rows, sha256_of(file), entry.contract_version, place, entry.version)


def _batches(
    settings: Settings, pointer: publication.Pointer, name: str, *, use: str, aside: Path
) -> Iterator[pa.RecordBatch]:
    """The published rows of one table in contract order, under the keys of the use and sorted by them."""
    contract = table(name)
    rows = tables.dataset_of_night(settings, name, pointer.as_of, pointer.tables[name].version)
    keyed = person_columns(contract)
    if use == "analysis" and keyed:
        yield from _sorted_batches(settings, rows, keyed, arrow_schema(contract), aside=aside)
        return
    for batch in rows.to_batches(
        columns=list(contract.names), batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1
    ):
        yield batch.cast(arrow_schema(contract))


def _sorted_batches(
    settings: Settings, rows: pads.Dataset, keyed: Sequence[str], schema: pa.Schema, *, aside: Path
) -> Iterator[pa.RecordBatch]:
    """Rows under the keys of analysis, in their order: in that of the lake they would line up with the service's.

    DuckDB sorts inside the settings' memory and spills beyond it, beside the files of the export.
    """
    master = load_master_key(settings)

    def analysed() -> Iterator[pa.RecordBatch]:
        for batch in rows.to_batches(
            columns=schema.names, batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1
        ):
            changed = batch.cast(schema)
            for column in keyed:
                position = changed.schema.get_field_index(column)
                hashed = analysis_keys(changed.column(position), master)
                changed = changed.set_column(position, changed.schema.field(position), hashed)
            yield changed

    memory = f"{settings.memory_mb}MB"
    with (
        TemporaryDirectory(dir=aside) as spill,
        duckdb.connect(config={"memory_limit": memory, "threads": settings.cores, "temp_directory": spill}) as db,
    ):
        found = db.from_arrow(pa.RecordBatchReader.from_batches(schema, analysed()))
        for batch in found.order(", ".join(f'"{name}"' for name in keyed)).to_arrow_reader(BATCH_ROWS):
            yield batch.cast(schema)


def _manifest(pointer: publication.Pointer, order: Order, files: dict[str, ExportedFile]) -> str:
    facts: dict[str, Any] = {
        "run_id": pointer.run_id,
        "as_of": pointer.as_of.isoformat(),
        "is_synthetic": pointer.is_synthetic,
        "use": order.use,
        "format": order.file_format,
        "model_versions": dict(pointer.model_versions),
        "tables": {name: asdict(entry) for name, entry in files.items()},
    }
    if order.file_format in ("csv", "xlsx"):
        facts["formula_guard"] = "one leading ' was put before texts that begin like a formula or with '; take it off"
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)


def _register(
    settings: Settings, pointer: publication.Pointer, target: Path, order: Order, files: dict[str, str]
) -> None:
    """One line, on disk before the folder appears: a copy that exists is always known."""
    register = settings.exports_dir / "register.jsonl"
    register.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = {
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "run_id": pointer.run_id,
        "use": order.use,
        "folder": str(target),
        "files": files,
    }
    with register.open("a", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())
    sync_folder(register.parent)
