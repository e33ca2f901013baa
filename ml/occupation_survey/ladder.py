"""Answers as rungs climbed, so that a squared distance of rungs is a sum over items of the steps between two answers.

Must not hold: how a step's weight is learned (stretch.py) or what is made of distances (kernel.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.occupation_survey.scales import find_steps

FloatArray = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Steps of each item (one array an item) and the weight (r,) of the rung between two of them."""

    steps: tuple[FloatArray, ...]
    weights: FloatArray

    @classmethod
    def build(cls, filled: FloatArray, item_weights: FloatArray) -> Ladder:
        """From scores (n, d) without gaps: every rung of an item weighs as the item does (d,)."""
        steps = tuple(find_steps(column) for column in filled.T)
        return cls(steps, item_weights[_items(steps)])

    @property
    def items(self) -> Indices:
        """The item (r,) of each rung."""
        return _items(self.steps)

    def climb(self, scores: FloatArray) -> Floats:
        """Rungs (n, r) of scores (n, d), 0 where missing; a value between two steps climbs part of the rung."""
        rungs = []
        for column, steps in zip(scores.T, self.steps, strict=True):
            gaps = np.diff(steps)
            part = np.clip((np.nan_to_num(column)[:, None] - steps[:-1]) / gaps, 0.0, 1.0)
            rungs.append(np.where(np.isnan(column)[:, None], 0.0, part * np.sqrt(gaps)))
        return np.asarray(np.concatenate(rungs, axis=1) * np.sqrt(self.weights), dtype=np.float32)


def squared_distances(first: Floats, second: Floats) -> Floats:
    """Squared distances (n, m) of rows."""
    distances = first @ second.T
    distances *= np.float32(-2.0)  # in place: with 12,000 people each copy is half a gigabyte
    distances += (first**2).sum(axis=1)[:, None]
    distances += (second**2).sum(axis=1)
    return np.asarray(np.maximum(distances, 0.0, out=distances), dtype=np.float32)


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


def _items(steps: tuple[FloatArray, ...]) -> Indices:
    return np.repeat(np.arange(len(steps)), [max(len(step) - 1, 0) for step in steps])
