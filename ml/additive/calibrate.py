"""Calibrates an additive model on a later cohort than it was trained on: a rising map from raw to true logit.

Must not hold: training of terms; the map changes probabilities, never reasons or the order of people. Few rows get
Platt's straight line; many get pieces around it (pooled so that they rise, shrunk towards the line).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.additive.encode import encode_table
from ml.additive.errors import InvertedModelError, TrainingDataError
from ml.additive.model import AdditiveModel, Calibration
from ml.additive.score import calibrate_logit, probability_of, score_batch
from ml.additive.train import read_outcome, row_keys
from ml.hashing import mix, unit_interval
from ml.metrics import summarise_probabilities

FloatArray = npt.NDArray[np.float64]
_PIECE_ROWS = 500
_PIECES_LIMIT = 20
_PIECES_MINIMUM = 8
_SHRINK_ROWS = 50.0
_END_LENGTH = 10.0
_HALVES_STREAM = 7_001


def calibrate_additive(
    model: AdditiveModel, table: pa.Table, label: str, *, cohort: str | None = None, key_columns: tuple[str, ...] = ()
) -> AdditiveModel:
    """The model with its calibration learned on `table`, and a report of that cohort.

    `cohort` is an ISO date later than every training cohort; the report's calibrated numbers are cross-fitted over
    two halves of people, so they are not the map's own training error.
    """
    latest = max(model.training.get("cohorts") or [""])
    if latest and (cohort is None or cohort <= latest):
        raise TrainingDataError(
            "calibration cohort", found=cohort, expected=f"later than {latest}", action="calibrate on a later cohort"
        )
    # Sums of doubles depend on the order of rows, and rows come in the order of files and threads.
    table = table.sort_by([(name, "ascending") for name in key_columns]) if key_columns else table
    outcome = read_outcome(table, label)
    scores = score_batch(model, encode_table(table, model.features), np, with_contributions=False)
    keys = row_keys(table, key_columns)
    calibration = fit_calibration(scores.logit, outcome)
    report: dict[str, Any] = {
        "cohort": cohort,
        "rows": len(outcome),
        "base_rate": float(outcome.mean()),
        "method": calibration.method,
        "raw": summarise_probabilities(outcome, probability_of(scores.logit, np), keys),
        "calibrated": summarise_probabilities(outcome, _cross_fitted(scores.logit, outcome, keys), keys),
        "logit_standard_deviation": float(scores.logit.std()),
        "unknown_counts": scores.unknown_counts,
        "missing_counts": scores.missing_counts,
    }
    return replace(model, calibration=calibration, calibration_report=report)


def fit_calibration(logit: FloatArray, outcome: npt.NDArray[np.int64]) -> Calibration:
    """The rising map for raw logits (n,) and outcomes 0/1 (n,)."""
    slope, offset = fit_platt(logit, outcome)
    pieces = min(_PIECES_LIMIT, int(min(outcome.sum(), len(outcome) - outcome.sum())) // (_PIECE_ROWS // 2))
    if pieces < _PIECES_MINIMUM:
        return Calibration("platt", np.array([0.0, 1.0]), np.array([offset, offset + slope]))
    order = np.argsort(logit, kind="stable")
    groups = np.array_split(order, pieces)
    weight = np.array([len(group) + _SHRINK_ROWS for group in groups])
    centre = np.array([logit[group].mean() for group in groups])
    line = probability_of(slope * centre + offset, np)
    rate = np.array([outcome[group].sum() for group in groups]) + _SHRINK_ROWS * line
    centre, rate = _pool_until_rising(centre, rate / weight, weight)
    target = np.log(rate / (1.0 - rate))
    knots_x = np.concatenate([[centre[0] - _END_LENGTH], centre, [centre[-1] + _END_LENGTH]])
    knots_y = np.concatenate([[target[0] - slope * _END_LENGTH], target, [target[-1] + slope * _END_LENGTH]])
    return Calibration("piecewise", knots_x, knots_y)


def fit_platt(logit: FloatArray, outcome: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Slope and offset of Platt's line, by Newton's method on his smoothed targets; a falling line is an error."""
    ones = int(outcome.sum())
    target = np.where(outcome == 1, (ones + 1) / (ones + 2), 1 / (len(outcome) - ones + 2))
    centre = float(logit.mean())
    x = logit - centre
    slope, offset = (1.0 if x.std() > 0 else 0.0), centre
    for _ in range(50):
        p = probability_of(slope * x + offset, np)
        w = np.maximum(p * (1 - p), 1e-12)
        gradient = np.array([np.sum((p - target) * x), np.sum(p - target)])
        hessian = np.array([[np.sum(w * x * x) + 1e-9, np.sum(w * x)], [np.sum(w * x), np.sum(w) + 1e-9]])
        step = np.clip(np.linalg.solve(hessian, gradient), -2.0, 2.0)
        slope, offset = slope - float(step[0]), offset - float(step[1])
        if float(np.abs(step).max()) < 1e-10:
            break
    if slope <= 0:
        raise InvertedModelError(
            "calibration cohort",
            found=f"slope {slope:.4f} of the outcome on the logit",
            expected="a rising line",
            action="do not publish; check the label and the features' dates",
        )
    return slope, offset - slope * centre


def _pool_until_rising(centre: FloatArray, rate: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Merges neighbouring groups until centres and rates strictly rise (pool adjacent violators)."""
    blocks: list[tuple[float, float, float]] = []
    for block in zip(centre.tolist(), rate.tolist(), weight.tolist(), strict=True):
        current = block
        while blocks and (blocks[-1][1] >= current[1] or blocks[-1][0] >= current[0]):
            x, y, w = blocks.pop()
            total = w + current[2]
            current = ((x * w + current[0] * current[2]) / total, (y * w + current[1] * current[2]) / total, total)
        blocks.append(current)
    merged = np.array(blocks)
    return merged[:, 0].copy(), merged[:, 1].copy()


def _cross_fitted(logit: FloatArray, outcome: npt.NDArray[np.int64], keys: npt.NDArray[np.uint64]) -> FloatArray:
    """Probabilities of each half of the people under the map learned on the other half."""
    first = unit_interval(mix(keys, _HALVES_STREAM)) < 0.5
    probability = np.empty(len(logit))
    for half in (first, ~first):
        if len(np.unique(outcome[~half])) < 2:
            raise TrainingDataError(
                "calibration cohort",
                found=f"{len(outcome)} rows, {int(outcome.sum())} with label 1",
                expected="both outcomes in each half",
                action="calibrate on more rows, or publish no probability and say so",
            )
        learned = fit_calibration(logit[~half], outcome[~half])
        probability[half] = probability_of(calibrate_logit(learned, logit[half], np), np)
    return probability
