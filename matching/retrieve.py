"""Retrieve: the 100 eligible postings of highest fit for each person, exactly.

One region at a time: of the people who reach it, each is led through its segments from the highest bound on the fit
down, and skips those that cannot beat the running 100th best. The device multiplies the people of a segment with its
postings, a compiled loop walks over the products and looks at the other conditions only where one beats the cutoff.
Vectors are rounded so that float32 products are exact (vectors.round_down): neither tiles, batches, order, threads
nor the device change a result. Do not put here: conditions (eligibility.py), usefulness (rank.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lake.device import Device
from matching.blocks import Doubles, Flags, Floats, Ints, Longs
from matching.compiled import compiled
from matching.eligibility import Reach, SeekerConditions
from matching.market import PostingMarket
from matching.segments import Segments
from matching.selection import EMPTY, LOW_BITS, SCORE_STEP, Lists, Tile, count_kept, make_lists, scan_tile, settle
from matching.vectors import OCCUPATION_DIMENSIONS

TILE_SEEKERS, TILE_POSTINGS = 1024, 1024  # 4 MB of products, 0.5 MB of vectors: stays near the core
BOUNDED_SEEKERS = 16_384  # people whose bounds are in memory at a time
LEVELS, LEVELS_PER_ONE = 8, 6  # segments are taken in steps of 1/6 of their bound, from 1 and more down
SKIPPED = 255

Levels = npt.NDArray[np.uint8]


class Best(NamedTuple):
    """Of each seeker (n, top), best first: market places of postings, their fit in steps, whether there is one."""

    places: Longs
    steps: Longs
    is_there: Flags

    @property
    def fit(self) -> Doubles:
        """The fit (n, top) between 0 and 1; 0 where there is no posting."""
        return np.where(self.is_there, self.steps * SCORE_STEP, 0.0)


class Seekers(NamedTuple):
    """Of each seeker (n,): what is looked for (n, d), where and with which education, the other conditions."""

    queries: Floats
    reach: Reach
    conditions: SeekerConditions


def retrieve_best(people: Seekers, market: PostingMarket, device: Device, lists: Lists | None = None) -> Best:
    """The best eligible postings of each person; a query of zeros gets none.

    `lists` may already hold keys of postings outside `market` that count by the same ids (see carry.py).
    """
    found = make_lists(len(people.queries)) if lists is None else lists
    has_query = np.any(people.queries != 0, axis=1)
    for region in range(market.unknown_region + 1):
        is_reached = has_query.copy()
        if region < market.unknown_region:
            is_reached &= (people.reach.region_bits >> region) & 1 == 1
        rows = np.flatnonzero(is_reached).astype(np.int32)
        for bucket, takers in ((2 * region, rows), (2 * region + 1, rows[people.reach.has_licence[rows]])):
            for first in range(0, len(takers), BOUNDED_SEEKERS):
                _search_bucket(takers[first : first + BOUNDED_SEEKERS], bucket, people, found, (market, device))
    return read_lists(found, market)


def _search_bucket(rows: Ints, bucket: int, people: Seekers, lists: Lists, world: tuple[PostingMarket, Device]) -> None:
    """Let the postings of one bucket compete for the lists of `rows`, segment by segment."""
    market, device = world
    segments = market.segments
    here = slice(int(segments.of_bucket[bucket]), int(segments.of_bucket[bucket + 1]))
    if here.start == here.stop or not len(rows):
        return
    bounds = bound_fits(people.queries[rows], segments, here)
    ranks = people.reach.education_rank[rows]
    levels, counts = find_levels(bounds, lists.cutoffs[rows], ranks, segments.ends[here], segments.first[here])
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts.ravel())])
    visits = list_visits(levels, first[:-1].copy(), int(first[-1]))
    for level in range(LEVELS):
        for number in np.flatnonzero(counts[level]):
            place = level * counts.shape[1] + number
            asked = visits[first[place] : first[place + 1]]
            asked = asked[bounds[asked, number] > lists.cutoffs[rows[asked]]]
            if len(asked):
                segment = here.start + int(number)
                ends = segments.ends[segment][ranks[asked]]
                _search_segment(rows[asked], ends, int(segments.first[segment]), people, (lists, market, device))
        settle(lists, rows)


def _search_segment(
    rows: Ints, ends: Longs, start: int, people: Seekers, world: tuple[Lists, PostingMarket, Device]
) -> None:
    """Multiply the people `rows` with the postings from `start` to each one's end, tile by tile, and select."""
    lists, market, device = world
    last = int(ends.max())
    for first_row in range(0, len(rows), TILE_SEEKERS):
        tile_rows, tile_ends = rows[first_row : first_row + TILE_SEEKERS], ends[first_row : first_row + TILE_SEEKERS]
        queries = people.queries[tile_rows]
        for first in range(start, last, TILE_POSTINGS):
            vectors = market.vectors[first : min(first + TILE_POSTINGS, last)]
            tile = Tile(device.inner_products(queries, vectors), tile_rows, tile_ends, first)
            scan_tile(tile, lists, people.conditions, market.conditions, market.rank_by_id)


def bound_fits(queries: Floats, segments: Segments, here: slice) -> Floats:
    """The most (n, s) that the fit of each query (n, d) with any posting of each segment can be."""
    split = OCCUPATION_DIMENSIONS
    ours, others = queries[:, :split], queries[:, split:]
    centres = segments.centres[here]
    return add_bounds(
        np.dot(ours, centres[:, :split].T),
        np.dot(others, centres[:, split:].T),
        np.stack([np.sqrt((ours * ours).sum(axis=1)), np.sqrt((others * others).sum(axis=1))], axis=1),
        segments.spreads[here],
    )


@compiled
def add_bounds(ours: Floats, others: Floats, lengths: Floats, spreads: Floats) -> Floats:
    """Centre plus spread in both parts of the vectors (n, s); in the others never more than length times length."""
    for row in range(ours.shape[0]):
        for s in range(ours.shape[1]):
            near = others[row, s] + lengths[row, 1] * spreads[s, 1]
            most = lengths[row, 1] * spreads[s, 2]
            ours[row, s] += lengths[row, 0] * spreads[s, 0] + min(near, most) + np.float32(1e-5)
    return ours


@compiled
def find_levels(bounds: Floats, cutoffs: Floats, ranks: Ints, ends: Longs, first: Longs) -> tuple[Levels, Longs]:
    """The level (n, s) at which each person visits each segment (SKIPPED: never), and visits per level and segment."""
    people, count = bounds.shape
    levels = np.empty((people, count), np.uint8)
    visits = np.zeros((LEVELS, count), np.int64)
    for row in range(people):
        for s in range(count):
            level = SKIPPED
            if bounds[row, s] > cutoffs[row] and ends[s, ranks[row]] > first[s]:
                below = int((np.float32(1.0) - bounds[row, s]) * LEVELS_PER_ONE) + 1
                level = min(max(below, 0), LEVELS - 1)
                visits[level, s] += 1
            levels[row, s] = level
    return levels, visits


@compiled
def list_visits(levels: Levels, first: Longs, total: int) -> Ints:
    """The rows that visit each segment, by level, then segment; `first` says where each list begins and moves on."""
    count = levels.shape[1]
    visits = np.empty(total, np.int32)
    for row in range(levels.shape[0]):
        for s in range(count):
            if levels[row, s] != SKIPPED:
                place = levels[row, s] * count + s
                visits[first[place]] = row
                first[place] += 1
    return visits


def read_lists(lists: Lists, market: PostingMarket) -> Best:
    """The lists as places in the market, best first."""
    is_used = np.arange(lists.keys.shape[1]) < lists.filled[:, None]
    keys = np.sort(np.where(is_used, lists.keys, EMPTY), axis=1)[:, ::-1][:, : count_kept(lists)]
    is_there = keys != EMPTY
    ranks = np.where(is_there, LOW_BITS - (keys & LOW_BITS), 0)
    places = market.place_by_id[ranks] if len(market.place_by_id) else np.zeros_like(ranks)
    return Best(places, np.where(is_there, keys >> 32, 0), is_there)
