"""Which model takes the place of the one in use: certainly better, calibrated, and no harder on any group."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from ml.additive import AdditiveModel
from ml.employment.judge import Judged
from ml.employment.promotion import Promotion, decide
from tests.unit.ml.employment_people import judged_people, telling

OLD, NEW = "trainings_3y_count", "applications_90d_count"


def people(rows: list[tuple[int, dict[str, Any], int]]) -> Judged:
    """So many people of each kind: (how many, their columns, their outcome)."""
    outcome = [value for count, _, value in rows for _ in range(count)]
    columns = {name: [kind[name] for count, kind, _ in rows for _ in range(count)] for name in rows[0][1]}
    return judged_people(outcome, **columns)


@pytest.fixture(scope="module")
def halves() -> Judged:
    """2,000 people: of those with applications 80 % find work, of the others 20 %."""
    return people([(800, {NEW: 1}, 1), (200, {NEW: 1}, 0), (200, {NEW: 0}, 1), (800, {NEW: 0}, 0)])


def test_a_better_model_is_promoted(halves: Judged) -> None:
    """0.2 and 0.8 have a Brier score of 0.16; 0.4 and 0.6, of the same people, have 0.2: 0.04 better."""
    found = decide(telling([0.2, 0.8], NEW), telling([0.4, 0.6], NEW), halves)
    assert found.is_promoted
    assert found.brier_gain.value == pytest.approx(0.04)
    assert found.brier_gain.low > 0
    assert found.ece == pytest.approx(0, abs=1e-9)
    assert found.reason == "better Brier, calibration holds, no TPR gap grows"


def test_the_same_model_again_is_not_promoted(halves: Judged) -> None:
    model = telling([0.2, 0.8], NEW)
    found = decide(model, model, halves)
    assert not found.is_promoted
    assert (found.brier_gain.value, found.brier_gain.low, found.largest_gap_growth) == (0, 0, 0)
    assert found.reason.startswith("Brier is not certainly better than the model in use")


def test_a_worse_model_is_not_promoted(halves: Judged) -> None:
    found = decide(telling([0.4, 0.6], NEW), telling([0.2, 0.8], NEW), halves)
    assert not found.is_promoted
    assert found.brier_gain.value == pytest.approx(-0.04)


def test_a_better_but_badly_calibrated_model_is_not_promoted(halves: Judged) -> None:
    """0.3 and 0.7 are 0.1 off on both sides; the Brier score of 0.17 is better than 0.2 all the same."""
    found = decide(telling([0.3, 0.7], NEW), telling([0.4, 0.6], NEW), halves)
    assert not found.is_promoted
    assert found.brier_gain.value == pytest.approx(0.03)
    assert found.ece == pytest.approx(0.1)
    assert found.ece > found.ece_limit
    assert found.reason.startswith("calibration does not hold (ECE 0.1000")


def test_the_first_model_must_beat_the_average(halves: Judged) -> None:
    """The average of 0.5 has a Brier score of 0.25: 0.09 better; nobody's gap can have grown."""
    found = decide(telling([0.2, 0.8], NEW), None, halves)
    assert found.is_promoted
    assert found.brier_gain.value == pytest.approx(0.09)
    assert (found.gap_growth, found.largest_gap_growth) == ({}, 0.0)


def test_a_first_model_no_better_than_the_average_is_not_promoted(halves: Judged) -> None:
    found = decide(telling([0.5, 0.5], NEW), None, halves)
    assert not found.is_promoted
    assert found.reason.startswith("Brier is not certainly better than the average")


def by_sex(women: int, men: int) -> tuple[Judged, AdditiveModel, AdditiveModel]:
    """2,000 women and 2,000 men, so many of them with the low value of the new model's input: 10 % of those find work.

    Of all others 60 % do. The old model's input is low for 15 % of everybody alike, and tells nothing.
    """
    rows = []
    for sex, low in (("F", women), ("M", men)):
        cells = {(0, 1): low // 10, (0, 0): low * 9 // 10}
        cells |= {(1, 1): (2_000 - low) * 6 // 10, (1, 0): (2_000 - low) * 4 // 10}
        for ((new, outcome), count), old in product(cells.items(), (0, 1)):
            share = count * 15 // 100
            rows.append((share if old == 0 else count - share, {"sex_code": sex, NEW: new, OLD: old}, outcome))
    return people(rows), telling([0.1, 0.6], NEW), telling([0.5, 0.55], OLD)


def test_a_better_model_that_widens_a_groups_gap_is_not_promoted() -> None:
    """Women without work called: 360 of 1,000; men: 180 of 900. A gap of 0.16 where there was none."""
    found = decide(*_as_asked(*by_sex(400, 200)))
    assert found.brier_gain.low > 0
    assert found.ece < found.ece_limit
    assert found.gap_growth["sex_code=F"] == pytest.approx(0.16, abs=1e-6)
    assert found.largest_gap_growth == found.gap_growth["sex_code=F"]
    assert found.reason == "the TPR gap grows by more than 0.02 for sex_code=F"
    assert not found.is_promoted


def test_a_gap_that_was_there_before_does_not_stop_a_model() -> None:
    """The same 0.16 in both models: it has not grown."""
    judged, candidate, _ = by_sex(400, 200)
    found = decide(candidate, telling([0.4, 0.55], NEW), judged)
    assert found.gap_growth["sex_code=F"] == 0.0
    assert found.is_promoted


def test_a_model_that_calls_women_as_often_as_men_is_promoted() -> None:
    found = decide(*_as_asked(*by_sex(300, 300)))
    assert found.gap_growth["sex_code=F"] == pytest.approx(0, abs=1e-6)
    assert found.is_promoted


def test_groups_of_fewer_than_a_thousand_are_not_judged() -> None:
    """The women of a fourth of that country are 500: their gap of 0.16 is too uncertain to decide on."""
    judged, candidate, incumbent = by_sex(400, 200)
    every_fourth = people(
        [
            (count, {"sex_code": sex, NEW: new, OLD: 1}, outcome)
            for (sex, new, outcome), count in _fourth(judged).items()
        ]
    )
    found = decide(candidate, incumbent, every_fourth)
    assert "sex_code=F" not in found.gap_growth
    assert found.is_promoted


def _fourth(judged: Judged) -> dict[tuple[str, int, int], int]:
    rows = zip(judged.groups["sex_code"], judged.rows[NEW].to_pylist(), judged.outcome.tolist(), strict=True)
    counts: dict[tuple[str, int, int], int] = {}
    for key in rows:
        counts[key] = counts.get(key, 0) + 1
    return {key: count // 4 for key, count in counts.items()}


def _as_asked(
    judged: Judged, candidate: AdditiveModel, incumbent: AdditiveModel | None
) -> tuple[AdditiveModel, AdditiveModel | None, Judged]:
    """In the order of decide."""
    return candidate, incumbent, judged


@pytest.mark.parametrize("first", [True, False], ids=["first model", "later model"])
def test_a_model_that_wrongly_calls_only_one_group_is_not_promoted(*, first: bool) -> None:
    """60 of 900 hired women are called and no man: the night's own limit would block every answer."""
    judged, candidate, incumbent = by_sex(600, 0)
    found = decide(candidate, None if first else incumbent, judged)
    assert not found.is_promoted
    assert "sex_code=F is wrongly called high-risk" in found.reason


def test_the_numbers_of_the_decision_are_kept(halves: Judged) -> None:
    found: Promotion = decide(telling([0.2, 0.8], NEW), telling([0.4, 0.6], NEW), halves)
    assert set(found.numbers) == {
        "brier_gain",
        "brier_gain_low",
        "brier_gain_high",
        "ece",
        "ece_limit",
        "largest_gap_growth",
    }
    assert found.numbers["brier_gain_low"] <= found.numbers["brier_gain"] <= found.numbers["brier_gain_high"]
