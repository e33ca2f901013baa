"""People who answered alike: ridge regression of each occupation on the likeness to every training person.

Must not hold: occupations' averages (gaussian.py) or what values mean (scales.py). Likeness is exp(-distance), and the
distance the sum over items of the steps between two answers, items that tell occupations apart counting more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve  # before threads are limited: what is loaded later is not

from ml.occupation_survey.scales import find_steps

FloatArray = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_SHARPNESS = 3.5
_RIDGE = 0.3
_SAMPLE_ROWS = 500
_BLOCK_ROWS = 4_096


@dataclass(frozen=True, eq=False)
class Ladder:
    """Answers as rungs climbed, so that squared distances of rungs (n, r) are distances in weighted steps of items."""

    steps: tuple[FloatArray, ...]
    weights: FloatArray

    @property
    def items(self) -> Indices:
        """The item (r,) of each rung."""
        return np.repeat(np.arange(len(self.steps)), [max(len(steps) - 1, 0) for steps in self.steps])

    def climb(self, scores: FloatArray) -> Floats:
        """Rungs (n, r) of scores (n, d), 0 where missing; a value between two steps climbs part of the rung."""
        rungs = []
        for column, steps, weight in zip(scores.T, self.steps, self.weights, strict=True):
            gaps = np.diff(steps)
            part = np.clip((np.nan_to_num(column)[:, None] - steps[:-1]) / gaps, 0.0, 1.0)
            rungs.append(np.where(np.isnan(column)[:, None], 0.0, part * np.sqrt(gaps * weight)))
        return np.concatenate(rungs, axis=1, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Likeness:
    """Training people's rungs (n, r) and what each says for each occupation (n, k)."""

    ladder: Ladder
    rungs: Floats
    coefficients: Floats
    scale: float

    @classmethod
    def learn(cls, filled: FloatArray, classes: Indices, weights: FloatArray, *, count: int) -> Likeness:
        """From standard scores (n, d) without gaps, their class (n,) of `count` and the items' weights (d,)."""
        ladder = Ladder(tuple(find_steps(column) for column in filled.T), weights)
        rungs = ladder.climb(filled)
        middle = max(float(np.median(_squared_distances(rungs[:_SAMPLE_ROWS], rungs))), 1e-6)
        scale = _SHARPNESS / middle
        kernel = _squared_distances(rungs, rungs)
        kernel *= np.float32(-scale)
        np.exp(kernel, out=kernel)
        kernel[np.diag_indices(len(kernel))] += np.float32(_RIDGE)
        wanted = np.zeros((len(classes), count), dtype=np.float32)
        wanted[np.arange(len(classes)), classes] = 1.0
        factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
        return cls(ladder, rungs, np.asarray(cho_solve(factor, wanted, check_finite=False), dtype=np.float32), scale)

    def score(self, scores: FloatArray, is_known: npt.NDArray[np.bool_]) -> FloatArray:
        """Scores (n, k) of people by the items they answered: distances over these stand for all."""
        parts = [np.zeros((0, self.coefficients.shape[1]))]
        share = self.ladder.weights / max(self.ladder.weights.sum(), 1e-12)
        for start in range(0, len(scores), _BLOCK_ROWS):
            block, known = scores[start : start + _BLOCK_ROWS], is_known[start : start + _BLOCK_ROWS]
            mask = known[:, self.ladder.items].astype(np.float32)
            mine = self.ladder.climb(block) * mask
            distances = (mine**2).sum(axis=1)[:, None] + mask @ (self.rungs**2).T - 2 * mine @ self.rungs.T
            answered = np.maximum(known @ share, 1e-12)[:, None].astype(np.float32)
            likeness = np.exp(-np.float32(self.scale) * np.maximum(distances, 0.0) / answered)
            parts.append((likeness @ self.coefficients).astype(np.float64))
        return np.concatenate(parts)


def weigh_items(scores: FloatArray, classes: Indices, count: int) -> FloatArray:
    """Share (d,) of an item's variance that lies between occupations; 0 where an item does not vary."""
    is_known = ~np.isnan(scores)
    filled = np.where(is_known, scores, 0.0)
    sums, counts = np.zeros((count, scores.shape[1])), np.zeros((count, scores.shape[1]))
    np.add.at(sums, classes, filled)
    np.add.at(counts, classes, is_known)
    residuals = np.where(is_known, filled - (sums / np.maximum(counts, 1.0))[classes], 0.0)
    within, total = (residuals**2).sum(axis=0), (filled**2).sum(axis=0)
    share = np.clip(1.0 - within / np.maximum(total, 1e-12), 0.01, 1.0)
    return np.where(total > 0, share, 0.0)


def _squared_distances(first: Floats, second: Floats) -> Floats:
    """Squared distances (n, m) of rows."""
    distances = first @ second.T
    distances *= np.float32(-2.0)  # in place: with 12,000 people each copy is half a gigabyte
    distances += (first**2).sum(axis=1)[:, None]
    distances += (second**2).sum(axis=1)
    return np.asarray(np.maximum(distances, 0.0, out=distances), dtype=np.float32)
