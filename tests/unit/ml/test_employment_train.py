"""Training the employment model: what it may see, which way it may not learn, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.contracts.features import EMPLOYMENT_INPUTS
from ml.additive import AdditiveModel
from ml.employment.cohorts import origin
from ml.employment.inputs import LABEL, MONOTONE
from ml.employment.train import MIN_OUTCOMES, FitOptions, TooFewToLearn, fit, require_enough
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts

AT = origin(KNOWN_UNTIL)


@pytest.fixture(scope="module")
def cohorts() -> pa.Table:
    """1,000 people at the three dates of the night's model."""
    return make_cohorts(1_000, AT.dates)


@pytest.fixture(scope="module")
def model(cohorts: pa.Table) -> AdditiveModel:
    """The model they teach."""
    return fit(cohorts, AT, FitOptions())


def relabel(table: pa.Table, chosen: pa.ChunkedArray, outcome: Any) -> pa.Table:
    """The table with other outcomes for some rows."""
    place = table.schema.get_field_index(LABEL)
    return table.set_column(place, table.schema.field(LABEL), pc.if_else(chosen, outcome, table[LABEL]))


def test_the_older_cohorts_teach_and_the_newest_calibrates(model: AdditiveModel) -> None:
    """Of 62 rounds of 16 keys 12 each may teach, and 4 of the 8 people left over: 748 of 1,000."""
    assert model.training["cohorts"] == ["2025-05-23", "2025-08-22"]
    assert model.calibration_report["cohort"] == "2025-11-21"
    assert (model.training["rows"], model.calibration_report["rows"]) == (2 * 748, 748)


def test_the_model_has_learned_what_brings_work(model: AdditiveModel) -> None:
    """Each certificate is worth 0.6 in these people's logit: four are worth 2.4, of which more than half is found."""
    term = next(term for term in model.terms if term.name == "certificates_count")
    by_value = term.scores[term.axis_maps[0]][1:]  # without the bin of those whose number is not known
    assert by_value[-1] - by_value[0] > 1.2


def test_no_term_goes_the_wrong_way_even_when_the_people_did() -> None:
    """Here certificates, résumé and market cost work and a high wish brought it: the model says nothing of them."""
    table = make_cohorts(1_000, AT.dates, signs=(-1, -1, -1, 1))
    found = fit(table, AT, FitOptions())
    terms = {term.name: term for term in found.terms}
    for name, direction in MONOTONE.items():
        if name in terms:
            steps = np.diff(terms[name].scores[terms[name].axis_maps[0]][1:])
            assert (steps * direction >= -1e-12).all(), name
    assert np.ptp(terms["education_code"].scores) > 0.3


@pytest.mark.parametrize("name", sorted(MONOTONE))
def test_terms_go_the_way_the_domain_says(model: AdditiveModel, name: str) -> None:
    term = next(term for term in model.terms if term.name == name)
    steps = np.diff(term.scores[term.axis_maps[0]][1:]) * MONOTONE[name]
    assert (steps >= -1e-12).all()
    assert steps.max() > 0 or name == "wanted_regions_count"  # which brings these people no work


def test_what_became_of_evaluation_people_teaches_nothing(cohorts: pa.Table, model: AdditiveModel) -> None:
    """All of them hired, or none: the same model to the last bit."""
    for outcome in (True, False):
        other = relabel(cohorts, cohorts["is_evaluation"], outcome)
        assert other[LABEL] != cohorts[LABEL]
        assert fit(other, AT, FitOptions()).model_version == model.model_version


def test_what_became_of_others_does_teach(cohorts: pa.Table, model: AdditiveModel) -> None:
    one = pc.equal(cohorts["seeker_key"], f"{15:032x}")
    other = relabel(cohorts, one, pc.invert(cohorts[LABEL]))
    assert fit(other, AT, FitOptions()).model_version != model.model_version


def test_threads_and_the_order_of_rows_change_nothing(cohorts: pa.Table, model: AdditiveModel) -> None:
    mixed = cohorts.take(pa.array(np.random.default_rng(3).permutation(cohorts.num_rows)))
    assert fit(mixed, AT, FitOptions(threads=2)).model_version == model.model_version


def test_sex_and_age_and_nationality_and_disability_teach_nothing(cohorts: pa.Table, model: AdditiveModel) -> None:
    """Their columns emptied: the same model."""
    names = ("sex_code", "age_years", "age_band_code", "is_foreign_national", "is_disabled")
    fields = [(cohorts.schema.get_field_index(name), cohorts.schema.field(name)) for name in names]
    blind = reduce(lambda t, at: t.set_column(*at, pa.nulls(t.num_rows, at[1].type)), fields, cohorts)
    assert fit(blind, AT, FitOptions()).model_version == model.model_version


def test_age_is_read_only_where_the_setting_says_so(cohorts: pa.Table, model: AdditiveModel) -> None:
    aged = fit(cohorts, AT, FitOptions(uses_age=True))
    assert [feature.name for feature in aged.features] == [*EMPLOYMENT_INPUTS, "age_years"]
    assert [feature.name for feature in model.features] == list(EMPLOYMENT_INPUTS)


@pytest.mark.parametrize("wrong", [0, 29])
def test_a_past_in_which_all_fared_the_same_teaches_nothing(cohorts: pa.Table, wrong: int) -> None:
    """Fewer than 30 people of one outcome are no lesson, in either part and of either kind."""
    rows = cohorts.slice(0, 1_000)
    few = pa.array(np.arange(1_000) < wrong)
    for outcome in (few, pc.invert(few)):
        same = relabel(rows, pc.is_valid(rows["seeker_key"]), outcome)
        for pair in ((same, rows), (rows, same)):
            with pytest.raises(TooFewToLearn, match="expected at least .* and 30 of either outcome"):
                require_enough(*pair)


@pytest.mark.parametrize(
    ("teaching", "calibrating", "said"),
    [
        (999, 500, "teaching cohorts: found 999 people"),
        (1_000, 499, "calibration cohorts: found 499 people"),
        (0, 0, "teaching cohorts: found 0 people, 0 of them hired"),
    ],
    ids=["too few to learn", "too few to calibrate", "none"],
)
def test_too_few_people_teach_nothing(cohorts: pa.Table, teaching: int, calibrating: int, said: str) -> None:
    with pytest.raises(TooFewToLearn, match=said):
        require_enough(cohorts.slice(0, teaching), cohorts.slice(0, calibrating))


def test_just_enough_people_do_teach(cohorts: pa.Table) -> None:
    half = pa.array(np.arange(1_000) < MIN_OUTCOMES)
    rows = relabel(cohorts.slice(0, 1_000), pc.is_valid(cohorts.slice(0, 1_000)["seeker_key"]), half)
    require_enough(rows, rows.slice(0, 500))
    with pytest.raises(TooFewToLearn):
        require_enough(rows.slice(0, 999), rows.slice(0, 500))


def test_evaluation_people_do_not_make_a_lake_large_enough(cohorts: pa.Table) -> None:
    """1,000 people of each date, all kept for evaluation: nobody is left to teach."""
    place = cohorts.schema.get_field_index("is_evaluation")
    kept = cohorts.set_column(place, cohorts.schema.field(place), pa.array([True] * cohorts.num_rows))
    with pytest.raises(TooFewToLearn, match="found 0 people"):
        fit(kept, AT, FitOptions())


def test_an_origin_without_its_calibration_cohort_teaches_nothing(cohorts: pa.Table) -> None:
    with pytest.raises(TooFewToLearn, match="calibration cohorts: found 0 people"):
        fit(cohorts, replace(AT, calibrates=KNOWN_UNTIL), FitOptions())
