"""Interpret's bins and score tensors -> our features and terms, exactly.

Must not hold: training or scoring. Interpret bins main effects and pairs separately (code 0 missing, last unknown);
ours is one bin code per feature over the union of both sets of edges, with a map from code to table axis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.additive.errors import NonFiniteModelError
from ml.additive.model import Feature, Term

Level = Mapping[str, int] | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LearnedTerm:
    """One learned term: the bags' average table and every bag's table (bags, ...)."""

    feature_indices: tuple[int, ...]
    scores: npt.NDArray[np.float64]
    bagged: npt.NDArray[np.float64]


def convert_terms(
    features: tuple[Feature, ...], learned: Sequence[LearnedTerm], bins: Sequence[Sequence[Level]]
) -> tuple[tuple[Feature, ...], tuple[Term, ...]]:
    """Features with their edges, and terms with tables and maps; main effects first, pairs after."""
    binned = tuple(
        replace(feature, edges=_union_edges(bins[index])) if feature.kind == "numeric" else feature
        for index, feature in enumerate(features)
    )
    return binned, tuple(_convert_term(term, binned, bins) for term in learned)


def _union_edges(levels: Sequence[Level]) -> npt.NDArray[np.float64]:
    """Edges of all binning levels of a numeric feature, rising."""
    return np.unique(np.concatenate([np.zeros(0), *[np.asarray(level, dtype=np.float64) for level in levels]]))


def _convert_term(term: LearnedTerm, features: tuple[Feature, ...], bins: Sequence[Sequence[Level]]) -> Term:
    """One term over our bin codes."""
    chosen = [features[index] for index in term.feature_indices]
    name = " & ".join(feature.name for feature in chosen)
    maps = []
    for axis, index in enumerate(term.feature_indices):
        level = bins[index][min(len(bins[index]), len(chosen)) - 1]
        maps.append(_axis_map(features[index], level, term.scores.shape[axis]))
    if not (np.isfinite(term.scores).all() and np.isfinite(term.bagged).all()):
        raise NonFiniteModelError(
            f"term {name}", found="NaN or infinity", expected="finite scores", action="check the training rows"
        )
    spread = np.moveaxis(term.bagged - term.scores, 0, -1).astype(np.float32)
    return Term(
        name=name,
        feature_indices=term.feature_indices,
        scores=np.ascontiguousarray(term.scores, dtype=np.float64),
        spread=np.ascontiguousarray(spread),
        axis_maps=tuple(maps),
    )


def _axis_map(feature: Feature, level: Any, axis_length: int) -> npt.NDArray[np.int32]:
    """From our bin codes to positions on a tensor's axis, int32 (bin_count,)."""
    if feature.kind == "categorical":
        positions = [level.get(str(code), axis_length - 1) for code in range(len(feature.categories) + 1)]
        return np.array([0, *positions], dtype=np.int32)
    # Bin c of ours begins at edges[c - 2]; that edge lies in the upper bin of any coarser set of edges.
    starts = np.concatenate([[-np.inf], feature.edges])
    return np.concatenate([[0], np.searchsorted(level, starts, side="right") + 1]).astype(np.int32)
