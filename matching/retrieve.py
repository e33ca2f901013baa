"""Retrieve: the 50 eligible postings of highest fit for each person, exactly, and how many are eligible in all.

One region bucket at a time: the people who reach it, sorted by education, times the postings of its prefix, in
tiles. The device multiplies a tile; a compiled loop walks over it with the running 50th best as threshold and looks
at the other conditions only where a product beats it. Vectors are rounded so that float32 products are exact
(vectors.round_down): neither tile size, batch, order, threads nor device change a result.
Do not put here: what conditions mean (eligibility.py), usefulness (rank.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.device import Device
from matching.blocks import Doubles, Flags, Floats, Ints, Longs
from matching.compiled import compiled
from matching.eligibility import NO_LICENCE, PostingConditions, Reach, SeekerConditions, meets_lists, meets_numbers
from matching.market import PostingMarket

TOP = 50
TILE_SEEKERS, TILE_POSTINGS = 256, 2048  # 2 MB of products, 0.5 MB of vectors: stays near the core
SCORE_STEP = 1e-6  # scores closer than this are ties; ties go to the lower posting id
EMPTY = int(np.iinfo(np.int64).min)
LOW_BITS = 0xFFFFFFFF
SCAN_STEP = 64


class Best(NamedTuple):
    """Of each seeker (n, 50), best first: market places of postings, their fit, whether there is one; and counts (n,).

    `eligible` counts every posting that meets all conditions, not only those listed.
    """

    places: Longs
    fit: Doubles
    is_there: Flags
    eligible: Ints


class _Search(NamedTuple):
    queries: Floats
    vectors: Floats
    rank_by_id: Longs
    heaps: Longs
    cutoffs: Floats


class _Tile(NamedTuple):
    scores: Floats
    rows: Longs
    ends: Longs
    first: int


def retrieve_best(
    queries: Floats, reach: Reach, conditions: SeekerConditions, *, market: PostingMarket, device: Device
) -> Best:
    """The best eligible postings for queries (n, 64); a query of zeros gets none, but is counted."""
    n = len(queries)
    search = _Search(
        queries,
        market.vectors,
        market.rank_by_id,
        np.full((n, TOP), EMPTY, np.int64),
        np.full(n, -np.inf, np.float32),
    )
    eligible = np.zeros(n, np.int32)
    has_query: Flags = np.any(queries != 0, axis=1)
    by_education = np.argsort(reach.education_rank, kind="stable")
    for region in range(market.unknown_region + 1):
        is_known = region < market.unknown_region
        reaching = by_education[(reach.region_bits[by_education] >> region) & 1 == 1] if is_known else by_education
        for bucket, rows in ((2 * region, reaching), (2 * region + 1, reaching[reach.has_licence[reaching]])):
            ends = market.prefix_ends[bucket][reach.education_rank[rows]]
            start = int(market.starts[bucket])
            if len(rows) and ends[-1] > start:
                count_eligible(_Tile(search.queries, rows, ends, start), conditions, market.conditions, eligible)
                _search_bucket(search, rows[has_query[rows]], bucket, (reach, conditions, market, device))
    return _read_lists(search.heaps, eligible, market)


def _search_bucket(
    search: _Search, rows: Longs, bucket: int, world: tuple[Reach, SeekerConditions, PostingMarket, Device]
) -> None:
    """Let the postings of one bucket compete for the lists of `rows` (sorted by education)."""
    reach, conditions, market, device = world
    start = int(market.starts[bucket])
    for first_row in range(0, len(rows), TILE_SEEKERS):
        tile_rows = rows[first_row : first_row + TILE_SEEKERS]
        ends = market.prefix_ends[bucket][reach.education_rank[tile_rows]]
        tile_queries = search.queries[tile_rows]
        for first in range(start, int(ends[-1]), TILE_POSTINGS):
            last = min(first + TILE_POSTINGS, int(ends[-1]))
            scores = device.inner_products(tile_queries, market.vectors[first:last])
            scan_tile(_Tile(scores, tile_rows, ends, first), search, conditions, market.conditions)


def _read_lists(heaps: Longs, eligible: Ints, market: PostingMarket) -> Best:
    keys = np.sort(heaps, axis=1)[:, ::-1]
    is_there = keys != EMPTY
    ranks = np.where(is_there, LOW_BITS - (keys & LOW_BITS), 0)
    places = market.place_by_id[ranks] if len(market.place_by_id) else np.zeros_like(ranks)
    fit = np.where(is_there, (keys >> 32) * SCORE_STEP, 0.0)
    return Best(places, fit, is_there, eligible)


def order_key(steps: Longs, rank_by_id: Longs) -> Longs:
    """One number that orders by score (in whole steps), then by the lower id: larger is better."""
    return (steps << 32) | (LOW_BITS - rank_by_id)


@compiled
def count_eligible(tile: _Tile, seekers: SeekerConditions, postings: PostingConditions, eligible: Ints) -> None:
    """Add to `eligible` how many postings from `tile.first` to each row's end meet all conditions.

    Exact: the whole prefix is looked at, in loops without a branch; the few postings applied to are taken off after.
    """
    careers, wages, licences = postings.career_months, postings.wage_krw_month, postings.licence
    is_held = np.zeros(licences.max() + 1, np.uint8)
    is_held[NO_LICENCE] = 1
    for t in range(len(tile.rows)):
        row, end = tile.rows[t], tile.ends[t]
        months, floor = seekers.career_months[row], seekers.wage_floor_krw_month[row]
        held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
        is_held[held] = 1
        # Slices counted from 0: the compiler sees no negative index and makes vector code (9 times as fast).
        asked, paid, licence = careers[tile.first : end], wages[tile.first : end], licences[tile.first : end]
        total = np.int32(0)
        if licences[tile.first] == NO_LICENCE:
            for j in range(len(asked)):
                total = np.int32(total + np.int32(meets_numbers(asked[j], paid[j], months, floor)))
        else:
            for j in range(len(asked)):
                is_met = meets_numbers(asked[j], paid[j], months, floor)
                total = np.int32(total + np.int32(is_met) * is_held[licence[j]])
        for place in range(seekers.applied_offsets[row], seekers.applied_offsets[row + 1]):
            applied = seekers.applied[place]
            if tile.first <= applied < end:
                is_met = meets_numbers(careers[applied], wages[applied], months, floor)
                total = np.int32(total - np.int32(is_met) * is_held[licences[applied]])
        is_held[held] = 0
        eligible[row] += total


@compiled
def scan_tile(tile: _Tile, search: _Search, seekers: SeekerConditions, postings: PostingConditions) -> None:
    """Let every product of a tile that beats its row's cutoff compete for the row's list."""
    careers, wages, licences = postings.career_months, postings.wage_krw_month, postings.licence
    ranks = search.rank_by_id
    for t in range(len(tile.rows)):
        row = tile.rows[t]
        scores, heap, cutoff = tile.scores[t], search.heaps[row], search.cutoffs[row]
        months, floor = seekers.career_months[row], seekers.wage_floor_krw_month[row]
        held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
        applied = seekers.applied[seekers.applied_offsets[row] : seekers.applied_offsets[row + 1]]
        stop = min(tile.ends[t] - tile.first, len(scores))
        for begin in range(0, stop, SCAN_STEP):
            finish = min(begin + SCAN_STEP, stop)
            if finish - begin == SCAN_STEP and not beats_any(scores[begin:finish], cutoff):
                continue
            for j in range(begin, finish):
                posting = tile.first + j
                is_met = meets_numbers(careers[posting], wages[posting], months, floor)
                if (scores[j] > cutoff) & is_met and meets_lists(posting, licences[posting], held, applied):
                    cutoff = compete(heap, ranks[posting], scores[j], cutoff)
        search.cutoffs[row] = cutoff


@compiled
def beats_any(scores: Floats, cutoff: float) -> bool:
    """Whether one of SCAN_STEP scores is above the cutoff; of fixed length to become vector code."""
    hits = np.int32(0)
    for j in range(SCAN_STEP):
        hits = np.int32(hits + np.int32(scores[j] > cutoff))
    return bool(hits > 0)


@compiled
def compete(heap: Longs, rank: int, score: float, cutoff: np.float32) -> np.float32:
    """Let a posting replace the last of the best, which `heap` keeps in front; the cutoff from then on."""
    steps = np.int64(np.floor(np.float64(score) / SCORE_STEP + 0.5))
    key = (steps << 32) | (LOW_BITS - rank)
    if key <= heap[0]:
        return cutoff
    hole = 0
    while 2 * hole + 1 < TOP:
        child = 2 * hole + 1
        if child + 1 < TOP and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[hole] = heap[child]
        hole = child
    heap[hole] = key
    if heap[0] == EMPTY:
        return cutoff
    return np.float32(((heap[0] >> 32) - 1) * SCORE_STEP)
