"""Conditional logit (McFadden): the chance that a person's next application goes to each of the postings weighed.

Must not hold: the inputs themselves (pairs.py). One weight an input for everybody, so that what speaks for a posting
adds up; weights are pulled to those of the starting point, which follows the long walk alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.job_recommendation.pairs import Pairs

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

# How far weights are pulled, as a number of choices; of 30, 100 and 300 the best on the inner split.
_PULL = 30.0
_ROUNDS = 150
_FARTHEST = 5.0
_START = "far_walk_log"


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """Weights (d,) of standardised inputs, and the centres and spreads (d,) they are standardised by."""

    names: tuple[str, ...]
    weights: FloatArray
    centres: FloatArray
    spreads: FloatArray
    choices: int

    def score(self, pairs: Pairs) -> FloatArray:
        """Chances (n, k) that add up to 1 a person, 0 for closed postings; by kin for people without applications."""
        utility = standardise(pairs.inputs, self.centres, self.spreads) @ self.weights
        utility = np.where(pairs.has_applied[:, None], utility, pairs.kin)
        utility = np.where(pairs.is_open, utility, np.float32(-np.inf))
        chance = _shares(utility)
        return np.where(pairs.is_open, chance, np.float32(0.0))


def learn_choice(pairs: Pairs, chosen: IntArray) -> ChoiceModel:
    """The weights from the posting each person chose (n,); people whose posting was not weighed teach nothing."""
    centres, spreads = _measure_inputs(pairs.inputs)
    is_chosen = pairs.postings == chosen[:, None]
    rows = np.flatnonzero(is_chosen.any(axis=1))
    start = np.array([float(name == _START) for name in pairs.names])
    if not len(rows):
        return ChoiceModel(pairs.names, start.astype(np.float32), centres, spreads, 0)
    inputs = standardise(pairs.inputs[rows], centres, spreads)
    weights = _fit(inputs, is_chosen[rows].argmax(axis=1), pairs.is_open[rows], start)
    return ChoiceModel(pairs.names, weights, centres, spreads, len(rows))


def standardise(inputs: FloatArray, centres: FloatArray, spreads: FloatArray) -> FloatArray:
    """Inputs (n, k, d) around 0, cut where they are far out, 0 where missing."""
    standard = (inputs - centres) / spreads
    np.clip(standard, -_FARTHEST, _FARTHEST, out=standard)
    return np.asarray(np.nan_to_num(standard, copy=False, nan=0.0), dtype=np.float32)


def _measure_inputs(inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (d,) of each input over all pairs, missing ones left out."""
    flat = inputs.reshape(-1, inputs.shape[2])
    known = ~np.isnan(flat)
    count = np.maximum(known.sum(axis=0), 1)
    centres = np.where(known, flat, 0.0).sum(axis=0, dtype=np.float64) / count
    squares = np.where(known, (flat - centres.astype(np.float32)) ** 2, 0.0).sum(axis=0, dtype=np.float64) / count
    spreads = np.sqrt(squares)
    return centres.astype(np.float32), np.where(spreads > 1e-6, spreads, 1.0).astype(np.float32)


def _fit(
    inputs: FloatArray, chosen: IntArray, is_open: npt.NDArray[np.bool_], start: npt.NDArray[np.float64]
) -> FloatArray:
    """Weights (d,) of the greatest likelihood less the pull."""
    from scipy.optimize import minimize

    people = np.arange(len(chosen))
    taken = inputs[people, chosen].sum(axis=0, dtype=np.float64)
    closed = np.where(is_open, np.float32(0.0), np.float32(-np.inf))

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        shares = _shares(inputs @ weights.astype(np.float32) + closed)
        likelihood = np.log(np.maximum(shares[people, chosen], np.float32(1e-30))).sum(dtype=np.float64)
        expected = shares.ravel() @ inputs.reshape(-1, inputs.shape[2])
        moved = weights - start
        return float(_PULL / 2 * (moved @ moved) - likelihood), expected - taken + _PULL * moved

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    return np.asarray(found.x, dtype=np.float32)


def _shares(utility: FloatArray) -> FloatArray:
    """Softmax (n, k) over the postings of a person."""
    top = utility.max(axis=1, keepdims=True, initial=-np.inf)
    power = np.exp(utility - np.where(np.isfinite(top), top, np.float32(0.0)))
    return np.asarray(power / np.maximum(power.sum(axis=1, keepdims=True), np.float32(1e-30)), dtype=np.float32)
