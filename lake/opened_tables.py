"""Delta tables that this process has opened, kept as long as their log says the same.

A small night asks seven hundred times for a hundred tables, and each time the log would be read and replayed. What was
opened is used again while its newest commit is the same file and none follows it, which a stat of two files tells.
Do not put here: what a missing or damaged table means, or which columns it has (tables.py).
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs
from deltalake import DeltaTable

_MOST_KEPT = 256

_Place = tuple[int, str, int | None]
"""Process (what was opened before a fork is not used after it), folder, version asked for."""
_Commit = tuple[int, int, int] | None
"""Which file a commit is: inode, time, size; None when it is not there."""


@dataclass
class _Opened:
    """An opened table, which file its newest commit was, and the datasets made of it."""

    table: DeltaTable
    commit: _Commit
    datasets: dict[tuple[date | None, pa.Schema], pads.Dataset] = field(default_factory=dict)


_kept: OrderedDict[_Place, _Opened] = OrderedDict()
_guard = threading.Lock()


def open_table(folder: Path, version: int | None) -> DeltaTable:
    """The table at `version` (newest when None), as deltalake opens it and with its errors. Not to be written with."""
    return _open(folder, version).table


def open_dataset(folder: Path, version: int | None, as_of: date | None, schema: pa.Schema) -> pads.Dataset:
    """The same as a pyarrow dataset of `schema`; with `as_of`, only the files of that business date.

    The files are read by Arrow itself: through deltalake's own file system, which is Python, one of Arrow's reading
    threads may still ask for the interpreter when it ends, and then aborts the process (3 of 60 short commands).
    """
    opened = _open(folder, version)
    asked = (as_of, schema)
    if (found := opened.datasets.get(asked)) is None:
        night = [("as_of", "=", as_of.isoformat())] if as_of is not None else None
        files = pafs.SubTreeFileSystem(str(folder.resolve()), pafs.LocalFileSystem())
        found = opened.table.to_pyarrow_dataset(filesystem=files, file_pruning_predicate=night, schema=schema)
        opened.datasets[asked] = found
    return found


def _open(folder: Path, version: int | None) -> _Opened:
    place = (os.getpid(), str(folder), version)
    with _guard:
        if (opened := _kept.get(place)) is not None and _is_still_so(folder, version, opened):
            _kept.move_to_end(place)
            return opened
    table = DeltaTable(str(folder), version=version)
    opened = _Opened(table, _commit(folder, table.version()))
    with _guard:
        _kept[place] = opened
        _kept.move_to_end(place)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return opened


def _is_still_so(folder: Path, version: int | None, opened: _Opened) -> bool:
    number = opened.table.version()
    is_newest = version is not None or _commit(folder, number + 1) is None
    return is_newest and opened.commit is not None and _commit(folder, number) == opened.commit


def _commit(folder: Path, number: int) -> _Commit:
    try:
        found = (folder / "_delta_log" / f"{number:020}.json").stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
