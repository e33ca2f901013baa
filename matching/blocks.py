"""Arrow batches of seekers gathered to blocks, and Arrow columns turned into arrays of numbers.

Do not put here: anything that knows what a column means. Makes no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.batches import gather
from matching.compiled import compiled

# The engine hands over 8,192 rows at a time; heavy arithmetic wants more. 65,536 rows of a seeker are about 40 MB.
BLOCK_ROWS = 65_536
SEPARATOR = ";"
NONE = -1

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class MatchingInputError(ValueError):
    """A table that matching reads lacks a column or holds a value it cannot stand for."""


@dataclass(frozen=True)
class TokenLists:
    """A list of tokens for every row: row i holds `codes[offsets[i]:offsets[i + 1]]`, places in `vocabulary`."""

    offsets: Longs
    codes: Ints
    vocabulary: pa.Array

    def keep(self, kept: Flags) -> TokenLists:
        """The same lists without the tokens that are not `kept` (one flag a token occurrence)."""
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)])
        return TokenLists(before[self.offsets], self.codes[kept], self.vocabulary)

    def recode(self, vocabulary: pa.Array) -> TokenLists:
        """The same lists as places in another `vocabulary`; tokens it does not know are left out."""
        places = find_places(self.vocabulary, vocabulary)[self.codes]
        return TokenLists(self.offsets, places, vocabulary).keep(places != NONE)


def gather_blocks(
    batches: Iterator[pa.RecordBatch], columns: Sequence[str], *, block_rows: int = BLOCK_ROWS
) -> Iterator[pa.Table]:
    """Blocks of at least `block_rows` seekers with only `columns`, in order, without those who opted out.

    Memory holds one block. `is_opted_out` must be among the columns; null means not opted out.
    """
    for block in gather((_pick(batch, columns) for batch in batches), block_rows):
        if block.num_rows:
            yield block.combine_chunks()


def _pick(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    require_columns(batch.schema.names, columns, "features__seekers")
    picked = batch.select(list(columns))
    opted_out = picked.column("is_opted_out")
    if not pc.any(opted_out).as_py():
        return picked
    return picked.filter(pc.invert(pc.fill_null(opted_out, False)))


def require_columns(present: Sequence[str], needed: Sequence[str], table_id: str) -> None:
    """Fail with the names of the columns that `table_id` should have and does not."""
    absent = sorted(set(needed) - set(present))
    if absent:
        raise MatchingInputError(f"{table_id}: columns {absent} not found; select them before matching")


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One column as one plain array (no chunks, no dictionary)."""
    joined = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return joined.dictionary_decode() if pa.types.is_dictionary(joined.type) else joined


def encode(column: pa.Array | pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Codes (n,) into the distinct values of `column`; null is NONE."""
    encoded = pc.dictionary_encode(flat(column))
    return pc.fill_null(encoded.indices, NONE).to_numpy(zero_copy_only=False).astype(np.int32), encoded.dictionary


def encode_in(column: pa.Array | pa.ChunkedArray, vocabulary: pa.Array) -> Ints:
    """Places (n,) of the values of `column` in `vocabulary`; null and unknown values are NONE."""
    codes, values = encode(column)
    places = find_places(values, vocabulary)
    return np.append(places, np.int32(NONE))[codes]


def find_places(values: pa.Array, vocabulary: pa.Array) -> Ints:
    """The place (n,) of each value in `vocabulary`, NONE where it is not there."""
    if not len(vocabulary):
        return np.full(len(values), NONE, np.int32)
    places = pc.index_in(values.cast(pa.string()), value_set=vocabulary)
    found: Ints = pc.fill_null(places, NONE).to_numpy(zero_copy_only=False).astype(np.int32)
    return found


def read_numbers(column: pa.Array | pa.ChunkedArray, missing: float) -> Doubles:
    """The column as float64 (n,), null as `missing`."""
    numbers: Doubles = pc.fill_null(flat(column).cast(pa.float64()), missing).to_numpy(zero_copy_only=False)
    return numbers


def read_integers(column: pa.Array | pa.ChunkedArray, missing: int) -> Longs:
    """The column as int64 (n,), null as `missing`."""
    numbers: Longs = pc.fill_null(flat(column).cast(pa.int64()), missing).to_numpy(zero_copy_only=False)
    return numbers


def is_null(column: pa.Array | pa.ChunkedArray) -> Flags:
    """True (n,) where the column is null."""
    flags: Flags = pc.is_null(flat(column)).to_numpy(zero_copy_only=False)
    return flags


def trim(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A text column without blanks at the ends; a blank text is null."""
    trimmed = pc.utf8_trim_whitespace(flat(column).cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def split_tokens(column: pa.Array | pa.ChunkedArray) -> TokenLists:
    """The tokens of a text column (separated by semicolons, trimmed, empty ones and repetitions in a row left out)."""
    text = pc.fill_null(flat(column).cast(pa.string()), "")
    lists = pc.split_pattern(text, SEPARATOR)
    codes, vocabulary = encode(pc.utf8_trim_whitespace(lists.flatten()))
    offsets = lists.offsets.to_numpy().astype(np.int64)
    tokens = TokenLists(offsets - offsets[0], codes, vocabulary)
    is_blank = pc.equal(vocabulary, "").to_numpy(zero_copy_only=False)
    return tokens.keep(mark_first_uses(tokens.offsets, codes, len(vocabulary)) & ~is_blank[codes])


@compiled
def mark_first_uses(offsets: Longs, codes: Ints, size: int) -> Flags:
    """True for the first of equal tokens within a row."""
    last_row = np.full(size, -1, np.int64)
    first = np.zeros(len(codes), np.bool_)
    for row in range(len(offsets) - 1):
        for place in range(offsets[row], offsets[row + 1]):
            first[place] = last_row[codes[place]] != row
            last_row[codes[place]] = row
    return first


def join_tokens(offsets: Longs, codes: Ints, vocabulary: pa.Array, separator: str = "|") -> pa.Array:
    """One text a row: its tokens in the given order; an empty row is null."""
    values = vocabulary.take(pa.array(codes))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values), separator)
    is_empty = pa.array(np.diff(offsets) == 0)
    return pc.if_else(is_empty, pa.scalar(None, pa.string()), joined)


def take_or_null(values: pa.Array, places: npt.NDArray[Any]) -> pa.Array:
    """`values` at `places`; NONE gives null."""
    return values.take(pa.array(places, mask=places < 0))


def numbers_or_null(values: npt.NDArray[Any], is_known: Flags, kind: pa.DataType) -> pa.Array:
    """An Arrow column of `kind`; null where the value is not known."""
    return pa.array(values, mask=~is_known).cast(kind)
