"""Near-twins: occupations of one KECO minor group whose workers the known scales tell apart badly.

They share a place of the five (heads.py) and are named together (companions.py). Do not put here: what a pattern of
scales says besides (scale_patterns.py), the choice of the five. Makes no table.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from matching.blocks import Doubles, Flags, Ints, Longs
from matching.compiled import compiled
from matching.occupation_model import PULL_ROWS, OccupationModel

MINOR_GROUP = 3  # digits of the code
# d′, the distance of two means under the covariance within occupations: told the scales of a worker who has one of the
# two occupations, the best guess which is right with probability Φ(d′ / 2), .69 at a distance of 1.
LEAST_DISTANCE = 1.0
_MODELS_REMEMBERED = 4


class Siblings(NamedTuple):
    """Pairs (s,) of one minor group: `first` and `second`, places in the model, and what chance adds to d′² by scale.

    The siblings of occupation k are `places[offsets[k]:offsets[k + 1]]`, ascending, by the `pair` of the same place.
    """

    first: Ints
    second: Ints
    chance: Doubles
    offsets: Longs
    places: Ints
    pair: Ints


@functools.lru_cache(maxsize=_MODELS_REMEMBERED)
def list_siblings(model: OccupationModel) -> Siblings:
    """The pairs of `model`. Means of n workers stand apart by chance, by (n / (n + PULL_ROWS))² / n of the variance.

    Without that 20 workers and 35 scales would never show twins: chance alone gives d′ = 1.5.
    """
    groups: dict[str, list[int]] = {}
    for place, code in enumerate(model.codes):
        groups.setdefault(code[:MINOR_GROUP], []).append(place)
    pairs = [(one, other) for group in groups.values() for one in group for other in group if one < other]
    first, second = np.array(sorted(pairs), np.int32).reshape(len(pairs), 2).T
    by_mean = model.answers / (model.answers + PULL_ROWS) ** 2
    chance = np.ascontiguousarray((by_mean[first] + by_mean[second]).T)
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((others, ends))
    offsets = np.searchsorted(ends[order], np.arange(len(model.codes) + 1)).astype(np.int64)
    pair = (order % max(len(pairs), 1)).astype(np.int32)
    return Siblings(first.copy(), second.copy(), chance, offsets, others[order], pair)


@compiled
def mark_twins(turned: Doubles, scales: Longs, siblings: Siblings, is_twin: Flags) -> None:
    """Set `is_twin` (s,) from means in uncorrelated directions `turned` (m, k) made of `scales` (m,).

    No scale at all tells nobody apart, but nothing then says that they are alike: nobody is a twin.
    """
    pairs = len(siblings.first)
    square = np.zeros(pairs)
    for row in range(len(scales)):
        mean, chance = turned[row], siblings.chance[scales[row]]
        for pair in range(pairs):
            apart = mean[siblings.first[pair]] - mean[siblings.second[pair]]
            square[pair] += apart * apart - chance[pair]
    for pair in range(pairs):
        is_twin[pair] = len(scales) > 0 and square[pair] < LEAST_DISTANCE * LEAST_DISTANCE
