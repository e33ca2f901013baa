"""How much each step between two answers tells occupations apart, learned from who is near whom.

Must not hold: steps themselves (ladder.py) or scores of occupations (kernel.py). Neighbourhood components analysis
(Goldberger and others, 2004) with one weight a rung: somebody picks a neighbour the likelier the nearer, and weights
move so that the neighbour is more often of the same occupation. A fixed, small number of moves, taken half as far.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml.occupation_survey.ladder import Floats, Indices, squared_distances

FloatArray = npt.NDArray[np.float64]

_MOVES = 25
_STEP = 0.1  # of a logarithm, for the first moves of each weight (Adam)
_MOMENTUM, _SQUARES = 0.9, 0.99
_TAKEN = 0.5  # of the logarithms: the last part fits the people, not the occupations
_NEARNESS = 8.0  # picks fall by e each eighth of the usual distance
_LEAST_CHANCE = np.float32(1e-3)  # of a right pick: nobody's odds decide alone
_SAMPLE_ROWS = 500


def learn_stretch(rungs: Floats, classes: Indices) -> FloatArray:
    """Factors (r,) for the weights of rungs (n, r), from people's class (n,); all 1 where nobody shares a class."""
    logs, first, second = (np.zeros(rungs.shape[1]) for _ in range(3))
    is_same = classes[:, None] == classes[None, :]
    np.fill_diagonal(is_same, False)
    has_fellow = is_same.any(axis=1)
    usual = float(np.median(squared_distances(rungs[:_SAMPLE_ROWS], rungs))) if len(rungs) else 0.0
    if not has_fellow.any() or usual <= 0:
        return np.ones(rungs.shape[1])
    for move in range(1, _MOVES + 1):
        slope = _slope(rungs, np.exp(logs), is_same, has_fellow, np.float32(_NEARNESS / usual))
        first = _MOMENTUM * first + (1 - _MOMENTUM) * slope
        second = _SQUARES * second + (1 - _SQUARES) * slope**2
        level = np.sqrt(second / (1 - _SQUARES**move)) + 1e-8
        logs = logs + _STEP * first / (1 - _MOMENTUM**move) / level
    return np.asarray(np.exp(_TAKEN * logs), dtype=np.float64)


def _slope(
    rungs: Floats,
    weights: FloatArray,
    is_same: npt.NDArray[np.bool_],
    has_fellow: npt.NDArray[np.bool_],
    nearness: np.float32,
) -> FloatArray:
    """Slope (r,), by the logarithms of the weights (r,), of the mean log chance of a right pick."""
    stretched = rungs * np.sqrt(weights).astype(np.float32)
    picks = squared_distances(stretched, stretched)
    np.fill_diagonal(picks, np.inf)  # nobody picks oneself
    picks -= picks.min(axis=1, keepdims=True)
    picks *= -nearness
    np.exp(picks, out=picks)
    picks /= picks.sum(axis=1, keepdims=True)
    right = picks * is_same
    chance = right.sum(axis=1, keepdims=True)
    picks *= chance
    right -= picks  # how much nearness of each pair would help
    right *= nearness / (chance + _LEAST_CHANCE)
    right[~has_fellow] = 0.0
    squares = rungs**2
    spread = right.sum(axis=1) @ squares + right.sum(axis=0) @ squares - 2 * ((right @ rungs) * rungs).sum(axis=0)
    return np.asarray(-spread * weights / has_fellow.sum(), dtype=np.float64)
