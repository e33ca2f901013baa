"""Selection: the compiled loops that multiply people with postings and keep the best eligible ones of each person.

Vectors are whole numbers on a grid of 2^-12 here, so products are exact integers of 2^-24 in any order.

A person's running list is a buffer of keys (fit in whole steps, then the lower posting id). A full buffer is cut to its
best `top`; the last of them is the cutoff that later products must beat. Do not put here: which products are made
(retrieve.py), what conditions mean (eligibility.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from matching.blocks import Floats, Ints, Longs
from matching.compiled import compiled
from matching.eligibility import PostingConditions, SeekerConditions, meets_lists, meets_numbers, meets_time
from matching.vectors import DIMENSIONS, Grid

TOP = 100
ROOM = 16  # a buffer that has less is cut before the next segment
STEPS_PER_ONE = 1_000_000  # scores closer than a step are ties; ties go to the lower posting id
SCORE_STEP = 1 / STEPS_PER_ONE
EMPTY = int(np.iinfo(np.int64).min)
LOW_BITS = 0xFFFFFFFF
PRODUCT_ONE = 1 << 24
NO_CUTOFF = -(1 << 30)  # below every product


class Lists(NamedTuple):
    """Of each person (n,): the buffer of keys (n, 2 × top + ROOM), how many are in it, the key to beat."""

    keys: Longs
    filled: Ints
    least: Longs


class Visits(NamedTuple):
    """Who visits which segment: of list i, segment i modulo their number, the `visitors` from `first[i]` on."""

    visitors: Ints
    first: Longs


class Group(NamedTuple):
    """People (n,) who reach a bucket, and its segments (s,).

    Of people: their rows in the block, queries (n, d), education ranks; bounds (n, s) on the fit. Of segments: where
    they begin, where they end (s, e) for each education rank.
    """

    rows: Ints
    queries: Grid
    ranks: Ints
    bounds: Floats
    first: Longs
    ends: Longs


class Stock(NamedTuple):
    """Of each posting (m,): its vector (m, d) on the grid, its place among the sorted ids."""

    grid: Grid
    rank_by_id: Longs


Whole = TypeVar("Whole", np.int64, Longs)
World = tuple[SeekerConditions, PostingConditions, Stock]


def make_lists(people: int, top: int = TOP) -> Lists:
    """Empty lists that keep the `top` best."""
    return Lists(
        np.full((people, 2 * top + ROOM), EMPTY, np.int64),
        np.zeros(people, np.int32),
        np.full(people, EMPTY, np.int64),
    )


@compiled
def order_key(steps: Whole, rank_by_id: Whole) -> Whole:
    """One number that orders by score (in whole steps), then by the lower id: larger is better."""
    return (steps << 32) | (LOW_BITS - rank_by_id)


@compiled
def count_kept(lists: Lists) -> int:
    """How many keys a list keeps: half of its buffer without the room."""
    return int((lists.keys.shape[1] - ROOM) >> 1)


@compiled
def visit_segments(visits: Visits, group: Group, lists: Lists, world: World) -> None:
    """Multiply the visitors of each segment with its postings and let the eligible ones compete for their lists."""
    seekers, postings, stock = world
    top, buffer = count_kept(lists), lists.keys.shape[1]
    careers, wages, licences = postings.career_months, postings.wage_krw_month, postings.licence
    for number in range(len(visits.first) - 1):
        segment = number % group.bounds.shape[1]
        for visit in range(visits.first[number], visits.first[number + 1]):
            place = visits.visitors[visit]
            row = group.rows[place]
            least, filled = lists.least[row], lists.filled[row]
            if filled >= top and (least == EMPTY or filled > buffer - ROOM):
                least, filled = keep_best(lists.keys[row], filled, top), np.int32(top)
            cutoff = find_cutoff(least)
            if group.bounds[place, segment] * PRODUCT_ONE <= cutoff:
                continue
            query, keys = group.queries[place], lists.keys[row]
            months, floor = seekers.career_months[row], seekers.wage_floor_krw_month[row]
            time = seekers.working_time[row]
            held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
            applied = seekers.applied[seekers.applied_offsets[row] : seekers.applied_offsets[row + 1]]
            for posting in range(group.first[segment], group.ends[segment, group.ranks[place]]):
                product = multiply(query, stock.grid[posting])
                is_met = meets_numbers(careers[posting], wages[posting], months, floor)
                is_met &= meets_time(postings.working_time[posting], time)
                if (product > cutoff) & is_met and meets_lists(posting, licences[posting], held, applied):
                    key = order_key(count_steps(product), stock.rank_by_id[posting])
                    keys[filled] = key
                    filled += np.int32(key > least)
                    if filled == buffer:
                        least, filled = keep_best(keys, filled, top), np.int32(top)
                        cutoff = find_cutoff(least)
            lists.least[row], lists.filled[row] = least, filled


@compiled
def multiply(query: Grid, offer: Grid) -> np.int32:
    """The product of two rows of the grid, in 2^-24; of fixed length to become vector code."""
    total = np.int32(0)
    for d in range(DIMENSIONS):
        total = np.int32(total + np.int32(np.int32(query[d]) * np.int32(offer[d])))
    return total


@compiled
def count_steps(product: np.int32) -> np.int64:
    """A product in whole steps of 1e-6, rounded: 10^6 / 2^24 is 15,625 / 2^18."""
    return (np.int64(product) * 15_625 + (1 << 17)) >> 18


@compiled
def read_cutoffs(lists: Lists, rows: Ints) -> Floats:
    """The fit that each of `rows` has to beat, after cutting lists that hold more than they keep."""
    top = count_kept(lists)
    cutoffs = np.empty(len(rows), np.float32)
    for place in range(len(rows)):
        row = rows[place]
        if lists.filled[row] > top or (lists.filled[row] == top and lists.least[row] == EMPTY):
            lists.least[row] = keep_best(lists.keys[row], lists.filled[row], top)
            lists.filled[row] = top
        cutoffs[place] = np.float32(find_cutoff(lists.least[row]) / PRODUCT_ONE)
    return cutoffs


@compiled
def sort_lists(lists: Lists) -> Longs:
    """The keys (n, top) that each list keeps, best first; EMPTY where there are no more."""
    top = count_kept(lists)
    best = np.full((len(lists.keys), top), EMPTY, np.int64)
    for row in range(len(best)):
        filled = lists.filled[row]
        if filled > top:
            keep_best(lists.keys[row], filled, top)
            filled = np.int32(top)
        best[row, :filled] = np.sort(lists.keys[row, :filled])[::-1]
    return best


@compiled
def find_cutoff(least: int) -> int:
    """The product to beat: one step below the last of the best, for what rounds to the same step may win by its id."""
    return int((((least >> 32) - 1) << 18) // 15_625) if least != EMPTY else NO_CUTOFF


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
