"""The nightly audit: answers that belong to their people, inputs that know too much, cohorts that are accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts import codes
from lake.contracts.judgement import EVALUATION
from ml.additive import AdditiveModel
from ml.employment.audit import audit_served, permutation_rows, rescored_row
from ml.employment.cohorts import judged_dates, origin
from ml.employment.judge import probabilities
from ml.employment.score import score_batches
from ml.employment.train import FitOptions, fit
from tests.unit.ml.employment_night import PERSON, night_model, open_night, people_table
from tests.unit.ml.employment_people import (
    KNOWN_UNTIL,
    by_name,
    judged_people,
    make_cohorts,
    make_model,
    numeric,
    telling,
)

STORED = ["seeker_key", "answer_code", "raw_logit"]


@pytest.fixture(scope="module")
def people() -> pa.Table:
    """Forty people whose market differs for each, one of them in work and one of whom nothing is known."""
    told = [PERSON | {"seeker_key": f"{n:032x}", "career_months": n, "market_hires_ratio": n / 20} for n in range(38)]
    told += [PERSON | {"seeker_key": "a" * 32, "is_employed": True}, {"seeker_key": "b" * 32}]
    return people_table(*told)


MODEL = make_model(
    [
        (numeric("career_months", range(1, 40)), [0, *(0.1 * n for n in range(40))]),
        (numeric("trainings_3y_count", [0.5]), [0, -0.1, 0.1]),
        (numeric("certificates_count", [0.5]), [0, -0.1, 0.1]),
        (numeric("wanted_regions_count", [1.5]), [0, -0.1, 0.1]),
        (numeric("resume_completeness_pct", [50]), [0, -0.1, 0.1]),
        (numeric("wage_wish_ratio", [1.2]), [0, 0.1, -0.1]),
    ]
)
"""Another logit for each month of career."""


@pytest.fixture(scope="module")
def stored(people: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """What the night wrote about them."""
    night = open_night(tmp_path_factory.mktemp("night"), MODEL)
    return pa.Table.from_batches(list(score_batches(iter(people.to_batches()), night))).select(STORED)


def wrong(people: pa.Table, stored: pa.Table, model: AdditiveModel = MODEL) -> tuple[float, str]:
    """How many rows differ, and the result."""
    row = rescored_row(model, people, stored)
    return row["value"], row["result_code"]


def test_honest_answers_differ_nowhere(people: pa.Table, stored: pa.Table) -> None:
    assert wrong(people, stored) == (0.0, "PASS")
    row = rescored_row(MODEL, people, stored)
    assert (row["measure_name"], row["rows_count"], row["limit_value"]) == ("rescored_rows_differ", 40, 0.0)


def test_the_order_of_rows_does_not_matter(people: pa.Table, stored: pa.Table) -> None:
    order = pa.array(np.random.default_rng(1).permutation(40))
    assert wrong(people, stored.take(order)) == (0.0, "PASS")


def test_answers_written_to_the_next_person_are_all_counted(people: pa.Table, stored: pa.Table) -> None:
    """Each of the 38 people with a number got their neighbour's."""
    told = stored["raw_logit"].to_numpy()
    shifted = np.concatenate([np.roll(told[:38], 1), told[38:]])
    moved = stored.set_column(2, "raw_logit", pa.array(shifted, pa.float64(), from_pandas=True))
    assert wrong(people, moved) == (38.0, "FAIL")


def test_two_people_mistaken_for_each_other_are_two_wrong_rows(people: pa.Table, stored: pa.Table) -> None:
    order = [1, 0, *range(2, 40)]
    swapped = stored.set_column(0, "seeker_key", stored["seeker_key"].take(pa.array(order)))
    assert wrong(people, swapped) == (2.0, "FAIL")


def test_people_without_a_row_and_rows_without_a_person_are_counted(people: pa.Table, stored: pa.Table) -> None:
    assert wrong(people, stored.slice(3)) == (3.0, "FAIL")
    assert wrong(people.slice(3), stored) == (3.0, "FAIL")


def test_another_models_answers_are_counted(people: pa.Table, stored: pa.Table) -> None:
    assert wrong(people, stored, night_model())[1] == "FAIL"


def test_probabilities_in_the_place_of_logits_are_counted(people: pa.Table, stored: pa.Table) -> None:
    scaled = 1 / (1 + np.exp(-stored["raw_logit"].to_numpy()))
    other = stored.set_column(2, "raw_logit", pa.array(scaled, pa.float64(), from_pandas=True))
    assert wrong(people, other) == (38.0, "FAIL")


def test_someone_silenced_without_a_reason_is_counted(people: pa.Table, stored: pa.Table) -> None:
    """The first person is said to be in work, and is not; the one in work is said to be answered."""
    answers = ["CURRENTLY_EMPLOYED", *stored["answer_code"].to_pylist()[1:38], "OK", "THIN_FILE"]
    assert wrong(people, stored.set_column(1, "answer_code", pa.array(answers))) == (2.0, "FAIL")


def test_a_lost_number_is_counted(people: pa.Table, stored: pa.Table) -> None:
    empty = stored.set_column(2, "raw_logit", pa.nulls(40, pa.float64()))
    assert wrong(people, empty) == (38.0, "FAIL")


def test_a_rounding_of_the_stored_number_is_no_difference(people: pa.Table, stored: pa.Table) -> None:
    nearly = pa.array(stored["raw_logit"].to_numpy() + 5e-6, from_pandas=True)
    assert wrong(people, stored.set_column(2, "raw_logit", nearly)) == (0.0, "PASS")


def test_an_empty_sample_differs_nowhere(people: pa.Table, stored: pa.Table) -> None:
    assert wrong(people.slice(0, 0), stored.slice(0, 0)) == (0.0, "PASS")


def test_an_input_that_is_the_outcome_itself_is_looked_at() -> None:
    """It ranks perfectly alone: dealt out anew, all 0.5 above a coin is lost, more than 0.8 of it."""
    outcome = [0, 1] * 500
    judged = judged_people(outcome, applications_90d_count=outcome)
    model = telling([0.01, 0.99])
    (row,) = permutation_rows(model, judged, probabilities(model, judged.rows))
    assert row["measure_name"] == "auc_lost:applications_90d_count"
    assert row["value"] == pytest.approx(0.5, abs=0.05)
    assert (row["limit_value"], row["result_code"]) == (0.4, "WARN")


def test_inputs_that_share_the_ranking_pass() -> None:
    """Two inputs that are each right three times in four: neither carries it all; a third one carries nothing."""
    outcome = np.tile([0, 1], 1_000)
    place = np.arange(2_000) // 2 % 16  # the same for one hired and one not: unrelated to the outcome
    first, second = np.where(place % 4 == 0, 1 - outcome, outcome), np.where(place // 4 == 0, 1 - outcome, outcome)
    judged = judged_people(
        outcome.tolist(), applications_90d_count=first, trainings_3y_count=second, certificates_count=place % 2
    )
    names = ("applications_90d_count", "trainings_3y_count", "certificates_count")
    model = make_model([(numeric(name, [0.5]), [0, -size, size]) for name, size in zip(names, (1, 1, 0), strict=True)])
    rows = by_name(permutation_rows(model, judged, probabilities(model, judged.rows)))
    assert {row["result_code"] for row in rows.values()} == {"PASS"}
    assert rows["auc_lost:certificates_count"]["value"] == 0.0
    assert rows["auc_lost:trainings_3y_count"]["value"] > 0.1


def test_people_who_all_fared_the_same_have_no_ranking_to_lose() -> None:
    judged = judged_people([1, 1], applications_90d_count=[0, 1])
    assert permutation_rows(telling([0.2, 0.8]), judged, np.array([0.2, 0.8])) == []


@pytest.fixture(scope="module")
def audited() -> list[dict[str, Any]]:
    """Rows of ops__evaluation of a model that 1,000 people taught."""
    table = make_cohorts(1_000)
    return audit_served(fit(table, origin(KNOWN_UNTIL), FitOptions()), table, known_until=KNOWN_UNTIL).evaluation


def test_the_served_model_is_judged_as_a_whole_and_by_cohort(audited: list[dict[str, Any]]) -> None:
    """1,000 people at three dates, of whom 252 are kept for evaluation: the last eight give four of them."""
    served = [row for row in audited if row["scope_code"] == "SERVED" and row["measure_name"] == "brier"]
    assert {row["cohort"]: row["rows_count"] for row in served} == {
        "ALL": 3 * 252,
        **{day.isoformat(): 252 for day in judged_dates(KNOWN_UNTIL)},
    }


def test_the_limits_of_a_night_are_all_told(audited: list[dict[str, Any]]) -> None:
    limited = {row["measure_name"] for row in audited if row["limit_value"] is not None and row["cohort"] == "ALL"}
    assert {"ece", "wrongly_high_risk_ratio"} <= limited
    assert {row["result_code"] for row in audited if row["scope_code"] == "SERVED"} == {"PASS"}


def test_the_second_label_is_judged_by_order_and_share_alone(audited: list[dict[str, Any]]) -> None:
    kept = {row["measure_name"] for row in audited if row["label_name"] == "is_kept_90d"}
    assert kept == {"auc", "average_precision", "share"}


def test_an_audits_rows_keep_the_contract(audited: list[dict[str, Any]]) -> None:
    """One row a key, codes of the closed lists."""
    key = [name for name in EVALUATION.key if name != "as_of"]
    assert len({tuple(row[name] for name in key) for row in audited}) == len(audited)
    assert {row["scope_code"] for row in audited} <= set(codes.EVALUATION_SCOPE.codes)
    assert {row["result_code"] for row in audited} <= set(codes.CHECK_RESULT.codes)


def test_an_audit_of_people_who_all_fared_the_same_is_not_a_crash(tmp_path: Path) -> None:
    """A night on which the employment source said nothing: no ranking, a failed calibration, and rows all the same."""
    table = make_cohorts(160)
    place = table.schema.get_field_index("is_hired_183d")
    nobody = table.set_column(place, table.schema.field(place), pa.array([False] * table.num_rows))
    found = audit_served(telling([0.4, 0.6]), nobody, known_until=KNOWN_UNTIL)
    rows = {
        row["measure_name"]: row
        for row in found.evaluation
        if row["cohort"] == "ALL" and row["model_name"] == "additive"
    }
    assert rows["ece"]["result_code"] == "FAIL"


def test_a_lake_that_lost_its_past_has_nobody_to_judge_by() -> None:
    table = make_cohorts(1_000)
    model = fit(table, origin(KNOWN_UNTIL), FitOptions())
    found = audit_served(model, table.slice(0, 0), known_until=KNOWN_UNTIL)
    assert (found.evaluation, found.calibration, found.fairness) == ([], [], [])
