"""Courses: up to five training sessions for every seeker, only for skills that the wanted occupation needs.

Makes matches__seeker_courses from features__seekers batches and the night's CourseMarket. A session is offered when it
closes a missing need (after it the skill counts as held: session_choice.py), is open to the person (WORKER for those in
insured employment, SEEKER and STRATEGIC for the others) and can be reached (wished or home region, near home without a
wish, online, or the region is not known); no two of one course or one skill. Never one for a skill already held. Parts
and weights of the score: course_fit.py. Do not put here: estimating outcomes (gold__course_outcomes, ml/courses).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from lake.contracts.answers import PLACES, SEEKER_COURSES
from matching.answer_rows import AnswerKind, Columns, answer_batches
from matching.blocks import NONE, Doubles, Ints, Longs, encode_in, join_tokens, take_or_null
from matching.course_market import CourseMarket, load_course_market
from matching.learners import LEARNER_COLUMNS, read_learners
from matching.session_choice import Cases, pick_sessions, prepare_offers
from matching.shown_skills import (
    HELD,
    SHOWN_COLUMNS,
    States,
    compare_with_needs,
    group_rows,
    list_words,
    read_shown,
    state_width,
)
from matching.skill_needs import SkillNeeds
from matching.wished import OCCUPATION_COLUMNS, answer_or, choose_occupation, find_basis

COURSE_INPUT_COLUMNS = ("seeker_key", "is_opted_out", *OCCUPATION_COLUMNS, *LEARNER_COLUMNS, *SHOWN_COLUMNS)
MODEL_VERSION = "courses-gap-4"
"""Raised by hand when the rules or weights of courses change."""
KIND = AnswerKind(SEEKER_COURSES, COURSE_INPUT_COLUMNS, MODEL_VERSION)
PARTS = ("score_0_1", "job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "cost_fit_0_1")


class _Missing(NamedTuple):
    """The needs that each case lacks, most important first: case u has `offsets[u]` to `offsets[u + 1]`."""

    offsets: Longs
    skill: Ints


def match_batches(batches: Iterator[pa.RecordBatch], market: CourseMarket) -> Iterator[pa.RecordBatch]:
    """matches__seeker_courses rows of the seekers in `batches` (COURSE_INPUT_COLUMNS), in their order."""
    return answer_batches(batches, KIND, answer_block=partial(match_block, market=market), as_of=market.as_of)


def match_from_files(
    batches: Iterator[pa.RecordBatch], paths: tuple[Path, Path], as_of: datetime.date
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the paths of courses and occupation skills."""
    yield from match_batches(batches, load_course_market(*paths, as_of))


def match_block(block: pa.Table, market: CourseMarket) -> Columns:
    """The answer columns of one block. People with the same gap, level, regions and employment are one case."""
    wanted = choose_occupation(block, market.needs.occupation_codes)
    cases, case = _read_cases(block, wanted, market)
    missing = list_missing(cases.occupation, cases.states, market.needs)
    sessions, parts = pick_sessions(cases, market.needs.needs, prepare_offers(market))
    needed = market.needs.count_needs(cases.occupation)
    answers = np.select(
        [needed == 0, np.diff(missing.offsets) == 0, sessions[:, 0] == NONE],
        ["NO_SKILL_DATA", "NO_GAP", "NO_COURSE_CLOSES_GAP"],
        default="OK",
    )
    texts = join_tokens(missing.offsets, missing.skill, market.needs.skill_codes)
    columns = {
        "answer_code": answer_or(answers[case], wanted),
        "basis_code": find_basis(block, wanted),
        "gap_occupation_code": wanted,
        "needed_skills_count": pa.array(needed[case], mask=(needed == 0)[case]),
        "missing_skill_codes": texts.take(pa.array(case)),
    }
    return columns | _list_places(sessions[case], parts[case], market)


def _read_cases(block: pa.Table, wanted: pa.Array, market: CourseMarket) -> tuple[Cases, Longs]:
    """The distinct cases of a block and the case (n,) of each person."""
    needs = market.needs
    occupation = encode_in(wanted, needs.occupation_codes)
    shown = read_shown(block, needs.skill_codes)
    states = compare_with_needs(occupation, shown, needs.needs, state_width(needs.needs))
    learners = read_learners(block, market.region_codes)
    first, case = group_rows([occupation, *learners, *list_words(states)])
    return Cases(occupation[first], learners.take(first), states[first]), case


def list_missing(occupation: Ints, states: States, needs: SkillNeeds) -> _Missing:
    """What each case's occupation needs and the case does not hold."""
    is_missing = (states != HELD) & (np.arange(states.shape[1]) < needs.count_needs(occupation)[:, None])
    row, standing = np.nonzero(is_missing)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_missing.sum(axis=1))])
    return _Missing(offsets, needs.needs.skill[needs.needs.offsets[occupation[row]] + standing])


def _list_places(sessions: Ints, parts: Doubles, market: CourseMarket) -> Columns:
    """The flat columns name_1 … name_5."""
    columns: Columns = {}
    skill_of = np.repeat(np.arange(len(market.needs.skill_codes)), np.diff(market.sessions.offsets))
    for place in range(PLACES):
        chosen = sessions[:, place]
        columns[f"session_id_{place + 1}"] = take_or_null(market.session_ids, chosen)
        columns[f"skill_code_{place + 1}"] = take_or_null(market.needs.skill_codes, np.append(skill_of, NONE)[chosen])
        for number, name in enumerate(PARTS):
            values = np.round(parts[:, place, number], 6)
            columns[f"{name}_{place + 1}"] = pa.array(values, mask=np.isnan(values))
    return columns
