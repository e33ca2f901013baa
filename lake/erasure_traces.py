"""Where people stand in the tables of a lake: in which rows of which versions, and in which Delta logs.

Put here: looking. Not here: removing (erasure.py), which columns hold a key (erased_rows.py). Every data file on disk
is looked at, also those of older versions and those that a killed writer left; and every byte of the logs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from lake import tables
from lake.contracts.registry import table as contract
from lake.erased_rows import find_rows, tables_about_people
from lake.settings import Settings
from lake.table_history import data_files, files_on_disk, log_folder


@dataclass(frozen=True)
class Traces:
    """What one table's folder holds of some people.

    `rows` stand in the newest version, in `partitions`; `older_rows` in other data files on disk. `needs_cut` is true
    when a data file that the newest version does not need, or the log, holds a key or cannot be read.
    """

    table_id: str
    rows: int
    older_rows: int
    partitions: tuple[dict[str, str], ...]
    needs_cut: bool
    people: frozenset[str]


def find_traces(settings: Settings, keys: Sequence[str]) -> list[Traces]:
    """The tables that hold one of `keys` anywhere, in the order of the registry."""
    found = [_look_into(settings, name, keys) for name in tables_about_people() if tables.exists(settings, name)]
    return [traces for traces in found if traces.people or traces.needs_cut]


def _look_into(settings: Settings, table_id: str, keys: Sequence[str]) -> Traces:
    table, folder = contract(table_id), tables.path(settings, table_id)
    current = data_files(tables.delta(settings, table_id))
    rows = older_rows = 0
    partitions: dict[tuple[str, ...], dict[str, str]] = {}
    people, in_log = set[str](), people_in_log(settings, table_id, keys)
    has_ruins = False
    for name in files_on_disk(settings, table_id):
        try:
            count, who = find_rows(folder / name, table, keys)
        except (pa.ArrowInvalid, OSError):
            if name in current:
                raise
            has_ruins = True
            continue
        people |= who
        if name in current and count:
            rows += count
            partitions[tuple(current[name].values())] = current[name]
        elif name not in current:
            older_rows += count
    needs_cut = bool(older_rows or in_log or has_ruins)
    return Traces(table_id, rows, older_rows, tuple(partitions.values()), needs_cut, frozenset(people | in_log))


def people_in_log(settings: Settings, table_id: str, keys: Sequence[str]) -> set[str]:
    """Which of `keys` stand in the table's Delta log: entries, checkpoints, check sums."""
    pattern = re.compile("|".join(keys))
    found: set[str] = set()
    for file in log_folder(settings, table_id).rglob("*"):
        if file.suffix == ".parquet":
            found |= set(pattern.findall(str(pq.read_table(file).to_pylist())))
        elif file.is_file():
            found |= set(pattern.findall(file.read_text(encoding="utf-8", errors="replace")))
    return found
