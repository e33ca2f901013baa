"""The truth: how fast a seeker without a job finds an insured one, and the probability that follows.

Hires of an unemployed person arrive with rate λ(person) × season(day): constant but for the season, so the chance of
a job within 183 days is 1 - exp(-λ (S(t+183) - S(t))) with S the integral of the season. Every such job lasts 28 days
or more; day-labour spells are shorter and never end the search. The same rate draws history and future.
Do not put here: the drawing of spells (`history.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lake.sources.simulated.counters import Bools, Floats, Ints

FOLLOW_UP_DAYS = 183
LOG_BASE_RATE = float(np.log(1.0 / 280.0))
EDUCATION_EFFECT = (0.0, -0.55, -0.35, -0.05, 0.15, 0.22, 0.20, 0.15)  # by contract code 00..07
CAREER_EFFECT_PER_YEAR = 0.06  # up to ten years
OLD_AGE_EFFECT_PER_YEAR = -0.035  # beyond 45
YOUTH_EFFECT = -0.15  # under 25
CERTIFICATE_EFFECT = 0.22  # each, up to three
TRAINING_EFFECT = 0.15
TIGHTNESS_EFFECT = 1.0  # per log point of the wanted occupation × region
SEARCH_EFFECT = 0.30  # per deviation of search intensity (seen as applications)
RESUME_EFFECT = 0.5  # from an empty to a complete résumé
NO_RESUME_EFFECT = -0.25
WAGE_WISH_EFFECT = -1.2  # per log point above the going wage; asking less helps a third as much
REACH_EFFECT = 0.12  # each further region
FRAILTY_DEVIATION = 0.45  # what no file shows
SEASON_AMPLITUDE = 0.12
SEASON_PEAK_DAY = 75  # mid-March
_YEAR = 365.25


@dataclass(frozen=True)
class Traits:
    """What the rate depends on, one value for each person."""

    age: Ints
    education: Ints
    career_months: Ints
    certificates: Ints
    trainings: Ints
    tightness: Floats
    search: Floats
    has_resume: Bools
    completeness_pct: Floats
    log_wage_ratio: Floats
    regions: Ints
    frailty: Floats


def daily_rate(traits: Traits) -> Floats:
    """λ: expected hires a day while without a job, in an average season."""
    wage = np.where(traits.log_wage_ratio > 0, 1.0, 1.0 / 3.0) * traits.log_wage_ratio
    resume = RESUME_EFFECT * (traits.completeness_pct - 60.0) / 100.0
    log_rate = (
        LOG_BASE_RATE
        + np.asarray(EDUCATION_EFFECT)[traits.education]
        + CAREER_EFFECT_PER_YEAR * np.minimum(traits.career_months / 12.0, 10.0)
        + OLD_AGE_EFFECT_PER_YEAR * np.maximum(traits.age - 45, 0)
        + YOUTH_EFFECT * (traits.age < 25)
        + CERTIFICATE_EFFECT * np.minimum(traits.certificates, 3)
        + TRAINING_EFFECT * np.minimum(traits.trainings, 2)
        + TIGHTNESS_EFFECT * traits.tightness
        + SEARCH_EFFECT * traits.search
        + np.where(traits.has_resume, resume, NO_RESUME_EFFECT)
        + WAGE_WISH_EFFECT * wage
        + REACH_EFFECT * (traits.regions - 1)
        + FRAILTY_DEVIATION * traits.frailty
    )
    result: Floats = np.clip(np.exp(log_rate), 1 / 6000, 1 / 15)
    return result


def season(day: Floats | Ints) -> Floats:
    """S(day): the season's multiplier added up from 1970 to `day`."""
    phase = 2.0 * np.pi / _YEAR
    result: Floats = day + SEASON_AMPLITUDE / phase * np.sin(phase * (np.asarray(day) - SEASON_PEAK_DAY))
    return result


def probability(rate: Floats, day: int) -> Floats:
    """The true chance that someone without a job on `day` begins an insured job by `day` + 183."""
    exposure = season(np.array([day + FOLLOW_UP_DAYS]))[0] - season(np.array([day]))[0]
    result: Floats = 1.0 - np.exp(-rate * exposure)
    return result


def day_reached(start: Ints, exposure: Floats) -> Ints:
    """The first whole day by which `exposure` (in season days) has passed since `start`: the day of the hire."""
    target = season(start) + exposure
    day = np.floor(target).astype(np.int64) - 10  # |S(d) - d| < 7.1, so the answer lies in the next 20 days
    for step in (16, 8, 4, 2, 1):
        day = np.where(season(day + step) < target, day + step, day)
    return np.maximum(day + 1, start + 1)
