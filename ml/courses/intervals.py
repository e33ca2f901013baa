"""Intervals of predicted rates from how far earlier predictions missed, wider where few finish (conformal).

Must not hold: models. A miss is measured in spreads: the binomial noise of the session's finishers and what the model
itself does not know. The misses come from predictions made as if on earlier days, with what was known then.
"""

import math
from dataclasses import dataclass

import numpy as np

from ml.courses.columns import FloatArray

# The share of rates that the intervals are to hold, and what they must hold in rehearsal for it: predictions miss a
# little farther than in rehearsal, because the level moves between (infra/benchmarks/courses.md).
NOMINAL, _REHEARSED = 0.9, 0.92
MINIMUM_MISSES = 50
# Before there are misses to measure: a normal curve around a prediction that is .2 off beside its binomial noise.
_NORMAL_95 = 1.6448536269514722
_UNKNOWN_SPREAD = 0.2
_RATE_LIMITS = (0.05, 0.95)


@dataclass(frozen=True)
class Spread:
    """What the model does not know (a standard deviation), and how many spreads lie below and above."""

    unknown: float
    below: float
    above: float

    def around(self, rate: FloatArray, finishers: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Low and high (n,) of each prediction, within 0 and 1 and never on the wrong side of it."""
        spread = np.sqrt(binomial_variance(rate, finishers) + self.unknown**2)
        low, high = rate - self.below * spread, rate + self.above * spread
        return np.clip(np.minimum(low, rate), 0.0, 1.0), np.clip(np.maximum(high, rate), 0.0, 1.0)


def binomial_variance(rate: FloatArray, finishers: FloatArray) -> FloatArray:
    """Variance (n,) of a share among so many people; a predicted 0 or 1 is not certain."""
    inner = np.clip(rate, *_RATE_LIMITS)
    return np.asarray(inner * (1 - inner) / finishers, dtype=np.float64)


def measure_spread(rate: FloatArray, predicted: FloatArray, finishers: FloatArray) -> Spread:
    """The spread that held enough of known rates (n,) around their earlier predictions (n,)."""
    if len(rate) < MINIMUM_MISSES:
        return Spread(_UNKNOWN_SPREAD, _NORMAL_95, _NORMAL_95)
    noise = binomial_variance(predicted, finishers)
    unknown = math.sqrt(max(float(np.mean((rate - predicted) ** 2 - noise)), 0.0))
    misses = (rate - predicted) / np.sqrt(noise + unknown**2)
    # One more than seen, as conformal prediction asks: the next miss may be the largest.
    upper = min(math.ceil((len(misses) + 1) * (1 + _REHEARSED) / 2) / len(misses), 1.0)
    below = -float(np.quantile(misses, 1 - upper, method="lower"))
    return Spread(unknown, below, float(np.quantile(misses, upper, method="higher")))
