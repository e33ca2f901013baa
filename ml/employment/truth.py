"""On synthetic Korea the true probability is known: how far tonight's answers lie from it (rows of ops__evaluation).

Outcomes are coin tosses; the truth is what was tossed. Do not put here: reading the simulator's files.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.employment.judge import Judgement, Row, evaluation_row
from ml.hashing import Hashes, hash_keys
from ml.metrics import draw_weights

BINS = 10
DRAWS = 100
FloatArray = npt.NDArray[np.float64]


def truth_rows(scores: pa.Table, truth: pa.Table) -> list[Row]:
    """Error against the true probability: root mean square, mean, correlation, and calibration without tossing noise.

    `scores` holds seeker_key, probability_0_1, low_0_1, high_0_1; `truth` seeker_key and true_0_1. People without
    either are left out. `true_calibration_error` compares means within tenths of the answer, so it has no noise of
    outcomes; `unseen_deviation` is the part of the truth that no input shows (frailty, age).
    """
    joined = scores.join(truth, "seeker_key", join_type="inner").sort_by("seeker_key")
    joined = joined.filter(pc.and_(pc.is_valid(joined["probability_0_1"]), pc.is_valid(joined["true_0_1"])))
    if joined.num_rows == 0:
        return []
    told, true = (np.asarray(joined[name], dtype=np.float64) for name in ("probability_0_1", "true_0_1"))
    bounds = [np.asarray(joined[name], dtype=np.float64) for name in ("low_0_1", "high_0_1")]
    keys = hash_keys(joined["seeker_key"])
    about = Judgement("TRUTH", "ALL", "additive", "probability_183d_0_1")
    measured = {
        "root_mean_square_error": np.square(told - true),
        "mean_absolute_error": np.abs(told - true),
        "mean_error": told - true,
        "interval_holds_group_mean": _holds(told, true, bounds),
    }
    rows = []
    for name, values in measured.items():
        found = _mean_interval(values, keys)
        found = tuple(np.sqrt(found)) if name == "root_mean_square_error" else found
        rows.append(evaluation_row(about, name, found, len(told)))
    single = {
        "correlation": float(np.corrcoef(told, true)[0, 1]),
        "true_calibration_error": _calibration_error(told, true),
        "unseen_deviation": _unseen(told, true),
    }
    return rows + [evaluation_row(about, name, (value, np.nan, np.nan), len(told)) for name, value in single.items()]


def _mean_interval(values: FloatArray, keys: Hashes) -> tuple[float, float, float]:
    """Mean with its 95 % interval over resampled people."""
    means = [float(np.average(values, weights=weight)) for weight in draw_weights(keys, DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def _tenths(told: FloatArray) -> npt.NDArray[np.int64]:
    """Which tenth of the people, by their answer, each one is in (n,)."""
    place = np.empty(len(told), dtype=np.int64)
    place[np.argsort(told, kind="stable")] = np.arange(len(told))
    return place * BINS // len(told)


def _calibration_error(told: FloatArray, true: FloatArray) -> float:
    """Mean distance of mean answer and mean truth over tenths of the people."""
    bins = _tenths(told)
    size = np.bincount(bins, minlength=BINS)
    gap = np.bincount(bins, weights=told - true, minlength=BINS)
    return float(np.abs(gap).sum() / size.sum())


def _unseen(told: FloatArray, true: FloatArray) -> float:
    """Standard deviation of the truth among people with about the same answer."""
    bins = _tenths(told)
    size = np.maximum(np.bincount(bins, minlength=BINS), 1)
    mean = np.bincount(bins, weights=true, minlength=BINS) / size
    return float(np.sqrt(np.mean(np.square(true - mean[bins]))))


def _holds(told: FloatArray, true: FloatArray, bounds: list[FloatArray]) -> FloatArray:
    """1 where the interval holds the mean truth of the people of the same hundredth of answers, else 0 (n,).

    The interval is about the mean of people alike, not about one person's luck, so it is judged against that mean.
    """
    order = np.argsort(told, kind="stable")
    groups = np.array_split(order, max(1, min(100, len(told) // 100)))
    mean = np.empty(len(told))
    for group in groups:
        mean[group] = true[group].mean()
    return ((bounds[0] <= mean) & (mean <= bounds[1])).astype(np.float64)
