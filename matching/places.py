"""Five places for each person: occupations by evidence, near-twins in one place, the scales for and against each.

Compiled loops score all occupations in float64 in one fixed order. A card proposes candidates by one inner product in
float32, and the same loops score those again; whose five could be different beyond the candidates is scored against all
occupations, so every device gives the same answer. Do not put here: reading people, writing columns (occupations.py).
Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.contracts.answers import PLACES
from lake.device import Device
from matching.blocks import NONE, Doubles, Flags, Ints, Longs
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
from matching.occupation_model import OccupationModel
from matching.scale_patterns import Patterns
from matching.twins import Siblings

CANDIDATES = 32
SCORE_STEPS = 1e6  # evidence is compared at steps of 1e-6; equal evidence goes to the lower code
TRAITS = 3
TWINS = 3
LEAST_TRAIT = 0.05  # log-odds below which a scale is no reason


class Found(NamedTuple):
    """Of each person and place (n, 5), best first: occupation (NONE is an empty place) and evidence in log-odds.

    Up to three twins (n, 5, 3) by evidence, and scales for and against (n, 5, 3), strongest first; then NONE.
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
    lists = (np.full((people, PLACES, most), NONE, np.int32) for most in (TWINS, TRAITS, TRAITS))
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
    count, width = len(people.pattern), candidates.shape[1]
    patterns = occupations.patterns
    is_sure = np.full(count, width == len(occupations.means))
    evidence = np.empty(width)
    for person in range(count):
        pattern = people.pattern[person]
        has_test = patterns.known[pattern].any()
        twins = (occupations.siblings, patterns.is_twin[pattern])
        heads = found.heads[person]
        mine = candidates[person % len(candidates)]
        if width == len(occupations.means):
            weigh_all(people, person, occupations, evidence)
            evidence[:] = evidence[mine]
        else:
            for number in range(width):
                evidence[number] = weigh_evidence(people, person, mine[number], occupations)
        filled = choose_heads(mine, evidence, twins, has_test, heads)
        for place in range(filled):
            found.evidence[person, place] = weigh_evidence(people, person, heads[place], occupations)
            name_twins(people, person, place, occupations, found)
            if has_test:
                added = split_evidence(people, person, heads[place], occupations)
                name_scales(added, found.likes[person, place])
                name_scales(-added, found.unlikes[person, place])
        # Nobody outside the candidates has more evidence than this.
        most = evidence.min() + 2.0 * people.margin[person] + 2.0 / SCORE_STEPS
        if filled == PLACES:
            is_sure[person] |= found.evidence[person, PLACES - 1] > most
        else:
            is_sure[person] |= not has_test and most <= 0
    return is_sure


@compiled
def choose_heads(
    candidates: Longs, evidence: Doubles, twins: tuple[Siblings, Flags], has_test: bool, heads: Ints
) -> int:
    """Put the heads of the places into `heads` (5,), by evidence; a twin of a head opens no place. How many there are.

    Without a test only what has evidence for it opens a place.
    """
    is_left = np.full(len(candidates), True)
    steps = np.floor(evidence * SCORE_STEPS + 0.5)
    count = 0
    for _ in range(len(candidates)):
        best = NONE
        for number in range(len(candidates)):
            if is_left[number] and (
                best == NONE
                or steps[number] > steps[best]
                or (steps[number] == steps[best] and candidates[number] < candidates[best])
            ):
                best = number
        if not has_test and evidence[best] <= 0:
            break
        is_left[best] = False
        if not has_twin(candidates[best], heads[:count], twins):
            heads[count] = candidates[best]
            count += 1
        if count == len(heads):
            break
    return count


@compiled
def has_twin(occupation: int, heads: Ints, twins: tuple[Siblings, Flags]) -> bool:
    """Whether one of `heads` is a twin of `occupation`."""
    siblings, is_twin = twins
    for number in range(siblings.offsets[occupation], siblings.offsets[occupation + 1]):
        if is_twin[siblings.pair[number]] and (heads == siblings.places[number]).any():
            return True
    return False


@compiled
def name_twins(people: People, person: int, place: int, occupations: Occupations, found: Found) -> None:
    """Put into a place the twins of its head that belong to no earlier place, by evidence, at most three."""
    siblings, patterns, pattern = occupations.siblings, occupations.patterns, people.pattern[person]
    heads, named = found.heads[person], found.twins[person, place]
    twins = (siblings, patterns.is_twin[pattern])
    steps = np.full(len(named), -np.inf)
    for number in range(siblings.offsets[heads[place]], siblings.offsets[heads[place] + 1]):
        twin = siblings.places[number]
        if patterns.is_twin[pattern, siblings.pair[number]] and not has_twin(twin, heads[:place], twins):
            evidence = weigh_evidence(people, person, twin, occupations)
            if evidence > 0 or patterns.known[pattern].any():
                insert(np.floor(evidence * SCORE_STEPS + 0.5), twin, steps, named)


@compiled
def insert(value: float, number: int, values: Doubles, numbers: Ints) -> None:
    """Put `number` into its place among the few best, dropping the last; of equal values the earlier stays first."""
    place = len(values)
    while place > 0 and value > values[place - 1]:
        place -= 1
    for later in range(len(values) - 1, place, -1):
        values[later], numbers[later] = values[later - 1], numbers[later - 1]
    if place < len(values):
        values[place], numbers[place] = value, number


@compiled
def name_scales(added: Doubles, named: Ints) -> None:
    """Put the scales that add most, LEAST_TRAIT at least, into `named` (3,)."""
    values = np.full(len(named), -np.inf)
    for scale in range(len(added)):
        if added[scale] >= LEAST_TRAIT:
            insert(np.floor(added[scale] * SCORE_STEPS + 0.5), scale, values, named)
