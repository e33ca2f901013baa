"""How well one session suits one person, part by part, and what the parts weigh. Courses and certificates read it.

score = .35 job fit + .2 region fit + .2 level fit + .15 outcome + .1 cost fit. The weights are judgements: closing the
gap that openings ask for comes first; where and at which level decide whether somebody can attend and follow; outcomes
of courses describe who took them, so they weigh less; the state pays most of the price. Whatever is unknown counts .5.
Do not put here: which sessions are open to whom (courses.py). Makes no table.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lake.reference import distances_km, read_regions
from matching.blocks import Doubles
from matching.compiled import compiled
from matching.skill_needs import UNKNOWN_LEVEL

JOB_WEIGHT, REGION_WEIGHT, LEVEL_WEIGHT, OUTCOME_WEIGHT, COST_WEIGHT = 0.35, 0.2, 0.2, 0.15, 0.1
NEUTRAL = 0.5  # whatever is not known
ONLINE_FIT = 0.8
HALVING_KM = 50.0  # a session so far away is worth half, as in the distance value of jobs
LEVELS_TO_ZERO = 4.0  # NCS levels apart at which the level fit reaches 0
LEVELS_ABOVE = 2  # that somebody can climb in one course
HALF_COST_KRW = 300_000.0  # a payment at which the cost fit is one half
SCORE_STEPS = 1_000_000


def list_region_fits(region_codes: pa.Array) -> Doubles:
    """Region fit (h + 1, r + 1) of a home and a session's region, not online; the last ones are "not known"."""
    codes = region_codes.to_pylist()
    known = {region.code: place for place, region in enumerate(read_regions())}
    away = distances_km()
    fits = np.full((len(codes) + 1, len(codes) + 1), NEUTRAL)
    for row, home in enumerate(codes):
        for column, region in enumerate(codes):
            if home == region:
                fits[row, column] = 1.0
            elif home in known and region in known:
                fits[row, column] = 0.5 ** (away[known[home]][known[region]] / HALVING_KM)
    return fits


def list_cost_fits(payment_krw: Doubles) -> Doubles:
    """Cost fit (s,) of what a person pays in won: 1 for nothing, one half for 300,000; NaN where unknown."""
    return 1.0 / (1.0 + payment_krw / HALF_COST_KRW)


def weigh_own_parts(outcome_0_1: Doubles, cost_fit_0_1: Doubles) -> Doubles:
    """What outcome and cost, which are the same for everybody, add to the score of each session (s,)."""
    outcome, cost = (np.where(np.isnan(part), NEUTRAL, part) for part in (outcome_0_1, cost_fit_0_1))
    return OUTCOME_WEIGHT * outcome + COST_WEIGHT * cost


@compiled
def fit_job(importance: float, missing: float, demand: float) -> float:
    """The share of the missing importance that one skill makes up, times the demand for it."""
    return importance / missing * demand if missing > 0 else 0.0


@compiled
def aim_level(needed: int, shown: int) -> int:
    """The level to aim at: the needed one, but at most two above what is shown; unknown if the needed one is."""
    if shown == UNKNOWN_LEVEL or needed == UNKNOWN_LEVEL:
        return needed
    return min(needed, shown + LEVELS_ABOVE)


@compiled
def fit_level(offered: int, aimed: int) -> float:
    """1 at the level aimed at, 0 from four levels away on, .5 where either is unknown."""
    if offered == UNKNOWN_LEVEL or aimed == UNKNOWN_LEVEL:
        return NEUTRAL
    return max(0.0, 1.0 - abs(offered - aimed) / LEVELS_TO_ZERO)


@compiled
def count_steps(score: float) -> int:
    """A score in millionths, rounded."""
    return int(np.floor(score * SCORE_STEPS + 0.5))
