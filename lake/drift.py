"""How far two distributions lie apart, and how far chance alone may bring them.

Put here: the arithmetic. Do not put here: which tables are compared and with which limits (drift_gates.py for nights,
ml/employment/drift.py for a model's inputs).
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]
_SMALLEST_SHARE = 1e-4
_CERTAIN = NormalDist().inv_cdf(0.9999)


def stability_index(
    then: npt.NDArray[np.int64] | Shares,
    now: npt.NDArray[np.int64] | Shares,
    smallest: tuple[float, float] = (_SMALLEST_SHARE, _SMALLEST_SHARE),
) -> float:
    """PSI of two counts over the same bins (n,): the sum of (now - then) × ln(now / then) over their shares.

    Shares under the `smallest` of their side count as that. Siddiqi (2006): under 0.1 stable, from 0.25 on a large
    change.
    """
    sides = zip((then, now), smallest, strict=True)
    first, second = (np.maximum(counts / max(float(counts.sum()), 1.0), least) for counts, least in sides)
    return float(np.sum((second - first) * np.log(second / first)))


def stability_by_chance(bins: int, then: float, now: float) -> float:
    """What the index exceeds once in 10,000 times when nothing has changed, of `then` and `now` rows in `bins`.

    The index is then about (1/then + 1/now) × chi-square with bins - 1 degrees of freedom (Yurdakul and Naranjo, 2020,
    "Statistical properties of the population stability index", Journal of Risk Model Validation 14); the quantile is
    Wilson and Hilferty's (1931). Empty bins count half a row, which keeps it true of a handful of rows, too.
    """
    freedom = max(bins - 1, 1)
    part = 2 / (9 * freedom)
    quantile = freedom * max(1 - part + _CERTAIN * sqrt(part), 0.0) ** 3
    return (1 / then + 1 / now) * quantile
