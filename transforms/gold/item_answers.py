"""Counts the answers to interest items, scale by scale.

Silver has refused everything that is not items of the form "R01:4" joined by semicolons (transforms/silver/
test_results.py). Do not put here: scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.scales import ITEM_LETTERS

Ints = npt.NDArray[np.int64]

_ITEM_BYTES, _LETTER, _ANSWER = 6, 0, 4  # length of "R01:4;", where the scale and the answer stand
_SCALE_OF_BYTE = np.full(256, -1, np.int64)
_SCALE_OF_BYTE[np.frombuffer(ITEM_LETTERS.encode(), np.uint8)] = np.arange(len(ITEM_LETTERS))


class UnreadableAnswersError(ValueError):
    """A text of silver__test_results.item_answers_text that silver should have refused."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"silver__test_results.item_answers_text: a text {found}; expected R01:4;R02:3;…; run silver again: "
            "its rules refuse such rows"
        )


@dataclass(frozen=True)
class ItemAnswers:
    """Answers of n tests: how many and their sum by scale (n, 6); 0 without items.

    `lowest` and `highest` (n,) are answers, `last` (n,) is the largest number of an item within its scale.
    """

    counts: Ints
    sums: Ints
    lowest: Ints
    highest: Ints
    last: Ints

    @property
    def totals(self) -> Ints:
        """Items answered, shape (n,)."""
        result: Ints = self.counts.sum(axis=1)
        return result


def count_answers(texts: pa.Array | pa.ChunkedArray) -> ItemAnswers:
    """The answers of each text; a null has none. Raises UnreadableAnswersError."""
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    scales, tests = len(ITEM_LETTERS), len(whole)
    where = np.flatnonzero(whole.is_valid().to_numpy(zero_copy_only=False))
    answers = ItemAnswers(
        *(np.zeros((tests, scales), np.int64) for _ in range(2)), *(np.zeros(tests, np.int64) for _ in range(3))
    )
    if not len(where):
        return answers
    row, scale, answer, number = _read_items(whole.drop_null())
    cell, size = row * scales + scale, len(where) * scales
    answers.counts[where] = np.bincount(cell, minlength=size).reshape(-1, scales)
    answers.sums[where] = np.bincount(cell, answer, minlength=size).reshape(-1, scales)
    start = np.flatnonzero(np.diff(row, prepend=-1))
    answers.lowest[where] = np.minimum.reduceat(answer, start)
    answers.highest[where] = np.maximum.reduceat(answer, start)
    answers.last[where] = np.maximum.reduceat(number, start)
    return answers


def _read_items(texts: pa.Array) -> tuple[Ints, Ints, Ints, Ints]:
    """Row, scale (place in ITEM_LETTERS), answer and number of each item, in the order of the texts."""
    end, nothing = (pa.scalar(part, pa.large_string()) for part in (";", ""))
    ended = pc.binary_join_element_wise(texts.cast(pa.large_string()), end, nothing)
    offsets = np.frombuffer(ended.buffers()[1], np.int64)[ended.offset : ended.offset + len(ended) + 1]
    length = np.diff(offsets)
    if (length % _ITEM_BYTES).any():
        raise UnreadableAnswersError("is not made of items of five characters")
    item = np.frombuffer(ended.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(-1, _ITEM_BYTES)
    scale, answer = _SCALE_OF_BYTE[item[:, _LETTER]], item[:, _ANSWER].astype(np.int64) - ord("0")
    if (scale < 0).any() or (answer < 0).any() or (answer > len("0123456789") - 1).any():
        raise UnreadableAnswersError("names a scale or an answer that is none")
    number = (item[:, 1:3].astype(np.int64) - ord("0")) @ np.array([10, 1])
    return np.repeat(np.arange(len(ended)), length // _ITEM_BYTES), scale, answer, number
