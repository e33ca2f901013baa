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
FIRST_LEVELS = 3  # levels that are visited segment by segment before anybody sweeps
SWEEP_SHARE = 0.4
SKIPPED = 255
OUT = np.float32(-np.inf)

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


class _Group(NamedTuple):
    """People who reach a bucket (n,): their rows, queries, education ranks; bounds (n, s) on the segments `here`."""

    rows: Ints
    queries: Floats
    ranks: Ints
    bounds: Floats
    here: slice


_World = tuple[Seekers, Lists, PostingMarket, Device]


def retrieve_best(seekers: Seekers, market: PostingMarket, device: Device, lists: Lists | None = None) -> Best:
    """The best eligible postings of each person; a query of zeros gets none.

    `lists` may already hold keys of postings outside `market` that count by the same ids (see carry.py).
    """
    found = make_lists(len(seekers.queries)) if lists is None else lists
    has_query = np.any(seekers.queries != 0, axis=1)
    for region in range(market.unknown_region + 1):
        is_reached = has_query.copy()
        if region < market.unknown_region:
            is_reached &= (seekers.reach.region_bits >> region) & 1 == 1
        rows = np.flatnonzero(is_reached).astype(np.int32)
        for bucket, takers in ((2 * region, rows), (2 * region + 1, rows[seekers.reach.has_licence[rows]])):
            for first in range(0, len(takers), BOUNDED_SEEKERS):
                _search_bucket(takers[first : first + BOUNDED_SEEKERS], bucket, seekers, found, (market, device))
    return read_lists(found, market)


def _search_bucket(rows: Ints, bucket: int, seekers: Seekers, lists: Lists, world: tuple[PostingMarket, Device]) -> None:
    """Let the postings of one bucket compete for the lists of `rows`: the likeliest segments first, then the rest."""
    segments = world[0].segments
    here = slice(int(segments.of_bucket[bucket]), int(segments.of_bucket[bucket + 1]))
    if here.start == here.stop or not len(rows):
        return
    queries = seekers.queries[rows]
    bounds = bound_fits(queries, segments, here)
    group = _Group(rows, queries, seekers.reach.education_rank[rows], bounds, here)
    levels = find_levels(bounds, lists.cutoffs[rows], group.ranks, segments.ends[here], segments.first[here])
    _visit_levels(range(FIRST_LEVELS), levels, group, (seekers, lists, *world))
    settle(lists, rows)
    is_sweeper = find_sweepers(levels, bounds, lists.cutoffs[rows], np.diff(segments.first[here.start : here.stop + 1]))
    _sweep(np.flatnonzero(is_sweeper).astype(np.int32), levels, group, (seekers, lists, *world))
    levels[is_sweeper] = SKIPPED
    _visit_levels(range(FIRST_LEVELS, LEVELS), levels, group, (seekers, lists, *world))
    settle(lists, rows)


def _visit_levels(numbers: range, levels: Levels, group: _Group, world: _World) -> None:
    """Multiply the people of a group with the segments that they visit at these levels, and select."""
    seekers, lists, market, device = world
    visits, first = list_visits(levels, numbers.start, numbers.stop)
    count = levels.shape[1]
    queries = np.empty((TILE_SEEKERS, group.queries.shape[1]), np.float32)
    for place in np.flatnonzero(np.diff(first)):
        number = int(place) % count
        asked = keep_hopeful(visits[first[place] : first[place + 1]], number, group.bounds, lists.cutoffs, group.rows)
        segment = group.here.start + number
        start, stop = int(market.segments.first[segment]), int(market.segments.first[segment + 1])
        for begin in range(0, len(asked), TILE_SEEKERS):
            some = asked[begin : begin + TILE_SEEKERS]
            taken = np.take(group.queries, some, axis=0, out=queries[: len(some)], mode="clip")
            ends = np.take(market.segments.ends[segment], group.ranks[some])
            for column in range(start, stop, TILE_POSTINGS):
                vectors = market.vectors[column : min(column + TILE_POSTINGS, stop)]
                tile = Tile(device.inner_products(taken, vectors), group.rows[some], ends, column)
                scan_tile(tile, lists, seekers.conditions, market.conditions, market.rank_by_id)


def _sweep(some: Ints, levels: Levels, group: _Group, world: _World) -> None:
    """Multiply people who have to see most of a bucket with all of it: few large products instead of many small."""
    seekers, lists, market, device = world
    segments = market.segments
    start, stop = int(segments.first[group.here.start]), int(segments.first[group.here.stop])
    first = segments.first[group.here.start : group.here.stop + 1]
    for begin in range(0, len(some), TILE_SEEKERS):
        rows = some[begin : begin + TILE_SEEKERS]
        queries, ends = group.queries[rows], np.full(len(rows), stop, np.int64)
        for column in range(start, stop, TILE_POSTINGS):
            scores = device.inner_products(queries, market.vectors[column : min(column + TILE_POSTINGS, stop)])
            mask_seen((scores, column), levels[rows], group.ranks[rows], first, segments.ends[group.here])
            tile = Tile(scores, group.rows[rows], ends, column)
            scan_tile(tile, lists, seekers.conditions, market.conditions, market.rank_by_id)


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
def find_levels(bounds: Floats, cutoffs: Floats, ranks: Ints, ends: Longs, first: Longs) -> Levels:
    """The level (n, s) at which each person visits each segment; SKIPPED: never."""
    people, count = bounds.shape
    levels = np.empty((people, count), np.uint8)
    for row in range(people):
        for s in range(count):
            level = SKIPPED
            if bounds[row, s] > cutoffs[row] and ends[s, ranks[row]] > first[s]:
                below = int((np.float32(1.0) - bounds[row, s]) * LEVELS_PER_ONE) + 1
                level = min(max(below, 0), LEVELS - 1)
            levels[row, s] = level
    return levels


@compiled
def list_visits(levels: Levels, start: int, stop: int) -> tuple[Ints, Longs]:
    """The rows that visit each segment at the levels from `start` to before `stop`, by level, then segment.

    Also where each list begins ((stop - start) × s + 1,).
    """
    people, count = levels.shape
    first = np.zeros((stop - start) * count + 1, np.int64)
    for row in range(people):
        for s in range(count):
            if start <= levels[row, s] < stop:
                first[(levels[row, s] - start) * count + s + 1] += 1
    first = np.cumsum(first)
    visits, filled = np.empty(first[-1], np.int32), first.copy()
    for row in range(people):
        for s in range(count):
            if start <= levels[row, s] < stop:
                place = (levels[row, s] - start) * count + s
                visits[filled[place]] = row
                filled[place] += 1
    return visits, first


@compiled
def keep_hopeful(visitors: Ints, number: int, bounds: Floats, cutoffs: Floats, rows: Ints) -> Ints:
    """Those of the visitors of a segment whose cutoff its bound still beats."""
    kept = np.empty(len(visitors), np.int32)
    count = 0
    for place in range(len(visitors)):
        row = visitors[place]
        kept[count] = row
        count += bounds[row, number] > cutoffs[rows[row]]
    return kept[:count]


@compiled
def find_sweepers(levels: Levels, bounds: Floats, cutoffs: Floats, sizes: Longs) -> Flags:
    """Who (n,) still has to see so much of a bucket, after the first levels, that seeing all of it is less work."""
    total = sizes.sum()
    is_sweeper = np.zeros(len(levels), np.bool_)
    for row in range(len(levels)):
        pending = 0
        for s in range(levels.shape[1]):
            if levels[row, s] != SKIPPED and levels[row, s] >= FIRST_LEVELS and bounds[row, s] > cutoffs[row]:
                pending += sizes[s]
        is_sweeper[row] = pending > SWEEP_SHARE * total
    return is_sweeper


@compiled
def mask_seen(tile: tuple[Floats, int], levels: Levels, ranks: Ints, first: Longs, ends: Longs) -> None:
    """Put what was seen before, is skipped or asks too much education out of the running in a sweep's products."""
    scores, column = tile
    width = scores.shape[1]
    for t in range(len(scores)):
        for s in range(levels.shape[1]):
            if first[s + 1] <= column or first[s] >= column + width:
                continue
            is_open = levels[t, s] != SKIPPED and levels[t, s] >= FIRST_LEVELS
            begin = max(ends[s, ranks[t]] if is_open else first[s], column)
            for place in range(begin - column, min(first[s + 1] - column, width)):
                scores[t, place] = OUT


def read_lists(lists: Lists, market: PostingMarket) -> Best:
    """The lists as places in the market, best first."""
    is_used = np.arange(lists.keys.shape[1]) < lists.filled[:, None]
    keys = np.sort(np.where(is_used, lists.keys, EMPTY), axis=1)[:, ::-1][:, : count_kept(lists)]
    is_there = keys != EMPTY
    ranks = np.where(is_there, LOW_BITS - (keys & LOW_BITS), 0)
    places = market.place_by_id[ranks] if len(market.place_by_id) else np.zeros_like(ranks)
    return Best(places, np.where(is_there, keys >> 32, 0), is_there)
