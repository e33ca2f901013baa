"""Arrays to the text that a delivery file holds: labels by position, padded numbers, days, instants.

Do not put here: anything that draws or decides a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.simulated.counters import Bools, Counter, Ints

NO_DAY = 1 << 40  # later than every day


def labels(names: Sequence[str], position: Ints) -> pa.Array:
    """`names[position]`; a negative position is null."""
    indices = pa.array(position, mask=position < 0)
    return pa.array(names, pa.string()).take(indices)


def padded(prefix: str, number: npt.NDArray[Any], digits: int) -> pa.Array:
    """`prefix` and the number with leading zeros to `digits` places."""
    text = pc.cast(pa.array(number.astype(np.int64) + 10**digits), pa.string())
    tail = pc.utf8_slice_codeunits(text, 1)
    return pc.binary_join_element_wise(prefix, tail, "") if prefix else tail


def days(day: Ints, known: Bools | None = None) -> pa.Array:
    """Days since 1970 as dates; null where not `known`."""
    mask = None if known is None else ~known
    safe = day if known is None else np.where(known, day, 0)
    return pa.array(safe.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())


def instants(counter: Counter, stream: str, index: npt.NDArray[Any], day: Ints) -> pa.Array:
    """An instant on each day, before 14:00 UTC (23:00 in Seoul), so that the Korean day is the same."""
    second = counter.integers(f"{stream}/second", index, 14 * 3600)
    return pa.array(day * 86_400 + second, pa.timestamp("s", tz="UTC"))


def whole(value: npt.NDArray[Any], known: Bools | None = None) -> pa.Array:
    """Whole numbers; null where not `known`."""
    mask = None if known is None else ~known
    return pa.array(value.astype(np.int64), mask=mask)


def flags(value: Bools) -> pa.Array:
    """Y or N."""
    return labels(("N", "Y"), value.astype(np.int64))


def joined(names: Sequence[str], table: Ints) -> pa.Array:
    """The names at each row's positions joined by semicolons; negative positions are left out, none gives null."""
    # Not null_handling="skip": pyarrow 26 then loses the rows in which every part is null.
    ended = [f"{name};" for name in names]
    parts = [pc.fill_null(labels(ended, table[:, column]), "") for column in range(table.shape[1])]
    text = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), ";")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def as_text(table: pa.Table) -> pa.Table:
    """Every column as text, as the CSV writer would print it."""
    fields = [pc.cast(column, pa.string()) for column in table.columns]
    return pa.table(fields, names=table.column_names)


def override(table: pa.Table, values: Mapping[str, str | None]) -> pa.Table:
    """`table` as text with whole columns set to one value: how dirty rows are made from clean ones."""
    result = as_text(table)
    for name, value in values.items():
        column = pa.array([value] * result.num_rows, pa.string())
        result = result.set_column(result.column_names.index(name), name, column)
    return result
