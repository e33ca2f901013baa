"""Capacity: prices for crowded postings, found in a few passes over the graph, so that no posting takes too much.

A posting's capacity is its headcount times the applications that a vacancy there may expect: if every person who has
it among the candidates spread five applications over them by headcount (the two-step floating catchment area of
spatial accessibility, Luo and Wang 2003), times a slack. Prices rise where recommendations exceed capacity and fall
where they do not (the dual ascent of an assignment problem, Bertsekas 1988), then only rise until nothing is over.
Memory holds a block of people and a few numbers a posting. Do not put here: scores or the choice of five. No table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from matching.blocks import Doubles, Longs
from matching.choice import PLACES, add_exposures, choose_five
from matching.compiled import compiled
from matching.graph import NO_SCORE, Pool, read_pool
from matching.hashed import Keys

SLACKS = (
    3.0,
    3.5,
    4.0,
    5.0,
    7.0,
    10.0,
)  # capacity over the even share: room for better matches, more where they cost too much
LEAST_PER_VACANCY = 10.0  # fewer recommendations than this for one vacancy crowd nobody
MOST_LOSS = 0.03  # of the mean score
MOST_EXCESS = 1e-5  # of all recommendations: what above capacity counts as nothing
SEARCH_PASSES, CLOSING_PASSES = 16, 30
SEARCH_STEP, CLOSING_STEP, SLOWING = 0.15, 0.15, 0.1  # shares of the spread of scores within a pool
DEAR_PASSES = 3  # searches that cost more than MOST_LOSS before more slack is given
AIM = 0.98  # of capacity while searching, so that the last passes have little to do
LEAST_RATIO = 1e-3
SHARE_STEPS = 1 << 20  # shares are added up as whole numbers: the same in every order
SPREAD_BINS, SPREAD_STEPS = 1000, 1000  # spreads of scores, counted by the thousandth


Found = TypeVar("Found")


class Vacancies(NamedTuple):
    """Of each posting (m,) in market order: headcount, a number of its id, its place among the sorted ids."""

    headcount: Doubles
    keys: Keys
    rank_by_id: Longs


class Load(NamedTuple):
    """What one pass gives: recommendations (m,) and their scores added up (m,), people left with too few."""

    exposures: Longs
    scores: Longs
    short: int

    @property
    def mean_score(self) -> float:
        """The mean score of all places given, in steps."""
        return float(self.scores.sum()) / max(int(self.exposures.sum()), 1)


@dataclass(frozen=True)
class Sharing:
    """How a night's recommendations were shared out: of each posting (m,) candidates, capacity and price in steps.

    `before` are the recommendations by score alone, `after` those with prices; `passes` were looked through.
    """

    candidates: Longs
    capacity: Doubles
    prices: Doubles
    before: Load
    after: Load
    passes: int

    @property
    def loss_0_1(self) -> float:
        """The share of the mean score that sharing costs."""
        return 1 - self.after.mean_score / self.before.mean_score if self.before.mean_score else 0.0


def share_out(folder: Path, blocks: Sequence[str], vacancies: Vacancies, *, threads: int = 1) -> Sharing:
    """Prices for the graph in `folder`; the same whatever the order of blocks and the number of threads.

    The slack is the first of SLACKS with which next to nothing is over capacity at a loss of MOST_LOSS at most; with
    the last one, what is left over is as little as was found.
    """
    graph = _Graph(folder, blocks, vacancies, threads)
    candidates, expected, spread = graph.survey()
    before = graph.load(np.zeros(len(expected)))
    passes = 1
    for slack in SLACKS:
        capacity = np.maximum(LEAST_PER_VACANCY * vacancies.headcount, slack * expected)
        prices, after, taken = _raise_prices(graph, capacity, spread, before)
        passes += taken
        if is_shared(after, capacity):
            break
    return Sharing(candidates, capacity, prices, before, after, passes)


def _raise_prices(graph: _Graph, capacity: Doubles, spread: float, before: Load) -> tuple[Doubles, Load, int]:
    """The prices with the least above capacity (then the best mean score) that keep to the loss; passes taken."""
    prices, load, too_dear = np.zeros(len(capacity)), before, 0
    best = (prices, before)
    for number in range(SEARCH_PASSES + CLOSING_PASSES):
        if (number == 0 or number >= SEARCH_PASSES) and is_shared(load, capacity):
            return *best, number
        prices = np.maximum(prices + spread * step_prices(load.exposures, capacity, number), 0.0)
        load = graph.load(prices)
        if 1 - load.mean_score / max(before.mean_score, 1) <= MOST_LOSS:
            best = min(best, (prices, load), key=lambda found: (_excess(found[1], capacity), -found[1].mean_score))
            continue
        too_dear += 1
        if too_dear == DEAR_PASSES or number >= SEARCH_PASSES:
            return *best, number + 1
    return *best, SEARCH_PASSES + CLOSING_PASSES


def step_prices(exposures: Longs, capacity: Doubles, number: int) -> Doubles:
    """How far prices (m,) move in pass `number`: up and down while searching, then only up where there is too much."""
    if number < SEARCH_PASSES:
        ratio = np.maximum(exposures / (AIM * capacity), LEAST_RATIO)
        searching: Doubles = SEARCH_STEP / (1 + SLOWING * number) * np.clip(np.log(ratio), -0.7, 1.5)
        return searching
    ratio = np.maximum(exposures / capacity, LEAST_RATIO)
    return np.where(ratio > 1, CLOSING_STEP * np.clip(np.log(ratio), 0.2, 1.5), 0.0)


def is_shared(load: Load, capacity: Doubles) -> bool:
    """Whether next to nothing is above capacity."""
    return _excess(load, capacity) <= MOST_EXCESS * int(load.exposures.sum())


def _excess(load: Load, capacity: Doubles) -> float:
    """Recommendations above capacity, over all postings."""
    return float(np.maximum(load.exposures - capacity, 0.0).sum())


@dataclass(frozen=True)
class _Graph:
    folder: Path
    blocks: Sequence[str]
    vacancies: Vacancies
    threads: int

    def survey(self) -> tuple[Longs, Doubles, float]:
        """How many people have each posting among the candidates, its even share, the usual spread of scores."""
        postings = len(self.vacancies.headcount)
        candidates, expected = np.zeros(postings, np.int64), np.zeros(postings, np.int64)
        spreads: list[Longs] = []
        for found in self._map(lambda pool: survey_pool(pool, self.vacancies.headcount)):
            candidates += found[0]
            expected += found[1]
            spreads.append(found[2])
        counts = functools.reduce(np.add, spreads, np.zeros(SPREAD_BINS, np.int64))
        middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2)) if counts.any() else 0
        return candidates, expected / SHARE_STEPS, float((middle + 1) * SPREAD_STEPS)

    def load(self, prices: Doubles) -> Load:
        """One pass: everybody's five at these prices."""
        exposures, scores = (np.zeros(len(prices), np.int64) for _ in range(2))
        short = 0
        for found in self._map(lambda pool: self._choose(pool, prices)):
            exposures += found.exposures
            scores += found.scores
            short += found.short
        return Load(exposures, scores, short)

    def _choose(self, pool: Pool, prices: Doubles) -> Load:
        chosen = choose_five(pool, prices, self.vacancies.keys, self.vacancies.rank_by_id)
        exposures, scores = (np.zeros(len(prices), np.int64) for _ in range(2))
        return Load(exposures, scores, add_exposures(pool, chosen, exposures, scores))

    def _map(self, work: Callable[[Pool], Found]) -> Iterator[Found]:
        """`work` on every block; results are whole numbers, so their order does not matter."""
        with ThreadPoolExecutor(self.threads) as pool:
            for first in range(0, len(self.blocks), 2 * self.threads):
                names = self.blocks[first : first + 2 * self.threads]
                yield from pool.map(lambda name: work(read_pool(self.folder, name)), names)


@compiled
def survey_pool(pool: Pool, headcount: Doubles) -> tuple[Longs, Longs, Longs]:
    """People per posting of a block, five applications each spread by headcount (in SHARE_STEPS), spreads of scores.

    The spread of a person's scores is the distance from the best to the 20th (or last), counted in SPREAD_BINS.
    """
    candidates, expected = np.zeros(len(headcount), np.int64), np.zeros(len(headcount), np.int64)
    spreads = np.zeros(SPREAD_BINS, np.int64)
    for row in range(len(pool.places)):
        total, count = 0.0, 0
        for place in range(pool.places.shape[1]):
            if pool.scores[row, place] != NO_SCORE:
                total += headcount[pool.places[row, place]]
                count += 1
        for place in range(pool.places.shape[1]):
            if pool.scores[row, place] != NO_SCORE:
                posting = pool.places[row, place]
                candidates[posting] += 1
                share = min(1.0, PLACES * headcount[posting] / total)
                expected[posting] += np.int64(share * SHARE_STEPS)
        if count > PLACES:
            ordered = np.sort(pool.scores[row])[::-1]
            distance = ordered[0] - ordered[min(count, 20) - 1]
            spreads[min(distance // SPREAD_STEPS, SPREAD_BINS - 1)] += 1
    return candidates, expected, spreads
