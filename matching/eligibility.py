"""Eligibility: the named conditions between one person and one posting, as numbers that a loop can compare.

REGION        the posting's region is one the person wishes; without a wish, the home region or one within 45 km of it
EDUCATION     the person's education is at least the posting's
CAREER        the person's months of work reach those of a posting for the experienced (E); N and Z ask for none
LICENCE       the person holds the certificate that the posting requires (a person without any record holds none)
WAGE          the posting's lowest wage is at least 80 % of the wish
WORKING_TIME  full time for who wants full time, part time for who wants part time (dispatch and cover are either)
NOT_APPLIED   the person has not applied to it
CLOSING       the posting closes on the day or later (kept or dropped for everyone in market.py)
POSTED        the posting is open and not suspended (kept or dropped for everyone in features__job_postings)
OPTED_OUT     a person who refused automated evaluation is not matched at all (dropped in blocks.py)

A fact that is unknown on either side never excludes; explain.py says that it is open. REGION and EDUCATION are
places in the sorted market; the others are compared here. Do not put here: scores. Makes no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts import codes
from lake.reference import distances_km, read_regions
from matching.blocks import (
    NONE,
    Flags,
    Floats,
    Ints,
    Longs,
    MatchingInputError,
    encode,
    encode_in,
    flat,
    is_null,
    read_integers,
    split_tokens,
    trim,
)
from matching.compiled import compiled

EDUCATION_CODES = pa.array(list(codes.EDUCATION.codes))
TOP_EDUCATION = len(EDUCATION_CODES) - 1
WAGE_SHARE_PCT = 80
EXPERIENCED = "E"
UNKNOWN_WAGE = np.iinfo(np.int32).max  # an unknown wage is above every floor
UNKNOWN_CAREER = np.iinfo(np.int32).max  # an unknown career is above every requirement
NO_LICENCE = 0
# An office within this of the home region's is in daily reach: Seoul and Incheon are 27 km apart, Seoul and Suwon 33,
# Sejong and Cheongju 25, Daegu and Andong 79 (lake/reference).
NEAR_KM = 45.0
MOST_REGIONS = 62  # a reach is a set of bits in one 64-bit number
# Working time as bits: a posting and a person agree when they share one.
FULL_TIME, PART_TIME, EITHER_TIME = 1, 2, 3
WORKING_TIMES = {"10": FULL_TIME, "20": FULL_TIME, "11": PART_TIME, "21": PART_TIME}


class PostingConditions(NamedTuple):
    """Of each posting (m,): months of work asked, lowest wage, licence (NO_LICENCE or its number), working time."""

    career_months: Ints
    wage_krw_month: Ints
    licence: Ints
    working_time: Ints


class SeekerConditions(NamedTuple):
    """Of each seeker (n,): months of work, lowest wage and working time taken; lists: licences, applications made."""

    career_months: Ints
    wage_floor_krw_month: Ints
    working_time: Ints
    licence_offsets: Longs
    licences: Ints
    applied_offsets: Longs
    applied: Ints


class Reach(NamedTuple):
    """Of each seeker (n,): the bits of the regions reached, the education rank, whether any asked licence is held."""

    region_bits: Longs
    education_rank: Ints
    has_licence: Flags


class Seekers(NamedTuple):
    """Of each seeker (n,): what is looked for (n, d), where and with which education, the other conditions."""

    queries: Floats
    reach: Reach
    conditions: SeekerConditions


def read_posting_conditions(postings: pa.Table, licence_names: pa.Array) -> PostingConditions:
    """The conditions of features__job_postings rows."""
    months = read_integers(postings["min_career_months"], 0)
    career = flat(postings["career_code"])
    is_experienced = pc.fill_null(pc.equal(career, EXPERIENCED), False).to_numpy(zero_copy_only=False)
    asked = np.where(is_experienced, np.maximum(months, 1), np.where(is_null(career), months, 0))
    return PostingConditions(
        career_months=asked.astype(np.int32),
        wage_krw_month=read_integers(postings["wage_min_krw_month"], int(UNKNOWN_WAGE)).astype(np.int32),
        licence=encode_in(trim(postings["required_certificate_name"]), licence_names) + np.int32(1),
        working_time=read_working_time(postings["employment_type_code"]),
    )


def read_seeker_conditions(block: pa.Table, licence_names: pa.Array, posting_ids: pa.Array) -> SeekerConditions:
    """The conditions of features__seekers rows; licences and applications the market does not know are left out."""
    wish = read_integers(block["wanted_wage_krw_month"], 0)
    licences = split_tokens(block["certificate_names_text"]).recode(licence_names)
    applied = split_tokens(block["applied_posting_ids_text"]).recode(posting_ids)
    return SeekerConditions(
        career_months=read_integers(block["career_months"], int(UNKNOWN_CAREER)).astype(np.int32),
        wage_floor_krw_month=(-(-wish * WAGE_SHARE_PCT // 100)).astype(np.int32),  # rounded up to the won
        working_time=read_working_time(block["wanted_employment_type_code"]),
        licence_offsets=licences.offsets,
        licences=(licences.codes + 1).astype(np.int32),
        applied_offsets=applied.offsets,
        applied=applied.codes.astype(np.int32),
    )


def read_working_time(column: pa.Array | pa.ChunkedArray) -> Ints:
    """Working time (n,) as bits of an employment type; unknown, dispatch and cover are either."""
    place = encode_in(column, pa.array(list(WORKING_TIMES)))
    return np.array([*WORKING_TIMES.values(), EITHER_TIME], np.int32)[place]


def read_reach(block: pa.Table, region_codes: pa.Array, conditions: SeekerConditions) -> Reach:
    """Regions as bits in the order of `region_codes`; neither wish nor home known means every region."""
    wished, has_wish = read_region_bits(block, [f"wanted_region_code_{place}" for place in (1, 2, 3)], region_codes)
    home, has_home = read_near_home(block["home_region_code"], region_codes)
    everywhere = np.int64((1 << len(region_codes)) - 1)
    education = encode_in(block["education_code"], EDUCATION_CODES)
    return Reach(
        region_bits=np.where(has_wish, wished, np.where(has_home, home, everywhere)),
        education_rank=np.where(education == NONE, TOP_EDUCATION, education).astype(np.int32),
        has_licence=np.diff(conditions.licence_offsets) > 0,
    )


def read_near_home(column: pa.Array | pa.ChunkedArray, region_codes: pa.Array) -> tuple[Longs, Flags]:
    """Bits of the regions near each home region, itself included, and whether the home region is known."""
    codes, homes = encode(column)
    known = [region.code for region in read_regions()]
    near = {
        home: {code for code, away in zip(known, row, strict=True) if away <= NEAR_KM}
        for home, row in zip(known, distances_km(), strict=True)
    }
    places = {code: place for place, code in enumerate(region_codes.to_pylist())}
    reached = [near.get(home, set()) | {home} for home in homes.to_pylist()]
    bits = [sum(1 << places[code] for code in codes_near if code in places) for codes_near in reached]
    return np.array([*bits, 0], np.int64)[codes], codes != NONE


def read_region_bits(block: pa.Table, names: Sequence[str], region_codes: pa.Array) -> tuple[Longs, Flags]:
    """Bits of the regions named in any of the columns, and whether any column names one (known here or not)."""
    if len(region_codes) > MOST_REGIONS:
        raise MatchingInputError(
            f"region_code of postings or courses: {len(region_codes)} different values found, at most {MOST_REGIONS} "
            "expected (시도); check the mapping of regions"
        )
    bits = np.zeros(block.num_rows, np.int64)
    is_known = np.zeros(block.num_rows, bool)
    for name in names:
        place = encode_in(block[name], region_codes)
        bits |= np.where(place == NONE, 0, np.int64(1) << np.maximum(place, 0).astype(np.int64))
        is_known |= ~is_null(flat(block[name]))
    return bits, is_known


@compiled
def meets_numbers(months_asked: int, wage_krw_month: int, months: int, wage_floor_krw_month: int) -> bool:
    """CAREER and WAGE between a posting (first two) and a person (last two); without a branch, for tight loops."""
    return (months_asked <= months) & (wage_krw_month >= wage_floor_krw_month)


@compiled
def meets_time(offered: int, taken: int) -> bool:
    """WORKING_TIME between a posting's bits and a person's."""
    return (offered & taken) != 0


@compiled
def meets_lists(posting: int, licence: int, held: Ints, applied: Ints) -> bool:
    """LICENCE and NOT_APPLIED between a posting and a person's licences and applications."""
    if licence != NO_LICENCE:
        is_held = False
        for place in range(len(held)):
            is_held |= held[place] == licence
        if not is_held:
            return False
    has_applied = False
    for place in range(len(applied)):
        has_applied |= applied[place] == posting
    return not has_applied
