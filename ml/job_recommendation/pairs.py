"""The postings worth weighing for each person asked, with every input of the choice.

Must not hold: how inputs are weighed (choice.py). Postings the person applied to are closed: never offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ml.job_recommendation import content
from ml.job_recommendation.graph import build_graph, measure_nearness
from ml.job_recommendation.read import Market

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WEIGHED = 100
_PEOPLE_AT_ONCE = 1_000
_LEAST = 1e-6
_LEADING, _KIN = "far_walk", "kin"
# Where the graph says nothing, the kin decide; elsewhere they only break ties.
_KIN_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class Pairs:
    """People (n,), postings (n, k) in the order of their ids, which are open (n, k), and inputs (n, k, d) by name.

    `has_applied` (n,) is false for people without an application, whose `kin` (n, k) is all there is to go by.
    """

    people: IntArray
    postings: IntArray
    is_open: BoolArray
    inputs: FloatArray
    names: tuple[str, ...]
    has_applied: BoolArray
    kin: FloatArray


def build_pairs(market: Market, applied: sp.csr_matrix, people: IntArray, *, least: int = 1) -> Pairs:
    """The pairs of people (n,) on the applications handed in; at least `least` open postings where there are."""
    graph = build_graph(applied)
    width = min(max(WEIGHED, least), len(market.postings))
    parts = []
    for rows in _split(people):
        measures = measure_nearness(graph, rows) | content.measure_kinship(market, applied, rows)
        closed = np.asarray(applied[rows].toarray() > 0)
        postings = _choose(measures, closed, width)
        parts.append(_fill(market, applied, rows, (postings, closed, measures)))
    return join_pairs(parts)


def join_pairs(parts: list[Pairs]) -> Pairs:
    """Pairs of several groups of people under each other."""
    return Pairs(
        people=np.concatenate([part.people for part in parts]),
        postings=np.concatenate([part.postings for part in parts]),
        is_open=np.concatenate([part.is_open for part in parts]),
        inputs=np.concatenate([part.inputs for part in parts]),
        names=parts[0].names,
        has_applied=np.concatenate([part.has_applied for part in parts]),
        kin=np.concatenate([part.kin for part in parts]),
    )


def _split(people: IntArray) -> Iterator[IntArray]:
    """People in blocks; one empty block where there is nobody."""
    for start in range(0, max(len(people), 1), _PEOPLE_AT_ONCE):
        yield people[start : start + _PEOPLE_AT_ONCE]


def _choose(measures: dict[str, FloatArray], closed: BoolArray, width: int) -> IntArray:
    """The open postings (k, width) that lead by the long walk, in the order of their ids; closed ones fill up."""
    kin = measures[_KIN]
    scale = np.maximum(kin.max(axis=1, keepdims=True, initial=0.0), np.float32(_LEAST))
    leading = measures[_LEADING] + np.float32(_KIN_SHARE) * kin / scale
    leading = np.where(closed, -np.inf, leading)
    return np.sort(np.argsort(-leading, axis=1, kind="stable")[:, :width], axis=1)


def _fill(
    market: Market,
    applied: sp.csr_matrix,
    rows: IntArray,
    found: tuple[IntArray, BoolArray, dict[str, FloatArray]],
) -> Pairs:
    """The pairs of one block of people with their inputs."""
    postings, closed, measures = found
    inputs: dict[str, FloatArray] = {}
    for name, values in measures.items():
        inputs |= _shape_measure(name, np.take_along_axis(values, postings, axis=1))
    for table in (
        content.compare_with_applicants(market, applied, rows, postings),
        content.compare_with_own(market, applied, rows, postings),
        content.describe_postings(market, applied, postings),
    ):
        inputs |= table
    return Pairs(
        people=rows,
        postings=postings,
        is_open=~np.take_along_axis(closed, postings, axis=1),
        inputs=np.stack(list(inputs.values()), axis=2),
        names=tuple(inputs),
        has_applied=np.diff(applied.indptr)[rows] > 0,
        kin=np.take_along_axis(measures[_KIN], postings, axis=1),
    )


def _shape_measure(name: str, values: FloatArray) -> dict[str, FloatArray]:
    """A measure (k, width) as the choice reads it: its logarithm, its part of the best, and its rank."""
    best = np.maximum(np.abs(values).max(axis=1, keepdims=True, initial=0.0), np.float32(_LEAST))
    rank = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1, kind="stable")
    return {
        f"{name}_log": np.log(np.maximum(values, np.float32(_LEAST))),
        f"{name}_of_best": values / best,
        f"{name}_rank": np.log1p(rank).astype(np.float32),
    }
