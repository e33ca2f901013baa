"""Five places for each person: what is scored for whom, on which device, and that every device answers alike.

Compiled loops score all occupations in float64 in one fixed order. A card proposes candidates by one inner product in
float32, and the same loops score those again; whose five could be different beyond the candidates is scored against all
occupations, so every device gives the same answer. Do not put here: who takes a place (heads.py), what stands beside it
(companions.py), reading people and writing columns (occupations.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.contracts.answers import PLACES
from lake.device import Device
from matching.blocks import NONE, Doubles, Flags, Ints, Longs
from matching.companions import COMPANIONS, TRAITS, name_companions, name_scales
from matching.compiled import compiled
from matching.evidence import (
    Asked,
    Occupations,
    People,
    open_occupations,
    read_people,
    split_evidence,
    weigh_all,
    weigh_evidence,
    write_queries,
)
from matching.heads import SCORE_STEPS, Kin, choose_heads
from matching.occupation_model import OccupationModel
from matching.scale_patterns import Patterns

CANDIDATES = 32


class Found(NamedTuple):
    """Of each person and place (n, 5), best first: occupation (NONE is an empty place) and evidence in log-odds.

    Up to three companions (n, 5, 3) by evidence, and scales for and against (n, 5, 3), strongest first; then NONE.
    """

    heads: Ints
    evidence: Doubles
    twins: Ints
    likes: Ints
    unlikes: Ints

    def put(self, rows: Longs, part: Found) -> None:
        """Write the places of the people at `rows` (m,) from `part`."""
        for name in self._fields:
            getattr(self, name)[rows] = getattr(part, name)


def list_empty(people: int) -> Found:
    """Places without anything, for `people` persons."""
    lists = (np.full((people, PLACES, most), NONE, np.int32) for most in (COMPANIONS, TRAITS, TRAITS))
    return Found(np.full((people, PLACES), NONE, np.int32), np.full((people, PLACES), -np.inf), *lists)


def find_places(
    asked: Asked, nearness: Doubles, patterns: Patterns, *, model: OccupationModel, device: Device
) -> Found:
    """The five places of each of `asked`; `nearness` (c, k) is that of the codes in their history."""
    occupations = open_occupations(model, nearness, patterns)
    people = read_people(asked, occupations)
    everything = np.arange(len(model.codes))[None, :]
    found = list_empty(len(asked.pattern))
    if device.has_compiled_loops:
        pick_places(people, everything, occupations, found)
        return found
    items = np.hstack([model.means, patterns.bias.T, nearness.T]).astype(np.float32)
    proposed = device.top_k(write_queries(people, occupations), items, min(CANDIDATES, len(items)))[1]
    doubtful = np.flatnonzero(~pick_places(people, proposed, occupations, found))
    if len(doubtful):
        better = list_empty(len(doubtful))
        pick_places(_pick(people, doubtful), everything, occupations, better)
        found.put(doubtful, better)
    return found


def _pick(people: People, rows: Longs) -> People:
    """Some of the people."""
    scores, pattern, history, *numbers = people
    return People(scores[rows], pattern[rows], history[rows], *(values[rows] for values in numbers))


@compiled
def pick_places(people: People, candidates: Longs, occupations: Occupations, found: Found) -> Flags:
    """Fill `found` from `candidates` (n, c), or (1, k) for all; returns whether no other could change it (n,)."""
    count, width, known = len(people.pattern), candidates.shape[1], occupations.patterns.known
    is_sure = np.full(count, width == len(occupations.means))
    evidence = np.empty(len(occupations.means))
    for person in range(count):
        pattern, heads = people.pattern[person], found.heads[person]
        has_test = known[pattern].any()
        kin = Kin(occupations.groups, occupations.siblings, occupations.patterns.is_twin[pattern])
        most = -np.inf
        if is_sure[person]:
            weigh_all(people, person, occupations, evidence)
        else:
            evidence[:] = np.nan
            weigh_missing(people, person, candidates[person], occupations, evidence)
            # Nobody outside the candidates has more evidence than this.
            most = np.nanmin(evidence) + 2.0 * people.margin[person] + 2.0 / SCORE_STEPS
        filled, is_capped = choose_heads(evidence, kin, has_test, heads)
        for place in range(filled):
            found.evidence[person, place] = evidence[heads[place]]
            weigh_siblings(people, person, heads[place], occupations, evidence)
            if has_test:
                added = split_evidence(people, person, heads[place], occupations)
                sides = people.scores[person] * occupations.means[heads[place]]
                name_scales(added, sides, found.likes[person, place], found.unlikes[person, place])
        name_companions(evidence, kin, has_test, heads, found.twins[person])
        is_full = filled == PLACES and found.evidence[person, PLACES - 1] > most
        is_sure[person] |= (is_full and (is_capped or most <= 0)) or (not has_test and most <= 0)
    return is_sure


@compiled
def weigh_siblings(people: People, person: int, head: int, occupations: Occupations, evidence: Doubles) -> None:
    """Put the evidence of the siblings of `head` into `evidence` (k,)."""
    offsets = occupations.siblings.offsets
    mine = occupations.siblings.places[offsets[head] : offsets[head + 1]]
    weigh_missing(people, person, mine, occupations, evidence)


@compiled
def weigh_missing(
    people: People, person: int, asked: Ints | Longs, occupations: Occupations, evidence: Doubles
) -> None:
    """Put the evidence of those `asked` (m,) that is not known (NaN) into `evidence` (k,)."""
    for occupation in asked:
        if np.isnan(evidence[occupation]):
            evidence[occupation] = weigh_evidence(people, person, occupation, occupations)
