"""The judgement of one small model, written by hand: rows of the six ops tables of lake/contracts/judgement.py.

2,000 people judged, AUC 0.700, calibration error 0.0150 of 0.0200; people of 60 and more wrongly called high-risk 2.0
times as often as others; one group hidden; one input drifted.
"""

from __future__ import annotations

from datetime import date
from typing import Any

AS_OF = date(2026, 7, 1)
Row = dict[str, Any]
_NAMED: Row = {"as_of": AS_OF, "service_code": "EMPLOYMENT"}


def _measure(scope: str, cohort: str, model: str, name: str, value: float, **more: Any) -> Row:
    row: Row = {"scope_code": scope, "cohort": cohort, "model_name": model, "label_name": "is_hired_183d"}
    row |= {"measure_name": name, "value": value, "value_low": value - 0.01, "value_high": value + 0.01}
    return _NAMED | row | {"rows_count": 2_000, "result_code": "PASS"} | more


def _models() -> list[Row]:
    """Better than the average for certain; than logistic regression not for certain; than boosting: worse."""
    rows = [_measure("BACKTEST", "2025-06-01", "additive", "brier", 0.21)]
    for model, low, high in (
        ("base_rate", -0.03, -0.02),
        ("logistic", -0.002, 0.001),
        ("gradient_boosting", 0.001, 0.003),
    ):
        rows.append(_measure("BACKTEST", "2025-06-01", model, "brier", 0.22))
        difference = {"value_low": low, "value_high": high}
        rows.append(_measure("BACKTEST", "2025-06-01", model, "brier_difference", (low + high) / 2, **difference))
    return rows


def _fairness(name: str, code: str, people: int, **more: Any) -> Row:
    row: Row = {"group_name": name, "group_code": code, "people_count": people, "hired_count": people // 2}
    row |= {"hired_rate_0_1": 0.5, "mean_probability_0_1": 0.52, "is_reference": False, "is_suppressed": False}
    for part, value in (
        ("ece_0_1", 0.03),
        ("true_positive_rate_0_1", 0.25),
        ("false_positive_rate_0_1", 0.12),
        ("true_positive_gap", 0.1),
        ("false_positive_gap", -0.004),
        ("wrongly_high_risk_ratio", 2.0),
    ):
        row |= {part: value, f"{part}_low": value - 0.006, f"{part}_high": value + 0.006}
    return _NAMED | row | {"result_code": "PASS"} | more


def _hidden(row: Row) -> Row:
    kept = ("as_of", "service_code", "group_name", "group_code", "people_count", "is_reference", "result_code")
    return {name: value for name, value in row.items() if name in kept} | {"is_suppressed": True}


def _bin(number: int, told: float | None, rate: float | None, people: int) -> Row:
    row: Row = {"group_name": "ALL", "group_code": "ALL", "bin_number": number, "people_count": people}
    row |= {"probability_from_0_1": (number - 1) / 10, "mean_probability_0_1": told, "observed_rate_0_1": rate}
    if rate is not None:
        row |= {"observed_rate_0_1_low": rate - 0.05, "observed_rate_0_1_high": rate + 0.05}
    return _NAMED | row | {"is_suppressed": rate is None}


def _cohort(day: date, uses: str | None, **more: Any) -> Row:
    row: Row = {"as_of": AS_OF, "snapshot_date": day, "uses_text": uses, "is_followed_up": uses is not None}
    counts = {"rows_count": 4_000, "evaluation_rows_count": 1_000, "hired_count": 1_800, "kept_count": 800}
    return row | {"registered_count": 6_000, "left_out_count": 0} | (counts if uses else {}) | more


def _drift(name: str, psi: float, **more: Any) -> Row:
    row: Row = {"feature_name": name, "psi": psi, "limit_value": 0.25, "missing_then_0_1": 0.1, "missing_now_0_1": 0.2}
    return _NAMED | row | {"unknown_count": 0, "result_code": "PASS"} | more


_WRONG = {"limit_value": 2.6, "value_low": 1.5, "value_high": 2.7, "detail": "age_band_code=60+"}
_TRUTH = ("mean_absolute_error", "mean_error", "correlation")

JUDGED: dict[str, list[Row]] = {
    "ops__promotions": [
        {"as_of": AS_OF, "service_code": "EMPLOYMENT", "model_version": "m-1", "candidate_version": "m-1"}
        | {"is_promoted": True, "reason": "better", "ece": 0.015, "ece_limit": 0.02, "largest_gap_growth": 0.0}
        | {"brier_gain": 0.03, "brier_gain_low": 0.02, "brier_gain_high": 0.04, "numbers_json": "{}"}
    ],
    "ops__evaluation": [
        *_models(),
        _measure("SERVED", "ALL", "additive", "auc", 0.7),
        _measure("SERVED", "ALL", "additive", "ece", 0.015, limit_value=0.02),
        _measure("SERVED", "ALL", "additive", "auc", 0.68, label_name="is_kept_90d"),
        _measure("SERVED", "ALL", "additive", "wrongly_high_risk_ratio", 2.0, **_WRONG),
        _measure("SERVED", "ALL", "additive", "rescored_rows_differ", 0.0, limit_value=0.0),
        _measure("LEAK", "ALL", "additive", "auc_lost:career_months", 0.02, limit_value=0.16),
        _measure("LEAK", "2025-06-01", "shuffled_label", "brier_gain", -0.00001, limit_value=0.002),
        _measure("AGE", "2025-06-01", "additive_with_age", "brier_difference", 0.0013),
        _measure("AGE", "2025-06-01", "additive_with_age", "auc_difference", -0.0052),
        *(_measure("TRUTH", "ALL", "additive", name, 0.12, label_name="probability_183d_0_1") for name in _TRUTH),
    ],
    "ops__calibration": [_bin(1, None, None, 40), _bin(3, 0.25, 0.2, 900), _bin(8, 0.75, 0.8, 1_060)],
    "ops__fairness": [
        _fairness("ALL", "ALL", 2_000, is_reference=True),
        _fairness("sex_code", "F", 1_100, is_reference=True),
        _fairness("sex_code", "M", 900),
        _fairness("age_band_code", "60+", 1_050, result_code="FAIL"),
        _hidden(_fairness("is_disabled", "Y", 60)),
        _fairness("home_region_code", "11", 800),
    ],
    "ops__drift": [_drift("market_hires_ratio", 0.43, result_code="WARN"), _drift("education_code", 0.13)],
    "ops__cohorts": [
        _cohort(date(2024, 6, 1), "TEACH"),
        _cohort(date(2025, 6, 1), "CALIBRATE|JUDGE"),
        _cohort(date(2026, 6, 1), None, left_out_count=6_000),
    ],
}
