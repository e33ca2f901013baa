"""Explain: which conditions a posting meets for a person and which are open, as codes joined by |.

Codes, not sentences: the words stand in dashboards/texts. Do not put here: deciding who is eligible. Makes no table.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from matching.blocks import NONE, Flags
from matching.eligibility import NO_LICENCE, UNKNOWN_WAGE
from matching.market import PostingMarket
from matching.rank import Ranked, SeekerWishes

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


def explain_matches(ranked: Ranked, wishes: SeekerWishes, market: PostingMarket) -> tuple[pa.Array, pa.Array]:
    """Met and open codes of every place, flattened row by row (n × 5,); null where there is no posting."""
    if not ranked.is_there.any():
        return pa.nulls(ranked.places.size, pa.string()), pa.nulls(ranked.places.size, pa.string())
    states = _find_states(ranked, wishes, market)
    met = join_codes({code: states[code] for code in MET_CODES}, ranked.is_there)
    unsettled = join_codes({code: states[code] for code in OPEN_CODES}, ranked.is_there)
    return met, unsettled


def _find_states(ranked: Ranked, wishes: SeekerWishes, market: PostingMarket) -> dict[str, Flags]:
    """One flag (n, 5) for each code. All listed postings are eligible, so "known" and "met" are one."""
    facts, places = market.facts, ranked.places
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
    return {
        "OCCUPATION": is_same,
        "OCCUPATION_UNKNOWN": ~has_occupation,
        "OCCUPATION_DIFFERENT": has_occupation & ~is_same,
        "REGION": has_region,
        "REGION_UNKNOWN": ~has_region,
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
        "CLOSING": np.ones_like(has_kind),
    }


def join_codes(states: Mapping[str, Flags], is_there: Flags) -> pa.Array:
    """The codes whose flag is set, joined in the given order; few distinct texts, so each is written once."""
    codes = list(states)
    bits: npt.NDArray[np.int64] = np.zeros(is_there.shape, np.int64)
    for place, code in enumerate(codes):
        bits |= states[code].astype(np.int64) << place
    distinct, inverse = np.unique(bits.ravel(), return_inverse=True)
    texts = [SEPARATOR.join(code for place, code in enumerate(codes) if bit >> place & 1) for bit in distinct.tolist()]
    return pa.array([text or None for text in texts], pa.string()).take(pa.array(inverse, mask=~is_there.ravel()))
