"""Changes: the logit's difference is what re-scoring the changed rows gives, from the touched terms alone."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import AdditiveModel, change_logit, probability_from_logit, score_batch
from ml.additive.encode import encode_table
from ml.additive.errors import ColumnTypeError, InfiniteValueError, MissingColumnError

PEOPLE = {"age": np.array([20.0, 60.0]), "region": np.array([0, 0], np.int32)}


def test_a_change_of_region_moves_its_term_and_its_pair(tiny: AdditiveModel) -> None:
    """Busan to Seoul: +2, and for the one below 30 the pair's -0.5 as well."""
    seoul = np.array([1, 1], np.int32)
    assert change_logit(tiny, PEOPLE, np, {"region": seoul}).tolist() == [1.5, 2.0]


def test_several_features_change_together(tiny: AdditiveModel) -> None:
    """20 in Busan to 60 in Seoul: age -2, region +2, no pair; 60 in Busan to 20 in Seoul: +2 +2 -0.5."""
    changes = {"age": np.array([60.0, 20.0]), "region": pa.array(["seoul", "seoul"])}
    assert change_logit(tiny, PEOPLE, np, changes).tolist() == [0.0, 3.5]


def test_what_stays_as_it_is_adds_nothing(tiny: AdditiveModel) -> None:
    """A new value in the same bin, or a value that becomes missing: 0, and 0.25 - 1."""
    assert change_logit(tiny, PEOPLE, np, {"age": np.array([29.0, 30.0])}).tolist() == [0.0, 0.0]
    assert change_logit(tiny, PEOPLE, np, {"age": np.array([np.nan, 60.0])}).tolist() == [-0.75, 0.0]


@pytest.mark.parametrize(
    "changed",
    [("insured_months",), ("age_years",), ("region_code",), ("age_years", "insured_months", "region_code", "noise")],
    ids="+".join,
)
def test_change_equals_scoring_the_changed_rows_again(
    calibrated: AdditiveModel, later_table: pa.Table, changed: tuple[str, ...]
) -> None:
    """Every person takes the values of the person in front: the difference, and the probability that follows."""
    columns = encode_table(later_table, calibrated.features)
    changes = {name: np.roll(columns[name], 1) for name in changed}
    before = score_batch(calibrated, columns, np)
    after = score_batch(calibrated, {**columns, **changes}, np)
    difference = change_logit(calibrated, columns, np, changes)
    assert np.abs(before.logit + difference - after.logit).max() < 1e-12
    probability = probability_from_logit(calibrated, before.logit + difference, np)
    assert np.abs(probability - after.probability).max() < 1e-12
    assert np.abs(difference).max() > 0.1


def test_probability_of_the_unchanged_logit_is_the_published_one(
    calibrated: AdditiveModel, later_table: pa.Table
) -> None:
    """No change, no other number."""
    scores = score_batch(calibrated, encode_table(later_table, calibrated.features), np)
    assert np.array_equal(probability_from_logit(calibrated, scores.logit, np), scores.probability)


def test_only_the_columns_of_touched_terms_are_read(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """A feature that shares no term with the changed one need not be there."""
    names = [feature.name for feature in calibrated.features]
    pairs = [{names[i] for i in term.feature_indices} for term in calibrated.terms if len(term.feature_indices) == 2]
    changed = "noise"
    needed = {changed}.union(*(pair for pair in pairs if changed in pair))
    assert needed < set(names)
    columns = encode_table(later_table, calibrated.features)
    changes = {changed: columns[changed] + 1}
    few = {name: columns[name] for name in needed}
    assert np.array_equal(change_logit(calibrated, few, np, changes), change_logit(calibrated, columns, np, changes))


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"sex": np.zeros(2)}, MissingColumnError, "changes: found .'sex'."),
        ({}, MissingColumnError, "changes: found none"),
        ({"age": np.array([20.0])}, ColumnTypeError, "changes: found 1 rows; expected 2 rows"),
        ({"age": np.array([20.0, np.inf])}, InfiniteValueError, "column age: found 1 infinite"),
        ({"region": np.array([1.0, 1.0])}, ColumnTypeError, "column region"),
    ],
    ids=["no feature", "nothing", "unequal lengths", "infinite", "float code"],
)
def test_change_that_cannot_be_scored_is_refused(
    tiny: AdditiveModel, changes: dict[str, Any], error: type[Exception], told: str
) -> None:
    """A change that silently did nothing would be told as advice that does not help."""
    with pytest.raises(error, match=told):
        change_logit(tiny, PEOPLE, np, changes)


def test_no_rows_give_no_differences(tiny: AdditiveModel) -> None:
    """An empty partition is answered without an error."""
    nobody = {"age": np.zeros(0), "region": np.zeros(0, np.int32)}
    assert change_logit(tiny, nobody, np, {"age": np.zeros(0)}).shape == (0,)
