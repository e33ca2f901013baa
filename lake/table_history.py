"""A table's past cut off: what is not needed by the versions that are kept leaves no byte, in files or in the log.

Do not put here: which versions are kept, what is written (erasure.py, tables.py). Concept: the Delta log keeps the
least and greatest value of each column of each file, so what was deleted still stands there until the log is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable

from lake import tables
from lake.file_sync import sync_file, sync_folder
from lake.settings import Settings

_NUMBERED = re.compile(r"([0-9]{20})\.")


def cut(settings: Settings, table_id: str, keep: Iterable[int] = ()) -> None:
    """Keep the versions `keep` and the newest; remove older log entries and every data file that none of them needs.

    The kept ones are on disk before anything goes. A kill in between leaves all kept versions readable; call it again.
    """
    log = log_folder(settings, table_id)
    newest = tables.delta(settings, table_id).version()
    kept = sorted({*keep, newest})
    for version in kept:
        for name in data_files(tables.delta(settings, table_id, version=version)):
            sync_file(tables.path(settings, table_id) / name)
    tables.delta_to_change(settings, table_id, version=kept[0]).create_checkpoint()
    for file in log.iterdir():
        sync_file(file)
    sync_folder(log)
    # Oldest first: what remains after a kill has no gap.
    for file in sorted(file for file in log.iterdir() if _number(file) is not None):
        if (_number(file) or 0) < kept[0]:
            file.unlink()
    sync_folder(log)
    tables.delta_to_change(settings, table_id).vacuum(
        retention_hours=0, dry_run=False, enforce_retention_duration=False, keep_versions=kept, full=True
    )


def data_files(opened: DeltaTable) -> dict[str, dict[str, str]]:
    """Relative path of each data file of an opened version → the values of its partition."""
    actions = pa.table(opened.get_add_actions(flatten=True))
    names = [name for name in actions.schema.names if name.startswith("partition.")]
    return {
        unquote(str(row["path"])): {name.removeprefix("partition."): str(row[name]) for name in names}
        for row in actions.select(["path", *names]).to_pylist()
    }


def files_on_disk(settings: Settings, table_id: str) -> Iterator[str]:
    """Relative path of every data file in the table's folder, whichever version it belongs to, if any."""
    folder = tables.path(settings, table_id)
    for file in sorted(folder.rglob("*.parquet")):
        name = file.relative_to(folder)
        if name.parts[0] != "_delta_log":
            yield name.as_posix()


def log_folder(settings: Settings, table_id: str) -> Path:
    """The folder of the table's Delta log."""
    return tables.path(settings, table_id) / "_delta_log"


def _number(file: Path) -> int | None:
    found = _NUMBERED.match(file.name)
    return int(found[1]) if found else None
