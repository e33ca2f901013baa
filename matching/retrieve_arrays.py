"""Retrieve on a card: the same exact lists by whole products of people and buckets, in array code.

For a device that multiplies faster than it decides: everything a person reaches is multiplied, conditions are masks,
the best keys stay on the device until a bucket is done. The same code runs on numpy, which tests use.
Do not put here: the compiled loops of the processor (selection.py). Makes no table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from matching.blocks import Ints
from matching.eligibility import SeekerConditions, Seekers
from matching.market import PostingMarket
from matching.selection import EMPTY, LOW_BITS, STEPS_PER_ONE, Lists, count_kept, sort_lists

PEOPLE_AT_ONCE, POSTINGS_AT_ONCE = 2_048, 16_384  # 270 MB of keys


class _Bucket(NamedTuple):
    """Some people (arrays of the device) and what of them the masks need."""

    queries: Any
    ranks: Any
    months: Any
    floors: Any
    times: Any
    held: Any


def search_arrays(seekers: Seekers, market: PostingMarket, xp: Any, lists: Lists) -> None:
    """Let every eligible posting compete for the lists of everybody, with the array module `xp`."""
    has_query = np.any(seekers.queries != 0, axis=1)
    keys, top = sort_lists(lists), count_kept(lists)
    for region in range(market.unknown_region + 1):
        is_reached = has_query.copy()
        if region < market.unknown_region:
            is_reached &= (seekers.reach.region_bits >> region) & 1 == 1
        for bucket in (2 * region, 2 * region + 1):
            rows = np.flatnonzero(is_reached & (seekers.reach.has_licence | (bucket % 2 == 0))).astype(np.int32)
            for first in range(0, len(rows), PEOPLE_AT_ONCE):
                some = rows[first : first + PEOPLE_AT_ONCE]
                keys[some] = _search_bucket(some, bucket, seekers, (market, xp, xp.asarray(keys[some])))
    lists.keys[:, :top] = keys
    lists.filled[:] = (keys != EMPTY).sum(axis=1)
    lists.least[:] = np.where(lists.filled == top, keys[:, -1], EMPTY)


def _search_bucket(rows: Ints, bucket: int, seekers: Seekers, world: tuple[PostingMarket, Any, Any]) -> Any:
    """The best keys (n, top) of `rows` after the postings of a bucket competed, as a host array, best first."""
    market, xp, best = world
    segments = market.segments
    start = int(segments.first[segments.of_bucket[bucket]])
    stop = int(segments.first[segments.of_bucket[bucket + 1]])
    top = best.shape[1]
    people = _read_people(rows, seekers, market, xp)
    for first in range(start, stop, POSTINGS_AT_ONCE):
        last = min(first + POSTINGS_AT_ONCE, stop)
        keys = make_keys(people, (first, last), market, xp)
        _drop_applied(keys, rows, seekers.conditions, (first, last))
        joined = xp.concatenate([best, keys], axis=1)
        best = xp.partition(joined, joined.shape[1] - top, axis=1)[:, -top:]
    ordered = xp.sort(best, axis=1)[:, ::-1]
    return ordered if xp is np else xp.asnumpy(ordered)


def _read_people(rows: Ints, seekers: Seekers, market: PostingMarket, xp: Any) -> _Bucket:
    conditions = seekers.conditions
    held = np.zeros((len(rows), len(market.licence_names) + 1), bool)
    held[:, 0] = True
    for place, row in enumerate(rows):
        held[place, conditions.licences[conditions.licence_offsets[row] : conditions.licence_offsets[row + 1]]] = True
    return _Bucket(
        xp.asarray(seekers.queries[rows]),
        xp.asarray(seekers.reach.education_rank[rows])[:, None],
        xp.asarray(conditions.career_months[rows])[:, None],
        xp.asarray(conditions.wage_floor_krw_month[rows])[:, None],
        xp.asarray(conditions.working_time[rows])[:, None],
        xp.asarray(held),
    )


def make_keys(people: _Bucket, span: tuple[int, int], market: PostingMarket, xp: Any) -> Any:
    """The keys (n, m) of people and the postings of a span; EMPTY where a condition is not met.

    A float32 product of two rows of the grid is exact, and so is its multiple of 10^6 in float64.
    """
    first, last = span
    products = people.queries @ xp.asarray(market.vectors[first:last]).T
    steps = xp.floor(products.astype(xp.float64) * STEPS_PER_ONE + 0.5).astype(xp.int64)
    keys = (steps << 32) | (LOW_BITS - xp.asarray(market.rank_by_id[first:last]))
    postings = market.conditions
    is_met = xp.asarray(market.layout.education[first:last]) <= people.ranks
    is_met &= xp.asarray(postings.career_months[first:last]) <= people.months
    is_met &= xp.asarray(postings.wage_krw_month[first:last]) >= people.floors
    is_met &= (xp.asarray(postings.working_time[first:last]) & people.times) != 0
    is_met &= people.held[:, xp.asarray(postings.licence[first:last])]
    return xp.where(is_met, keys, EMPTY)


def _drop_applied(keys: Any, rows: Ints, conditions: SeekerConditions, span: tuple[int, int]) -> None:
    """Take the postings applied to out of the running."""
    first, last = span
    lengths = np.diff(conditions.applied_offsets)[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    applied = conditions.applied[np.repeat(conditions.applied_offsets[rows], lengths) + within]
    is_here = (applied >= first) & (applied < last)
    keys[owner[is_here], applied[is_here] - first] = EMPTY
