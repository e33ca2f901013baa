"""Measures of probabilities against outcomes, weighted, and their intervals by resampling people by hash.

Must not hold: models, tables or thresholds. Every measure takes outcome 0/1 (n,), probability (n,) float64 and an
optional weight (n,). Intervals draw each person 0, 1, 2 … times (Poisson) by hash of the person: no generator, no
dependence on row order, the same interval on every machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.hashing import mix, unit_interval

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Measure = Callable[[Array, Array, Array | None], float]

_CLIP = 1e-15
_RESAMPLE_STREAM = 90_001
_CHANCE_STREAM = 95_001
_POISSON_STEPS = np.cumsum(np.exp(-1.0) / np.array([1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0]))


class MetricInputError(ValueError):
    """Outcomes and probabilities that no measure can be computed from."""


@dataclass(frozen=True)
class Interval:
    """A measure with its 95 % interval (unless asked otherwise)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ReliabilityTable:
    """Per bin (bins,): weight of rows, mean probability, observed rate; empty bins have NaN means."""

    weight: FloatArray
    mean_probability: FloatArray
    observed_rate: FloatArray


def auc(outcome: Array, probability: Array, weight: Array | None = None) -> float:
    """Chance that a random 1 is ranked above a random 0, ties counting half; NaN when a side is empty."""
    outcome, probability, weight = _checked(outcome, probability, weight)
    ones, zeros = _sums_by_score(outcome, probability, weight)
    total = ones.sum() * zeros.sum()
    below = np.cumsum(zeros) - zeros
    return float(np.sum(ones * (below + 0.5 * zeros)) / total) if total > 0 else float("nan")


def average_precision(outcome: Array, probability: Array, weight: Array | None = None) -> float:
    """Area under the precision-recall curve as a step function; NaN without a 1."""
    outcome, probability, weight = _checked(outcome, probability, weight)
    ones, zeros = (side[::-1] for side in _sums_by_score(outcome, probability, weight))
    total = ones.sum()
    called = np.cumsum(ones) + np.cumsum(zeros)
    precision = np.divide(np.cumsum(ones), called, out=np.zeros_like(called), where=called > 0)
    return float(np.sum(precision * ones) / total) if total > 0 else float("nan")


def brier(outcome: Array, probability: Array, weight: Array | None = None) -> float:
    """Mean squared distance of probability and outcome."""
    outcome, probability, weight = _checked(outcome, probability, weight)
    return float(np.average((probability - outcome) ** 2, weights=weight))


def log_loss(outcome: Array, probability: Array, weight: Array | None = None) -> float:
    """Mean negative log likelihood, in nats; probabilities clipped at 1e-15."""
    outcome, probability, weight = _checked(outcome, probability, weight)
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    return float(np.average(-np.where(outcome == 1, np.log(clipped), np.log1p(-clipped)), weights=weight))


def reliability_table(
    outcome: Array, probability: Array, weight: Array | None = None, *, bin_count: int = 10
) -> ReliabilityTable:
    """Observed rate against mean probability in bins of equal width."""
    outcome, probability, weight = _checked(outcome, probability, weight)
    code = np.minimum((probability * bin_count).astype(np.int64), bin_count - 1)
    rows = np.bincount(code, weights=weight, minlength=bin_count).astype(np.float64)
    expected = np.bincount(code, weights=weight * probability, minlength=bin_count)
    observed = np.bincount(code, weights=weight * outcome, minlength=bin_count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ReliabilityTable(rows, expected / rows, observed / rows)


def ece(outcome: Array, probability: Array, weight: Array | None = None) -> float:
    """Expected calibration error over 10 bins of equal width: mean absolute gap, weighted by rows."""
    table = reliability_table(outcome, probability, weight)
    used = table.weight > 0
    gap = np.abs(table.mean_probability[used] - table.observed_rate[used])
    return float(np.average(gap, weights=table.weight[used]))


def ece_by_chance(probability: Array, keys: npt.NDArray[np.uint64], *, draws: int = 100, level: float = 0.95) -> float:
    """The calibration error that perfectly calibrated probabilities reach by chance alone on these people.

    The `level` quantile over outcomes drawn from the probabilities themselves, by hash of the person (n,).
    """
    drawn = (unit_interval(mix(keys, _CHANCE_STREAM + draw)) < probability for draw in range(draws))
    return float(np.quantile([ece(outcome.astype(np.float64), probability) for outcome in drawn], level))


MEASURES: dict[str, Measure] = {
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
    "ece": ece,
}


def resampled_interval(
    measure: Measure,
    outcome: Array,
    probability: Array,
    keys: npt.NDArray[np.uint64],
    *,
    draws: int = 200,
    level: float = 0.95,
) -> Interval:
    """A measure with its percentile interval; `keys` (n,) are hashes of the people, who are drawn as a whole."""
    return interval_over(measure, outcome, probability, draw_weights(keys, draws), level=level)


def interval_over(
    measure: Measure, outcome: Array, probability: Array, weights: list[FloatArray], *, level: float = 0.95
) -> Interval:
    """A measure with its percentile interval over draws made before (see draw_weights), one array (n,) a draw."""
    values = [measure(outcome, probability, weight) for weight in weights]
    return _interval(measure(outcome, probability, None), values, level)


def resampled_difference(
    measure: Measure,
    outcome: Array,
    probabilities: tuple[Array, Array],
    keys: npt.NDArray[np.uint64],
    *,
    draws: int = 200,
    level: float = 0.95,
) -> Interval:
    """measure(first) - measure(second) on the same people, drawn together, with its percentile interval."""
    first, second = probabilities
    weights = draw_weights(keys, draws)
    values = [measure(outcome, first, weight) - measure(outcome, second, weight) for weight in weights]
    return _interval(measure(outcome, first, None) - measure(outcome, second, None), values, level)


def summarise_probabilities(
    outcome: Array, probability: Array, keys: npt.NDArray[np.uint64], *, draws: int = 100
) -> dict[str, float]:
    """All measures and the interval of the AUC, as JSON numbers."""
    numbers = {name: measure(outcome, probability, None) for name, measure in MEASURES.items()}
    order = np.argsort(probability, kind="stable")
    interval = resampled_interval(auc, outcome[order], probability[order], keys[order], draws=draws)
    return {**numbers, "auc_low": interval.low, "auc_high": interval.high}


def draw_weights(keys: npt.NDArray[np.uint64], draws: int) -> list[FloatArray]:
    """How often each row counts in each draw: Poisson(1) of its person's hash."""
    return [_poisson(unit_interval(mix(keys, _RESAMPLE_STREAM + draw))) for draw in range(draws)]


def _poisson(uniform: FloatArray) -> FloatArray:
    """Poisson(1) counts of uniform numbers, by its distribution function."""
    return np.searchsorted(_POISSON_STEPS, uniform, side="right").astype(np.float64)


def _interval(value: float, values: list[float], level: float) -> Interval:
    """Percentile interval of resampled values, leaving out draws without one."""
    known = [drawn for drawn in values if np.isfinite(drawn)]
    if not known:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))


def _sums_by_score(outcome: Array, probability: Array, weight: Array) -> tuple[FloatArray, FloatArray]:
    """Weights of ones and of zeros at each distinct probability, rising."""
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    ones = np.add.reduceat((weight * outcome)[order], starts)
    return ones, np.add.reduceat((weight * (1 - outcome))[order], starts)


def _checked(outcome: Array, probability: Array, weight: Array | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Equal lengths, outcomes 0/1, probabilities in [0, 1]; or MetricInputError."""
    outcome = np.asarray(outcome, dtype=np.float64)
    probability = np.asarray(probability, dtype=np.float64)
    weight = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not (outcome.shape == probability.shape == weight.shape and outcome.ndim == 1 and outcome.size):
        raise MetricInputError(
            f"metrics: found shapes {outcome.shape}, {probability.shape}, {weight.shape}; expected one non-empty (n,)"
        )
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise MetricInputError("metrics: found outcomes other than 0 and 1; leave out rows without a full follow-up")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise MetricInputError("metrics: found probabilities outside [0, 1] or NaN; check the model")
    return outcome, probability, weight
