"""Reads tests from Arrow rows of silver__test_results: scales, items, and whether a test contradicts itself.

Arrays, because patterns over item texts and windows over tests took 240 s for a million tests as functions of the
engine. Shared by test_norms.py and seeker_tests.py. Do not put here: how item texts are read (item_answers.py), scores
of items and which of several tests counts (seeker_tests.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.contracts.codes import TEST_PROBLEM
from lake.contracts.scales import INSTRUMENT_SCALES, INSTRUMENTS, ITEM_LETTERS, ITEMS_PER_SCALE, SCALE_NAMES
from transforms.gold.item_answers import ItemAnswers, count_answers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

COLUMNS = ("seeker_key", "tested_date", "answer_seconds", *SCALE_NAMES, "item_answers_text")
"""What of silver__test_results is read."""
PROBLEMS = ("", *TEST_PROBLEM.codes)
"""Problems are kept as places in this list; 0 is none."""
INTERESTS = slice(0, len(ITEM_LETTERS))
SLICES = {
    name: slice(SCALE_NAMES.index(scales[0]), SCALE_NAMES.index(scales[-1]) + 1)
    for name, scales in INSTRUMENT_SCALES.items()
}
"""Where the scales of each instrument stand among all of them."""
FORMS = ("SHORT", "LONG")
SHORT_ITEMS_PER_SCALE = 10
"""A short form asks the first ten items of each scale, 60 in all; who answered a later one had the long form."""
LEAST_ITEMS = np.array([-(-SHORT_ITEMS_PER_SCALE // 2), -(-ITEMS_PER_SCALE // 2)])
"""By form, half of the items of a scale, rounded up: 5 of 10, 17 of 34."""
EQUAL_ITEMS, EQUAL_SCALES = 20, 4
"""So many items or scales with one and the same value are no answer of somebody who read the questions."""
LEAST_SECONDS_AN_ITEM, LEAST_SECONDS, MOST_SECONDS = 1, 60, 86_400


@dataclass(frozen=True)
class AnsweredTests:
    """Tests, one row each: scales (n, 35; NaN unknown), item answers, form (n,), contradictions (n, 4) in PROBLEMS."""

    scales: Floats
    items: ItemAnswers
    form: Ints
    contradictions: Ints

    @property
    def has_enough_items(self) -> Bools:
        """By interest scale, whether at least half of its items in this form are answered; shape (n, 6)."""
        result: Bools = self.items.counts >= LEAST_ITEMS[self.form][:, None]
        return result

    @property
    def is_taken(self) -> Bools:
        """By instrument, whether there is any scale or item of it; shape (n, 4)."""
        known = ~np.isnan(self.scales)
        taken = np.stack([known[:, SLICES[name]].any(axis=1) for name in INSTRUMENTS], axis=1)
        taken[:, 0] |= self.items.totals > 0
        return taken


def read_tests(rows: pa.RecordBatch | pa.Table) -> AnsweredTests:
    """The tests in rows that hold COLUMNS."""
    scales = np.column_stack([_numbers(rows.column(name)) for name in SCALE_NAMES])
    items = count_answers(rows.column("item_answers_text"))
    is_long = items.last > SHORT_ITEMS_PER_SCALE
    seconds = _numbers(rows.column("answer_seconds"))
    return AnsweredTests(scales, items, is_long.astype(np.int64), _contradictions(scales, items, seconds))


def _contradictions(scales: Floats, items: ItemAnswers, seconds: Floats) -> Ints:
    """The first of ALL_EQUAL, TOO_FAST, TOO_LONG that holds, by instrument; a time not known is no contradiction."""
    known = ~np.isnan(scales)
    equal = np.stack([_is_equal(scales[:, SLICES[name]], known[:, SLICES[name]]) for name in INSTRUMENTS], axis=1)
    equal[:, 0] |= (items.totals >= EQUAL_ITEMS) & (items.lowest == items.highest)
    least = np.maximum(items.totals * LEAST_SECONDS_AN_ITEM, np.where(known.any(axis=1), LEAST_SECONDS, 0))
    too_fast, too_long = (seconds < least)[:, None], (seconds > MOST_SECONDS)[:, None]
    codes = [PROBLEMS.index(name) for name in ("ALL_EQUAL", "TOO_FAST", "TOO_LONG")]
    return np.select([equal, too_fast & ~equal, too_long & ~equal], codes, 0)


def _is_equal(scales: Floats, known: Bools) -> Bools:
    lowest = np.where(known, scales, np.inf).min(axis=1)
    highest = np.where(known, scales, -np.inf).max(axis=1)
    result: Bools = (known.sum(axis=1) >= EQUAL_SCALES) & (lowest == highest)
    return result


def _numbers(column: pa.Array | pa.ChunkedArray) -> Floats:
    """The column as floats, NaN where it is null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    result: Floats = whole.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return result
