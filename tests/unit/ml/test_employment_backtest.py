"""The backtest: every date is judged by a model that knew no more than was known then, beside three other models."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.contracts.judgement import EVALUATION
from ml.employment.backtest import SHUFFLED_GAIN_LIMIT, backtest
from ml.employment.cohorts import judged_dates, origin
from ml.employment.inputs import LABEL
from ml.employment.train import FitOptions
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts

DATES = judged_dates(KNOWN_UNTIL)
NEWEST = DATES[-1].isoformat()
Rows = dict[tuple[str, str, str], dict[str, Any]]


def judge(table: pa.Table, **options: Any) -> Rows:
    """Rows of the newest date by scope, model and measure."""
    rows = backtest(table, DATES[-1:], FitOptions(**options))
    return {(row["scope_code"], row["model_name"], row["measure_name"]): row for row in rows}


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the other models, which take most of the time."""
    monkeypatch.setattr("ml.employment.backtest.train_challengers", lambda *_, **__: ())


def measured(table: pa.Table) -> Rows:
    """The additive model's own measures at the newest date, which here is not the last, so nothing else is told."""
    rows = backtest(table, (DATES[-1], KNOWN_UNTIL), FitOptions())
    assert {(row["scope_code"], row["model_name"]) for row in rows} == {("BACKTEST", "additive")}
    return {("BACKTEST", "additive", row["measure_name"]): row for row in rows}


@pytest.fixture(scope="module")
def cohorts() -> pa.Table:
    """1,000 people at the dates that the newest judged one needs."""
    return make_cohorts(1_000, [*origin(DATES[-1]).dates, DATES[-1]])


@pytest.fixture(scope="module")
def rows(cohorts: pa.Table) -> Rows:
    """What the backtest says of it."""
    return judge(cohorts)


def test_the_additive_model_stands_beside_three_others(rows: Rows) -> None:
    measured = {model for scope, model, name in rows if (scope, name) == ("BACKTEST", "brier")}
    assert measured == {"additive", "base_rate", "logistic", "gradient_boosting"}
    assert {row["cohort"] for row in rows.values()} == {NEWEST}
    assert {row["rows_count"] for row in rows.values()} == {1_000}
    assert {frozenset({"as_of", *row}) for row in rows.values()} == {frozenset(EVALUATION.names)}


@pytest.mark.case("P21")
def test_the_difference_is_that_of_the_two_scores(rows: Rows) -> None:
    for model in ("base_rate", "logistic", "gradient_boosting"):
        own, theirs = (rows["BACKTEST", name, "brier"]["value"] for name in ("additive", model))
        difference = rows["BACKTEST", model, "brier_difference"]
        assert difference["value"] == pytest.approx(own - theirs, abs=2e-6)
        assert difference["value_low"] <= difference["value"] <= difference["value_high"]


@pytest.mark.case("P21")
def test_it_is_certainly_better_than_the_base_rate_which_ranks_nobody(rows: Rows) -> None:
    assert rows["BACKTEST", "base_rate", "auc"]["value"] == 0.5
    assert rows["BACKTEST", "base_rate", "brier_difference"]["value_high"] < 0


def test_only_the_served_kind_of_model_has_a_limit(rows: Rows) -> None:
    limited = {key for key, row in rows.items() if row["limit_value"] is not None}
    assert limited == {("BACKTEST", "additive", "ece"), ("LEAK", "shuffled_label", "brier_gain")}


@pytest.mark.case("P20")
def test_labels_of_other_people_teach_nothing(rows: Rows) -> None:
    row = rows["LEAK", "shuffled_label", "brier_gain"]
    assert row["value"] <= SHUFFLED_GAIN_LIMIT == row["limit_value"]
    assert row["result_code"] == "PASS"


def test_the_cost_of_leaving_age_out_is_told(rows: Rows) -> None:
    """Age brings these people no work: next to nothing is lost."""
    assert rows["AGE", "additive_with_age", "brier_difference"]["value"] == pytest.approx(0, abs=0.005)
    assert ("AGE", "additive_with_age", "auc_difference") in rows


@pytest.mark.usefixtures("_alone")
def test_a_model_that_reads_age_is_not_compared_with_itself(cohorts: pa.Table) -> None:
    assert not [key for key in judge(cohorts, uses_age=True) if key[0] == "AGE"]


@pytest.mark.case("P20")
@pytest.mark.case("P21")
@pytest.mark.usefixtures("_alone")
def test_what_came_later_than_the_origin_changes_nothing(cohorts: pa.Table, rows: Rows) -> None:
    """More people at a date after the one judged: the same rows, to the last digit."""
    later = make_cohorts(500, [KNOWN_UNTIL], seed=9)
    found = measured(pa.concat_tables([cohorts, later]))
    assert found == {key: rows[key] for key in found}


@pytest.mark.usefixtures("_alone")
def test_the_outcomes_judged_do_not_teach(cohorts: pa.Table, rows: Rows) -> None:
    """Everybody's fate at the judged date turned around: the ranking is turned around with it."""
    place = cohorts.schema.get_field_index(LABEL)
    judged = pc.equal(cohorts["snapshot_date"], pa.scalar(DATES[-1], pa.date32()))
    turned = cohorts.set_column(place, cohorts.schema.field(place), pc.xor(cohorts[LABEL], judged))
    before, after = (found["BACKTEST", "additive", "auc"]["value"] for found in (rows, measured(turned)))
    assert before + after == pytest.approx(1, abs=2e-6)


@pytest.mark.usefixtures("_alone")
def test_a_date_without_enough_people_before_it_is_left_out() -> None:
    """The first date has nothing before it: it gives no rows, and no error; the newest has its own."""
    table = make_cohorts(1_000, [*origin(DATES[-1]).dates, DATES[0], DATES[-1]])
    found = {row["cohort"] for row in backtest(table, (DATES[0], DATES[-1], KNOWN_UNTIL), FitOptions())}
    assert found == {NEWEST}


def test_a_lake_without_a_past_has_no_backtest() -> None:
    assert backtest(make_cohorts(0), DATES, FitOptions()) == []
