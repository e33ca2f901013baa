"""Explain: which conditions a posting meets for a person and which are open, as codes joined by |.

Codes, not sentences: the words stand in dashboards/texts. Do not put here: deciding who is eligible. Makes no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from matching.blocks import NONE, Doubles, Flags, Longs
from matching.eligibility import EITHER_TIME, NO_LICENCE, UNKNOWN_WAGE
from matching.market import PostingMarket
from matching.rank import UNKNOWN_VALUE, USEFULNESS, Rated, SeekerWishes

SEPARATOR = "|"

# What a person and a posting agree on; everything listed is known on both sides or asked by neither.
MET_CODES = (
    "OCCUPATION",
    "REGION",
    "EDUCATION",
    "CAREER",
    "LICENCE",
    "WAGE",
    "EMPLOYMENT_TYPE",
    "WORKING_TIME",
    "CLOSING",
    "POSTED",
    "NOT_APPLIED",
)
# What nobody knows, or what is met less than wished.
OPEN_CODES = (
    "OCCUPATION_UNKNOWN",
    "OCCUPATION_DIFFERENT",
    "REGION_UNKNOWN",
    "REGION_FROM_HOME",
    "DISTANCE_UNKNOWN",
    "EDUCATION_UNKNOWN",
    "CAREER_UNKNOWN",
    "WAGE_UNKNOWN",
    "WAGE_BELOW_WISH",
    "EMPLOYMENT_TYPE_UNKNOWN",
    "EMPLOYMENT_TYPE_DIFFERENT",
    "WORKING_TIME_UNKNOWN",
    "NO_TEXT",
)
# What pulled a posting's score up for a person, the strongest first where they are written.
PULL_CODES = ("CHANCE", "FIT", "WAGE", "DISTANCE", "OCCUPATION", "PERMANENCE")
MOST_PULLS = 3
# A chance half above the usual one pulls like a first wish; a fit above .75 pulls at all.
CHANCE_PULL, LEAST_USUAL_CHANCE, USUAL_FIT = 0.3, 0.001, 0.75


class Pairs(NamedTuple):
    """Pairs (n, k) of people (rows) and postings: market places, whether there is one, the fit between 0 and 1."""

    places: Longs
    is_there: Flags
    fit: Doubles


def explain_pairs(pairs: Pairs, wishes: SeekerWishes, market: PostingMarket, rated: Rated) -> dict[str, pa.Array]:
    """Met, open and pulling codes of every pair, flattened row by row (n × k,); null where there is no posting.

    Rows of `pairs`, `wishes` and `rated` are the same people.
    """
    names = ("met_codes", "open_codes", "pull_codes")
    if not pairs.is_there.any():
        return {name: pa.nulls(pairs.places.size, pa.string()) for name in names}
    states = _find_states(pairs, wishes, market)
    met = join_codes({code: states[code] for code in MET_CODES}, pairs.is_there)
    unsettled = join_codes({code: states[code] for code in OPEN_CODES}, pairs.is_there)
    return dict(zip(names, (met, unsettled, list_pulls(pairs, market, rated)), strict=True))


def _find_states(pairs: Pairs, wishes: SeekerWishes, market: PostingMarket) -> dict[str, Flags]:
    """One flag (n, k) for each code. All listed postings are eligible, so "known" and "met" are one."""
    facts, places = market.facts, pairs.places
    occupation, kind = facts.occupation[places], facts.employment_type[places]
    is_same = (wishes.occupations[:, :, None] == occupation[:, None, :]).any(axis=1) & (occupation != NONE)
    has_occupation = wishes.has_occupation[:, None] & (occupation != NONE)
    has_region = wishes.has_region[:, None] & (facts.region[places] != NONE)
    asks_education = facts.education[places] != 0
    has_education = (facts.education[places] != NONE) & (wishes.has_education[:, None] | ~asks_education)
    asks_career = market.conditions.career_months[places] > 0
    has_career = facts.is_career_known[places] & (wishes.has_career[:, None] | ~asks_career)
    wage = market.conditions.wage_krw_month[places]
    has_wage = (wage != UNKNOWN_WAGE) & ~np.isnan(wishes.wage_krw_month)[:, None]
    is_below = has_wage & (wage < np.nan_to_num(wishes.wage_krw_month)[:, None])
    has_kind = wishes.has_employment_type[:, None] & (kind != NONE)
    is_kind = has_kind & (kind == wishes.employment_type[:, None])
    has_time = (market.conditions.working_time[places] != EITHER_TIME) & (wishes.working_time != EITHER_TIME)[:, None]
    always = np.ones_like(has_kind)
    return {
        "OCCUPATION": is_same,
        "OCCUPATION_UNKNOWN": ~has_occupation,
        "OCCUPATION_DIFFERENT": has_occupation & ~is_same,
        "REGION": has_region,
        "REGION_UNKNOWN": ~has_region,
        "REGION_FROM_HOME": has_region & ~wishes.has_wanted_region[:, None],
        "DISTANCE_UNKNOWN": has_region & ~wishes.has_home[:, None],
        "EDUCATION": has_education,
        "EDUCATION_UNKNOWN": ~has_education,
        "CAREER": has_career,
        "CAREER_UNKNOWN": ~has_career,
        "LICENCE": market.conditions.licence[places] != NO_LICENCE,
        "WAGE": has_wage & ~is_below,
        "WAGE_UNKNOWN": ~has_wage,
        "WAGE_BELOW_WISH": is_below,
        "EMPLOYMENT_TYPE": is_kind,
        "EMPLOYMENT_TYPE_UNKNOWN": ~has_kind,
        "EMPLOYMENT_TYPE_DIFFERENT": has_kind & ~is_kind,
        "WORKING_TIME": has_time,
        "WORKING_TIME_UNKNOWN": ~has_time,
        "NO_TEXT": ~facts.has_content[places],
        "CLOSING": always,
        "POSTED": always,
        "NOT_APPLIED": always,
    }


def list_pulls(pairs: Pairs, market: PostingMarket, rated: Rated) -> pa.Array:
    """What pulled each pair's score up (n × k,), the strongest three first, joined by |; null where nothing did.

    Usefulness pulls by weight × (value - .5), what is not known by nothing; the chance by how far it is above that of
    the usual application in the posting's occupation, the fit by how far it is above USUAL_FIT.
    """
    usual = np.maximum(market.facts.fill_chance_0_1[pairs.places], LEAST_USUAL_CHANCE)
    strengths = {
        "CHANCE": (rated.chance / usual - 1.0) * CHANCE_PULL,
        "FIT": pairs.fit - USUAL_FIT,
        **{name.upper(): weight * (getattr(rated, name) - UNKNOWN_VALUE) for name, weight in USEFULNESS.items()},
    }
    stacked = np.round(np.stack([strengths[code] for code in PULL_CODES], axis=-1), 9)
    order = np.argsort(-stacked, axis=-1, kind="stable")[..., :MOST_PULLS]
    pulls = np.where(np.take_along_axis(stacked, order, axis=-1) > 0, order + 1, 0).reshape(-1, MOST_PULLS)
    # Few distinct lists: each is a number of base 8, written once.
    numbers = pulls @ np.array([64, 8, 1])
    distinct, inverse = np.unique(numbers, return_inverse=True)
    texts = [
        SEPARATOR.join(PULL_CODES[digit - 1] for digit in (number // 64, number // 8 % 8, number % 8) if digit)
        for number in distinct.tolist()
    ]
    return pa.array([text or None for text in texts], pa.string()).take(pa.array(inverse, mask=~pairs.is_there.ravel()))


def join_codes(states: Mapping[str, Flags], is_there: Flags) -> pa.Array:
    """The codes whose flag is set, joined in the given order; few distinct texts, so each is written once."""
    codes = list(states)
    bits: npt.NDArray[np.int64] = np.zeros(is_there.shape, np.int64)
    for place, code in enumerate(codes):
        bits |= states[code].astype(np.int64) << place
    distinct, inverse = np.unique(bits.ravel(), return_inverse=True)
    texts = [SEPARATOR.join(code for place, code in enumerate(codes) if bit >> place & 1) for bit in distinct.tolist()]
    return pa.array([text or None for text in texts], pa.string()).take(pa.array(inverse, mask=~is_there.ravel()))
