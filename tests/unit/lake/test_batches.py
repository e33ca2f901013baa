"""Small batches gathered into blocks: none is lost, none waits longer than it must."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from lake.batches import gather


def batches(*sizes: int) -> list[pa.RecordBatch]:
    """Batches of these sizes, their rows numbered through."""
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [
        pa.record_batch({"number": pa.array(range(start, start + size), pa.int64())})
        for start, size in zip(starts, sizes, strict=True)
    ]


@pytest.mark.parametrize(
    ("sizes", "blocks"),
    [
        ((2, 2, 2, 2, 2), [4, 4, 2]),
        ((2, 2), [4]),
        ((10,), [10]),
        ((3, 3), [6]),
        ((1,), [1]),
        ((0, 5), [5]),
        ((), []),
    ],
    ids=["a rest", "exactly", "larger than a block", "a little more", "less", "an empty batch", "none"],
)
def test_batches_are_gathered_to_blocks_of_at_least_four(sizes: tuple[int, ...], blocks: list[int]) -> None:
    assert [table.num_rows for table in gather(iter(batches(*sizes)), 4)] == blocks


def test_no_row_is_lost_or_moved() -> None:
    tables = list(gather(iter(batches(3, 1, 4, 1, 5, 9, 2, 6)), 7))
    assert pa.concat_tables(tables)["number"].to_pylist() == list(range(31))


def test_rows_that_come_without_columns_of_values_keep_their_schema() -> None:
    (table,) = gather(iter(batches(0)), 4)
    assert table.schema.names == ["number"]


def test_a_block_is_handed_over_before_the_next_batch_is_asked_for() -> None:
    """Memory holds one block: only the two batches of the first block were read when it comes."""
    asked: list[int] = []

    def source() -> Iterator[pa.RecordBatch]:
        for place, batch in enumerate(batches(2, 2, 2, 2)):
            asked.append(place)
            yield batch

    next(gather(source(), 4))
    assert asked == [0, 1]
