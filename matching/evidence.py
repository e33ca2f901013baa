"""The evidence for an occupation, in log-odds: log-likelihood ratio of the known scales, and weights times nearness.

Compiled loops with one order of additions, so that the same person and occupation give the same number however they
are asked. Do not put here: the choice of five (heads.py), what patterns say (scale_patterns.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.blocks import NONE, Doubles, Floats, Ints, Longs
from matching.compiled import compiled
from matching.heads import Groups, list_groups
from matching.nearness import HISTORY_WEIGHTS
from matching.occupation_model import OccupationModel
from matching.scale_patterns import Patterns
from matching.twins import Siblings, list_siblings

# A sum of about 45 products in float32 is wrong by at most this share of the sum of their sizes (64 × 2⁻²⁴).
SEARCH_ERROR = 64 * 2.0**-24


class Occupations(NamedTuple):
    """Means (k, 35) of occupations and the same by scale (35, k), nearness of codes to them (c, k), weights (5,).

    And their groups, which of them may be twins, and what the patterns of the people asked about say.
    """

    means: Doubles
    by_scale: Doubles
    nearness: Doubles
    weights: Doubles
    groups: Groups
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


def open_occupations(model: OccupationModel, nearness: Doubles, patterns: Patterns) -> Occupations:
    """What is asked of `model` by people with `patterns` and codes in `nearness` (c, k)."""
    by_scale, weights = np.ascontiguousarray(model.means.T), np.array(list(HISTORY_WEIGHTS.values()))
    return Occupations(model.means, by_scale, nearness, weights, list_groups(model), list_siblings(model), patterns)


def read_people(asked: Asked, occupations: Occupations) -> People:
    """`asked` with what all of their evidence has in common."""
    return People(asked.scores, asked.pattern, asked.history, *turn(asked, occupations))


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
def weigh_all(people: People, person: int, occupations: Occupations, evidence: Doubles) -> None:
    """Put `weigh_evidence` of every occupation into `evidence` (k,): the same additions in the same order."""
    bias, own = occupations.patterns.bias[people.pattern[person]], people.own[person]
    for occupation in range(len(bias)):
        evidence[occupation] = bias[occupation] - own
    for scale in range(people.turned.shape[1]):
        share, mean = people.turned[person, scale], occupations.by_scale[scale]
        if share != 0.0:
            for occupation in range(len(bias)):
                evidence[occupation] += share * mean[occupation]
    for slot in range(len(occupations.weights)):
        if people.history[person, slot] != NONE:
            share, near = occupations.weights[slot], occupations.nearness[people.history[person, slot]]
            for occupation in range(len(bias)):
                evidence[occupation] += share * near[occupation]


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
