"""The choice of sessions: of each case the five best that it may take, no two of one course or one skill.

A score is the job fit's part, which a skill's sessions share, and the rest, each rounded to a millionth; so the order
of a skill's sessions does not depend on the rest of the gap, and five of different courses are all that its skill can
ever give. Equal scores go to the lower session id. Do not put here: reading tables. Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lake.contracts.answers import PLACES
from matching.blocks import NONE, Doubles, Ints, Longs
from matching.compiled import compiled
from matching.course_fit import (
    JOB_WEIGHT,
    LEVEL_WEIGHT,
    ONLINE_FIT,
    REGION_WEIGHT,
    SCORE_STEPS,
    aim_level,
    count_steps,
    fit_job,
    fit_level,
    list_cost_fits,
    list_region_fits,
    weigh_own_parts,
)
from matching.course_market import FOR_ALL, CourseMarket, Sessions
from matching.learners import Learners
from matching.shown_skills import HELD, NOT_SHOWN, States
from matching.skill_needs import MOST_NEEDS, Needs

PARTS_COUNT = 6  # score, job, region and level fit, outcome, cost fit


class Cases(NamedTuple):
    """Distinct cases (u,): the occupation looked at (NONE), the learner, the states of its needs (u, width)."""

    occupation: Ints
    learners: Learners
    states: States


class Offers(NamedTuple):
    """The night's sessions with what is the same for everybody.

    `cost_fit_0_1` (s,) is NaN where unknown, `own_part` (s,) what outcome and cost add to the score, `region_fits`
    (h + 1, r + 1) those of list_region_fits.
    """

    sessions: Sessions
    cost_fit_0_1: Doubles
    own_part: Doubles
    region_fits: Doubles


class _Learner(NamedTuple):
    """One case's home, reach and audience, as in Learners."""

    home: int
    reach: int
    audience: int


class _Aim(NamedTuple):
    """What a skill's sessions are looked through for: the level they must be above, the level they should have."""

    floor: int
    level: int


class _Found(NamedTuple):
    """The best sessions of each missing skill, in room for five a skill: key, session, standing of the need.

    A key is the score in millionths above 32 bits that count down with the place of the session id.
    """

    keys: Longs
    sessions: Ints
    standings: Ints


def prepare_offers(market: CourseMarket) -> Offers:
    """The sessions of a market with what is the same for everybody."""
    cost = list_cost_fits(market.sessions.payment_krw)
    own = weigh_own_parts(market.sessions.outcome_0_1, cost)
    return Offers(market.sessions, cost, own, list_region_fits(market.region_codes))


def pick_sessions(cases: Cases, needs: Needs, offers: Offers) -> tuple[Ints, Doubles]:
    """Of each case, best first: sessions (u, 5), NONE where no more, and their parts (u, 5, 6), NaN if unknown."""
    return _pick_all(cases, needs, needs.demand_0_1, offers)


@compiled
def _pick_all(cases: Cases, needs: Needs, demand_0_1: Doubles, offers: Offers) -> tuple[Ints, Doubles]:
    picked = np.full((len(cases.occupation), PLACES), NONE, np.int32)
    parts = np.full((len(cases.occupation), PLACES, PARTS_COUNT), np.nan)
    room = MOST_NEEDS * PLACES
    found = _Found(np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int32))
    standings = np.empty(PLACES, np.int32)
    for case in range(len(cases.occupation)):
        if cases.occupation[case] == NONE:
            continue
        learner = _Learner(cases.learners.home[case], cases.learners.reach[case], cases.learners.audience[case])
        job_fits, aims = _weigh_needs(cases, case, needs, demand_0_1)
        first = needs.offsets[cases.occupation[case]]
        count = 0
        for standing in range(len(job_fits)):
            if cases.states[case, standing] == HELD:
                continue
            aim = _Aim(cases.states[case, standing], aims[standing])
            start, job_steps = count, count_steps(JOB_WEIGHT * job_fits[standing])
            count = _keep_best(learner, aim, needs.skill[first + standing], offers, (found, count))
            found.keys[start:count] += job_steps << 32
            found.standings[start:count] = standing
        _choose(found, count, offers.sessions.course, picked[case], standings)
        for place in range(PLACES):
            if picked[case, place] != NONE:
                standing = standings[place]
                parts[case, place, 1] = job_fits[standing]
                aim = _Aim(cases.states[case, standing], aims[standing])
                _describe(learner, aim, picked[case, place], offers, parts[case, place])
    return picked, parts


@compiled
def _weigh_needs(cases: Cases, case: int, needs: Needs, demand_0_1: Doubles) -> tuple[Doubles, Ints]:
    """Of each need of the case's occupation: the job fit of a session for it (0 if held), and the level to aim at."""
    first, last = needs.offsets[cases.occupation[case]], needs.offsets[cases.occupation[case] + 1]
    job_fits, aims = np.zeros(last - first), np.zeros(last - first, np.int32)
    missing = 0.0
    for need in range(first, last):
        if cases.states[case, need - first] != HELD:
            missing += needs.importance_0_1[need]
    for need in range(first, last):
        state = cases.states[case, need - first]
        if state != HELD:
            shown = cases.learners.general_level[case] if state == NOT_SHOWN else state
            aims[need - first] = aim_level(needs.level[need], shown)
            job_fits[need - first] = fit_job(needs.importance_0_1[need], missing, demand_0_1[need])
    return job_fits, aims


@compiled
def _keep_best(learner: _Learner, aim: _Aim, skill: int, offers: Offers, kept: tuple[_Found, int]) -> int:
    """Put the five best open sessions of a skill, of different courses, behind those found; returns how many then."""
    found, start = kept
    count = start
    sessions = offers.sessions
    for session in range(sessions.offsets[skill], sessions.offsets[skill + 1]):
        if not is_open(learner, aim.floor, session, sessions):
            continue
        rest = REGION_WEIGHT * fit_region(learner.home, session, offers)
        rest += LEVEL_WEIGHT * fit_level(sessions.level[session], aim.level)
        key = (count_steps(rest + offers.own_part[session]) << 32) - sessions.rank_by_id[session]
        if count - start == PLACES and key <= found.keys[count - 1]:
            continue
        place = count
        for other in range(start, count):
            if sessions.course[found.sessions[other]] == sessions.course[session]:
                place = other
        if place < count and found.keys[place] >= key:
            continue
        if place == count and count - start < PLACES:
            count += 1
        place = min(place, count - 1)
        while place > start and found.keys[place - 1] < key:
            found.keys[place], found.sessions[place] = found.keys[place - 1], found.sessions[place - 1]
            place -= 1
        found.keys[place], found.sessions[place] = key, session
    return count


@compiled
def is_open(learner: _Learner, floor: int, session: int, sessions: Sessions) -> bool:
    """Whether the session teaches more than is shown, is for the learner, and can be reached."""
    if floor != NOT_SHOWN and sessions.level[session] <= floor:  # an unknown level is above nothing
        return False
    audience, region = sessions.audience[session], sessions.region[session]
    if audience != FOR_ALL and learner.audience != FOR_ALL and audience != learner.audience:
        return False
    return bool(sessions.is_online[session]) or region == NONE or (learner.reach >> region) & 1 == 1


@compiled
def fit_region(home: int, session: int, offers: Offers) -> float:
    """1 at home, half as much each 50 km on, .5 where either is unknown; at least .8 online."""
    fit: float = offers.region_fits[home, offers.sessions.region[session]]  # NONE is the last row and column
    return max(fit, ONLINE_FIT) if offers.sessions.is_online[session] else fit


@compiled
def _choose(found: _Found, count: int, course: Ints, picked: Ints, standings: Ints) -> None:
    """The best of the found (count,) whose skill and course are not picked yet, place by place (5,)."""
    for place in range(PLACES):
        best = NONE
        for other in range(count):
            is_free = best == NONE or found.keys[other] > found.keys[best]
            for earlier in range(place):
                is_free &= found.standings[other] != standings[earlier]
                is_free &= course[found.sessions[other]] != course[picked[earlier]]
            if is_free:
                best = other
        if best == NONE:
            return
        picked[place], standings[place] = found.sessions[best], found.standings[best]


@compiled
def _describe(learner: _Learner, aim: _Aim, session: int, offers: Offers, parts: Doubles) -> None:
    """Put the score and the other parts (6,) beside the job fit, which stands there already."""
    parts[2] = fit_region(learner.home, session, offers)
    parts[3] = fit_level(offers.sessions.level[session], aim.level)
    parts[4], parts[5] = offers.sessions.outcome_0_1[session], offers.cost_fit_0_1[session]
    rest = REGION_WEIGHT * parts[2] + LEVEL_WEIGHT * parts[3]
    parts[0] = (count_steps(JOB_WEIGHT * parts[1]) + count_steps(rest + offers.own_part[session])) / SCORE_STEPS
