"""Scores of the usual recommenders on the same applications, to measure beside: popularity, neighbours, EASE.

Must not hold: what the answers are made of. Their constants were chosen on another draw of the same data.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ml.job_recommendation.graph import score_by_people, score_by_postings

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_RIDGE = 60.0


def score_peers(applied: sp.csr_matrix, rows: IntArray) -> dict[str, FloatArray]:
    """Scores (k, m) of every peer for the people `rows`."""
    counts = np.asarray(applied.sum(axis=0), dtype=np.float32).ravel()
    return {
        "popularity": np.tile(counts, (len(rows), 1)),
        "user-CF": score_by_people(applied, rows),
        "item-CF": score_by_postings(applied, rows),
        "EASE": _score_by_ease(applied, rows),
    }


def _score_by_ease(applied: sp.csr_matrix, rows: IntArray) -> FloatArray:
    """EASE (Steck 2019): each posting predicted from the others by ridge regression, in closed form."""
    from scipy.linalg import lapack

    gram = np.asfortranarray((applied.T @ applied).toarray(), dtype=np.float32)
    gram[np.diag_indices_from(gram)] += np.float32(_RIDGE)
    factor, _ = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    weights = np.tril(inverse)
    weights += np.tril(inverse, -1).T
    weights /= -np.diag(weights)[None, :]
    np.fill_diagonal(weights, 0.0)
    return np.asarray(applied[rows] @ weights, dtype=np.float32)
