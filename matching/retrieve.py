"""Retrieve: the 100 eligible postings of highest fit for each person, exactly.

One region at a time: of the people who reach it, each is led through its segments from the likeliest down, and skips
those whose bound on the fit cannot beat the running 100th best (selection.py multiplies and decides). A card multiplies
whole regions instead (retrieve_arrays.py). Vectors lie on a grid on which products are exact (vectors.round_down):
neither blocks, order, threads nor the device change a result.
Do not put here: conditions (eligibility.py), usefulness (rank.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.device import Device
from matching.blocks import Doubles, Flags, Floats, Ints, Longs
from matching.compiled import compiled
from matching.eligibility import Seekers
from matching.market import PostingMarket
from matching.retrieve_arrays import search_arrays
from matching.segments import Segments
from matching.selection import (
    EMPTY,
    LOW_BITS,
    SCORE_STEP,
    Group,
    Lists,
    Visits,
    make_lists,
    read_cutoffs,
    sort_lists,
    visit_segments,
)
from matching.vectors import OCCUPATION_DIMENSIONS, to_grid

BOUNDED_SEEKERS = 16_384  # people whose bounds are in memory at a time
LEVELS, LEVELS_PER_ONE = 8, 6  # segments are taken in steps of 1/6 of the fit with their centre, from 1 down
SKIPPED = 255


class Best(NamedTuple):
    """Of each seeker (n, top), best first: market places of postings, their fit in steps, whether there is one."""

    places: Longs
    steps: Longs
    is_there: Flags

    @property
    def fit(self) -> Doubles:
        """The fit (n, top) between 0 and 1; 0 where there is no posting."""
        return np.where(self.is_there, self.steps * SCORE_STEP, 0.0)


def retrieve_best(seekers: Seekers, market: PostingMarket, device: Device, lists: Lists | None = None) -> Best:
    """The best eligible postings of each person; a query of zeros gets none.

    `lists` may already hold keys of postings outside `market` that count by the same ids (see carry.py).
    """
    found = make_lists(len(seekers.queries)) if lists is None else lists
    if device.has_compiled_loops:
        _search_regions(seekers, found, market)
    else:
        search_arrays(seekers, market, device.xp, found)
    return read_lists(found, market)


def _search_regions(seekers: Seekers, found: Lists, market: PostingMarket) -> None:
    """Lead everybody through the buckets of the regions reached."""
    has_query = np.any(seekers.queries != 0, axis=1)
    for region in range(market.unknown_region + 1):
        is_reached = has_query.copy()
        if region < market.unknown_region:
            is_reached &= (seekers.reach.region_bits >> region) & 1 == 1
        rows = np.flatnonzero(is_reached).astype(np.int32)
        for bucket, takers in ((2 * region, rows), (2 * region + 1, rows[seekers.reach.has_licence[rows]])):
            for first in range(0, len(takers), BOUNDED_SEEKERS):
                _search_bucket(takers[first : first + BOUNDED_SEEKERS], bucket, seekers, found, market)


def _search_bucket(rows: Ints, bucket: int, seekers: Seekers, lists: Lists, market: PostingMarket) -> None:
    """Let the postings of one bucket compete for the lists of `rows`, from the highest bounds down."""
    segments = market.segments
    here = slice(int(segments.of_bucket[bucket]), int(segments.of_bucket[bucket + 1]))
    if here.start == here.stop or not len(rows):
        return
    queries = seekers.queries[rows]
    likely, bounds = bound_fits(queries, segments, here)
    group = Group(
        rows,
        to_grid(queries),
        seekers.reach.education_rank[rows],
        bounds,
        segments.first[here],
        segments.ends[here],
    )
    visits = plan_visits(group, likely, read_cutoffs(lists, rows))
    visit_segments(visits, group, lists, (seekers.conditions, market.conditions, market.stock))


def bound_fits(queries: Floats, segments: Segments, here: slice) -> tuple[Floats, Floats]:
    """The fit (n, s) of each query (n, d) with the centre of each segment, and the most it can be with any posting."""
    split = OCCUPATION_DIMENSIONS
    ours, others = queries[:, :split], queries[:, split:]
    centres = segments.centres[here]
    likely, rest = np.dot(ours, centres[:, :split].T), np.dot(others, centres[:, split:].T)
    lengths = np.stack([np.sqrt((ours * ours).sum(axis=1)), np.sqrt((others * others).sum(axis=1))], axis=1)
    add_bounds(likely, rest, lengths, segments.spreads[here])
    return likely, rest


@compiled
def add_bounds(ours: Floats, others: Floats, lengths: Floats, spreads: Floats) -> None:
    """From fits in both parts of the vectors (n, s) make, in place, their sum and the bound.

    A bound adds the spread in each part; in the others it is never more than length times length.
    """
    for row in range(ours.shape[0]):
        for s in range(ours.shape[1]):
            near = others[row, s] + lengths[row, 1] * spreads[s, 1]
            most = lengths[row, 1] * spreads[s, 2]
            bound = ours[row, s] + lengths[row, 0] * spreads[s, 0] + min(near, most) + np.float32(1e-5)
            ours[row, s] += others[row, s]
            others[row, s] = bound


@compiled
def plan_visits(group: Group, likely: Floats, cutoffs: Floats) -> Visits:
    """Which segments each person may have to see: the likeliest levels first; what cannot win is left out."""
    people, count = group.bounds.shape
    levels = np.empty((people, count), np.uint8)
    first = np.zeros(LEVELS * count + 1, np.int64)
    for place in range(people):
        for s in range(count):
            levels[place, s] = SKIPPED
            is_open = group.ends[s, group.ranks[place]] > group.first[s]
            if group.bounds[place, s] > cutoffs[place] and is_open:
                level = min(max(int((np.float32(1.0) - likely[place, s]) * LEVELS_PER_ONE), 0), LEVELS - 1)
                levels[place, s] = level
                first[level * count + s + 1] += 1
    first = np.cumsum(first)
    visitors, filled = np.empty(first[-1], np.int32), first.copy()
    for place in range(people):
        for s in range(count):
            if levels[place, s] != SKIPPED:
                number = levels[place, s] * count + s
                visitors[filled[number]] = place
                filled[number] += 1
    return Visits(visitors, first)


def read_lists(lists: Lists, market: PostingMarket) -> Best:
    """The lists as places in the market, best first."""
    keys = sort_lists(lists)
    is_there = keys != EMPTY
    ranks = np.where(is_there, LOW_BITS - (keys & LOW_BITS), 0)
    places = market.place_by_id[ranks] if len(market.place_by_id) else np.zeros_like(ranks)
    return Best(places, np.where(is_there, keys >> 32, 0), is_there)
