"""What one test says: answers to items by scale, and when it contradicts itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.contracts.scales import ITEM_LETTERS, SCALE_NAMES
from transforms.gold.answered_tests import PROBLEMS, read_tests
from transforms.gold.item_answers import UnreadableAnswersError, count_answers

pytestmark = pytest.mark.unit

SCHEMA = arrow_schema(table("silver__test_results"))
ITEMS = tuple(f"{letter}{place:02}" for letter in ITEM_LETTERS for place in range(1, 35))
INTERESTS = {name: 90.0 + n for n, name in enumerate(SCALE_NAMES[:6])}


def rows(*tests: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{name: test.get(name) for name in SCHEMA.names} for test in tests], schema=SCHEMA)


def answer(count: int, value: str = "12345") -> str:
    """The first items of the inventory answered by turns."""
    return ";".join(f"{item}:{value[n % len(value)]}" for n, item in enumerate(ITEMS[:count]))


def problems(**test: Any) -> list[str]:
    return [PROBLEMS[code] for code in read_tests(rows(test)).contradictions[0]]


def test_answers_by_hand() -> None:
    """R: 4 and 3; C: 1; the second test sent no items."""
    items = count_answers(pa.array(["R01:4;C34:1;R02:3", None]))
    assert items.counts.tolist() == [[2, 0, 0, 0, 0, 1], [0] * 6]
    assert items.sums.tolist() == [[7, 0, 0, 0, 0, 1], [0] * 6]
    assert (items.lowest.tolist(), items.highest.tolist(), items.totals.tolist()) == ([1, 0], [4, 0], [3, 0])


@given(st.lists(st.none() | st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 5), min_size=1), max_size=8))
def test_answers_are_counted_as_one_would_by_hand(tests: list[dict[str, int] | None]) -> None:
    texts = [test and ";".join(f"{item}:{value}" for item, value in test.items()) for test in tests]
    items = count_answers(pa.array(["R01:1", *texts], pa.string()).slice(1))
    for row, test in enumerate(tests):
        for place, letter in enumerate(ITEM_LETTERS):
            values = [value for item, value in (test or {}).items() if item[0] == letter]
            assert (items.counts[row, place], items.sums[row, place]) == (len(values), sum(values))


@pytest.mark.parametrize("text", ["R01:10", "X01:4", "R01:x"])
def test_a_text_that_silver_refuses_is_an_error_here(text: str) -> None:
    with pytest.raises(UnreadableAnswersError, match="silver__test_results.item_answers_text"):
        count_answers(pa.array([text]))


def test_no_test_at_all() -> None:
    assert read_tests(rows()).scales.shape == (0, 35)


@pytest.mark.parametrize(("text", "form"), [("R01:3;C10:4", 0), ("R01:3;C11:4", 1), ("S34:1", 1), (None, 0)])
def test_a_form_is_long_when_an_item_beyond_the_tenth_of_a_scale_is_answered(text: str | None, form: int) -> None:
    assert read_tests(rows({"item_answers_text": text})).form.tolist() == [form]


def test_half_of_a_scales_items_must_be_answered() -> None:
    """Five of ten in the short form: R with five, I with four."""
    sent = ";".join(f"{item}:3" for item in (*ITEMS[:5], *ITEMS[34:38]))
    assert read_tests(rows({"item_answers_text": sent})).has_enough_items[0, :2].tolist() == [True, False]
    long = read_tests(rows({"item_answers_text": answer(34 * 3 + 17)})).has_enough_items[0]
    assert long.tolist() == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (INTERESTS, ["", "", "", ""]),
        (dict.fromkeys(SCALE_NAMES[:6], 100.0), ["ALL_EQUAL", "", "", ""]),
        (dict.fromkeys(SCALE_NAMES[:3], 100.0), ["", "", "", ""]),  # three equal scales may be chance
        (dict.fromkeys(SCALE_NAMES[30:34], 80.0), ["", "", "", "ALL_EQUAL"]),
        ({"item_answers_text": answer(20, "4")}, ["ALL_EQUAL", "", "", ""]),
        ({"item_answers_text": answer(19, "4")}, ["", "", "", ""]),
        (INTERESTS | {"answer_seconds": 59}, ["TOO_FAST"] * 4),
        (INTERESTS | {"answer_seconds": 60}, [""] * 4),
        ({"item_answers_text": answer(60), "answer_seconds": 59}, ["TOO_FAST"] * 4),
        ({"item_answers_text": answer(60), "answer_seconds": 60}, [""] * 4),
        ({"item_answers_text": answer(40), "answer_seconds": 40}, [""] * 4),
        (INTERESTS | {"answer_seconds": 86_401}, ["TOO_LONG"] * 4),
        (INTERESTS | {"answer_seconds": 86_400}, [""] * 4),
        (dict.fromkeys(SCALE_NAMES[:6], 100.0) | {"answer_seconds": 5}, ["ALL_EQUAL", *["TOO_FAST"] * 3]),
    ],
)
def test_a_test_contradicts_itself(test: dict[str, Any], expected: list[str]) -> None:
    assert problems(**test) == expected


def test_an_instrument_is_taken_when_anything_of_it_is_known() -> None:
    tests = read_tests(rows({"value_service": 99.0}, {"item_answers_text": "R01:4"}, {}))
    assert tests.is_taken.tolist() == [[False, False, True, False], [True, False, False, False], [False] * 4]
    assert np.isnan(tests.scales[2]).all()
