"""Five places for each person: occupations by evidence, near-twins in one place, the scales for and against each.

The device proposes candidates by one inner product in float32; compiled loops score them again in float64 in one fixed
order, so every device gives the same answer. Whose five could be different beyond the candidates is scored against all
occupations. Do not put here: reading people, writing columns (occupations.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.contracts.answers import PLACES
from lake.device import Device
from matching.blocks import NONE, Doubles, Flags, Floats, Ints, Longs
from matching.compiled import compiled
from matching.nearness import HISTORY_WEIGHTS
from matching.occupation_model import OccupationModel
from matching.scale_patterns import Patterns
from matching.twins import Siblings, list_siblings

CANDIDATES = 32
SCORE_STEPS = 1e6  # evidence is compared at steps of 1e-6; equal evidence goes to the lower code
TRAITS = 3
TWINS = 3
LEAST_TRAIT = 0.05  # log-odds below which a scale is no reason
# A sum of about 45 products in float32 is wrong by at most this share of the sum of their sizes (64 × 2⁻²⁴).
SEARCH_ERROR = 64 * 2.0**-24


class Occupations(NamedTuple):
    """What the loops read of occupations (k,): means (k, 35), nearness of codes (c, k), weights (5,), and by name."""

    means: Doubles
    nearness: Doubles
    weights: Doubles
    siblings: Siblings
    patterns: Patterns


class Asked(NamedTuple):
    """People (n,): scales around the centre (n, 35), 0 where not known; their pattern (n,), codes in `nearness` (n, 5).

    A code that is not known is NONE.
    """

    scores: Doubles
    pattern: Longs
    history: Ints


class People(NamedTuple):
    """`Asked` with scales times their inverse covariance (n, 35), evidence of all workers (n,), search error (n,)."""

    scores: Doubles
    pattern: Longs
    history: Ints
    turned: Doubles
    own: Doubles
    margin: Doubles


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
    weights = np.array(list(HISTORY_WEIGHTS.values()))
    occupations = Occupations(model.means, nearness, weights, list_siblings(model), patterns)
    people = People(asked.scores, asked.pattern, asked.history, *turn(asked, occupations))
    items = np.hstack([model.means, patterns.bias.T, nearness.T]).astype(np.float32)
    proposed = device.top_k(write_queries(people, occupations), items, min(CANDIDATES, len(items)))[1]
    found = list_empty(len(asked.pattern))
    doubtful = np.flatnonzero(~pick_places(people, proposed, occupations, found))
    if len(doubtful):
        better = list_empty(len(doubtful))
        everything = np.tile(np.arange(len(items)), (len(doubtful), 1))
        pick_places(_pick(people, doubtful), everything, occupations, better)
        found.put(doubtful, better)
    return found


def _pick(people: People, rows: Longs) -> People:
    """Some of the people."""
    scores, pattern, history, *numbers = people
    return People(scores[rows], pattern[rows], history[rows], *(values[rows] for values in numbers))


@compiled
def turn(asked: Asked, occupations: Occupations) -> tuple[Doubles, Doubles, Doubles]:
    """`turned`, `own` and `margin` of `People`."""
    patterns = occupations.patterns
    people, scales = asked.scores.shape
    turned = np.zeros((people, scales))
    own, margin = np.zeros(people), np.zeros(people)
    farthest = np.zeros(scales)
    for mean in occupations.means:
        farthest = np.maximum(farthest, np.abs(mean))
    steepest = np.array([np.abs(bias).max() for bias in patterns.bias])
    for person in range(people):
        pattern = asked.pattern[person]
        scores, mine = asked.scores[person], turned[person]
        within, total = patterns.within[pattern], patterns.total[pattern]
        square = 0.0
        size = steepest[pattern] + occupations.weights.sum()
        for scale in range(scales):
            if scores[scale] != 0.0:
                for other in range(scales):
                    mine[other] += scores[scale] * within[scale, other]
                    square -= scores[scale] * total[scale, other] * scores[other]
        for scale in range(scales):
            square += scores[scale] * mine[scale]
            size += abs(mine[scale]) * farthest[scale]
        own[person] = 0.5 * square + patterns.constant[pattern]
        margin[person] = SEARCH_ERROR * size
    return turned, own, margin


@compiled
def write_queries(people: People, occupations: Occupations) -> Floats:
    """What finds a person's candidates (n, 35 + p + c): turned scales, 1 at the pattern, weights at history."""
    count, scales = people.turned.shape
    first_code = scales + len(occupations.patterns.bias)
    queries = np.zeros((count, first_code + len(occupations.nearness)), np.float32)
    for person in range(count):
        queries[person, :scales] = people.turned[person]
        queries[person, scales + people.pattern[person]] = 1
        for slot in range(len(occupations.weights)):
            if people.history[person, slot] != NONE:
                queries[person, first_code + people.history[person, slot]] += occupations.weights[slot]
    return queries


@compiled
def pick_places(people: People, candidates: Longs, occupations: Occupations, found: Found) -> Flags:
    """Fill `found` from `candidates` (n, c); returns whether no other occupation could change it (n,)."""
    count, width = candidates.shape
    patterns = occupations.patterns
    is_sure = np.full(count, width == len(occupations.means))
    evidence = np.empty(width)
    for person in range(count):
        pattern = people.pattern[person]
        has_test = patterns.known[pattern].any()
        twins = (occupations.siblings, patterns.is_twin[pattern])
        heads = found.heads[person]
        for number in range(width):
            evidence[number] = weigh_evidence(people, person, candidates[person, number], occupations)
        filled = choose_heads(candidates[person], evidence, twins, has_test, heads)
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
def weigh_evidence(people: People, person: int, occupation: int, occupations: Occupations) -> float:
    """The log-odds for one occupation: log-likelihood ratio of the known scales, and weights times nearness."""
    evidence: float = occupations.patterns.bias[people.pattern[person], occupation] - people.own[person]
    for scale in range(people.turned.shape[1]):
        evidence += people.turned[person, scale] * occupations.means[occupation, scale]
    for slot in range(len(occupations.weights)):
        if people.history[person, slot] != NONE:
            evidence += occupations.weights[slot] * occupations.nearness[people.history[person, slot], occupation]
    return evidence


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
def split_evidence(people: People, person: int, occupation: int, occupations: Occupations) -> Doubles:
    """What each known scale adds to the log-likelihood ratio (35,): (x − ½ m) (W·m), 0 for the others."""
    pattern = people.pattern[person]
    mean, within = occupations.means[occupation], occupations.patterns.within[pattern]
    slope = np.zeros(len(mean))
    for other in range(len(mean)):
        for scale in range(len(mean)):
            slope[scale] += within[other, scale] * mean[other]
    added: Doubles = (people.scores[person] - 0.5 * mean) * slope
    return added


@compiled
def name_scales(added: Doubles, named: Ints) -> None:
    """Put the scales that add most, LEAST_TRAIT at least, into `named` (3,)."""
    values = np.full(len(named), -np.inf)
    for scale in range(len(added)):
        if added[scale] >= LEAST_TRAIT:
            insert(np.floor(added[scale] * SCORE_STEPS + 0.5), scale, values, named)
