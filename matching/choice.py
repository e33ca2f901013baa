"""Choice: the five of a person's candidates with the highest score after the prices of crowded postings.

A price is taken off a posting's score, for each pair by its own lot between 85 % and 115 % of it, so that people alike
do not all turn to the same other posting at once. Nobody loses a place: who has five candidates gets five.
Do not put here: how prices come about (capacity.py). Makes no table.
"""

from __future__ import annotations

import numpy as np

from matching.blocks import Doubles, Longs
from matching.compiled import compiled
from matching.graph import NO_SCORE, Pool
from matching.hashed import Keys, mix_bits

PLACES = 5
LOT_WIDTH = 0.15
_ODD = 0x9E3779B97F4A7C15


@compiled
def draw_lot(person: np.uint64, posting: np.uint64) -> float:
    """A number in [0, 1) that belongs to the pair alone."""
    mixed = mix_bits((person * np.uint64(_ODD)) ^ posting)
    return np.float64(mixed >> np.uint64(11)) / 9007199254740992.0


@compiled
def choose_five(pool: Pool, prices: Doubles, posting_keys: Keys, rank_by_id: Longs) -> Longs:
    """Places in the pool (n, 5) of the chosen, best value first; -1 where there are fewer. Ties go to the lower id."""
    people, width = pool.places.shape
    chosen = np.full((people, PLACES), -1, np.int64)
    values = np.empty(PLACES, np.float64)
    ids = np.empty(PLACES, np.int64)
    for row in range(people):
        count = 0
        for place in range(width):
            value = np.float64(pool.scores[row, place])
            if value == NO_SCORE or (count == PLACES and value < values[PLACES - 1]):
                break  # the best score comes first, and a price only takes off
            posting = pool.places[row, place]
            if prices[posting] > 0:
                lot = draw_lot(pool.keys[row], posting_keys[posting])
                value -= prices[posting] * (1.0 + LOT_WIDTH * (2.0 * lot - 1.0))
            rank = rank_by_id[posting]
            slot = count
            while slot > 0 and (value > values[slot - 1] or (value == values[slot - 1] and rank < ids[slot - 1])):
                slot -= 1
            if slot == PLACES:
                continue
            count = min(count + 1, PLACES)
            for later in range(count - 1, slot, -1):
                values[later], ids[later], chosen[row, later] = (
                    values[later - 1],
                    ids[later - 1],
                    chosen[row, later - 1],
                )
            values[slot], ids[slot], chosen[row, slot] = value, rank, place
    return chosen


@compiled
def add_exposures(pool: Pool, chosen: Longs, exposures: Longs, scores: Longs) -> int:
    """Add the chosen to `exposures` and `scores` (m,); returns how many people got fewer than they have candidates."""
    short = 0
    for row in range(len(chosen)):
        places = 0
        for slot in range(PLACES):
            if chosen[row, slot] >= 0:
                posting = pool.places[row, chosen[row, slot]]
                exposures[posting] += 1
                scores[posting] += pool.scores[row, chosen[row, slot]]
                places += 1
        if places < PLACES:
            candidates = 0
            for place in range(pool.scores.shape[1]):
                candidates += pool.scores[row, place] != NO_SCORE
            short += places < min(candidates, PLACES)
    return short
