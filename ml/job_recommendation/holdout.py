"""One application of everybody who has two or more, held out by hash, and people in folds.

Must not hold: scoring. The draw depends on the ids alone, so neither the order of rows nor other people change it. A
fold is asked on everything but its own held-out applications: taken out all at once they thin the graph by a seventh,
and every recommender finds less than it does on the day it answers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from ml.hashing import hash_keys, mix
from ml.job_recommendation.read import Market

IntArray = npt.NDArray[np.int64]

FOLDS = 5
_FOLD_STREAM = 71


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The people asked (h,), the posting held out of each (h,) and the fold of each (h,)."""

    people: IntArray
    postings: IntArray
    folds: IntArray

    def take_fold(self, fold: int) -> "HeldOut":
        """The people of one fold."""
        rows = self.folds == fold
        return HeldOut(self.people[rows], self.postings[rows], self.folds[rows])


def hold_out(market: Market, applied: sp.csr_matrix, *, stream: int) -> HeldOut:
    """One application of each person with at least two: the one of the lowest hash."""
    pairs = applied.tocoo()
    person, posting = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    ids = pa.array(
        [f"{market.people[row]}\t{market.postings[col]}" for row, col in zip(person, posting, strict=True)], pa.string()
    )
    order = np.lexsort((posting, mix(hash_keys(ids), stream), person))
    person, posting = person[order], posting[order]
    count = np.bincount(person, minlength=len(market.people))
    is_first = np.diff(person, prepend=-1) != 0
    drawn = is_first & (count[person] >= 2)
    fold_of = (mix(hash_keys(pa.array(market.people, pa.string())), _FOLD_STREAM) % np.uint64(FOLDS)).astype(np.int64)
    return HeldOut(person[drawn], posting[drawn], fold_of[person[drawn]])


def remove(applied: sp.csr_matrix, held: HeldOut) -> sp.csr_matrix:
    """The applications without those held out."""
    ones = np.ones(len(held.people), dtype=np.float32)
    left = applied - sp.csr_matrix((ones, (held.people, held.postings)), shape=applied.shape)
    left.eliminate_zeros()
    left.sort_indices()
    return sp.csr_matrix(left)
