"""People who answered alike: ridge regression of each occupation on the likeness to every training person.

Must not hold: occupations' averages (gaussian.py), steps and their weights (ladder.py, stretch.py). Likeness is
exp(-distance). What sets groups of kindred occupations apart is learned with a small ridge, from many people each; what
sets one occupation apart from its nearest, with a large one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve  # before threads are limited: what is loaded later is not

from ml.occupation_survey.ladder import FloatArray, Floats, Ladder, squared_distances

_SHARPNESS = 3.5
_SAMPLE_ROWS = 500
_BLOCK_ROWS = 4_096


@dataclass(frozen=True, eq=False)
class Likeness:
    """Training people's rungs (n, r), what each says for each occupation (n, k), and the items' share of distance (d,).

    `scale` makes a distance of rungs one of the exponent.
    """

    ladder: Ladder
    rungs: Floats
    coefficients: Floats
    shares: FloatArray
    scale: float

    @classmethod
    def learn(cls, ladder: Ladder, filled: FloatArray, targets: list[tuple[float, Floats]]) -> Likeness:
        """From standard scores (n, d) without gaps and what they are to say: pairs of a ridge and targets (n, k)."""
        rungs = ladder.climb(filled)
        middle = max(float(np.median(squared_distances(rungs[:_SAMPLE_ROWS], rungs))), 1e-6)
        scale = _SHARPNESS / middle
        # The likenesses are made anew for each ridge: a copy of them would be another half a gigabyte.
        parts = (_solve(rungs, scale, ridge, wanted) for ridge, wanted in targets)
        coefficients = np.zeros((len(rungs), targets[0][1].shape[1]), dtype=np.float32)
        for part in parts:
            coefficients += part
        apart = np.bincount(ladder.items, weights=rungs.var(axis=0, dtype=np.float64), minlength=filled.shape[1])
        return cls(ladder, rungs, coefficients, apart / max(apart.sum(), 1e-12), scale)

    def score(self, scores: FloatArray, is_known: npt.NDArray[np.bool_]) -> FloatArray:
        """Scores (n, k) of people by the items they answered: distances over these stand for all."""
        parts = [np.zeros((0, self.coefficients.shape[1]))]
        for start in range(0, len(scores), _BLOCK_ROWS):
            block, known = scores[start : start + _BLOCK_ROWS], is_known[start : start + _BLOCK_ROWS]
            mask = known[:, self.ladder.items].astype(np.float32)
            mine = self.ladder.climb(block) * mask
            distances = (mine**2).sum(axis=1)[:, None] + mask @ (self.rungs**2).T - 2 * mine @ self.rungs.T
            answered = np.maximum(known @ self.shares, 1e-12)[:, None].astype(np.float32)
            likeness = np.exp(-np.float32(self.scale) * np.maximum(distances, 0.0) / answered)
            parts.append((likeness @ self.coefficients).astype(np.float64))
        return np.concatenate(parts)


def _solve(rungs: Floats, scale: float, ridge: float, wanted: Floats) -> Floats:
    """Coefficients (n, k) with which likenesses give the wanted (n, k)."""
    kernel = squared_distances(rungs, rungs)
    kernel *= np.float32(-scale)
    np.exp(kernel, out=kernel)
    kernel[np.diag_indices(len(kernel))] += np.float32(ridge)
    factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, wanted, check_finite=False), dtype=np.float32)
