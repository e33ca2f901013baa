"""What differs between groups: wrong calls by hand, small groups hidden, limits that only certain wrongs pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lake.contracts.judgement import CALIBRATION, FAIRNESS
from ml.employment.fairness import (
    calibration_rows,
    fairness_rows,
    high_risk_threshold,
    positive_gaps,
    wrong_call_row,
)
from ml.employment.judge import Judged, Row
from tests.unit.ml.employment_people import judged_people

CELLS = {("F", 1): (15, 85), ("F", 0): (30, 70), ("M", 1): (6, 114), ("M", 0): (24, 96)}
"""Sex and outcome → people called high-risk and others: 200 women, 240 men, 75 of 440 (17 %) called."""


def people(cells: dict[tuple[str, int], tuple[int, int]], **groups: list[Any]) -> tuple[Judged, np.ndarray]:
    """People of some cells; those called high-risk have a probability of 0.1, others of 0.6."""
    sex, outcome, probability = [], [], []
    for (code, value), counts in cells.items():
        for called, count in zip((0.1, 0.6), counts, strict=True):
            sex += [code] * count
            outcome += [value] * count
            probability += [called] * count
    return judged_people(outcome, sex_code=sex, **groups), np.array(probability)


def by_group(rows: list[Row]) -> dict[str, Row]:
    """Rows by group, as sex_code=F."""
    return {f"{row['group_name']}={row['group_code']}": row for row in rows}


def test_high_risk_is_the_lowest_fifth() -> None:
    """Of 1 … 100 hundredths the first twenty lie below 0.208."""
    assert high_risk_threshold(np.arange(1, 101) / 100) == pytest.approx(0.208)


def test_right_and_wrong_calls_of_women_and_men() -> None:
    """Women: 30 of 100 without work called, 15 of 100 with work. Men: 24 of 120 and 6 of 120."""
    rows = by_group(fairness_rows(*people(CELLS)))
    told = {
        code: [rows[f"sex_code={code}"][f"{rate}_rate_0_1"] for rate in ("true_positive", "false_positive")]
        for code in ("F", "M")
    }
    assert told == {"F": [0.3, 0.15], "M": [0.2, 0.05]}
    everyone = rows["ALL=ALL"]
    assert everyone["true_positive_rate_0_1"] == round(54 / 220, 6)
    assert everyone["false_positive_rate_0_1"] == round(21 / 220, 6)


def test_gaps_are_to_the_largest_group_and_the_ratio_to_all_others() -> None:
    """Men are more: 0.3 - 0.2, 0.15 - 0.05, and 0.15 / 0.05 = 3 for women, a third for men."""
    rows = by_group(fairness_rows(*people(CELLS)))
    names = ("true_positive_gap", "false_positive_gap", "wrongly_high_risk_ratio", "is_reference")
    assert [rows["sex_code=F"][name] for name in names] == [0.1, 0.1, 3.0, False]
    assert [rows["sex_code=M"][name] for name in names] == [0.0, 0.0, round(1 / 3, 6), True]
    assert rows["ALL=ALL"]["wrongly_high_risk_ratio"] is None


def test_counts_and_means_are_told() -> None:
    """Women: 100 of 200 hired; 45 at 0.1 and 155 at 0.6 are 0.4875 on average."""
    row = by_group(fairness_rows(*people(CELLS)))["sex_code=F"]
    names = ("people_count", "hired_count", "hired_rate_0_1", "mean_probability_0_1")
    assert [row[name] for name in names] == [200, 100, 0.5, 0.4875]


def test_a_groups_calibration_error_is_its_own() -> None:
    """Women at 0.1: 15 of 45 hired, 0.2333 off; at 0.6: 85 of 155, 0.0516 off."""
    row = by_group(fairness_rows(*people(CELLS)))["sex_code=F"]
    assert row["ece_0_1"] == pytest.approx((45 * (15 / 45 - 0.1) + 155 * (0.6 - 85 / 155)) / 200, abs=1e-6)


def test_intervals_hold_their_values() -> None:
    row = by_group(fairness_rows(*people(CELLS)))["sex_code=F"]
    for name in ("true_positive_rate_0_1", "false_positive_gap", "wrongly_high_risk_ratio", "ece_0_1"):
        assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]


def test_the_reference_is_the_largest_known_group() -> None:
    """People of unknown sex are more than women and men together, and are compared with the men."""
    cells = CELLS | {("?", 1): (0, 300), ("?", 0): (0, 300)}
    judged, probability = people(cells)
    judged.groups["sex_code"][judged.groups["sex_code"] == "?"] = "UNKNOWN"
    rows = by_group(fairness_rows(judged, probability))
    assert [code for code in ("F", "M", "UNKNOWN") if rows[f"sex_code={code}"]["is_reference"]] == ["M"]


@pytest.mark.case("P22")
@pytest.mark.parametrize(
    ("hired", "others", "shown"),
    [(50, 50, True), (50, 49, False), (10, 90, True), (9, 200, False), (200, 9, False), (4, 5, False)],
)
def test_small_groups_are_hidden(hired: int, others: int, *, shown: bool) -> None:
    """Fewer than 100 people, or fewer than 10 of either outcome; of fewer than 10 people not even how many."""
    cells = CELLS | {("X", 1): (1, hired - 1), ("X", 0): (1, others - 1)}
    row = by_group(fairness_rows(*people(cells)))["sex_code=X"]
    assert row["is_suppressed"] is not shown
    told = {name for name, value in row.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    assert ("hired_count" in told and "true_positive_rate_0_1_low" in told) is shown
    assert shown or told == ({"people_count"} if hired + others >= 10 else set())
    assert shown or row["result_code"] == "PASS"


def test_rows_are_those_of_the_contract_but_for_the_business_date() -> None:
    judged, probability = people(CELLS)
    for rows, contract in (
        (fairness_rows(judged, probability), FAIRNESS),
        (calibration_rows(judged, probability), CALIBRATION),
    ):
        assert {frozenset({"as_of", *row}) for row in rows} == {frozenset(contract.names)}


def test_a_large_groups_calibration_fails_beyond_five_points() -> None:
    """1,200 women said to have 0.6 of whom half are hired are 0.1 off; 900 such women are too few to judge."""
    for count, result in ((600, "FAIL"), (450, "PASS")):
        cells = {("F", 1): (0, count), ("F", 0): (0, count), ("M", 1): (20, 1_180), ("M", 0): (180, 620)}
        rows = by_group(fairness_rows(*people(cells)))
        assert rows["sex_code=F"]["ece_0_1"] == 0.1
        assert rows["sex_code=F"]["result_code"] == result
        assert rows["sex_code=M"]["result_code"] == "PASS"


def ratio_row(code: str, low: float | None, **changed: Any) -> Row:
    """A group's row with a ratio 1 above its lower bound."""
    ratio = None if low is None else low + 1
    return {
        "group_name": "sex_code",
        "group_code": code,
        "is_suppressed": False,
        "people_count": 1_000,
        "wrongly_high_risk_ratio": ratio,
        "wrongly_high_risk_ratio_low": low,
        "wrongly_high_risk_ratio_high": None if ratio is None else ratio + 1,
    } | changed


@pytest.mark.parametrize(("low", "result"), [(2.6, "PASS"), (2.61, "FAIL"), (0.5, "PASS")])
def test_wrong_calls_fail_only_when_the_lower_bound_passes_the_limit(low: float, result: str) -> None:
    """A ratio of 3.6 with a lower bound of 2.6 is not certainly above 2.6."""
    row = wrong_call_row([ratio_row("F", low), ratio_row("M", 0.2)], 5_000)
    assert (row["value"], row["value_low"], row["limit_value"]) == (low + 1, low, 2.6)
    assert (row["result_code"], row["detail"], row["rows_count"]) == (result, "sex_code=F", 5_000)


@pytest.mark.parametrize(
    "spared",
    [{"people_count": 999}, {"is_suppressed": True, "people_count": None}, {"group_name": "ALL"}],
    ids=["small", "hidden", "everybody"],
)
def test_groups_too_small_to_judge_do_not_stop_a_night(spared: dict[str, Any]) -> None:
    row = wrong_call_row([ratio_row("F", 9.0, **spared), ratio_row("M", None)], 5_000)
    assert (row["value"], row["result_code"], row["detail"]) == (1.0, "PASS", None)


def test_only_one_group_wrongly_called_is_the_worst_case_and_not_no_case() -> None:
    """60 of 600 hired women are called and none of 700 hired men: as if one man were, 0.1 / (1 / 700) = 70 times."""
    cells = {("F", 1): (60, 540), ("F", 0): (240, 360), ("M", 1): (0, 700), ("M", 0): (0, 500)}
    rows = fairness_rows(*people(cells))
    assert by_group(rows)["sex_code=F"]["wrongly_high_risk_ratio"] == pytest.approx(70)
    row = wrong_call_row(rows, 2_400)
    assert (row["result_code"], row["detail"]) == ("FAIL", "sex_code=F")


def test_groups_that_fare_alike_pass() -> None:
    cells = {(code, outcome): (100, 500) for code in ("F", "M") for outcome in (0, 1)}
    row = wrong_call_row(fairness_rows(*people(cells)), 2_400)
    assert (row["value"], row["result_code"]) == (1.0, "PASS")


def test_gaps_are_told_of_groups_of_a_thousand() -> None:
    """1,000 women: 150 of 500 without work called; 1,200 men: 120 of 600; 300 others are too few."""
    cells = {("F", 1): (50, 450), ("F", 0): (150, 350), ("M", 1): (40, 560), ("M", 0): (120, 480), ("X", 0): (10, 140)}
    gaps = positive_gaps(fairness_rows(*people(cells | {("X", 1): (10, 140)})))
    assert gaps["sex_code=F"] == pytest.approx(0.1)
    assert gaps["sex_code=M"] == 0.0
    assert "sex_code=X" not in gaps


def bins_of(rows: list[Row], name: str = "ALL") -> dict[int, Row]:
    """A group's calibration rows by bin."""
    return {row["bin_number"]: row for row in rows if row["group_name"] == name}


@pytest.mark.case("P21")
def test_bins_tell_the_mean_and_the_share_with_wilsons_interval() -> None:
    """20 of 100 people at 0.25 are hired: bin 3, from 0.2; Wilson's interval of 20 % of 100 is 13.3 to 28.9 %."""
    judged = judged_people([1] * 20 + [0] * 80)
    bins = bins_of(calibration_rows(judged, np.full(100, 0.25)))
    assert list(bins) == [3]
    names = ("probability_from_0_1", "mean_probability_0_1", "observed_rate_0_1", "people_count", "is_suppressed")
    assert [bins[3][name] for name in names] == [0.2, 0.25, 0.2, 100, False]
    assert (bins[3]["observed_rate_0_1_low"], bins[3]["observed_rate_0_1_high"]) == pytest.approx(
        (0.1334, 0.2888), abs=1e-4
    )


def test_a_probability_of_one_lies_in_the_last_bin() -> None:
    assert list(bins_of(calibration_rows(judged_people([1, 1]), np.array([0.0, 1.0])))) == [1, 10]


@pytest.mark.parametrize(("rows", "told"), [(100, 100), (99, 99), (10, 10), (9, None)])
def test_bins_of_few_people_are_hidden(rows: int, told: int | None) -> None:
    """Below 100 people no share, below 10 not even how many."""
    (row,) = bins_of(calibration_rows(judged_people([1, *[0] * (rows - 1)]), np.full(rows, 0.5))).values()
    assert (row["people_count"], row["is_suppressed"]) == (told, rows < 100)
    values = [row[name] for name in ("mean_probability_0_1", "observed_rate_0_1", "observed_rate_0_1_high")]
    assert (values == [None] * 3) is (rows < 100)


def test_calibration_counts_the_rows_of_its_season_and_calls_count_all() -> None:
    """Of the women only the 155 called 0.6 are of the season, of whom 85 found work; wrong calls stay 15 of 100."""
    judged, probability = people(CELLS)
    seasonal = replace(judged, season=probability == 0.6)
    women = {row["bin_number"]: row["people_count"] for row in _women(calibration_rows(seasonal, probability))}
    assert women == {7: 155}
    (row,) = _women(fairness_rows(seasonal, probability))
    assert (row["false_positive_rate_0_1"], row["people_count"]) == (0.15, 200)
    assert row["ece_0_1"] == pytest.approx(0.6 - 85 / 155, abs=1e-6)


def test_a_group_with_few_people_in_the_season_tells_no_calibration() -> None:
    """Only the 45 women called 0.1 are of the season: too few for a share, while their calls are told."""
    judged, probability = people(CELLS)
    (row,) = _women(fairness_rows(replace(judged, season=probability == 0.1), probability))
    assert (row["ece_0_1"], row["false_positive_rate_0_1"]) == (None, 0.15)


def _women(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["group_code"] == "F"]


def test_each_group_has_its_own_bins() -> None:
    judged, probability = people(CELLS)
    rows = calibration_rows(judged, probability)
    women = {row["bin_number"]: row["people_count"] for row in rows if row["group_code"] == "F"}
    assert women == {2: 45, 7: 155}
