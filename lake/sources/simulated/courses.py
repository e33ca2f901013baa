"""Course sessions as the training authority sends them (CP949), past ones with their employment rates.

Session s is round s % 4 + 1 of course s // 4. Do not put here: who attended (`activities.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Floats, Ints, cumulate
from lake.sources.simulated.world import World

ROUNDS = 4
OBSERVED_AFTER_DAYS = 183
ONLINE_SHARE = 0.12
TRAINING_TYPES = ("C0061", "C0061S", "C0061I", "C0054", "C0104")  # general, seekers, workers, strategic, digital
_FREE_FROM = 3  # strategic and digital training cost a trainee nothing
RATE_STATUSES = ("A", "B", "C", "D")  # 개설예정, 진행중, 미실시, 수료자없음 (SOURCES §1, trap 1)


@dataclass(frozen=True)
class Sessions:
    """One entry a session number in `index`."""

    index: Ints
    course: Ints
    round_no: Ints
    skill: Ints
    occupation: Ints
    region: Ints
    level: Ints
    start: Ints
    end: Ints
    hours: Ints
    seats: Ints
    enrolled: Ints
    completed: Ints
    employed: Ints
    is_held: Bools

    def course_ids(self, position: Ints) -> pa.Array:
        """훈련과정 ID of the sessions at these positions."""
        return text.padded("SYN", self.course[position], 9)


def make(world: World, start: int, stop: int) -> pa.Table:
    """Delivery rows of sessions start .. stop-1 as they stand on the first date."""
    return table(world, attributes(world, np.arange(start, stop)), world.today)


def attributes(world: World, index: Ints) -> Sessions:
    """Everything fixed about the sessions numbered `index`, what will become of them included."""
    draw, course = world.counter, index // ROUNDS
    round_no = index % ROUNDS + 1
    # Courses train for what people want; tight markets get a little more.
    wish = world.floats("share") * np.exp(0.3 * world.floats("tightness").mean(axis=1))
    occupation = draw.pick("course/occupation", course, wish)
    place = draw.integers("course/skill", course, world.ints("skills_count")[occupation])
    region = draw.pick_row(
        "course/region", course, cumulate(world.floats("region_share")[None, :]), np.zeros_like(course)
    )
    gap = 60 + draw.integers("course/gap", course, 91)
    first = world.today - 430 + draw.integers("course/first", course, 400)
    weeks = 2 + draw.integers("course/weeks", course, 22)
    start = first + (round_no - 1) * gap
    seats = 15 + 5 * draw.integers("course/seats", course, 4)
    enrolled, completed, employed = _outcomes(world, index, (course, occupation, region), seats)
    return Sessions(
        index=index,
        course=course,
        round_no=round_no,
        skill=world.ints("skills")[occupation, place],
        occupation=occupation,
        region=region,
        level=np.clip(world.ints("education")[occupation] - 1 + draw.integers("course/level", course, 3), 1, 8),
        start=start,
        end=start + weeks * 7,
        hours=weeks * (20 + 5 * draw.integers("course/hours", course, 5)),
        seats=seats,
        enrolled=enrolled,
        completed=completed,
        employed=employed,
        is_held=~draw.chance("session/not_held", index, 0.02),
    )


def _outcomes(world: World, index: Ints, course: tuple[Ints, Ints, Ints], seats: Ints) -> tuple[Ints, Ints, Ints]:
    """People enrolled, finished and employed after six months; a course keeps its quality from round to round."""
    draw, (number, occupation, region) = world.counter, course
    quality = draw.normal("course/quality", number)
    enrolled = np.rint(seats * np.minimum(0.45 + 0.7 * draw.uniform("session/filled", index), 1.0)).astype(np.int64)
    finish = 1 / (1 + np.exp(-(1.4 + 0.4 * quality + 0.3 * draw.normal("session/finish", index))))
    completed = np.rint(enrolled * finish).astype(np.int64)
    completed = np.where(draw.chance("session/nobody", index, 0.01), 0, completed)
    rate: Floats = 1 / (1 + np.exp(-(0.3 + 0.5 * quality + 0.5 * world.floats("tightness")[occupation, region])))
    noise = np.sqrt(rate * (1 - rate) / np.maximum(completed, 1)) * draw.normal("session/employed", index)
    employed = np.clip(np.rint(completed * (rate + noise)), 0, completed).astype(np.int64)
    return enrolled, completed, employed


def changed_on(world: World, sessions: Sessions, day: int) -> Bools:
    """Which sessions a delivery of `day` sends: all on the first date; then those that start, end or get a rate."""
    if day == world.today:
        return np.ones(len(sessions.index), dtype=bool)
    changed: Bools = (sessions.start == day) | (sessions.end == day - 1) | (sessions.end + OBSERVED_AFTER_DAYS == day)
    return changed


def employment_rate_text(world: World, sessions: Sessions, day: int) -> pa.Array:
    """The rate column as sent on `day`: a letter, a number, or "0" where six months have not passed."""
    is_over = sessions.end < day
    is_observed = is_over & (sessions.end + OBSERVED_AFTER_DAYS <= day)
    letter = np.select(
        [~sessions.is_held, sessions.start > day, ~is_over, sessions.completed == 0], [2, 0, 1, 3], default=-1
    )
    number = np.round(100.0 * sessions.employed / np.maximum(sessions.completed, 1), 1)
    sent = pc.cast(pa.array(np.where(is_observed, number, 0.0)), pa.string())
    early_blank = ~is_observed & world.counter.chance("session/early", sessions.index, 0.3)
    sent = pc.if_else(pa.array(early_blank & (letter < 0)), None, sent)
    return pc.if_else(pa.array(letter >= 0), text.labels(RATE_STATUSES, letter), sent)


def _training_types(world: World, course: Ints, skill: Ints) -> Ints:
    """Position in TRAINING_TYPES; digital training is about information technology (NCS 20) only."""
    digital = np.array([code.startswith("20") for code in world.skill_codes])[skill]
    usual = world.counter.pick("course/type", course, [0.38, 0.27, 0.20, 0.15])
    return np.where(digital & world.counter.chance("course/digital", course, 0.4), len(TRAINING_TYPES) - 1, usual)


def _self_payments(world: World, course: Ints, fee: Ints, training_type: Ints) -> pa.Array:
    """What a trainee pays: nothing for strategic and digital training, else 15 to 55 percent; null for a few."""
    share = np.where(training_type >= _FREE_FROM, 0.0, 0.15 + 0.4 * world.counter.uniform("course/own", course))
    known = ~world.counter.chance("course/own/unknown", course, 0.03)
    return text.whole(np.rint(fee * share / 10) * 10, known)


def table(world: World, sessions: Sessions, day: int) -> pa.Table:
    """The delivery rows of `sessions` as they stand on `day`."""
    draw, index, course = world.counter, sessions.index, sessions.course
    everyone = np.arange(len(index))
    is_over = (sessions.end < day) & sessions.is_held
    is_observed = is_over & (sessions.end + OBSERVED_AFTER_DAYS <= day) & (sessions.completed > 0)
    touched = np.minimum(
        np.where(is_observed, sessions.end + OBSERVED_AFTER_DAYS, np.where(is_over, sessions.end + 1, sessions.start)),
        day,
    )
    fee = sessions.hours * (5_500 + 500 * draw.integers("course/fee", course, 10))
    training_type = _training_types(world, course, sessions.skill)
    return pa.table(
        {
            "훈련과정 ID": sessions.course_ids(everyone),
            "회차": text.whole(sessions.round_no),
            "과정명": text.labels([f"(합성) {name} 과정" for name in world.skill_names], sessions.skill),
            "훈련기관": text.padded("합성훈련기관 ", draw.integers("course/institution", course, 400), 4),
            "NCS코드": text.labels(world.skill_codes, sessions.skill),
            "NCS명": text.labels(world.skill_names, sessions.skill),
            "NCS수준": text.whole(sessions.level),
            "관련직종": text.labels(world.occupation_codes, sessions.occupation),
            "지역": text.labels(world.region_codes, sessions.region),
            "원격여부": text.flags(draw.chance("course/online", course, ONLINE_SHARE)),
            "과정시작일": text.days(sessions.start),
            "과정종료일": text.days(sessions.end),
            "총 훈련시간": text.whole(sessions.hours),
            "훈련비": text.whole(fee),
            "훈련유형": text.labels(TRAINING_TYPES, training_type),
            "본인부담금": _self_payments(world, course, fee, training_type),
            "정원": text.whole(sessions.seats),
            "수강신청 인원": text.whole(np.where(sessions.is_held, sessions.enrolled, 0)),
            "수료인원": text.whole(sessions.completed, is_over),
            "만족도": pa.array(np.round(70 + 28 * draw.uniform("session/liked", index), 1), mask=~is_over),
            "취업률 (6개월)": employment_rate_text(world, sessions, day),
            "취업인원 (6개월)": text.whole(sessions.employed, is_observed),
            "최종수정일시": text.instants(draw, "session/updated", index, touched),
        }
    )
