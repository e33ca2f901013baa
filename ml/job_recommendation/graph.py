"""How near a posting is to a person in the graph of applications, by several measures, one row a person asked.

Must not hold: what résumés and postings say (content.py) or how the measures are weighed (choice.py). Only the
applications handed in are read: whoever is held out must be taken out of them before (holdout.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_STEPS = 7
_FAR, _NEAR = 0.85, 0.4
_RANK = 150
# The share of a posting's applicants that counts against its neighbours in item-based filtering.
_FROM_POSTING, _TO_POSTING = 0.7, 0.3
# Up to this side a matrix is decomposed whole.
_SMALL_SIDE = 400


@dataclass(frozen=True, eq=False)
class Graph:
    """Applications (n, m), the same with each one divided by the roots of its ends' counts, and places (m, r).

    A posting's place is its unit vector in the strongest directions of the graph.
    """

    applied: sp.csr_matrix
    balanced: sp.csr_matrix
    posting_counts: FloatArray
    places: FloatArray


def build_graph(applied: sp.csr_matrix) -> Graph:
    """What all measures share."""
    people_counts = np.asarray(applied.sum(axis=1), dtype=np.float32).ravel()
    posting_counts = np.asarray(applied.sum(axis=0), dtype=np.float32).ravel()
    balanced = sp.csr_matrix(
        sp.diags(_power(people_counts, -0.5)) @ applied @ sp.diags(_power(posting_counts, -0.5)), dtype=np.float32
    )
    return Graph(applied, balanced, posting_counts, _place_postings(balanced))


def measure_nearness(graph: Graph, rows: IntArray) -> dict[str, FloatArray]:
    """Every measure (k, m) of the people `rows`; the keys are in a fixed order."""
    measures = _walk(graph, rows)
    measures["alike_people"] = score_by_people(graph.applied, rows)
    measures["alike_postings"] = score_by_postings(graph.applied, rows)
    measures["direction"] = _compare_directions(graph, rows)
    return measures


def score_by_people(applied: sp.csr_matrix, rows: IntArray) -> FloatArray:
    """User-based filtering (k, m): applications of others, by the cosine of theirs with the person's."""
    scale = sp.diags(_power(np.asarray(applied.sum(axis=1)).ravel(), -0.5))
    scaled = sp.csr_matrix(scale @ applied)
    alike = sp.lil_matrix(scaled @ scaled[rows].T)
    alike[rows, np.arange(len(rows))] = 0.0
    return np.asarray((applied.T @ sp.csr_matrix(alike)).T.toarray(), dtype=np.float32)


def score_by_postings(applied: sp.csr_matrix, rows: IntArray) -> FloatArray:
    """Item-based filtering (k, m): how many applicants each posting shares with the person's, by their counts."""
    counts = np.asarray(applied.sum(axis=0)).ravel()
    shared = sp.csr_matrix(applied.T @ applied)
    shared.setdiag(0.0)
    weighed = sp.diags(_power(counts, -_FROM_POSTING)) @ shared @ sp.diags(_power(counts, -_TO_POSTING))
    return np.asarray((applied[rows] @ weighed).toarray(), dtype=np.float32)


def _walk(graph: Graph, rows: IntArray) -> dict[str, FloatArray]:
    """Walks from a person over postings and people and back, the longer the less: far ones and near ones (k, m)."""
    forward, back = graph.balanced, sp.csr_matrix(graph.balanced.T)
    at_postings = np.ascontiguousarray(graph.balanced[rows].T.toarray())
    far = np.zeros((graph.balanced.shape[0], len(rows)), dtype=np.float32)
    near = np.zeros_like(far)
    for step in range(_STEPS):
        at_people = forward @ at_postings
        far += np.float32(_FAR**step) * at_people
        near += np.float32(_NEAR**step) * at_people
        if step + 1 < _STEPS:
            at_postings = back @ at_people
    to_postings = sp.csr_matrix(graph.applied.T)
    root = _power(graph.posting_counts, -0.5)[:, None]
    return {
        "far_walk": np.ascontiguousarray(((to_postings @ far) * root).T),
        "near_walk": np.ascontiguousarray((to_postings @ near).T),
    }


def _compare_directions(graph: Graph, rows: IntArray) -> FloatArray:
    """The cosine (k, m) of a posting and the sum of the person's, in the strongest directions."""
    return np.asarray(_unit(np.asarray(graph.applied[rows] @ graph.places)) @ graph.places.T, dtype=np.float32)


def _place_postings(balanced: sp.csr_matrix) -> FloatArray:
    """Unit vectors (m, r) of the postings in the strongest directions, by the directions' strengths."""
    from scipy.sparse.linalg import svds

    side = min(balanced.shape)
    if side <= _SMALL_SIDE:
        _, strengths, directions = np.linalg.svd(balanced.toarray(), full_matrices=False)
    else:
        start = np.ones(side, dtype=np.float32)
        _, strengths, directions = svds(balanced, k=_RANK, v0=start, return_singular_vectors="vh")
        strengths, directions = strengths[::-1], directions[::-1]
    return _unit(directions[:_RANK].T * strengths[:_RANK])


def _unit(vectors: FloatArray) -> FloatArray:
    """Rows of length 1, rows of nothing left as they are."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0), dtype=np.float32)


def _power(counts: npt.NDArray[np.floating], exponent: float) -> FloatArray:
    """Counts to a power, 1 where the count is 0."""
    return np.asarray(np.power(np.maximum(counts, 1.0), exponent), dtype=np.float32)
