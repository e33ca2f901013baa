"""What stands beside a place of the five: occupations to look at together with it, and scales for and against it.

Companions (twin_codes) are of the place's minor group, at most three a place, by evidence, each named once:
- twins of the place's occupation, told apart from it badly by the scales this person has;
- once a minor group has its MINOR_CAP places, others of it with evidence for them, at the best of its places;
- for people without a test, of whom scales tell nothing, the same from the group's first place on.

A scale speaks for an occupation if it adds evidence and person and workers stand on one side of all workers' centre;
against it if it takes evidence away and they stand on different sides. The evidence of correlated scales alone would
name as a fit what only makes up for another scale. Do not put here: who takes a place (heads.py). Makes no table.
"""

from __future__ import annotations

import numpy as np

from matching.blocks import NONE, Doubles, Ints
from matching.compiled import compiled
from matching.heads import MINOR_CAP, SCORE_STEPS, Kin, has_twin, is_among

TRAITS = 3
COMPANIONS = 3
LEAST_TRAIT = 0.05  # log-odds below which a scale is no reason


@compiled
def name_companions(evidence: Doubles, kin: Kin, has_test: bool, heads: Ints, named: Ints) -> None:
    """Put the companions of `heads` (5,) into `named` (5, 3); `evidence` (k,) must be known of all their siblings."""
    siblings = kin.siblings
    for place in range(len(heads)):
        head = heads[place]
        if head == NONE:
            break
        takes_group = leads_group(place, heads, kin.groups.minor, MINOR_CAP if has_test else 1)
        steps = np.full(named.shape[1], -np.inf)
        for number in range(siblings.offsets[head], siblings.offsets[head + 1]):
            other = siblings.places[number]
            if is_among(other, heads):
                continue
            if kin.is_twin[siblings.pair[number]]:
                is_named = (has_test or evidence[other] > 0) and not has_twin(other, heads[:place], kin)
            else:
                is_named = takes_group and evidence[other] > 0 and not has_twin(other, heads, kin)
            if is_named:
                insert(np.floor(evidence[other] * SCORE_STEPS + 0.5), other, steps, named[place])


@compiled
def leads_group(place: int, heads: Ints, minor: Ints, least: int) -> bool:
    """Whether the place is the best of its minor group's, and these are `least` at least."""
    taken = 0
    for other in range(len(heads)):
        if heads[other] != NONE and minor[heads[other]] == minor[heads[place]]:
            if other < place:
                return False
            taken += 1
    return taken >= least


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
def name_scales(added: Doubles, sides: Doubles, likes: Ints, unlikes: Ints) -> None:
    """Put the scales that add most into `likes` (3,), those that take most away into `unlikes` (3,).

    `added` (35,) is what each adds to the evidence, LEAST_TRAIT counts. `sides` (35,) is above 0 where person and
    workers stand on the same side of the centre, below 0 where not.
    """
    most, least = np.full(len(likes), -np.inf), np.full(len(unlikes), -np.inf)
    for scale in range(len(added)):
        step = np.floor(abs(added[scale]) * SCORE_STEPS + 0.5)
        if added[scale] >= LEAST_TRAIT and sides[scale] > 0:
            insert(step, scale, most, likes)
        elif added[scale] <= -LEAST_TRAIT and sides[scale] < 0:
            insert(step, scale, least, unlikes)
