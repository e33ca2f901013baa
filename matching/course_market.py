"""The training sessions of a night by the skill they teach, beside the skills that occupations need.

Built from features__courses and gold__occupation_skills. Do not put here: people, or how well a session suits somebody
(course_fit.py says it, session_choice.py compares). Makes no table.
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

from lake.reference import read_regions
from matching.blocks import Doubles, Flags, Ints, Longs, encode_in, flat, read_numbers, require_columns
from matching.course_fit import list_cost_fits, weigh_own_parts
from matching.market import find_distinct, read_arrow_file
from matching.skill_needs import UNKNOWN_LEVEL, SkillNeeds, list_offsets

COURSE_COLUMNS = (
    "session_id",
    "course_id",
    "skill_code",
    "skill_level",
    "region_code",
    "is_online",
    "start_date",
    "seats_left_count",
    "training_type_code",
    "self_payment_krw",
    "expected_rate_0_1",
)
# Whom a session is for. Training types that are not named here are for everybody.
FOR_ALL, FOR_EMPLOYED, FOR_NOT_EMPLOYED = 0, 1, 2
AUDIENCES = {"WORKER": FOR_EMPLOYED, "SEEKER": FOR_NOT_EMPLOYED, "STRATEGIC": FOR_NOT_EMPLOYED}


class Sessions(NamedTuple):
    """Of each session (s,), by skill, then own part from high to low; `offsets` (k + 1,) say where a skill's lie.

    `rank_by_id` is the place among the sorted session ids; `region` a place in the market's regions (NONE unknown);
    `level` 1 to 8 or UNKNOWN_LEVEL; `audience` one of FOR_…; `outcome_0_1` and `cost_fit_0_1` are NaN where unknown;
    `own_part` is what these two add to the score of anybody.
    """

    offsets: Longs
    rank_by_id: Longs
    course: Ints
    region: Ints
    is_online: Flags
    level: Ints
    audience: Ints
    outcome_0_1: Doubles
    cost_fit_0_1: Doubles
    own_part: Doubles


@dataclass(frozen=True)
class CourseMarket:
    """Everything about a night's sessions and occupations' needed skills that matching needs.

    `region_codes` holds the 17 provinces and what else a session names.
    """

    as_of: datetime.date
    session_ids: pa.Array
    sessions: Sessions
    needs: SkillNeeds
    region_codes: pa.Array

    @classmethod
    def from_arrow(cls, courses: pa.Table, occupation_skills: pa.Table, as_of: datetime.date) -> CourseMarket:
        """The market of features__courses and gold__occupation_skills rows.

        Sessions that began by `as_of`, are full or teach no needed skill are left out.
        """
        require_columns(courses.schema.names, COURSE_COLUMNS, "features__courses")
        needs = SkillNeeds.from_arrow(occupation_skills)
        offered = _keep_offered(courses.select(list(COURSE_COLUMNS)), needs.skill_codes, as_of)
        known = pa.array([region.code for region in read_regions()])
        regions = find_distinct(pa.concat_arrays([known, flat(offered["region_code"]).cast(pa.string())]))
        sessions, session_ids = _read_sessions(offered, (needs.skill_codes, regions))
        return cls(
            as_of=as_of,
            session_ids=session_ids,
            sessions=sessions,
            needs=needs,
            region_codes=regions,
        )


@functools.lru_cache(maxsize=2)
def load_course_market(courses: Path, occupation_skills: Path, as_of: datetime.date) -> CourseMarket:
    """The market of two Parquet or Arrow IPC files, built once a process. A file must not change under its name."""
    return CourseMarket.from_arrow(read_arrow_file(courses), read_arrow_file(occupation_skills), as_of)


def _keep_offered(courses: pa.Table, skill_codes: pa.Array, as_of: datetime.date) -> pa.Table:
    """Sessions that start later, have a seat (or nobody says) and teach a needed skill, in order of their ids."""
    is_later = pc.fill_null(pc.greater(courses["start_date"], pa.scalar(as_of, pa.date32())), False)
    has_seat = pc.fill_null(pc.greater(courses["seats_left_count"], 0), True)
    is_needed = pc.is_in(courses["skill_code"], value_set=skill_codes)
    return courses.filter(pc.and_(pc.and_(is_later, has_seat), is_needed)).sort_by("session_id").combine_chunks()


def _read_sessions(offered: pa.Table, lists: tuple[pa.Array, pa.Array]) -> tuple[Sessions, pa.Array]:
    """The sessions (sorted by id before) in their order, and their ids."""
    skills, regions = lists
    outcome, payment = (read_numbers(offered[name], np.nan) for name in ("expected_rate_0_1", "self_payment_krw"))
    cost = list_cost_fits(payment)
    own, skill = weigh_own_parts(outcome, cost), encode_in(offered["skill_code"], skills)
    order = np.lexsort((-own, skill))
    ordered = offered.take(pa.array(order))
    kind = encode_in(ordered["training_type_code"], pa.array(list(AUDIENCES)))
    sessions = Sessions(
        offsets=list_offsets(skill[order], len(skills)),
        rank_by_id=order.astype(np.int64),
        course=encode_in(ordered["course_id"], find_distinct(ordered["course_id"])),
        region=encode_in(ordered["region_code"], regions),
        is_online=pc.fill_null(flat(ordered["is_online"]), False).to_numpy(zero_copy_only=False),
        level=read_numbers(ordered["skill_level"], UNKNOWN_LEVEL).astype(np.int32),
        audience=np.array([*AUDIENCES.values(), FOR_ALL], np.int32)[kind],
        outcome_0_1=outcome[order],
        cost_fit_0_1=cost[order],
        own_part=own[order],
    )
    return sessions, flat(ordered["session_id"])
