"""Rows of a published table by key, from its Parquet files: the footers say which row groups can hold it.

Published files are sorted and never change, so what their footers say is read once in a process. Put here: finding
rows in files. Not here: the key-value copy (key_value.py), what a row means (dashboards/).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake import tables
from lake.contracts.registry import table as contract
from lake.contracts.render import arrow_schema
from lake.publication import PublishedTable
from lake.settings import Settings

Group = tuple[str | None, str | None, str, int]
"""Least and greatest key (None: not said), file, row group."""


def find_rows(settings: Settings, table_id: str, entry: PublishedTable, key: str) -> list[dict[str, Any]]:
    """The rows of a published table whose (only) key column is `key`, in contract order; a row group or two is read."""
    table = contract(table_id)
    (name,) = table.key
    found: list[dict[str, Any]] = []
    for least, greatest, file, number in _groups(tables.path(settings, table_id), tuple(entry.files), name):
        if (least is not None and key < least) or (greatest is not None and key > greatest):
            continue
        opened = pq.ParquetFile(file)
        matches = pc.equal(opened.read_row_group(number, columns=[name], use_threads=False).column(0), pa.scalar(key))
        if pc.any(matches).as_py():
            rows = opened.read_row_group(number, columns=list(table.names), use_threads=False).filter(matches)
            found += rows.select(list(table.names)).cast(arrow_schema(table)).to_pylist()
    return found


@lru_cache(maxsize=64)
def _groups(folder: Path, files: Sequence[str], name: str) -> tuple[Group, ...]:
    """The row groups of files and what the footers say of the column `name` in each."""
    found: list[Group] = []
    for file in files:
        footer = pq.read_metadata(folder / file)
        place = footer.schema.names.index(name)
        for number in range(footer.num_row_groups):
            said = footer.row_group(number).column(place).statistics
            least, greatest = (said.min, said.max) if said is not None and said.has_min_max else (None, None)
            found.append((least, greatest, str(folder / file), number))
    return tuple(found)
