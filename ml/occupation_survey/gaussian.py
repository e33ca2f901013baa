"""Occupations as normal distributions with one covariance: what is answered is judged, what is missing integrated out.

Must not hold: nearest people (kernel.py) or what values mean (scales.py). Means are pulled towards those of the code's
groups, the covariance towards its diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_PULL_ROWS = 6.0
_SHRINKAGE = 0.3
_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Means (k, d) of occupations and the covariance (d, d) inside and over all, on standard scores."""

    means: FloatArray
    within: FloatArray
    total: FloatArray
    log_share: FloatArray

    @classmethod
    def learn(cls, scores: FloatArray, classes: Indices, groups: Indices) -> Gaussian:
        """From standard scores (n, d) with NaN for missing, their class (n,) and the classes' groups (k, lengths)."""
        is_known = ~np.isnan(scores)
        filled = np.where(is_known, scores, 0.0)
        count = len(groups)
        means = _pull_means(_sum_by(filled, classes, count), _sum_by(is_known, classes, count), groups)
        within = _covariance(np.where(is_known, filled - means[classes], 0.0), is_known)
        total = _covariance(filled, is_known)
        shares = np.bincount(classes, minlength=count) / len(classes)
        return cls(means, within, total, np.log(shares))

    def log_posterior(self, scores: FloatArray) -> FloatArray:
        """Log (n, k) of share × density, up to a constant a row, from what is answered of scores (n, d)."""
        logs = np.tile(self.log_share, (len(scores), 1))
        for rows, known in _patterns(scores):
            if known.size:
                weights = np.linalg.solve(self.within[np.ix_(known, known)], self.means[:, known].T)
                bias = 0.5 * np.einsum("kd,dk->k", self.means[:, known], weights)
                logs[rows] += scores[np.ix_(rows, known)] @ weights - bias
        return logs

    def expect_missing(self, scores: FloatArray) -> FloatArray:
        """Scores (n, d) with what is missing as expected from what is answered, whatever the occupation."""
        filled = scores.copy()
        for rows, known in _patterns(scores):
            missing = np.setdiff1d(np.arange(scores.shape[1]), known)
            if not missing.size:
                continue
            slopes = np.linalg.solve(self.total[np.ix_(known, known)], self.total[np.ix_(known, missing)])
            filled[np.ix_(rows, missing)] = scores[np.ix_(rows, known)] @ slopes
        return filled


def _patterns(scores: FloatArray) -> Iterator[tuple[Indices, Indices]]:
    """Rows that answered the same items, and these items."""
    if not len(scores):
        return
    patterns, which = np.unique(~np.isnan(scores), axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel(), minlength=len(patterns)))
    for pattern, rows in zip(patterns, np.split(order, ends[:-1]), strict=True):
        yield rows, np.flatnonzero(pattern)


def _sum_by(values: npt.NDArray[np.float64] | npt.NDArray[np.bool_], classes: Indices, count: int) -> FloatArray:
    """Sums (count, d) of rows (n, d) by class, in the order of rows."""
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, classes, values)
    return sums


def _pull_means(sums: FloatArray, counts: FloatArray, groups: Indices) -> FloatArray:
    """Means (k, d), from the widest group down: (sum + PULL_ROWS × the group above) / (rows + PULL_ROWS)."""
    above = np.zeros_like(sums)
    for column in (*groups.T, np.arange(len(sums))):
        size = int(column.max()) + 1
        sums_here, counts_here = _sum_by(sums, column, size), _sum_by(counts, column, size)
        above = (sums_here[column] + _PULL_ROWS * above) / (counts_here[column] + _PULL_ROWS)
    return above


def _covariance(residuals: FloatArray, is_known: npt.NDArray[np.bool_]) -> FloatArray:
    """Covariance (d, d) over the rows that answered both items, shrunk and positive."""
    known = is_known.astype(np.float64)
    covariance = residuals.T @ residuals / np.maximum(known.T @ known, 1.0)
    level = max(float(np.diag(covariance).mean()), _LEAST_VARIANCE)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * level * np.eye(len(covariance))
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.maximum(values, _LEAST_VARIANCE * level)) @ vectors.T)
