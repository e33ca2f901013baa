"""Scoring: probabilities, reasons and intervals that can be worked out by hand."""

import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import AdditiveModel, Calibration, score_batch
from ml.additive.errors import ColumnTypeError, InfiniteValueError, MissingColumnError


def test_probability_is_the_logistic_of_the_sum_of_the_parts(tiny: AdditiveModel) -> None:
    """Young in Seoul: -1 + 1 + 2 - 0.5 = 1.5; 30 in Busan: -1 - 1 + 0 = -2 (an edge lies in the upper bin)."""
    scores = score_batch(tiny, {"age": np.array([29.9, 30.0]), "region": pa.array(["seoul", "busan"])}, np)
    assert scores.logit.tolist() == [1.5, -2.0]
    assert scores.probability.tolist() == pytest.approx([1 / (1 + math.exp(-1.5)), 1 / (1 + math.exp(2))], abs=1e-15)
    assert scores.contributions is not None
    assert scores.contributions.tolist() == [[1.0, 2.0, -0.5], [-1.0, 0.0, 0.0]]


def test_reasons_are_the_strongest_parts_on_each_side(tiny: AdditiveModel) -> None:
    """Young in Seoul: region +2 before age +1; against it only the pair -0.5."""
    scores = score_batch(tiny, {"age": np.array([20.0]), "region": np.array([1], np.int32)}, np)
    assert scores.positive_terms.tolist() == [[1, 0, -1]]
    assert scores.positive_values.tolist() == [[2.0, 1.0, 0.0]]
    assert scores.negative_terms.tolist() == [[2, -1, -1]]
    assert scores.negative_values.tolist() == [[-0.5, 0.0, 0.0]]


def test_equal_reasons_are_ordered_by_term(tiny: AdditiveModel) -> None:
    """Where age and region both add +2 (or both -2), age comes first: it is the first term."""
    age = replace(tiny.terms[0], scores=np.array([0.0, 2.0, -2.0]))
    scores = score_batch(
        replace(tiny, terms=(age, *tiny.terms[1:])),
        {"age": np.array([20.0, 60.0]), "region": np.array([1, 9], np.int32)},
        np,
    )
    assert scores.positive_terms[0].tolist() == [0, 1, -1]
    assert scores.negative_terms[1].tolist() == [0, 1, -1]


def test_interval_is_the_spread_of_the_bags(tiny: AdditiveModel) -> None:
    """Bags at +0.1 and -0.1 have standard deviation 0.1 * sqrt(2); the band is two of them each way."""
    scores = score_batch(tiny, {"age": np.array([20.0]), "region": np.array([0], np.int32)}, np)
    band = 2 * 0.1 * math.sqrt(2)
    assert scores.low[0] == pytest.approx(1 / (1 + math.exp(band)), abs=1e-7)
    assert scores.high[0] == pytest.approx(1 / (1 + math.exp(-band)), abs=1e-7)


def test_missing_values_take_the_missing_bin_and_are_counted(tiny: AdditiveModel) -> None:
    """No age adds 0.25, no region adds 0."""
    columns = {"age": pa.array([None, None], pa.float64()), "region": pa.array([None, "seoul"])}
    scores = score_batch(tiny, columns, np)
    assert scores.logit.tolist() == [-0.75, 1.25]
    assert scores.missing_counts == {"age": 2, "region": 1}


@pytest.mark.parametrize(
    "region",
    [
        pa.array(["jeju", "seoul", None]),
        pa.array(["jeju", "seoul", None]).dictionary_encode(),
        pa.chunked_array([pa.array(["jeju"]).dictionary_encode(), pa.array(["seoul", None]).dictionary_encode()]),
        pa.array(["jeju", "seoul", None], pa.large_string()),
        np.array([2, 1, -1], np.int32),
        np.array([-7, 1, -1], np.int64),
    ],
    ids=["strings", "dictionary", "chunked dictionaries", "large strings", "codes", "wild codes"],
)
def test_unknown_category_is_other_and_counted(tiny: AdditiveModel, region: object) -> None:
    """Jeju is not listed: it takes the 'other' bucket's -2, and is not mistaken for missing."""
    scores = score_batch(tiny, {"age": np.array([60.0, 60.0, 60.0]), "region": region}, np)
    assert scores.logit.tolist() == [-4.0, 0.0, -2.0]
    assert scores.unknown_counts == {"region": 1}
    assert scores.missing_counts["region"] == 1


@pytest.mark.parametrize("ages", [np.array([20.0, np.inf]), pa.array([20.0, -np.inf])], ids=["array", "arrow"])
def test_infinity_is_an_error_naming_the_column(tiny: AdditiveModel, ages: object) -> None:
    """An infinity is a fault of the feature step, never an answer."""
    with pytest.raises(InfiniteValueError, match="column age: found 1 infinite"):
        score_batch(tiny, {"age": ages, "region": np.array([0, 0], np.int32)}, np)


def test_missing_column_is_named(tiny: AdditiveModel) -> None:
    """A model never guesses a column."""
    with pytest.raises(MissingColumnError, match="region"):
        score_batch(tiny, {"age": np.array([20.0])}, np)


@pytest.mark.parametrize(
    ("age", "region"),
    [
        (np.array(["20"]), np.array([0])),
        (np.array([20.0]), np.array([0.0])),
        (np.array([20.0, 21.0]), np.array([0])),
        (pa.array(["20"]), np.array([0])),
        (np.array([20.0]), pa.array([0])),
    ],
    ids=["text age", "float code", "unequal lengths", "arrow text age", "arrow number region"],
)
def test_column_of_another_type_or_length_is_refused(tiny: AdditiveModel, age: object, region: object) -> None:
    """Types are never guessed."""
    with pytest.raises(ColumnTypeError, match="column"):
        score_batch(tiny, {"age": age, "region": region}, np)


def test_calibration_moves_the_probability_and_not_the_reasons(tiny: AdditiveModel) -> None:
    """Halving the logit: 1.5 becomes 0.75; beyond the knots the last slope goes on."""
    halved = replace(tiny, calibration=Calibration("platt", np.array([0.0, 1.0]), np.array([0.0, 0.5])))
    scores = score_batch(halved, {"age": np.array([20.0]), "region": np.array([1])}, np)
    assert scores.logit.tolist() == [1.5]
    assert scores.probability[0] == pytest.approx(1 / (1 + math.exp(-0.75)), abs=1e-15)


def test_result_does_not_depend_on_the_chunks(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """Chunks of 7 rows and one chunk give the same bits."""
    columns = {feature.name: later_table.column(feature.name) for feature in calibrated.features}
    first = score_batch(calibrated, columns, np, chunk_rows=7)
    second = score_batch(calibrated, columns, np, chunk_rows=10**6)
    for name in ("logit", "probability", "low", "high", "contributions", "positive_terms", "negative_values"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert first.missing_counts == second.missing_counts


def test_contributions_add_up_to_the_logit(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """Every stored row can be re-computed: intercept plus parts is the logit to 1e-5."""
    columns = {feature.name: later_table.column(feature.name) for feature in calibrated.features}
    scores = score_batch(calibrated, columns, np)
    assert scores.contributions is not None
    total = scores.contributions.astype(np.float64).sum(axis=1) + calibrated.intercept
    assert np.abs(total - scores.logit).max() < 1e-5
    assert ((scores.low <= scores.probability) & (scores.probability <= scores.high)).all()


def test_reasons_are_the_three_largest_contributions(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """The quick selection agrees with a plain stable sort of the contributions."""
    columns = {feature.name: later_table.column(feature.name) for feature in calibrated.features}
    scores = score_batch(calibrated, columns, np)
    assert scores.contributions is not None
    for sign, terms, values in (
        (1, scores.positive_terms, scores.positive_values),
        (-1, scores.negative_terms, scores.negative_values),
    ):
        order = np.argsort(-sign * scores.contributions, axis=1, kind="stable")[:, :3]
        largest = np.take_along_axis(scores.contributions, order, axis=1)
        assert np.array_equal(terms, np.where(sign * largest > 0, order, -1))
        assert np.array_equal(values, np.where(sign * largest > 0, largest, 0))


def test_scorer_uses_only_functions_that_cupy_has_too(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """An array module with nothing but these names gives the same bits; cupy documents every one of them."""
    shared = ModuleType("shared")
    names = (
        "abs asarray clip count_nonzero empty exp full isinf isnan maximum minimum searchsorted sqrt take where zeros"
    )
    for name in (*names.split(), "float32", "float64", "int16", "int32", "int64"):
        setattr(shared, name, getattr(np, name))
    columns = {feature.name: later_table.column(feature.name) for feature in calibrated.features}
    first, second = score_batch(calibrated, columns, np), score_batch(calibrated, columns, shared)
    for name in ("logit", "probability", "low", "high", "contributions", "positive_values", "negative_terms"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_no_rows_give_no_answers(tiny: AdditiveModel) -> None:
    """An empty partition is scored without an error."""
    scores = score_batch(tiny, {"age": np.zeros(0), "region": np.zeros(0, np.int32)}, np)
    assert scores.probability.shape == (0,)
    assert scores.positive_terms.shape == (0, 3)
