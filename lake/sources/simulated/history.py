"""Insured employment: jobs and gaps drawn from the same rate that makes the true probability.

A person alternates between a gap (rate λ, `hazard.py`) and a job of at least 28 days; day-labour of under 28 days may
follow a job and ends no search. The line runs past the last delivery, so the truth is known; a delivery holds only
what was reported by its date. Makes the `employment_spells` deliveries. Do not put here: other events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Floats, Ints
from lake.sources.simulated.dated import Dated, known_day, on_date
from lake.sources.simulated.hazard import FOLLOW_UP_DAYS, day_reached, probability
from lake.sources.simulated.people import WORKING_AGE_DAYS, People, attributes
from lake.sources.simulated.world import HISTORY_DAYS, World, expected_wage, wage_level

SHORTEST_JOB_DAYS = 28
TENURE_MEAN_DAYS = 75.0
LATE_ENTRY_SHARE = 0.7  # enter the labour market in the time before they register; all others at working age
LATE_ENTRY_DAYS = 730
INSURANCE_BEGAN_DAY = 9_312  # 1995-07-01
DAY_LABOUR_SHARE = 0.12
SPELLS_PER_PERSON = 128  # numbers 0..63 are jobs, 64..127 the day-labour after them
SEPARATION_REASONS = ("11", "12", "22", "23", "26", "31", "32", "41", "42")
SEPARATION_SHARES = (0.50, 0.04, 0.04, 0.14, 0.01, 0.0, 0.22, 0.03, 0.02)


@dataclass(frozen=True)
class Spells:
    """One entry a spell, ordered by person and number; `position` points into the People it was made from."""

    position: Ints
    id: Ints
    start: Ints
    end: Ints
    is_daily: Bools
    occupation: Ints
    wage: Ints
    reason: Ints
    start_reported: Ints
    end_reported: Ints


def make(world: World, start: int, stop: int) -> pa.Table:
    """The first date's delivery rows of persons start .. stop-1."""
    person = attributes(world, np.arange(start, stop))
    return on_date(world, employment_spells(world, person, draw_spells(world, person)), world.today)


def draw_spells(world: World, person: People) -> Spells:
    """Every spell from HISTORY_DAYS before the first date to the end of the follow-up of the last, and one before."""
    position, number, start, end = _jobs(world, person)
    order = np.lexsort((number, position))
    position, number, start, end = position[order], number[order], start[order], end[order]
    daily = _day_labour(world, person, (position, number, start, end))
    position, number, start, end = (
        np.concatenate(pair) for pair in zip((position, number, start, end), daily, strict=True)
    )
    order = np.lexsort((number, start, position))
    position, number, start, end = position[order], number[order], start[order], end[order]
    return _describe(world, person, (position, number, start, end))


def _jobs(world: World, person: People) -> tuple[Ints, Ints, Ints, Ints]:
    """Position, number, start and end of the jobs; the loop is over job numbers, not over people."""
    draw = world.counter
    horizon = world.last_day + FOLLOW_UP_DAYS + 1
    tenure = TENURE_MEAN_DAYS * np.exp(
        0.5 * draw.normal("spell/tenure/person", person.index) + 0.08 * (person.education - 4)
    )
    (at, start, end), clock = _first_jobs(world, person, tenure)
    found = [(at, np.zeros(len(at), dtype=np.int64), start, end)]
    active = np.arange(len(person.index))
    for number in range(1, 64):
        cell = person.index[active] * SPELLS_PER_PERSON + number
        start = day_reached(clock, draw.exponential("spell/gap", cell) / person.rate[active])
        inside = start <= horizon
        active, start, cell = active[inside], start[inside], cell[inside]
        length = np.ceil(tenure[active] * draw.exponential("spell/length", cell)).astype(np.int64)
        clock = start + SHORTEST_JOB_DAYS + length
        found.append((active, np.full(len(active), number), start, clock))
        if len(active) == 0:
            break
    position, numbers, starts, ends = (np.concatenate(part) for part in zip(*found, strict=True))
    return position, numbers, starts, ends


def _first_jobs(world: World, person: People, tenure: Floats) -> tuple[tuple[Ints, Ints, Ints], Ints]:
    """Position, start and end of the job held HISTORY_DAYS ago or ended last before; the day each first gap begins.

    As after many years of jobs and gaps, less by what somebody misses who entered the labour market late: so a past
    date shows as many people without any job as the first date does.
    """
    draw, begin = world.counter, world.today - HISTORY_DAYS
    entry, usual = _entries(world, person), tenure + SHORTEST_JOB_DAYS
    settled = 1.0 - np.exp(-np.maximum(begin - entry, 0) * (person.rate + 1.0 / usual))
    share = settled / (1.0 + 1.0 / (person.rate * usual))
    is_employed = draw.chance("spell/employed", person.index, share)
    rest = 1 + np.floor(tenure * draw.exponential("spell/rest", person.index)).astype(np.int64)
    gap = 1 + np.floor(draw.exponential("spell/before", person.index) / person.rate).astype(np.int64)
    elapsed = np.floor(tenure * draw.exponential("spell/elapsed", person.index)).astype(np.int64)
    start = np.maximum(begin - elapsed - np.where(is_employed, 0, gap + SHORTEST_JOB_DAYS), entry)
    end = np.where(is_employed, np.maximum(begin + rest, start + SHORTEST_JOB_DAYS), begin - gap)
    at = np.flatnonzero(end - start >= SHORTEST_JOB_DAYS)
    return (at, start[at], end[at]), np.where(is_employed, end, np.maximum(entry, begin))


def _entries(world: World, person: People) -> Ints:
    """When each person enters the labour market: up to two years ahead of registration, or at working age."""
    ahead = world.counter.integers("spell/entry", person.index, LATE_ENTRY_DAYS)
    late = world.counter.chance("spell/late", person.index, LATE_ENTRY_SHARE)
    of_age = np.maximum(person.birth_day + WORKING_AGE_DAYS, INSURANCE_BEGAN_DAY)
    entry = np.where(late, np.maximum(person.registered_day - ahead, of_age), of_age)
    return np.where(person.is_thin, person.registered_day, entry)


def _day_labour(world: World, person: People, jobs: tuple[Ints, Ints, Ints, Ints]) -> tuple[Ints, Ints, Ints, Ints]:
    """Short spells in the weeks after a job; the next job cuts them off."""
    position, number, _, end = jobs
    same = np.append(position[1:] == position[:-1], False)
    next_start = np.where(same, np.append(jobs[2][1:], 0), text.NO_DAY)
    cell = person.index[position] * SPELLS_PER_PERSON + number
    start = end + 3 + world.counter.integers("spell/daily/start", cell, 18)
    stop = np.minimum(start + 1 + world.counter.integers("spell/daily/length", cell, 20), next_start)
    keep = world.counter.chance("spell/daily", cell, DAY_LABOUR_SHARE) & (start < stop)
    return position[keep], number[keep] + 64, start[keep], stop[keep]


def _describe(world: World, person: People, spells: tuple[Ints, Ints, Ints, Ints]) -> Spells:
    position, number, start, end = spells
    draw = world.counter
    cell = person.index[position] * SPELLS_PER_PERSON + number
    wished, education = person.wishes[position, 0], np.maximum(person.education[position], 1)
    usual = np.where(person.career_occupation[position] >= 0, person.career_occupation[position], wished)
    other = draw.pick_row("spell/occupation", cell, world.floats("wish_shares"), education - 1)
    kind = draw.pick("spell/occupation/kind", cell, [0.5, 0.25, 0.25])
    occupation = np.select([(kind == 0) & (usual >= 0), (kind == 1) & (wished >= 0)], [usual, wished], other)
    going = expected_wage(world, occupation, education, person.career_months[position])
    is_daily = number >= 64
    wage = going * wage_level(world, start) * np.exp(0.15 * draw.normal("spell/wage", cell))
    wage = wage * np.where(is_daily, 0.45, 1.0)
    reason = draw.pick("spell/reason", cell, SEPARATION_SHARES)
    retired = (person.age[position] >= 61) & draw.chance("spell/retired", cell, 0.15)
    start_reported = start + 1 + np.floor(45 * draw.uniform("spell/reported/start", cell) ** 2).astype(np.int64)
    end_reported = end + 1 + np.floor(45 * draw.uniform("spell/reported/end", cell) ** 2).astype(np.int64)
    return Spells(
        position=position,
        id=cell,
        start=start,
        end=end,
        is_daily=is_daily,
        occupation=occupation,
        wage=np.rint(wage / 1000).astype(np.int64) * 1000,
        reason=np.where(retired, SEPARATION_REASONS.index("31"), reason),
        start_reported=start_reported,
        end_reported=np.maximum(end_reported, start_reported),
    )


def employment_spells(world: World, person: People, spells: Spells) -> list[Dated]:
    """Each spell as first reported, and again with its end once that is reported."""
    begun = known_day(world, person, spells.position, spells.start_reported)
    ended = known_day(world, person, spells.position, spells.end_reported)
    open_rows = np.flatnonzero((ended > begun) & (begun <= world.last_day))
    closed_rows = np.flatnonzero(ended <= world.last_day)
    return [
        Dated(_table(world, person, spells, (open_rows, False)), begun[open_rows]),
        Dated(_table(world, person, spells, (closed_rows, True)), ended[closed_rows]),
    ]


def _table(world: World, person: People, spells: Spells, chosen: tuple[Ints, bool]) -> pa.Table:
    where, is_closed = chosen
    draw, cell, known = world.counter, spells.id[where], np.full(len(where), is_closed)
    updated = (spells.end_reported if is_closed else spells.start_reported)[where]
    company = draw.integers("spell/company", cell, world.size.companies)
    return pa.table(
        {
            "취득번호": text.padded("SYN", cell, 12),
            "주민등록번호": person.resident_number.take(pa.array(spells.position[where])),
            "사업장관리번호": text.padded("000", company, 7),
            "취득일": text.days(spells.start[where]),
            "상실일": text.days(spells.end[where], known),
            "직종코드": text.labels(world.occupation_codes, spells.occupation[where]),
            "월평균보수": text.whole(spells.wage[where]),
            "이직사유코드": text.labels(SEPARATION_REASONS, np.where(known, spells.reason[where], -1)),
            "보험구분": text.labels(("상용", "일용"), spells.is_daily[where].astype(np.int64)),
            "취득신고일": text.days(spells.start_reported[where]),
            "상실신고일": text.days(spells.end_reported[where], known),
            "최종수정일시": text.instants(draw, f"spell/updated/{int(is_closed)}", cell, updated),
        }
    )


def truth(world: World, person: People, spells: Spells, day: int) -> pa.Table:
    """For those registered by `day`: the true probability (null while employed) and what then happened."""
    job = ~spells.is_daily
    holds = job & (spells.start <= day) & (day < spells.end)
    hired = job & (spells.start > day) & (spells.start <= day + FOLLOW_UP_DAYS)
    is_employed, is_hired = (np.zeros(len(person.index), dtype=bool) for _ in range(2))
    is_employed[spells.position[holds]] = True
    is_hired[spells.position[hired]] = True
    rows = pa.table(
        {
            "seeker_number": pa.array(person.index),
            "resident_number": person.resident_number,
            "is_employed": pa.array(is_employed),
            "probability_183d_0_1": pa.array(probability(person.rate, day), mask=is_employed),
            "is_hired_183d": pa.array(is_hired),
        }
    )
    return rows.filter(pa.array(person.registered_day <= day))
