"""Courses: up to five training sessions for every seeker, only for skills that the wanted occupation needs.

Makes matches__seeker_courses from features__seekers batches and the night's CourseMarket. Reachable sessions only
(home or wished region, online, or region not known); no two of one course or one skill. Never a session for a skill
already held. The weights are stated judgements. Do not put here: estimating outcomes (gold__course_outcomes).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import PLACES, SEEKER_COURSES
from lake.contracts.render import arrow_schema
from matching.blocks import (
    NONE,
    Doubles,
    Ints,
    Longs,
    encode,
    encode_in,
    flat,
    gather_blocks,
    is_null,
    join_tokens,
    split_tokens,
    take_or_null,
)
from matching.compiled import compiled
from matching.course_market import CourseMarket, Needs, Sessions, load_course_market
from matching.eligibility import read_region_bits

COURSE_INPUT_COLUMNS = (
    "seeker_key",
    "is_opted_out",
    "wanted_occupation_code_1",
    "wanted_occupation_code_2",
    "wanted_occupation_code_3",
    "career_occupation_code",
    "last_occupation_code",
    "home_region_code",
    "wanted_region_code_1",
    "wanted_region_code_2",
    "wanted_region_code_3",
    "skill_codes_text",
)
WISHES, GAP_OCCUPATIONS = COURSE_INPUT_COLUMNS[2:5], COURSE_INPUT_COLUMNS[2:7]
MODEL_VERSION = "courses-gap-2"
"""Raised by hand when the rules or weights of this module change."""
SCHEMA = arrow_schema(SEEKER_COURSES)

# score = .4 job fit (the session's share of the importance missing) + .2 region + .2 level + .2 outcome
JOB_WEIGHT, REGION_WEIGHT, LEVEL_WEIGHT, OUTCOME_WEIGHT = 0.4, 0.2, 0.2, 0.2
HOME_FIT, WISHED_FIT, ONLINE_FIT = 1.0, 0.8, 0.8
NEUTRAL = 0.5  # whatever is not known
LEVELS_TO_ZERO = 4.0  # NCS levels apart at which the level fit reaches 0
SCORE_STEP = 1e-6


class _People(NamedTuple):
    """Distinct cases (u,): occupation looked at, home region (NONE), reach as bits of regions, held skills as lists."""

    occupation: Ints
    home: Ints
    reach: Longs
    held_offsets: Longs
    held: Ints


class _Gap(NamedTuple):
    """The needed skills that each case lacks, most important first: case u has `offsets[u]` to `offsets[u + 1]`."""

    offsets: Longs
    skill: Ints
    level: Doubles
    importance_0_1: Doubles


class _Picked(NamedTuple):
    """Of each case (u, 5), best first: session (NONE) and (u, 5, 5) its score, job, region, level fit and outcome."""

    sessions: Ints
    parts: Doubles


def match_batches(
    batches: Iterator[pa.RecordBatch], market: CourseMarket, *, model_version: str
) -> Iterator[pa.RecordBatch]:
    """matches__seeker_courses rows of the seekers in `batches` (COURSE_INPUT_COLUMNS), in their order."""
    for block in gather_blocks(batches, COURSE_INPUT_COLUMNS):
        columns = match_block(block, market)
        columns["as_of"] = pa.repeat(pa.scalar(market.as_of, pa.date32()), block.num_rows)
        columns["model_version"] = pa.repeat(pa.scalar(model_version), block.num_rows)
        arrays = [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def match_from_files(
    batches: Iterator[pa.RecordBatch], paths: tuple[Path, Path], as_of: datetime.date, *, model_version: str
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the paths of courses and occupation skills."""
    yield from match_batches(batches, load_course_market(*paths, as_of), model_version=model_version)


def match_block(block: pa.Table, market: CourseMarket) -> dict[str, pa.Array]:
    """The answer columns of one block. People with the same occupation, skills and regions are one case."""
    occupation_code = choose_occupation(block, market)
    people, case = _read_cases(block, occupation_code, market)
    gap = list_gaps(people, market.needs)
    picked = _Picked(*pick_sessions(people, gap, market.sessions))
    needed = np.append(np.diff(market.needs.offsets), 0)[people.occupation]
    answers = np.select(
        [people.occupation == NONE, needed == 0, np.diff(gap.offsets) == 0, picked.sessions[:, 0] == NONE],
        ["NO_SKILL_DATA", "NO_SKILL_DATA", "NO_GAP", "NO_COURSE_CLOSES_GAP"],
        default="OK",
    )
    has_wish = ~is_null(occupation_code)
    missing = join_tokens(gap.offsets, gap.skill, market.skill_codes)
    columns = {
        "seeker_key": flat(block["seeker_key"]),
        "answer_code": pa.array(np.where(has_wish, answers[case], "NO_WISH").astype(object), pa.string()),
        "gap_occupation_code": occupation_code,
        "needed_skills_count": pa.array(needed[case], mask=(people.occupation == NONE)[case]),
        "missing_skill_codes": missing.take(pa.array(case)),
    }
    return columns | _list_places(picked, case, market)


def choose_occupation(block: pa.Table, market: CourseMarket) -> pa.Array:
    """The occupation whose skills are looked at: the first wish whose needs are known, else the first known of all."""
    sent = {name: flat(block[name]) for name in GAP_OCCUPATIONS}
    nothing = pa.scalar(None, pa.string())
    needed = (
        pc.if_else(pc.is_in(sent[name], value_set=market.occupation_codes), sent[name], nothing) for name in WISHES
    )
    return pc.coalesce(*needed, *sent.values())


def _read_cases(block: pa.Table, occupation_code: pa.Array, market: CourseMarket) -> tuple[_People, Longs]:
    """The distinct cases of a block and the case (n,) of each person."""
    occupation = encode_in(occupation_code, market.occupation_codes)
    home = encode_in(block["home_region_code"], market.region_codes)
    names = ["home_region_code", *(f"wanted_region_code_{place}" for place in (1, 2, 3))]
    bits, is_known = read_region_bits(block, names, market.region_codes)
    reach = np.where(is_known, bits, np.int64((1 << len(market.region_codes)) - 1))
    held_code, texts = encode(pc.fill_null(flat(block["skill_codes_text"]), ""))
    reaches, reach_number = np.unique(reach, return_inverse=True)
    number = (occupation.astype(np.int64) + 1) * (len(market.region_codes) + 1) + home + 1
    number = (number * len(reaches) + reach_number) * max(len(texts), 1) + held_code
    _, first, case = np.unique(number, return_index=True, return_inverse=True)
    held = split_tokens(texts.take(pa.array(held_code[first]))).recode(market.skill_codes)
    return _People(occupation[first], home[first], reach[first], held.offsets, held.codes), case


@compiled
def list_gaps(people: _People, needs: Needs) -> _Gap:
    """What each case's occupation needs and the case does not hold."""
    offsets = np.zeros(len(people.occupation) + 1, np.int64)
    most = 0
    for occupation in people.occupation:
        most += needs.offsets[occupation + 1] - needs.offsets[occupation] if occupation >= 0 else 0
    taken = np.empty(most, np.int64)
    total = 0
    for case in range(len(people.occupation)):
        occupation = people.occupation[case]
        held = people.held[people.held_offsets[case] : people.held_offsets[case + 1]]
        if occupation >= 0:
            for need in range(needs.offsets[occupation], needs.offsets[occupation + 1]):
                if not (held == needs.skill[need]).any():
                    taken[total] = need
                    total += 1
        offsets[case + 1] = total
    taken = taken[:total]
    return _Gap(offsets, needs.skill[taken], needs.level[taken], needs.importance_0_1[taken])


@compiled
def pick_sessions(people: _People, gap: _Gap, sessions: Sessions) -> tuple[Ints, Doubles]:
    """The best reachable sessions of each case: sessions (u, 5) and parts (u, 5, 5)."""
    cases = len(people.occupation)
    picked = np.full((cases, PLACES), NONE, np.int32)
    parts = np.full((cases, PLACES, 5), np.nan)
    keys = np.empty(len(sessions.course), np.int64)
    fits = np.empty((len(sessions.course), 5))
    skills = np.empty(len(sessions.course), np.int32)
    for case in range(cases):
        whole = gap.importance_0_1[gap.offsets[case] : gap.offsets[case + 1]].sum()
        for missing in range(gap.offsets[case], gap.offsets[case + 1]):
            skill = gap.skill[missing]
            share = gap.importance_0_1[missing] / whole if whole > 0 else 0.0
            for session in range(sessions.offsets[skill], sessions.offsets[skill + 1]):
                region_fit = fit_region(
                    sessions.region[session], sessions.is_online[session], people.home[case], people.reach[case]
                )
                skills[session] = skill if region_fit > 0 else NONE
                fits[session, 1], fits[session, 2] = share, region_fit
                fits[session, 3] = fit_level(sessions.level[session], gap.level[missing])
                score_session(fits[session], sessions.outcome_0_1[session])
                steps = np.int64(np.floor(fits[session, 0] / SCORE_STEP + 0.5))
                keys[session] = (steps << 32) - sessions.rank_by_id[session]
        for place in range(PLACES):
            best = find_next(
                gap.skill[gap.offsets[case] : gap.offsets[case + 1]], sessions, (keys, skills), picked[case, :place]
            )
            if best == NONE:
                break
            picked[case, place] = best
            parts[case, place] = fits[best]
    return picked, parts


@compiled
def fit_region(region: int, is_online: bool, home: int, reach: int) -> float:
    """1 at home, .8 in a wished region or online, .5 where the session does not say; 0 is out of reach."""
    if region == NONE:
        return ONLINE_FIT if is_online else NEUTRAL
    if region == home:
        return HOME_FIT
    if (reach >> region) & 1 or is_online:
        return WISHED_FIT
    return 0.0


@compiled
def fit_level(offered: float, needed: float) -> float:
    """1 at the needed NCS level, 0 from four levels away on, .5 where either is unknown."""
    if np.isnan(offered) or np.isnan(needed):
        return NEUTRAL
    return max(0.0, 1.0 - abs(offered - needed) / LEVELS_TO_ZERO)


@compiled
def score_session(fits: Doubles, outcome_0_1: float) -> None:
    """Put the outcome and the overall score beside the fits of one session (5,)."""
    fits[4] = outcome_0_1
    outcome = NEUTRAL if np.isnan(outcome_0_1) else outcome_0_1
    fits[0] = JOB_WEIGHT * fits[1] + REGION_WEIGHT * fits[2] + LEVEL_WEIGHT * fits[3] + OUTCOME_WEIGHT * outcome


@compiled
def find_next(missing: Ints, sessions: Sessions, scored: tuple[Longs, Ints], picked: Ints) -> int:
    """The best session whose skill and course are not among the picked; equal scores go to the lower session id."""
    keys, skills = scored
    best = NONE
    for skill in missing:
        for session in range(sessions.offsets[skill], sessions.offsets[skill + 1]):
            is_free = skills[session] != NONE and (best == NONE or keys[session] > keys[best])
            for other in picked:
                is_free &= skills[other] != skill and sessions.course[other] != sessions.course[session]
            if is_free:
                best = session
    return best


def _list_places(picked: _Picked, case: Longs, market: CourseMarket) -> dict[str, pa.Array]:
    """The flat columns name_1 … name_5."""
    columns: dict[str, pa.Array] = {}
    skill_of = np.repeat(np.arange(len(market.skill_codes)), np.diff(market.sessions.offsets))
    names = ("score_0_1", "job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1")
    for place in range(PLACES):
        sessions = picked.sessions[case, place]
        columns[f"session_id_{place + 1}"] = take_or_null(market.session_ids, sessions)
        skills = np.append(skill_of, NONE)[sessions]
        columns[f"skill_code_{place + 1}"] = take_or_null(market.skill_codes, skills)
        for number, name in enumerate(names):
            values = np.round(picked.parts[case, place, number], 6)
            columns[f"{name}_{place + 1}"] = pa.array(values, mask=np.isnan(values))
    return columns
