"""Scoring: probabilities, reasons and intervals that can be worked out by hand."""

import math
from dataclasses import fields, replace
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import (
    AdditiveModel,
    Calibration,
    References,
    Scores,
    change_logit,
    score_batch,
    term_contributions,
)
from ml.additive.errors import ColumnTypeError, InfiniteValueError, MissingColumnError

ARRAYS = [field.name for field in fields(Scores) if not field.name.endswith("counts")]


def make_references(model: AdditiveModel, table: pa.Table) -> References:
    """Five peer cells whose usual people are the table's first five rows; everyone lies in one of them by row."""
    usual = {feature.name: table.column(feature.name)[:5] for feature in model.features}
    return References(term_contributions(model, usual, np), (np.arange(table.num_rows) * 3 % 5).astype(np.int32))


def columns_of(model: AdditiveModel, table: pa.Table) -> dict[str, Any]:
    """The model's columns of a table."""
    return {feature.name: table.column(feature.name) for feature in model.features}


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


@pytest.mark.parametrize("relative", [False, True], ids=["against the average", "against peers"])
@pytest.mark.parametrize(("chunk_rows", "threads"), [(7, 1), (7, 2), (640, 2), (1_000, 3), (10**6, 2)])
def test_result_does_not_depend_on_chunks_or_threads(
    calibrated: AdditiveModel, later_table: pa.Table, chunk_rows: int, threads: int, relative: bool
) -> None:
    """One chunk on one thread, or many on several: the same bytes."""
    columns = columns_of(calibrated, later_table)
    references = make_references(calibrated, later_table) if relative else None
    first = score_batch(calibrated, columns, np, chunk_rows=10**6, references=references)
    second = score_batch(calibrated, columns, np, chunk_rows=chunk_rows, references=references, threads=threads)
    for name in ARRAYS:
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes(), name
    assert (first.missing_counts, first.unknown_counts) == (second.missing_counts, second.unknown_counts)
    assert sum(first.missing_counts.values()) > 0


def test_result_does_not_depend_on_the_order_of_rows(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """Whoever stands beside a person in the table does not change the person's answer."""
    references = make_references(calibrated, later_table)
    order = np.argsort(np.arange(later_table.num_rows) * 7_919 % later_table.num_rows, kind="stable")
    first = score_batch(calibrated, columns_of(calibrated, later_table), np, references=references)
    second = score_batch(
        calibrated,
        columns_of(calibrated, later_table.take(pa.array(order))),
        np,
        references=replace(references, cell=references.cell[order]),
        chunk_rows=100,
    )
    for name in ARRAYS:
        assert np.array_equal(getattr(first, name)[order], getattr(second, name)), name


def test_reasons_are_what_differs_from_usual_peers(tiny: AdditiveModel) -> None:
    """Usual in cell 0: 41 in Seoul (parts -1, +2, 0); in cell 1: 20 in Busan (+1, 0, 0). Both baselines are 0.

    20 in Seoul among the first: age +2, nothing of the region, the pair -0.5. 60 in Seoul among the second: age -2,
    region +2.
    """
    references = References(np.array([[-1.0, 2.0, 0.0], [1.0, 0.0, 0.0]]), np.array([0, 1], np.int32))
    columns = {"age": np.array([20.0, 60.0]), "region": np.array([1, 1], np.int32)}
    scores = score_batch(tiny, columns, np, references=references)
    assert scores.contributions is not None
    assert scores.baseline.tolist() == [0.0, 0.0]
    assert scores.logit.tolist() == [1.5, 0.0]
    assert scores.contributions.tolist() == [[2.0, 0.0, -0.5], [-2.0, 2.0, 0.0]]
    assert scores.positive_terms.tolist() == [[0, -1, -1], [1, -1, -1]]
    assert scores.positive_values.tolist() == [[2.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
    assert scores.negative_terms.tolist() == [[2, -1, -1], [0, -1, -1]]
    assert scores.negative_values.tolist() == [[-0.5, 0.0, 0.0], [-2.0, 0.0, 0.0]]


def test_a_person_like_the_peers_has_no_reasons(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """The usual people themselves: every part is 0, the baseline is the logit, and no term is named."""
    usual = columns_of(calibrated, later_table.slice(0, 5))
    references = References(term_contributions(calibrated, usual, np), np.arange(5, dtype=np.int32))
    scores = score_batch(calibrated, usual, np, references=references)
    assert np.abs(scores.baseline - scores.logit).max() < 1e-12
    assert (scores.positive_terms == -1).all()
    assert (scores.negative_terms == -1).all()


def test_references_move_the_reasons_and_not_the_probability(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """What is usual elsewhere changes what is said, not what is expected; without references nothing is usual."""
    columns = columns_of(calibrated, later_table)
    plain = score_batch(calibrated, columns, np)
    against = score_batch(calibrated, columns, np, references=make_references(calibrated, later_table))
    for name in ("logit", "probability", "low", "high"):
        assert np.array_equal(getattr(plain, name), getattr(against, name)), name
    assert (plain.baseline == calibrated.intercept).all()
    assert not np.array_equal(plain.positive_terms, against.positive_terms)


def test_baseline_and_relative_parts_add_up_to_the_logit(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """In double precision to 1e-9; from the float32 parts as stored to 1e-5."""
    columns, references = columns_of(calibrated, later_table), make_references(calibrated, later_table)
    scores = score_batch(calibrated, columns, np, references=references)
    relative = term_contributions(calibrated, columns, np) - references.contributions[references.cell]
    assert scores.contributions is not None
    assert np.array_equal(scores.contributions, relative.astype(np.float32))
    assert np.abs(scores.baseline + relative.sum(axis=1) - scores.logit).max() < 1e-9
    assert np.abs(scores.baseline + scores.contributions.sum(axis=1) - scores.logit).max() < 1e-5


@pytest.mark.parametrize(
    ("contributions", "cell", "told"),
    [
        (np.zeros((2, 3)), np.array([0, 2]), r"references.cell: found 0 to 2; expected 0 to 1"),
        (np.zeros((2, 3)), np.array([-1, 0]), r"references.cell: found -1 to 0"),
        (np.zeros((2, 3)), np.array([0]), r"references.cell: found \(1,\) int64; expected \(2,\)"),
        (np.zeros((2, 3)), np.array([0.0, 1.0]), r"references.cell: found \(2,\) float64"),
        (np.zeros((2, 2)), np.array([0, 1]), r"references.contributions: found \(2, 2\)"),
        (np.zeros((2, 3), np.float32), np.array([0, 1]), "references.contributions: found .* float32"),
        (np.full((2, 3), np.nan), np.array([0, 1]), "references.contributions: found NaN"),
    ],
    ids=["cell beyond", "cell below", "too few cells", "cells not whole", "too few terms", "single precision", "NaN"],
)
def test_references_that_do_not_fit_are_refused(tiny: AdditiveModel, contributions: Any, cell: Any, told: str) -> None:
    """A wrong peer would give a wrong reason without anyone noticing."""
    columns = {"age": np.array([20.0, 60.0]), "region": np.array([1, 1], np.int32)}
    with pytest.raises(ColumnTypeError, match=told):
        score_batch(tiny, columns, np, references=References(contributions, cell))


def test_error_in_a_thread_reaches_the_caller(tiny: AdditiveModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that fails never leaves its rows unwritten in silence."""

    def fail(*_: object) -> None:
        raise MemoryError("chunk")

    monkeypatch.setattr("ml.additive.score.cells_of", fail)
    with pytest.raises(MemoryError, match="chunk"):
        score_batch(tiny, {"age": np.zeros(4), "region": np.zeros(4, np.int32)}, np, chunk_rows=1, threads=2)


def test_contributions_add_up_to_the_logit(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """Every stored row can be re-computed: intercept plus parts is the logit to 1e-5."""
    scores = score_batch(calibrated, columns_of(calibrated, later_table), np)
    assert scores.contributions is not None
    total = scores.contributions.astype(np.float64).sum(axis=1) + calibrated.intercept
    assert np.abs(total - scores.logit).max() < 1e-5
    assert ((scores.low <= scores.probability) & (scores.probability <= scores.high)).all()


@pytest.mark.parametrize("relative", [False, True], ids=["against the average", "against peers"])
def test_reasons_are_the_three_largest_contributions(
    calibrated: AdditiveModel, later_table: pa.Table, relative: bool
) -> None:
    """The quick selection agrees with a plain stable sort of the contributions."""
    references = make_references(calibrated, later_table) if relative else None
    scores = score_batch(calibrated, columns_of(calibrated, later_table), np, references=references)
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
        "abs ascontiguousarray asarray clip count_nonzero empty exp full isfinite isinf isnan maximum minimum "
        "searchsorted sqrt take where zeros"
    )
    for name in (*names.split(), "float32", "float64", "int16", "int32", "int64"):
        setattr(shared, name, getattr(np, name))
    columns, references = columns_of(calibrated, later_table), make_references(calibrated, later_table)
    first = score_batch(calibrated, columns, np, references=references)
    second = score_batch(calibrated, columns, shared, references=references)
    for name in ARRAYS:
        assert np.array_equal(getattr(first, name), getattr(second, name)), name
    changes = {"age_years": np.full(later_table.num_rows, 30.0)}
    assert np.array_equal(
        change_logit(calibrated, columns, np, changes), change_logit(calibrated, columns, shared, changes)
    )


def test_no_rows_give_no_answers(tiny: AdditiveModel) -> None:
    """An empty partition is scored without an error."""
    references = References(np.zeros((1, 3)), np.zeros(0, np.int32))
    columns = {"age": np.zeros(0), "region": np.zeros(0, np.int32)}
    scores = score_batch(tiny, columns, np, references=references, threads=2)
    assert scores.probability.shape == (0,)
    assert scores.positive_terms.shape == (0, 3)
