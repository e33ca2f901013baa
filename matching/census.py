"""Census: how many postings each person may take, exactly, without looking at every pair.

Postings that differ only in wage and least education form a cell; for each education a cell keeps its wages sorted,
so a count is one binary search. Do not put here: scores or who is best (retrieve.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.blocks import Ints, Longs
from matching.compiled import compiled
from matching.eligibility import (
    EDUCATION_CODES,
    EITHER_TIME,
    NO_LICENCE,
    PostingConditions,
    Reach,
    SeekerConditions,
    meets_numbers,
    meets_time,
)

RANKS = len(EDUCATION_CODES)


class Census(NamedTuple):
    """Cells (c,) by region, licence, working time and months of work asked; and where each posting (m,) stands.

    `cells_of` (regions + 1, licences + 1, 4) holds the first cell of each combination (and, one further, its end as the
    next one's start, flattened). `wage_first` (c * ranks + 1,) says where the sorted `wages` of a cell for an education
    rank and all below it begin.
    """

    cells_of: Longs
    months: Ints
    wage_first: Longs
    wages: Ints
    region: Ints
    education: Ints
    licences: int


def take_census(region: Ints, education: Ints, conditions: PostingConditions, *, regions: int, licences: int) -> Census:
    """The census of postings: `region` (m,) from 0 to `regions` (the last is not known), `education` ranks (m,)."""
    combination = (region.astype(np.int64) * (licences + 1) + conditions.licence) * (EITHER_TIME + 1)
    combination += conditions.working_time
    keys = np.stack([combination, conditions.career_months], axis=1)
    cells, cell = np.unique(keys, axis=0, return_inverse=True)
    cell = cell.ravel()
    combinations = (regions + 1) * (licences + 1) * (EITHER_TIME + 1)
    cells_of = np.searchsorted(cells[:, 0], np.arange(combinations + 1)).astype(np.int64)
    # A posting counts for its own education and every higher one.
    copies = RANKS - education
    posting = np.repeat(np.arange(len(cell)), copies)
    rank = education[posting] + np.arange(len(posting)) - np.repeat(np.cumsum(copies) - copies, copies)
    slot = cell[posting] * RANKS + rank
    order = np.lexsort((conditions.wage_krw_month[posting], slot))
    wage_first = np.searchsorted(slot[order], np.arange(len(cells) * RANKS + 1)).astype(np.int64)
    wages = conditions.wage_krw_month[posting][order].astype(np.int32)
    months = cells[:, 1].astype(np.int32)
    return Census(cells_of, months, wage_first, wages, region.astype(np.int32), education.astype(np.int32), licences)


def count_eligible(reach: Reach, seekers: SeekerConditions, postings: PostingConditions, census: Census) -> Ints:
    """How many postings (n,) meet all conditions of each person."""
    counts = np.zeros(len(reach.region_bits), np.int32)
    if len(census.region):
        _count_cells(reach, seekers, census, counts)
        _take_off_applied(reach, seekers, postings, census, counts)
    return counts


@compiled
def _count_cells(reach: Reach, seekers: SeekerConditions, census: Census, counts: Ints) -> None:
    """Add up the cells within reach; the last region is everybody's."""
    times = EITHER_TIME + 1
    regions = (len(census.cells_of) - 1) // (times * (census.licences + 1))
    for row in range(len(counts)):
        held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
        total = 0
        for region in range(regions):
            if region < regions - 1 and not (reach.region_bits[row] >> region) & 1:
                continue
            for place in range(-1, len(held)):
                licence = NO_LICENCE if place < 0 else held[place]
                first = (region * (census.licences + 1) + licence) * times
                for time in range(1, times):
                    if meets_time(time, seekers.working_time[row]):
                        cells = (census.cells_of[first + time], census.cells_of[first + time + 1])
                        total += _count_wages(cells, row, reach, seekers, census)
        counts[row] = total


@compiled
def _count_wages(cells: tuple[int, int], row: int, reach: Reach, seekers: SeekerConditions, census: Census) -> int:
    """Postings of some cells (fewest months first) that the person's months, education and wage allow."""
    total = 0
    for cell in range(cells[0], cells[1]):
        if census.months[cell] > seekers.career_months[row]:
            break
        slot = cell * RANKS + reach.education_rank[row]
        wages = census.wages[census.wage_first[slot] : census.wage_first[slot + 1]]
        total += len(wages) - np.searchsorted(wages, seekers.wage_floor_krw_month[row])
    return total


@compiled
def _take_off_applied(
    reach: Reach, seekers: SeekerConditions, postings: PostingConditions, census: Census, counts: Ints
) -> None:
    """Take off the postings applied to that would have counted."""
    unknown_region = (len(census.cells_of) - 1) // ((EITHER_TIME + 1) * (census.licences + 1)) - 1
    for row in range(len(counts)):
        held = seekers.licences[seekers.licence_offsets[row] : seekers.licence_offsets[row + 1]]
        for place in range(seekers.applied_offsets[row], seekers.applied_offsets[row + 1]):
            posting = seekers.applied[place]
            region, licence = census.region[posting], postings.licence[posting]
            is_near = region == unknown_region or (reach.region_bits[row] >> region) & 1 == 1
            is_held = licence == NO_LICENCE or np.any(held == licence)
            is_met = meets_numbers(
                postings.career_months[posting],
                postings.wage_krw_month[posting],
                seekers.career_months[row],
                seekers.wage_floor_krw_month[row],
            ) & meets_time(postings.working_time[posting], seekers.working_time[row])
            if is_near and is_held and is_met and census.education[posting] <= reach.education_rank[row]:
                counts[row] -= 1
