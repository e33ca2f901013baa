"""Answers of one kind for everybody: blocks of seekers in, rows of the answer's contract out, in the same order.

Do not put here: what an answer is made of. Makes the tables that its callers name.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lake.contracts.model import Table
from lake.contracts.render import arrow_schema
from lake.threads import one_thread
from matching.blocks import flat, gather_blocks

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class AnswerKind:
    """What is read of features__seekers, the table that is written, and by which version of the rules."""

    table: Table
    columns: Sequence[str]
    model_version: str


def answer_batches(
    batches: Iterator[pa.RecordBatch],
    kind: AnswerKind,
    *,
    answer_block: Callable[[pa.Table], Columns],
    as_of: datetime.date,
) -> Iterator[pa.RecordBatch]:
    """Rows of `kind.table` of the seekers in `batches` who did not opt out."""
    schema = arrow_schema(kind.table)
    for block in gather_blocks(batches, kind.columns):
        with one_thread():
            columns = answer_block(block)
        columns["seeker_key"] = flat(block["seeker_key"])
        columns["as_of"] = pa.repeat(pa.scalar(as_of, pa.date32()), block.num_rows)
        columns["model_version"] = pa.repeat(pa.scalar(kind.model_version), block.num_rows)
        arrays = [columns[name].cast(schema.field(name).type) for name in schema.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
