"""Rank: rate candidates by chance × usefulness, with the parts of both.

The chance that an application is hired is learned (chances.py). Usefulness is a stated judgement
(infra/decisions/0005-chance-and-usefulness.md): what the person gets out of the posting, whoever is hired.
Do not put here: conditions (eligibility.py), how a pair is described (pairs.py). Makes no table.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from matching.blocks import NONE, Doubles, Flags, Ints, Longs, encode_in, is_null, read_numbers
from matching.chances import MOST_EDGES, ChanceTerms, Terms
from matching.compiled import compiled
from matching.eligibility import read_working_time
from matching.market import PostingMarket
from matching.pairs import CODED, DISTANCES_KM, VALUES, Offers, People, fill_values, read_people
from matching.selection import STEPS_PER_ONE

# Usefulness is the weighted mean of four values from 0 to 1; what is not known counts .5.
USEFULNESS = {"wage": 0.4, "distance": 0.2, "occupation": 0.3, "permanence": 0.1}
UNKNOWN_VALUE = 0.5
# The wage counts 0 at 80 % of the wish (nothing below is eligible) and 1 from 120 % on.
LEAST_WAGE_RATIO, FULL_WAGE_RATIO = 0.8, 1.2
# Each further 50 km between home and work halve the value: Incheon to Seoul (27 km) .69, Seoul to Busan (325 km) .01.
HALVING_KM = 50.0
DISTANCE_VALUES = np.round(0.5 ** (DISTANCES_KM / HALVING_KM), 9)
# By relation to the wish (lake/contracts/chances.OCCUPATION_WISH): first, second, third wish, same minor group.
OCCUPATION_VALUES = np.array([1.0, 0.8, 0.6, 0.4, 0.0, 0.0, 0.0])
# By contract (codes.EMPLOYMENT_TYPE): 1 without an end. Half of it where full or part time is not as wished.
PERMANENCE_VALUES = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
IS_PART_TIME = np.array([False, True, False, True, False, False])
OTHER_HOURS_SHARE = 0.5
WAGE_WEIGHT, DISTANCE_WEIGHT, OCCUPATION_WEIGHT, PERMANENCE_WEIGHT = USEFULNESS.values()

Rows = npt.NDArray[np.int32]


class SeekerWishes(NamedTuple):
    """Of each seeker (n,): what pairs read (`people`), and for explaining: wages, occupations (n, 3), flags.

    Codes are places in the market's lists, NONE for what is unknown or not in the market.
    """

    people: People
    wage_krw_month: Doubles
    occupations: Ints
    employment_type: Ints
    working_time: Ints
    has_occupation: Flags
    has_home: Flags
    has_wanted_region: Flags
    has_region: Flags
    has_employment_type: Flags
    has_education: Flags
    has_career: Flags


class Rated(NamedTuple):
    """Of each pair (n, k): score in millionths, chance and usefulness, and the four parts of usefulness."""

    score_steps: Rows
    chance: Doubles
    usefulness: Doubles
    wage: Doubles
    distance: Doubles
    occupation: Doubles
    permanence: Doubles


def read_wishes(block: pa.Table, market: PostingMarket) -> SeekerWishes:
    """What ranking and explaining read of a features__seekers block."""
    wanted = [block[f"wanted_occupation_code_{place}"] for place in (1, 2, 3)]
    regions = [block["home_region_code"], *(block[f"wanted_region_code_{place}"] for place in (1, 2, 3))]
    return SeekerWishes(
        people=read_people(block),
        wage_krw_month=read_numbers(block["wanted_wage_krw_month"], np.nan),
        occupations=np.stack([encode_in(column, market.occupation_codes) for column in wanted], axis=1),
        employment_type=encode_in(block["wanted_employment_type_code"], market.employment_type_codes),
        working_time=read_working_time(block["wanted_employment_type_code"]),
        has_occupation=np.any([~is_null(column) for column in wanted], axis=0),
        has_wanted_region=np.any([~is_null(column) for column in regions[1:]], axis=0),
        has_home=~is_null(block["home_region_code"]),
        has_region=np.any([~is_null(column) for column in regions], axis=0),
        has_employment_type=~is_null(block["wanted_employment_type_code"]),
        has_education=~is_null(block["education_code"]),
        has_career=~is_null(block["career_months"]),
    )


def rate_candidates(places: Longs, wishes: SeekerWishes, market: PostingMarket, chances: ChanceTerms) -> Rated:
    """Every pair of a person (row) and the postings at `places` (n, k), with all parts.

    A pair gets the same numbers to the last bit, whatever else is asked in the same call, and the same score as
    from `rate_scores`. Which places hold no posting is for the caller to know.
    """
    steps, parts = np.empty(places.shape, np.int32), np.empty((6, *places.shape))
    _rate(places, wishes, market, chances, (steps, parts))
    return Rated(steps, *parts)


def rate_scores(places: Longs, wishes: SeekerWishes, market: PostingMarket, chances: ChanceTerms) -> Rows:
    """Only the scores of `rate_candidates` in millionths (n, k)."""
    steps = np.empty(places.shape, np.int32)
    _rate(places, wishes, market, chances, (steps, np.empty((0, 0, 0))))
    return steps


def _rate(
    places: Longs, wishes: SeekerWishes, market: PostingMarket, chances: ChanceTerms, out: tuple[Rows, Doubles]
) -> None:
    if not len(market.posting_ids):
        for values in out:
            values[:] = 0
        return
    rate_pairs(places, wishes.people, (market.offers, market.facts.fill_chance_0_1), chances.terms, out)


@compiled
def rate_pairs(
    places: Longs, people: People, market: tuple[Offers, Doubles], terms: Terms, out: tuple[Rows, Doubles]
) -> None:
    """Fill scores (n, k) and, where there is room for them, the parts (6, n, k) in the order of Rated."""
    offers, own_chances = market
    steps, parts = out
    wants_parts = parts.size > 0
    values = np.empty(VALUES)
    for row in range(places.shape[0]):
        person = people[row]
        for column in range(places.shape[1]):
            place = places[row, column]
            offer = offers[place]
            fill_values(person, offer, values)
            chance = estimate_chance(values, terms) if terms.is_learned[0] else own_chances[place]
            wage = value_wage(values[8])
            distance = value_distance(person.home_region, offer.region)
            occupation = OCCUPATION_VALUES[int(values[0])] if values[0] != NONE else UNKNOWN_VALUE
            permanence = value_permanence(offer.employment_type, person.employment_type)
            total = WAGE_WEIGHT * wage + DISTANCE_WEIGHT * distance
            total += OCCUPATION_WEIGHT * occupation + PERMANENCE_WEIGHT * permanence
            usefulness = min(total, 1.0)  # the last bit of a sum of ones
            steps[row, column] = math.floor(chance * usefulness * STEPS_PER_ONE + 0.5)
            if wants_parts:
                parts[0, row, column] = chance
                parts[1, row, column] = usefulness
                parts[2, row, column] = wage
                parts[3, row, column] = distance
                parts[4, row, column] = occupation
                parts[5, row, column] = permanence


@compiled
def estimate_chance(values: Doubles, terms: Terms) -> float:
    """The logistic of the sum of one term an input, in whole millionths."""
    total = terms.intercept[0]
    for place in range(CODED):
        total += terms.logits[place, int(values[place]) + 1]
    for place in range(CODED, VALUES):
        number, value = np.int64(values[place] != NONE), values[place]
        for edge in range(MOST_EDGES):  # of fixed length to become vector code
            number += np.int64(value >= terms.edges[place, edge])
        total += terms.logits[place, number]
    return 1.0 / (1.0 + math.exp(-total / 1e6))


@compiled
def value_wage(ratio: float) -> float:
    """0 at 80 % of the wish, 1 from 120 % on."""
    if ratio == NONE:
        return UNKNOWN_VALUE
    return min(max((ratio - LEAST_WAGE_RATIO) / (FULL_WAGE_RATIO - LEAST_WAGE_RATIO), 0.0), 1.0)


@compiled
def value_distance(home: int, region: int) -> float:
    """1 in the home region, half of it for every HALVING_KM."""
    return DISTANCE_VALUES[home, region] if home != NONE and region != NONE else UNKNOWN_VALUE


@compiled
def value_permanence(offered: int, wished: int) -> float:
    """1 for a contract without an end, half of it where the working time is not the wished one."""
    if offered == NONE:
        return UNKNOWN_VALUE
    share = OTHER_HOURS_SHARE if wished != NONE and IS_PART_TIME[offered] != IS_PART_TIME[wished] else 1.0
    return float(PERMANENCE_VALUES[offered] * share)
