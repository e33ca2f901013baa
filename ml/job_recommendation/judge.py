"""How often the held-out application is among the first k, of this model and of its peers, on the same people.

Must not hold: learning. A held-out application is in nothing that its person's list is made of; of the people in other
folds the held-out ones are, as they would be on the day somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

DIGITS = 6
FEW = 3


@dataclass(frozen=True)
class Measures:
    """Recall@k and NDCG@k of everybody and of people with few applications left, and the share of postings listed."""

    name: str
    recall: float
    ndcg: float
    coverage: float
    few_recall: float
    few_ndcg: float


def rank_postings(scores: FloatArray, k: int) -> IntArray:
    """The best places (n, k) of scores (n, m) rounded; ties to the lower place, -inf never before anything else."""
    rounded = np.round(scores.astype(np.float64), DIGITS)
    return np.argsort(-rounded, axis=1, kind="stable")[:, :k]


def measure_lists(name: str, lists: IntArray, held: IntArray, is_few: BoolArray, posting_count: int) -> Measures:
    """Measures of lists (n, k) of postings against the one held out of each person (n,)."""
    is_hit = lists == held[:, None]
    recall = is_hit.any(axis=1).astype(np.float64)
    ndcg = (is_hit / np.log2(np.arange(2, lists.shape[1] + 2))).sum(axis=1)
    return Measures(
        name=name,
        recall=_mean(recall),
        ndcg=_mean(ndcg),
        coverage=len(np.unique(lists)) / posting_count,
        few_recall=_mean(recall[is_few]),
        few_ndcg=_mean(ndcg[is_few]),
    )


def _mean(values: npt.NDArray[np.float64]) -> float:
    """The mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")
