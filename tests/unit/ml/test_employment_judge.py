"""How good probabilities are: people in order, measures by hand, and limits that know how few people there are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lake.contracts.judgement import EVALUATION
from ml.employment.cohorts import judged_dates
from ml.employment.inputs import KEPT_LABEL, LABEL
from ml.employment.judge import (
    ECE_LIMIT,
    Judgement,
    calibration_error,
    difference_row,
    ece_limit,
    evaluation_row,
    measure_rows,
    people_of,
    probabilities,
    with_limit,
)
from ml.hashing import hash_keys
from tests.unit.ml.employment_people import KNOWN_UNTIL, by_name, judged_people, make_cohorts, table_of, telling

ABOUT = Judgement("SERVED", "ALL", "additive")
FOUR = (np.array([0.1, 0.4, 0.35, 0.8]), [0, 0, 1, 1])


def test_measures_of_four_people() -> None:
    """Three of four pairs in order; (0.01 + 0.16 + 0.4225 + 0.04) / 4; precision 1 and then 2 of 3."""
    rows = by_name(measure_rows(judged_people(FOUR[1]), FOUR[0], ABOUT))
    assert set(rows) == {"auc", "average_precision", "brier", "log_loss", "ece"}
    assert (rows["auc"]["value"], rows["brier"]["value"]) == (0.75, 0.158125)
    assert rows["average_precision"]["value"] == round((1 + 2 / 3) / 2, 6)
    assert {(row["scope_code"], row["cohort"], row["model_name"], row["label_name"]) for row in rows.values()} == {
        ("SERVED", "ALL", "additive", LABEL)
    }
    assert {row["rows_count"] for row in rows.values()} == {4}


def test_rows_are_those_of_the_contract_but_for_the_business_date() -> None:
    (row, *_) = measure_rows(judged_people(FOUR[1]), FOUR[0], ABOUT)
    assert {"as_of", *row} == set(EVALUATION.names)


def test_the_interval_holds_the_value_and_narrows_with_more_people() -> None:
    probability, outcome = np.tile([0.2, 0.8], 2_000), [0, 0, 0, 0, 1, 1, 1, 1, 0, 1] * 400
    few = by_name(measure_rows(judged_people(outcome[:400]), probability[:400], ABOUT))["brier"]
    many = by_name(measure_rows(judged_people(outcome), probability, ABOUT))["brier"]
    assert few["value_low"] < few["value"] < few["value_high"]
    assert many["value_high"] - many["value_low"] < 0.5 * (few["value_high"] - few["value_low"])


@pytest.mark.parametrize(("people", "has_one"), [(19, False), (20, True)])
def test_a_handful_of_people_has_no_interval(people: int, *, has_one: bool) -> None:
    """A draw may hold nobody of a handful: the measure stands alone."""
    outcome, probability = [0, 1] * (people // 2) + [1] * (people % 2), np.linspace(0.1, 0.9, people)
    for row in measure_rows(judged_people(outcome), probability, ABOUT):
        assert row["value"] is not None
        assert (row["value_low"] is not None) is has_one


def test_the_second_label_is_judged_by_its_own_outcome() -> None:
    """Kept: only the first person, whom the model ranks last."""
    judged = judged_people(FOUR[1], **{KEPT_LABEL: [True, False, False, False]})
    rows = by_name(measure_rows(judged, FOUR[0], Judgement("SERVED", "ALL", "additive", KEPT_LABEL)))
    assert rows["auc"]["value"] == 0.0
    assert rows["auc"]["label_name"] == "is_kept_90d"


@pytest.mark.parametrize("outcome", [0, 1])
def test_people_who_all_fared_the_same_have_no_ranking_but_a_calibration(outcome: int) -> None:
    """Called 0.25 and 0.75: 0.25 and 0.75 off, or the other way round; the mean is 0.5 either way."""
    rows = measure_rows(judged_people([outcome] * 4), np.array([0.25, 0.25, 0.75, 0.75]), ABOUT)
    found = by_name(with_limit(rows, "ece", 0.02))
    assert found["auc"]["value"] is None
    assert found["brier"]["value"] == round((0.0625 + 0.5625) / 2, 6)
    assert (found["ece"]["value"], found["ece"]["result_code"]) == (0.5, "FAIL")


def test_nobody_has_no_measures() -> None:
    rows = measure_rows(judged_people([]), np.zeros(0), ABOUT)
    assert {row["value"] for row in rows} == {None}
    assert {row["rows_count"] for row in rows} == {0}


@pytest.mark.parametrize(("limit", "result"), [(0.158125, "PASS"), (0.158124, "FAIL")])
def test_a_limit_judges_the_named_measure_and_no_other(limit: float, result: str) -> None:
    rows = by_name(with_limit(measure_rows(judged_people(FOUR[1]), FOUR[0], ABOUT), "brier", limit))
    assert (rows["brier"]["limit_value"], rows["brier"]["result_code"]) == (limit, result)
    assert {(row["limit_value"], row["result_code"]) for name, row in rows.items() if name != "brier"} == {
        (None, "PASS")
    }


def test_the_calibration_limit_is_two_points_on_top_of_chance() -> None:
    """At 0.5 a share of 10,000 errs by 1.96 × 0.005 = 0.0098 in one draw of twenty, and of 100 by ten times that."""
    keys = hash_keys(judged_people([0] * 10_000).rows["seeker_key"])
    many, few = ece_limit(np.full(10_000, 0.5), keys), ece_limit(np.full(100, 0.5), keys[:100])
    assert many == pytest.approx(np.hypot(0.02, 0.0098), rel=0.1)
    assert few == pytest.approx(np.hypot(0.02, 0.098), rel=0.2)
    assert many > ECE_LIMIT == 0.02


def test_the_calibration_limit_grows_as_people_get_fewer() -> None:
    keys = hash_keys(judged_people([0] * 1_000).rows["seeker_key"])
    limits = [ece_limit(np.full(rows, 0.4), keys[:rows]) for rows in (1_000, 250, 60)]
    assert limits == sorted(limits)
    assert limits[0] < limits[2]


def test_a_better_model_has_the_lower_brier_score() -> None:
    """0.158125 against 0.25 of a coin: 0.091875 lower."""
    pair = (np.tile(FOUR[0], 100), np.full(400, 0.5))
    row = difference_row(judged_people(FOUR[1] * 100), pair, ABOUT, "brier")
    assert row["value_high"] < 0
    assert (row["measure_name"], row["value"]) == ("brier_difference", -0.091875)


def test_a_model_does_not_differ_from_itself() -> None:
    probability = np.tile(FOUR[0], 100)
    row = difference_row(judged_people(FOUR[1] * 100), (probability, probability), ABOUT, "auc")
    assert (row["value"], row["value_low"], row["value_high"]) == (0, 0, 0)


def test_what_cannot_be_computed_is_null() -> None:
    row = evaluation_row(ABOUT, "auc", (float("nan"), float("inf"), 0.1234567), 3)
    assert (row["value"], row["value_low"], row["value_high"]) == (None, None, 0.123457)


def test_people_come_in_key_order_from_the_cohorts_named() -> None:
    newest = judged_dates(KNOWN_UNTIL)[-1]
    table = make_cohorts(32)
    judged = people_of(table.take(list(reversed(range(table.num_rows)))), [newest], evaluation_only=False)
    assert judged.rows["seeker_key"].to_pylist() == [f"{number:032x}" for number in range(32)]
    assert judged.outcome.tolist() == [int(hired) for hired in judged.rows[LABEL].to_pylist()]
    assert set(judged.rows["snapshot_date"].to_pylist()) == {newest}


def test_the_served_model_is_judged_only_on_people_who_never_teach() -> None:
    dates = judged_dates(KNOWN_UNTIL)
    judged = people_of(make_cohorts(32), dates, evaluation_only=True)
    assert {key[-1] for key in judged.rows["seeker_key"].to_pylist()} == set("0123")
    assert len(judged.outcome) == 3 * 8


def test_groups_of_unknown_belonging_are_named_so() -> None:
    judged = judged_people([0, 1, 1], sex_code=["M", None, "F"], is_disabled=[True, None, False])
    assert judged.groups["sex_code"].tolist() == ["M", "UNKNOWN", "F"]
    assert judged.groups["is_disabled"].tolist() == ["Y", "UNKNOWN", "N"]
    assert set(judged.groups["home_region_code"]) == {"UNKNOWN"}


def test_a_cohort_that_is_not_there_has_nobody() -> None:
    day = date(2020, 1, 1) - timedelta(days=1)
    assert people_of(make_cohorts(16), [day], evaluation_only=False).rows.num_rows == 0


def test_calibration_is_judged_on_its_season_and_the_ranking_on_everybody() -> None:
    """The cohort of the season comes true; in the newer one nobody of those called 0.5 found work."""
    older, newer = judged_dates(KNOWN_UNTIL)[1:]
    rows = 40
    table = table_of(
        {
            "snapshot_date": [older] * rows + [newer] * rows,
            "seeker_key": [f"{number:032x}" for number in range(2 * rows)],
            "is_evaluation": [True] * 2 * rows,
            LABEL: [True, False] * (rows // 2) + [False] * rows,
        }
    )
    judged = people_of(table, [older, newer], evaluation_only=True, season=older)
    found = by_name(measure_rows(judged, np.full(2 * rows, 0.5), ABOUT))
    assert (found["ece"]["value"], found["ece"]["rows_count"]) == (0.0, rows)
    assert (found["brier"]["value"], found["brier"]["rows_count"]) == (0.25, 2 * rows)
    error, limit = calibration_error(judged, np.full(2 * rows, 0.5))
    assert (error, limit) == (0.0, ece_limit(np.full(rows, 0.5), judged.keys[judged.in_season]))
    everybody = people_of(table, [older, newer], evaluation_only=True)
    assert calibration_error(everybody, np.full(2 * rows, 0.5))[0] == 0.25


def test_probabilities_are_the_models_calibrated_ones() -> None:
    judged = judged_people([0, 1], applications_90d_count=[0, 1])
    assert probabilities(telling([0.2, 0.8]), judged.rows) == pytest.approx([0.2, 0.8])
