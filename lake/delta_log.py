"""What the log of a Delta table says of an opened version, without reading a row: its files and their rows.

Do not put here: opening a table (tables.py), cutting or repairing a log (table_history.py, commit_repair.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable


def files_of(opened: DeltaTable) -> list[str]:
    """The data files of an opened version, as their paths below the table's folder, sorted."""
    return sorted(str(name) for name in _actions(opened).column("path").to_pylist())


def rows_of(opened: DeltaTable, partition: Mapping[str, date | str] | None = None) -> int:
    """Rows of an opened version, or of one of its partitions."""
    actions = _actions(opened)
    columns = {name: actions.column(f"partition.{name}").to_pylist() for name in partition or {} if actions.num_rows}
    return sum(
        int(rows)
        for place, rows in enumerate(actions.column("num_records").to_pylist() if actions.num_rows else ())
        if all(str(columns[name][place]) == str(value) for name, value in (partition or {}).items())
    )


def rows_by_value(opened: DeltaTable, column: str) -> dict[str, int]:
    """Rows of each value of a partition column, dates as ISO text."""
    actions, found = _actions(opened), dict[str, int]()
    if actions.num_rows:
        values, counts = actions.column(f"partition.{column}").to_pylist(), actions.column("num_records").to_pylist()
        for value, rows in zip(values, counts, strict=True):
            found[str(value)] = found.get(str(value), 0) + int(rows)
    return found


def _actions(opened: DeltaTable) -> Any:
    return pa.table(opened.get_add_actions(flatten=True))
