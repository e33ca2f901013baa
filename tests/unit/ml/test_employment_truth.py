"""How far answers lie from the true probability, where it is known: exact answers err by nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ml.employment.truth import truth_rows
from tests.unit.ml.employment_people import by_name

PEOPLE = 1_000
TRUE = np.linspace(0.1, 0.8, PEOPLE)


def scores(told: Any, width: float = 0.05) -> pa.Table:
    """Answers of people p0000 … with an interval of so much on either side."""
    told = pa.array(told, pa.float64())
    low, high = (pc.add(told, side * width) for side in (-1, 1))
    return pa.table({"seeker_key": _keys(len(told)), "probability_0_1": told, "low_0_1": low, "high_0_1": high})


def truth(true: Any) -> pa.Table:
    """The true probabilities of the same people."""
    return pa.table({"seeker_key": _keys(len(true)), "true_0_1": pa.array(true, pa.float64())})


def _keys(rows: int) -> list[str]:
    return [f"p{number:04d}" for number in range(rows)]


def values(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Values by measure."""
    return {name: row["value"] for name, row in by_name(rows).items()}


def test_exact_answers_err_by_nothing() -> None:
    found = values(truth_rows(scores(TRUE), truth(TRUE)))
    for name in ("root_mean_square_error", "mean_absolute_error", "mean_error", "true_calibration_error"):
        assert found[name] == 0.0
    assert (found["correlation"], found["interval_holds_group_mean"]) == (1.0, 1.0)


def test_a_constant_shift_is_the_mean_error() -> None:
    """Everybody told 0.1 too much: every error is 0.1, the order is perfect, and an interval of ±0.05 misses."""
    found = values(truth_rows(scores(TRUE + 0.1), truth(TRUE)))
    for name in ("root_mean_square_error", "mean_absolute_error", "mean_error", "true_calibration_error"):
        assert found[name] == 0.1
    assert (found["correlation"], found["interval_holds_group_mean"]) == (1.0, 0.0)


def test_an_interval_that_reaches_the_truth_holds_it() -> None:
    """The mean of 100 people alike lies up to 0.035 from the truth of each, and 0.1 from what they were told."""
    found = values(truth_rows(scores(TRUE + 0.1, width=0.14), truth(TRUE)))
    assert found["interval_holds_group_mean"] == 1.0


def test_errors_that_cancel_are_no_mean_error_and_no_calibration_error() -> None:
    """By turns 0.2 too high and 0.2 too low among people told the same: what no input shows, not a wrong curve."""
    told = np.repeat(np.linspace(0.3, 0.7, 10), 100)
    found = values(truth_rows(scores(told), truth(told + np.tile([0.2, -0.2], 500))))
    assert found["mean_error"] == found["true_calibration_error"] == 0.0
    assert found["root_mean_square_error"] == found["mean_absolute_error"] == found["unseen_deviation"] == 0.2


def test_the_root_mean_square_weighs_large_errors_more() -> None:
    """Half err by 0.3, half by 0.1: on average 0.2, and the root of (0.09 + 0.01) / 2."""
    told = TRUE + np.tile([0.3, 0.1], 500) * np.where(TRUE < 0.45, 1, -1)
    found = values(truth_rows(scores(told), truth(TRUE)))
    assert found["mean_absolute_error"] == pytest.approx(0.2)
    assert found["root_mean_square_error"] == pytest.approx(0.05**0.5, abs=1e-6)


def test_people_without_a_number_are_left_out() -> None:
    """Every second person was told nothing; one has no truth; one is not in the truth at all."""
    told = [p if number % 2 else None for number, p in enumerate((TRUE + 0.1).tolist())]
    true = [None if number == 1 else p for number, p in enumerate(TRUE.tolist())]
    rows = truth_rows(scores(told), truth(true[:-1]))
    assert {row["rows_count"] for row in rows} == {500 - 2}
    assert values(rows)["mean_error"] == 0.1


def test_nobody_in_common_gives_no_rows() -> None:
    assert truth_rows(scores([None] * 3), truth([0.5] * 3)) == []


def test_answers_written_to_the_next_person_are_far_from_the_truth() -> None:
    mixed = np.random.default_rng(1).permutation(TRUE)
    found = values(truth_rows(scores(np.roll(mixed, 1)), truth(mixed)))
    assert abs(found["correlation"]) < 0.1
    assert found["root_mean_square_error"] > 0.2


def test_the_order_of_rows_changes_nothing() -> None:
    order = pa.array(np.random.default_rng(2).permutation(PEOPLE))
    told = scores(TRUE + 0.02 * np.sin(np.arange(PEOPLE)))
    assert truth_rows(told.take(order), truth(TRUE)) == truth_rows(told, truth(TRUE))


def test_the_interval_of_the_mean_error_holds_it() -> None:
    row = by_name(truth_rows(scores(TRUE + 0.02 * np.sin(np.arange(PEOPLE))), truth(TRUE)))["mean_error"]
    assert row["value_low"] < row["value"] < row["value_high"]
    assert (row["scope_code"], row["label_name"]) == ("TRUTH", "probability_183d_0_1")
