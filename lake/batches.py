"""Small engine batches gathered into blocks: an engine hands over 8,192 rows at a time, arithmetic wants more.

Do not put here: anything that knows what a column means.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa


def gather(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The batches as tables of at least `rows` rows, in order (the last may be shorter); memory holds one table."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield pa.Table.from_batches(held)
            held, count = [], 0
    if held:
        yield pa.Table.from_batches(held)
