"""Calibration: rising, learned on a later cohort, and right on average."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import AdditiveModel, calibrate_additive
from ml.additive.calibrate import fit_calibration, fit_platt
from ml.additive.errors import InvertedModelError, TrainingDataError
from ml.additive.score import calibrate_logit, probability_of


def draw_outcomes(logit: np.ndarray, seed: int) -> np.ndarray:
    """Outcomes with the given true logits."""
    return (np.random.default_rng(seed).random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(np.int64)


def test_platt_finds_the_line_between_raw_and_true_logit() -> None:
    """True logit = 0.5 * raw - 1: slope and offset come back."""
    raw = np.random.default_rng(1).normal(0, 2, 50_000)
    slope, offset = fit_platt(raw, draw_outcomes(0.5 * raw - 1, 2))
    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(-1.0, abs=0.03)


def test_few_rows_get_a_straight_line() -> None:
    """300 rows cannot carry pieces."""
    raw = np.random.default_rng(1).normal(size=300)
    assert fit_calibration(raw, draw_outcomes(raw, 2)).method == "platt"


def test_pieces_follow_a_bent_truth_and_rise() -> None:
    """A model overconfident above 0 only: pieces get within 1 point everywhere, a line does not."""
    raw = np.random.default_rng(1).normal(0, 2, 100_000)
    truth = np.where(raw > 0, 0.3 * raw, raw)
    outcome = draw_outcomes(truth, 2)
    learned = fit_calibration(raw, outcome)
    slope, offset = fit_platt(raw, outcome)
    grid = np.linspace(-4, 4, 81)
    wanted = probability_of(np.where(grid > 0, 0.3 * grid, grid), np)
    found = probability_of(calibrate_logit(learned, grid, np), np)
    line = probability_of(slope * grid + offset, np)
    assert learned.method == "piecewise"
    assert np.abs(found - wanted).mean() < 0.01 < np.abs(line - wanted).mean()
    assert (np.diff(found) > 0).all()


def test_falling_calibration_is_an_inverted_model() -> None:
    """A model whose high scores are the unemployed is refused by name."""
    raw = np.random.default_rng(1).normal(size=5_000)
    with pytest.raises(InvertedModelError, match="slope"):
        fit_calibration(raw, draw_outcomes(-raw, 2))


@pytest.mark.parametrize("cohort", [None, "2025-01-01", "2024-06-01"])
def test_calibration_cohort_must_be_later(trained: AdditiveModel, later_table: pa.Table, cohort: str | None) -> None:
    """The training cohort is 2025-01-01."""
    with pytest.raises(TrainingDataError, match="later than 2025-01-01"):
        calibrate_additive(trained, later_table, "employed", cohort=cohort)


def test_report_says_what_was_calibrated(calibrated: AdditiveModel, later_table: pa.Table) -> None:
    """Rows, base rate and cross-fitted numbers of the later cohort stand in the model."""
    report = calibrated.calibration_report
    assert report["cohort"] == "2025-07-01"
    assert report["rows"] == 3_000
    assert report["base_rate"] == pytest.approx(np.mean(later_table["employed"].to_pylist()))
    assert 0.5 < report["calibrated"]["auc_low"] < report["calibrated"]["auc"] < report["calibrated"]["auc_high"] < 1
    assert report["calibrated"]["ece"] < 0.05


def test_calibration_changes_no_term(trained: AdditiveModel, calibrated: AdditiveModel) -> None:
    """Only the map and the report differ, and so does the version."""
    stripped = replace(calibrated, calibration=trained.calibration, calibration_report={})
    assert stripped.model_version == trained.model_version != calibrated.model_version
