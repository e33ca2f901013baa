"""Rank: order the retrieved postings by chance × usefulness and keep five.

The constants here are stated judgements, not learned: a learned model of hiring chances and of what people take is
a later issue, and takes the place of `estimate_chance` and `USEFULNESS`. Do not put here: conditions. Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import NONE, Doubles, Flags, Ints, Longs, encode_in, flat, is_null, read_numbers
from matching.eligibility import UNKNOWN_WAGE
from matching.market import PostingMarket
from matching.retrieve import Best
from matching.selection import EMPTY, SCORE_STEP, order_key

PLACES = 5

# chance = logistic(logit(the posting's chance for one application) + 4 × (fit − 0.5)): a person whose fit is 0.5 has
# the usual chance, a perfect fit has e² ≈ 7 times the odds, no fit at all a seventh of them.
CHANCE_SLOPE, USUAL_FIT = 4.0, 0.5
LEAST_CHANCE = 0.001

# Usefulness is the weighted mean of four values from 0 to 1; what is not known counts .5.
USEFULNESS = {"wage": 0.4, "occupation": 0.3, "region": 0.2, "permanence": 0.1}
UNKNOWN_VALUE = 0.5
# The wage counts 0 at 80 % of the wish (nothing below is eligible) and 1 from 120 % on.
LEAST_WAGE_RATIO, FULL_WAGE_RATIO = 0.8, 1.2
WANTED_PLACE_VALUES = (1.0, 0.8, 0.6)
SAME_MINOR_GROUP_VALUE = 0.4  # same first three KECO digits as a wanted occupation


class SeekerWishes(NamedTuple):
    """Of each seeker (n,): wage (NaN unknown), wanted occupations and their 3-digit groups (n, 3), home, type, flags.

    Codes are places in the market's lists, NONE for what is unknown or not in the market.
    """

    wage_krw_month: Doubles
    occupations: Ints
    groups: Ints
    home_region: Ints
    employment_type: Ints
    has_occupation: Flags
    has_home: Flags
    has_region: Flags
    has_employment_type: Flags
    has_education: Flags
    has_career: Flags


class Ranked(NamedTuple):
    """The five of each seeker (n, 5), best first: market places, score and its parts, whether there is one."""

    places: Longs
    score: Doubles
    fit: Doubles
    chance: Doubles
    usefulness: Doubles
    is_there: Flags


def read_wishes(block: pa.Table, market: PostingMarket) -> SeekerWishes:
    """What ranking and explaining read of a features__seekers block."""
    wanted = [block[f"wanted_occupation_code_{place}"] for place in (1, 2, 3)]
    regions = [block["home_region_code"], *(block[f"wanted_region_code_{place}"] for place in (1, 2, 3))]
    groups = [pc.utf8_slice_codeunits(flat(column).cast(pa.string()), 0, 3) for column in wanted]
    return SeekerWishes(
        wage_krw_month=read_numbers(block["wanted_wage_krw_month"], np.nan),
        occupations=np.stack([encode_in(column, market.occupation_codes) for column in wanted], axis=1),
        groups=np.stack([encode_in(column, market.occupation_groups) for column in groups], axis=1),
        home_region=encode_in(block["home_region_code"], market.region_codes),
        employment_type=encode_in(block["wanted_employment_type_code"], market.employment_type_codes),
        has_occupation=np.any([~is_null(column) for column in wanted], axis=0),
        has_home=~is_null(block["home_region_code"]),
        has_region=np.any([~is_null(column) for column in regions], axis=0),
        has_employment_type=~is_null(block["wanted_employment_type_code"]),
        has_education=~is_null(block["education_code"]),
        has_career=~is_null(block["career_months"]),
    )


def rank_best(best: Best, wishes: SeekerWishes, market: PostingMarket) -> Ranked:
    """The five of the retrieved with the highest chance × usefulness; equal scores go to the lower posting id."""
    fit = np.clip(best.fit, 0.0, 1.0)
    chance = estimate_chance(fit, market.facts.fill_chance_0_1[best.places])
    usefulness = value_postings(best.places, wishes, market)
    score = np.clip(chance * usefulness, 0.0, 1.0)
    steps = np.floor(score / SCORE_STEP + 0.5).astype(np.int64)
    keys = np.where(best.is_there, order_key(steps, market.rank_by_id[best.places]), EMPTY)
    order = np.argsort(keys, axis=1, kind="stable")[:, ::-1][:, :PLACES]

    def pick(values: Doubles) -> Doubles:
        return np.round(np.take_along_axis(values, order, axis=1), 6)

    return Ranked(
        places=np.take_along_axis(best.places, order, axis=1),
        score=pick(score),
        fit=pick(fit),
        chance=pick(chance),
        usefulness=pick(usefulness),
        is_there=np.take_along_axis(best.is_there, order, axis=1),
    )


def rank_nothing(people: int) -> Ranked:
    """No place for anyone: what a night without a single open posting gives."""
    nobody = np.zeros((people, PLACES))
    return Ranked(nobody.astype(np.int64), nobody, nobody, nobody, nobody, nobody.astype(bool))


def estimate_chance(fit: Doubles, fill_chance: Doubles) -> Doubles:
    """The chance that an application is hired, from the fit and the posting's chance for one application."""
    usual = np.clip(fill_chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    logit = np.log(usual / (1 - usual)) + CHANCE_SLOPE * (fit - USUAL_FIT)
    chance: Doubles = 1 / (1 + np.exp(-logit))
    return chance


def value_postings(places: Longs, wishes: SeekerWishes, market: PostingMarket) -> Doubles:
    """How useful each posting (n, k) is to its person, from 0 to 1."""
    facts = market.facts
    wage = market.conditions.wage_krw_month[places]
    ratio = wage / np.where(wishes.wage_krw_month > 0, wishes.wage_krw_month, np.nan)[:, None]
    in_range = (ratio - LEAST_WAGE_RATIO) / (FULL_WAGE_RATIO - LEAST_WAGE_RATIO)
    is_open = np.isnan(ratio) | (wage == UNKNOWN_WAGE)
    values = {
        "wage": np.where(is_open, UNKNOWN_VALUE, np.clip(in_range, 0.0, 1.0)),
        "occupation": _value_occupation(places, wishes, market),
        "region": np.where(
            wishes.has_home[:, None] & (facts.region[places] != NONE),
            (facts.region[places] == wishes.home_region[:, None]).astype(np.float64),
            UNKNOWN_VALUE,
        ),
        "permanence": facts.is_permanent[places],
    }
    total = np.zeros(places.shape)
    for name, weight in USEFULNESS.items():
        total += weight * values[name]
    return total


def _value_occupation(places: Longs, wishes: SeekerWishes, market: PostingMarket) -> Doubles:
    occupation, group = market.facts.occupation[places], market.facts.group[places]
    value = np.zeros(places.shape)
    for wish, worth in enumerate(WANTED_PLACE_VALUES):
        wished, wished_group = wishes.occupations[:, wish, None], wishes.groups[:, wish, None]
        value = np.maximum(value, np.where((wished == occupation) & (wished != NONE), worth, 0.0))
        is_near = (wished_group == group) & (wished_group != NONE)
        value = np.maximum(value, np.where(is_near, SAME_MINOR_GROUP_VALUE, 0.0))
    is_open = ~wishes.has_occupation[:, None] | (occupation == NONE)
    return np.where(is_open, UNKNOWN_VALUE, value)
