"""The model of one stage: how far a session's rate strays from its course's past, by ridge and histogram boosting.

Must not hold: which rows are known when (predict.py) or intervals. Both members weigh a session by the root of its
finishers and halve it every two years of age, because the level moves. Each is summed in one thread: same inputs, same
predictions, whatever the machine does beside.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.courses.columns import FloatArray

MINIMUM_ROWS = 200
_RIDGE = 100.0
_HALF_LIFE_DAYS = 730.0
_FARTHEST = 4.0
_SEED = 20_260_101
# With weights scikit-learn 1.9 finds each edge by itself: 255 of them took ten times as long as the fit,
# for a mean absolute error lower by .001.
_BINS = 32


@dataclass(frozen=True, eq=False)
class RateModel:
    """Means, spreads and medians of the inputs (k,), ridge coefficients (k + 1,), and the boosting."""

    medians: FloatArray
    means: FloatArray
    spreads: FloatArray
    coefficients: FloatArray
    boosting: Any

    def predict(self, matrix: FloatArray) -> FloatArray:
        """How far (n,) the rate of each row strays from what it was fitted beside."""
        if not len(matrix):
            return np.zeros(0)
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1):
            boosted = self.boosting.predict(matrix)
            linear = _with_one(_standard(matrix, self.medians, self.means, self.spreads)) @ self.coefficients
        return np.asarray((boosted + linear) / 2, dtype=np.float64)


def row_weights(finishers: FloatArray, age_days: FloatArray) -> FloatArray:
    """How much each session counts (n,)."""
    return np.asarray(np.sqrt(finishers) * np.exp2(-age_days / _HALF_LIFE_DAYS), dtype=np.float64)


def fit_rates(matrix: FloatArray, strayed: FloatArray, weight: FloatArray) -> RateModel:
    """Learns how far rates stray (n,), from inputs (n, k), NaN for unknown."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    is_known = ~np.isnan(matrix)
    medians = np.array(
        [np.median(column[known]) if known.any() else 0.0 for column, known in zip(matrix.T, is_known.T, strict=True)]
    )
    filled = np.where(is_known, matrix, medians)
    means = np.average(filled, axis=0, weights=weight)
    spreads = np.sqrt(np.average((filled - means) ** 2, axis=0, weights=weight))
    spreads = np.where(spreads > 1e-9, spreads, 1.0).astype(np.float64)
    boosting = HistGradientBoostingRegressor(
        learning_rate=0.04,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=30,
        l2_regularization=5.0,
        early_stopping=False,
        max_bins=_BINS,
        random_state=_SEED,
    )
    with threadpool_limits(limits=1):
        design = _with_one(_standard(matrix, medians, means, spreads))
        penalty = np.diag([*[_RIDGE * weight.mean()] * matrix.shape[1], 0.0])
        weighted = design * weight[:, None]
        solved = np.linalg.solve(weighted.T @ design + penalty, weighted.T @ strayed)
        # A column without a value cannot be binned.
        boosting.fit(np.where(is_known.any(axis=0), matrix, 0.0), strayed, sample_weight=weight)
    return RateModel(medians, means, spreads, np.asarray(solved, dtype=np.float64), boosting)


def _standard(matrix: FloatArray, medians: FloatArray, means: FloatArray, spreads: FloatArray) -> FloatArray:
    """Inputs in spreads from their mean, at most four; the median where unknown."""
    filled = np.where(np.isnan(matrix), medians, matrix)
    return np.asarray(np.clip((filled - means) / spreads, -_FARTHEST, _FARTHEST), dtype=np.float64)


def _with_one(matrix: FloatArray) -> FloatArray:
    """The matrix with a last column of ones."""
    return np.column_stack([matrix, np.ones(len(matrix))])
