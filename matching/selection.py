"""Selection: the compiled loops that keep the best eligible postings of each person while products stream by.

A person's running list is a buffer of keys (fit in whole steps, then the lower posting id). A full buffer is cut to its
best `top`; the last of them is the cutoff that later products must beat. Do not put here: which products are made
(retrieve.py), what conditions mean (eligibility.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.blocks import Floats, Ints, Longs
from matching.compiled import compiled
from matching.eligibility import PostingConditions, SeekerConditions, meets_lists, meets_numbers, meets_time

TOP = 100
CHUNK = 16  # products looked at together
STEPS_PER_ONE = 1_000_000  # scores closer than a step are ties; ties go to the lower posting id
SCORE_STEP = 1 / STEPS_PER_ONE
EMPTY = int(np.iinfo(np.int64).min)
LOW_BITS = 0xFFFFFFFF


class Lists(NamedTuple):
    """Of each person (n,): the buffer of keys (n, 2 × top + CHUNK), how many are in it, the key and the fit to beat."""

    keys: Longs
    filled: Ints
    least: Longs
    cutoffs: Floats


class Tile(NamedTuple):
    """Products (t, w) of the people `rows` (t,) and the postings from `first` on; a row ends before `ends` (t,)."""

    scores: Floats
    rows: Ints
    ends: Longs
    first: int


def make_lists(people: int, top: int = TOP) -> Lists:
    """Empty lists that keep the `top` best."""
    return Lists(
        np.full((people, 2 * top + CHUNK), EMPTY, np.int64),
        np.zeros(people, np.int32),
        np.full(people, EMPTY, np.int64),
        np.full(people, -np.inf, np.float32),
    )


def order_key(steps: Longs, rank_by_id: Longs) -> Longs:
    """One number that orders by score (in whole steps), then by the lower id: larger is better."""
    return (steps << 32) | (LOW_BITS - rank_by_id)


@compiled
def count_kept(lists: Lists) -> int:
    """How many keys a list keeps: half of its buffer without the room for one more chunk."""
    return int((lists.keys.shape[1] - CHUNK) >> 1)


@compiled
def scan_tile(
    tile: Tile, lists: Lists, seekers: SeekerConditions, postings: PostingConditions, rank_by_id: Longs
) -> None:
    """Let every product of a tile that beats its row's cutoff compete for the row's list."""
    width, top, buffer = tile.scores.shape[1], count_kept(lists), lists.keys.shape[1]
    careers, wages, licences = postings.career_months, postings.wage_krw_month, postings.licence
    for t in range(len(tile.rows)):
        row = tile.rows[t]
        scores, keys = tile.scores[t], lists.keys[row]
        cutoff, least, filled = lists.cutoffs[row], lists.least[row], lists.filled[row]
        months, floor = seekers.career_months[row], seekers.wage_floor_krw_month[row]
        time = seekers.working_time[row]
        held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
        applied = seekers.applied[seekers.applied_offsets[row] : seekers.applied_offsets[row + 1]]
        stop = min(tile.ends[t] - tile.first, width)
        for begin in range(0, stop, CHUNK):
            finish = min(begin + CHUNK, stop)
            if finish - begin == CHUNK and not beats_any(scores[begin:finish], cutoff):
                continue
            if filled > buffer - CHUNK or (least == EMPTY and filled >= top):
                least = keep_best(keys, filled, top)
                cutoff, filled = find_cutoff(least), np.int32(top)
            for j in range(begin, finish):
                posting = tile.first + j
                is_met = meets_numbers(careers[posting], wages[posting], months, floor)
                is_met &= meets_time(postings.working_time[posting], time)
                if (scores[j] > cutoff) & is_met and meets_lists(posting, licences[posting], held, applied):
                    steps = np.int64(np.floor(np.float64(scores[j]) * STEPS_PER_ONE + 0.5))
                    keys[filled] = (steps << 32) | (LOW_BITS - rank_by_id[posting])
                    filled += np.int32(keys[filled] > least)
        lists.cutoffs[row], lists.least[row], lists.filled[row] = cutoff, least, filled


@compiled
def beats_any(scores: Floats, cutoff: float) -> bool:
    """Whether one of CHUNK scores is above the cutoff; of fixed length to become vector code."""
    hits = np.int32(0)
    for j in range(CHUNK):
        hits = np.int32(hits + np.int32(scores[j] > cutoff))
    return bool(hits > 0)


@compiled
def settle(lists: Lists, rows: Ints) -> None:
    """Cut the lists of `rows` that hold more than they keep, so that their cutoffs are as high as they can be."""
    top = count_kept(lists)
    for t in range(len(rows)):
        row = rows[t]
        if lists.filled[row] > top or (lists.filled[row] == top and lists.least[row] == EMPTY):
            lists.least[row] = keep_best(lists.keys[row], lists.filled[row], top)
            lists.cutoffs[row], lists.filled[row] = find_cutoff(lists.least[row]), top


@compiled
def find_cutoff(least: int) -> np.float32:
    """The fit to beat: one step below the last of the best, for what rounds to the same step may win by its id."""
    return np.float32(((least >> 32) - 1) * SCORE_STEP)


@compiled
def keep_best(keys: Longs, filled: int, top: int) -> int:
    """Put the `top` largest of the first `filled` keys in front, in any order (quickselect); returns their least."""
    low, high = 0, filled - 1
    while low < high:
        pivot = keys[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while keys[i] > pivot:
                i += 1
            while keys[j] < pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i += 1
                j -= 1
        if top - 1 <= j:
            high = j
        elif top - 1 >= i:
            low = i
        else:
            break
    least = keys[0]
    for place in range(1, top):
        least = min(least, keys[place])
    return int(least)
