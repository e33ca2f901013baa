"""The training sessions of a night by the skill they teach, and the skills that occupations need.

Built from features__courses and gold__occupation_skills. Do not put here: people. Makes no table.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import NONE, Doubles, Flags, Ints, Longs, encode_in, flat, is_null, read_numbers, require_columns
from matching.market import find_distinct, read_arrow_file

COURSE_COLUMNS = (
    "session_id",
    "course_id",
    "skill_code",
    "skill_level",
    "region_code",
    "is_online",
    "start_date",
    "seats_left_count",
    "expected_rate_0_1",
)
SKILL_COLUMNS = ("occupation_code", "skill_code", "skill_level", "importance_0_1")
NEUTRAL_IMPORTANCE = 0.5  # of a needed skill whose importance nobody stated


class Sessions(NamedTuple):
    """Of each session (s,), sorted by skill then session id: `offsets` (k + 1,) say where a skill's sessions lie.

    `region` is a place in the market's regions (NONE unknown), `level` and `outcome_0_1` are NaN where unknown.
    """

    offsets: Longs
    rank_by_id: Longs
    course: Ints
    region: Ints
    is_online: Flags
    level: Doubles
    outcome_0_1: Doubles


class Needs(NamedTuple):
    """Of each needed skill (r,), by occupation, most important first; `offsets` (o + 1,) say where each one's lie."""

    offsets: Longs
    skill: Ints
    level: Doubles
    importance_0_1: Doubles


@dataclass(frozen=True)
class CourseMarket:
    """Everything about a night's sessions and occupations' skills that matching needs."""

    as_of: datetime.date
    session_ids: pa.Array
    sessions: Sessions
    needs: Needs
    skill_codes: pa.Array
    occupation_codes: pa.Array
    region_codes: pa.Array

    @classmethod
    def from_arrow(cls, courses: pa.Table, occupation_skills: pa.Table, as_of: datetime.date) -> CourseMarket:
        """The market of features__courses and gold__occupation_skills rows.

        Sessions that began by `as_of`, are full or teach no named skill are left out.
        """
        require_columns(courses.schema.names, COURSE_COLUMNS, "features__courses")
        require_columns(occupation_skills.schema.names, SKILL_COLUMNS, "gold__occupation_skills")
        open_now = _keep_open(courses.select(list(COURSE_COLUMNS)), as_of)
        named = occupation_skills.select(list(SKILL_COLUMNS)).combine_chunks()
        skills = find_distinct(pa.concat_arrays([flat(named["skill_code"]), flat(open_now["skill_code"])]))
        occupations, regions = find_distinct(named["occupation_code"]), find_distinct(open_now["region_code"])
        order = np.argsort(encode_in(open_now["skill_code"], skills), kind="stable")
        ordered = open_now.take(pa.array(order))
        return cls(
            as_of=as_of,
            session_ids=flat(ordered["session_id"]),
            sessions=_read_sessions(ordered, order, (skills, regions)),
            needs=_read_needs(named, skills, occupations),
            skill_codes=skills,
            occupation_codes=occupations,
            region_codes=regions,
        )


@functools.lru_cache(maxsize=2)
def load_course_market(courses: Path, occupation_skills: Path, as_of: datetime.date) -> CourseMarket:
    """The market of two Parquet or Arrow IPC files, built once a process. A file must not change under its name."""
    return CourseMarket.from_arrow(read_arrow_file(courses), read_arrow_file(occupation_skills), as_of)


def _keep_open(courses: pa.Table, as_of: datetime.date) -> pa.Table:
    is_later = pc.fill_null(pc.greater(courses["start_date"], pa.scalar(as_of, pa.date32())), False)
    has_seat = pc.fill_null(pc.greater(courses["seats_left_count"], 0), True)
    kept = courses.filter(pc.and_(pc.and_(is_later, has_seat), pc.is_valid(courses["skill_code"])))
    return kept.sort_by("session_id").combine_chunks()


def _offsets(places: Ints, groups: int) -> Longs:
    """Where each group (g + 1,) of the sorted `places` begins."""
    return np.searchsorted(places, np.arange(groups + 1)).astype(np.int64)


def _read_sessions(ordered: pa.Table, order: Longs, lists: tuple[pa.Array, pa.Array]) -> Sessions:
    skills, regions = lists
    return Sessions(
        offsets=_offsets(encode_in(ordered["skill_code"], skills), len(skills)),
        rank_by_id=order.astype(np.int64),
        course=encode_in(ordered["course_id"], find_distinct(ordered["course_id"])),
        region=encode_in(ordered["region_code"], regions),
        is_online=pc.fill_null(flat(ordered["is_online"]), False).to_numpy(zero_copy_only=False),
        level=read_numbers(ordered["skill_level"], np.nan),
        outcome_0_1=read_numbers(ordered["expected_rate_0_1"], np.nan),
    )


def _read_needs(named: pa.Table, skills: pa.Array, occupations: pa.Array) -> Needs:
    occupation, skill = encode_in(named["occupation_code"], occupations), encode_in(named["skill_code"], skills)
    importance = read_numbers(named["importance_0_1"], NEUTRAL_IMPORTANCE)
    is_named = (occupation != NONE) & ~is_null(named["skill_code"])
    order = np.lexsort((skill, -importance, occupation))
    order = order[is_named[order]]
    return Needs(
        offsets=_offsets(occupation[order], len(occupations)),
        skill=skill[order],
        level=read_numbers(named["skill_level"], np.nan)[order],
        importance_0_1=importance[order],
    )
