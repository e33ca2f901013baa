"""Two lakes compared table by table: same columns, same keys, same values; floats to 1e-9 of their size.

Do not put here: running a night.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lake import tables
from lake.contracts.registry import table
from lake.settings import Settings

TOLERANCE = 1e-9
RUN_COLUMNS = {"received_at"}
"""When a row was landed: it belongs to the run, not to the data."""


def difference(table_id: str, left: Settings, right: Settings, *, as_of: date) -> str | None:
    """None when both lakes hold the same rows, else the first difference with column and key."""
    ours, theirs = (_rows(table_id, settings, as_of) for settings in (left, right))
    if ours.num_rows != theirs.num_rows:
        return f"{table_id}: {ours.num_rows} rows and {theirs.num_rows} rows"
    for name in ours.column_names:
        index = _first_difference(ours[name], theirs[name])
        if index is not None:
            keys = {key: ours[key][index].as_py() for key in table(table_id).key if key != "as_of"}
            values = f"{ours[name][index].as_py()!r} and {theirs[name][index].as_py()!r}"
            return f"{table_id}.{name}: {values} at sorted row {index}, key {keys}"
    return None


def _rows(table_id: str, settings: Settings, as_of: date) -> pa.Table:
    contract = table(table_id)
    night = as_of if "as_of" in contract.partition_by else None
    columns = [name for name in contract.names if name not in RUN_COLUMNS]
    rows = tables.dataset(settings, table_id, night).to_table(columns=columns)
    # The key alone would do if it were unique; where it is not, that is for the contract's check to say.
    return rows.sort_by([(name, "ascending") for name in (*contract.key, *columns)]).combine_chunks()


def _first_difference(left: pa.ChunkedArray, right: pa.ChunkedArray) -> int | None:
    equal = _close(left, right) if pa.types.is_floating(left.type) else pc.equal(left, right)
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    same = pc.or_(pc.fill_null(equal, False), both_null)
    index: int = pc.index(same, pa.scalar(False)).as_py()
    return None if index < 0 else index


def _close(left: pa.ChunkedArray, right: pa.ChunkedArray) -> Any:
    scale = pc.max_element_wise(pc.abs(left), pc.abs(right), 1.0)
    near = pc.less_equal(pc.abs(pc.subtract(left, right)), pc.multiply(scale, TOLERANCE))
    return pc.or_kleene(near, pc.equal(left, right))
