"""The choice of sessions: of each case the five best that close a need of it, no two of one course or one skill.

A session closes a missing need if who finishes it holds the skill (shown_skills.py): its level or the needed one is
unknown, or its level is at most one below the needed one. That is above every level shown too low; of a skill shown too
low, a session of unknown level closes nothing. A score is the job fit's part, which a skill's sessions share, and the
rest, each rounded to a millionth; so the order of a skill's sessions does not depend on the rest of the gap. Its best
is all that a skill can give, or its best five of different courses where its courses teach other skills too and may be
taken by these. Equal scores go to the lower session id. Do not put here: reading tables. Makes no table.
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
    list_region_fits,
)
from matching.course_market import FOR_ALL, CourseMarket, Sessions
from matching.learners import Learners
from matching.shown_skills import HELD, LEVELS_BELOW, NOT_SHOWN, States
from matching.skill_needs import MOST_NEEDS, UNKNOWN_LEVEL, Needs

PARTS_COUNT = 6  # score, job, region and level fit, outcome, cost fit
LEVELS = 9  # 0 unknown, 1 to 8
AUDIENCE_KINDS = 3
CLOSED = -9.0  # the part of a session that is not open, below every score


class Cases(NamedTuple):
    """Distinct cases (u,): the occupation looked at (NONE), the learner, the states of its needs (u, width)."""

    occupation: Ints
    learners: Learners
    states: States


class Offers(NamedTuple):
    """The night's sessions with what is the same for everybody.

    `room` (k,) says how many sessions of a skill can come into question. `kind` (s,) numbers region, online and
    audience of a session (see _number_kinds); `region_fits` (h + 1, r + 1) are those of list_region_fits; `level_parts`
    (9, 9, 9, 9) say what a level adds to the score, by the level shown, the level needed and the level aimed at.
    """

    sessions: Sessions
    room: Ints
    kind: Ints
    region_fits: Doubles
    level_parts: Doubles


class _Found(NamedTuple):
    """The best sessions of each missing skill, in room for five a skill: key, session, standing of the need.

    A key is the score in millionths above 32 bits that count down with the place of the session id.
    """

    keys: Longs
    sessions: Ints
    standings: Ints


def prepare_offers(market: CourseMarket) -> Offers:
    """The sessions of a market with what is the same for everybody."""
    return Offers(
        sessions=market.sessions,
        room=_count_room(market.sessions),
        kind=_number_kinds(market.sessions, len(market.region_codes)),
        region_fits=list_region_fits(market.region_codes),
        level_parts=_list_level_parts(),
    )


def _count_room(sessions: Sessions) -> Ints:
    """1 (k,) for a skill whose courses teach nothing else, 5 otherwise."""
    skills = len(sessions.offsets) - 1
    skill = np.repeat(np.arange(skills), np.diff(sessions.offsets))
    taught = np.unique(np.stack([sessions.course, skill]), axis=1)
    is_shared = np.bincount(taught[0], minlength=1) > 1
    room = np.ones(skills, np.int32)
    room[taught[1, is_shared[taught[0]]]] = PLACES
    return room


def _number_kinds(sessions: Sessions, regions: int) -> Ints:
    """(region × 2 + is online) × 3 + audience, the unknown region being the last."""
    region = np.where(sessions.region == NONE, regions, sessions.region)
    return ((region * 2 + sessions.is_online) * AUDIENCE_KINDS + sessions.audience).astype(np.int32)


@compiled
def _list_level_parts() -> Doubles:
    """What the level of a session (last axis) adds to the score; CLOSED where it does not close the need."""
    parts = np.full((LEVELS, LEVELS, LEVELS, LEVELS), CLOSED)
    for shown in range(LEVELS):
        for needed in range(LEVELS):
            for aimed in range(LEVELS):
                for level in range(LEVELS):
                    if closes_need(level, needed, shown):
                        parts[shown, needed, aimed, level] = LEVEL_WEIGHT * fit_level(level, aimed)
    return parts


@compiled
def closes_need(level: int, needed: int, shown: int) -> bool:
    """Whether a session of this level, taken by who shows `shown` (NOT_SHOWN, or too low), makes the need held."""
    if shown != NOT_SHOWN and level <= shown:  # an unknown level (0) is above nothing
        return False
    return level == UNKNOWN_LEVEL or needed == UNKNOWN_LEVEL or level >= needed - LEVELS_BELOW


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
    place_parts = np.empty(offers.region_fits.shape[1] * 2 * AUDIENCE_KINDS)
    for case in range(len(cases.occupation)):
        if cases.occupation[case] == NONE:
            continue
        _list_place_parts(cases.learners, case, offers.region_fits, place_parts)
        job_fits, aims = _weigh_needs(cases, case, needs, demand_0_1)
        first = needs.offsets[cases.occupation[case]]
        count = 0
        for standing in range(len(job_fits)):
            if cases.states[case, standing] == HELD:
                continue
            need = first + standing
            level_parts = offers.level_parts[cases.states[case, standing], needs.level[need], aims[standing]]
            start, job_steps = count, count_steps(JOB_WEIGHT * job_fits[standing])
            skill = needs.skill[need]
            count = _keep_best((place_parts, level_parts), skill, offers, found, count)
            found.keys[start:count] += job_steps << 32
            found.standings[start:count] = standing
        _choose(found, count, offers.sessions.course, picked[case], standings)
        for place in range(PLACES):
            if picked[case, place] != NONE:
                standing = standings[place]
                parts[case, place, 1] = job_fits[standing]
                home = cases.learners.home[case]
                _describe(home, aims[standing], picked[case, place], offers, parts[case, place])
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
def _list_place_parts(learners: Learners, case: int, region_fits: Doubles, place_parts: Doubles) -> None:
    """Fill in what each kind of session adds to the score; CLOSED where it is not for the learner or out of reach."""
    unknown = region_fits.shape[1] - 1
    for kind in range(len(place_parts)):
        region, is_online = kind // AUDIENCE_KINDS // 2, kind // AUDIENCE_KINDS % 2 == 1
        audience, mine = kind % AUDIENCE_KINDS, learners.audience[case]
        is_mine = audience * mine == FOR_ALL or audience == mine  # FOR_ALL is 0
        is_near = is_online or region == unknown or (learners.reach[case] >> region) & 1 == 1
        fit = fit_region(region_fits[learners.home[case], region], is_online)
        place_parts[kind] = REGION_WEIGHT * fit if is_mine and is_near else CLOSED


@compiled
def fit_region(fit_0_1: float, is_online: bool) -> float:
    """The fit of home and region, at least .8 online."""
    return max(fit_0_1, ONLINE_FIT) if is_online else fit_0_1


@compiled
def _keep_best(parts: tuple[Doubles, Doubles], skill: int, offers: Offers, found: _Found, start: int) -> int:
    """Put the best open sessions of a skill, of different courses, behind those found; returns how many then."""
    place_parts, level_parts = parts
    sessions, count = offers.sessions, start
    least, most = CLOSED / 2, place_parts.max() + level_parts.max()
    for session in range(sessions.offsets[skill], sessions.offsets[skill + 1]):
        if most + sessions.own_part[session] < least:  # and so are all that follow
            break
        rest = place_parts[offers.kind[session]] + level_parts[sessions.level[session]] + sessions.own_part[session]
        if rest < least:
            continue
        key = (count_steps(rest) << 32) - sessions.rank_by_id[session]
        count = _insert(found, (start, count, offers.room[skill]), key, session, sessions.course)
        if count - start == offers.room[skill]:  # one step below the last key, so that rounding never decides
            least = ((found.keys[count - 1] >> 32) - 1) / SCORE_STEPS
    return count


@compiled
def _insert(found: _Found, stretch: tuple[int, int, int], key: int, session: int, course: Ints) -> int:
    """Put a session among the found from `start` to `count`, the best first, `room` at most; returns the new count."""
    start, count, room = stretch
    place = count
    for other in range(start, count):
        if course[found.sessions[other]] == course[session]:
            place = other
    if place < count:
        if found.keys[place] >= key:
            return count
    elif count - start < room:
        count += 1
    elif found.keys[count - 1] >= key:
        return count
    else:
        place = count - 1
    while place > start and found.keys[place - 1] < key:
        found.keys[place], found.sessions[place] = found.keys[place - 1], found.sessions[place - 1]
        place -= 1
    found.keys[place], found.sessions[place] = key, session
    return count


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
def _describe(home: int, aimed: int, session: int, offers: Offers, parts: Doubles) -> None:
    """Put the score and the other parts (6,) beside the job fit, which stands there already."""
    sessions = offers.sessions
    parts[2] = fit_region(offers.region_fits[home, sessions.region[session]], sessions.is_online[session])
    parts[3] = fit_level(sessions.level[session], aimed)
    parts[4], parts[5] = sessions.outcome_0_1[session], sessions.cost_fit_0_1[session]
    rest = REGION_WEIGHT * parts[2] + LEVEL_WEIGHT * parts[3] + sessions.own_part[session]
    parts[0] = (count_steps(JOB_WEIGHT * parts[1]) + count_steps(rest)) / SCORE_STEPS
