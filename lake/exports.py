"""Exports: the served night's tables as files for somebody else, all or nothing, with a manifest, a register and a log.

`service` hands the tables over as served; `analysis` puts the pseudonyms of that use in place of every pseudonym.
LAKE/exports/register.jsonl names every folder that was made, so that an erasure finds the copies.
Do not put here: how a file is written (export_files.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa

from lake import audit_log, publication, tables
from lake.contracts.model import Privacy
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
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
    """One file of an export, as its manifest says it."""

    file: str
    rows: int
    sha256: str
    contract_version: str
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
    """
    pointer = publication.current(settings)
    names = _chosen(pointer, order)
    target = folder.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportRefused(f"{folder.name}: is there and not empty; expected a new or empty folder. Do: --to another")
    _drop_leftovers(target)
    aside = target.with_name(f".{target.name}.writing-{os.getpid()}")
    aside.mkdir(parents=True)
    try:
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
    return sorted(set(order.tables) or pointer.tables)


def _write_table(
    settings: Settings, pointer: publication.Pointer, name: str, aside: Path, order: Order
) -> ExportedFile:
    entry = pointer.tables[name]
    file = aside / f"{name}.{order.file_format}"
    batches = _batches(settings, pointer, name, order.use)
    rows = write_file(file, arrow_schema(table(name)), batches, order.file_format)
    sync_file(file)
    return ExportedFile(file.name, rows, sha256_of(file), entry.contract_version, entry.version)


def _batches(settings: Settings, pointer: publication.Pointer, name: str, use: str) -> Iterator[pa.RecordBatch]:
    """The published rows of one table in contract order, under the keys of the use."""
    contract = table(name)
    as_of = pointer.as_of if "as_of" in contract.partition_by else None
    rows = tables.dataset(settings, name, as_of=as_of, version=pointer.tables[name].version)
    keyed = [column.name for column in contract.columns if column.privacy is Privacy.PSEUDONYM]
    master = load_master_key(settings) if use == "analysis" else b""
    for batch in rows.to_batches(
        columns=list(contract.names), batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1
    ):
        changed = batch.cast(arrow_schema(contract))
        for column in keyed if master else ():
            position = changed.schema.get_field_index(column)
            hashed = analysis_keys(changed.column(position), master)
            changed = changed.set_column(position, changed.schema.field(position), hashed)
        yield changed


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
