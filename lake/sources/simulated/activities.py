"""What seekers do: applications to postings, training in sessions, unemployment benefit after a job.

Postings and sessions of earlier years are closed and not delivered: what was applied to or attended then has an id of
its own shape, which no delivered posting or session can have.
Do not put here: postings and sessions themselves (`postings.py`, `courses.py`), which posting is applied to
(`choice.py`), employment (`history.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.simulated import text
from lake.sources.simulated.choice import Applying, Board, choose
from lake.sources.simulated.counters import Bools, Floats, Ints
from lake.sources.simulated.courses import Sessions
from lake.sources.simulated.dated import Dated, known_day
from lake.sources.simulated.history import SEPARATION_REASONS, Spells
from lake.sources.simulated.people import People
from lake.sources.simulated.rhythm import activity
from lake.sources.simulated.shelf import Shelf
from lake.sources.simulated.world import HISTORY_DAYS, World

YEAR_DAYS = 365  # how far back postings and sessions are delivered
HISTORY_YEARS = -(-HISTORY_DAYS // YEAR_DAYS)
APPLICATIONS_PER_YEAR = 1.35  # before those that fall ahead of registration are dropped
PAST_POSTING = "KPAST"
PAST_COURSE = "SYNPAST"
SESSION_SLACK_DAYS = 60
LONGEST_TRAINING_DAYS = 161
HIRED_APPLICATION_SHARE = 0.15  # of jobs that began through a posting
RESULTS = ("PENDING", "REJECTED", "UNKNOWN", "HIRED")
BENEFIT_TENURE_DAYS = 120  # the legal 180 insured days add up over jobs
INVOLUNTARY = tuple(SEPARATION_REASONS.index(code) for code in ("12", "22", "23", "32"))
BENEFIT_RANGE_KRW_MONTH = (1_925_760, 1_980_000)
_CELLS = 1 << 16  # draws a person: 8 a year by search from 0 on, 128..255 by job number, then one a night


def applications(world: World, person: People, spells: Spells, board: Board) -> list[Dated]:
    """Each application when it is made (pending) and again when its result is known."""
    position, cell, applied, is_hired = _application_days(world, person, spells)
    draw, postings = world.counter, board.postings
    posting = np.full(len(cell), -1, dtype=np.int64)
    recent = np.flatnonzero(applied > world.today - YEAR_DAYS)
    made = Applying(position[recent], cell[recent], applied[recent], is_hired[recent])
    posting[recent] = choose(world, person, board, made)
    first = _first_of_each(person.index[position], posting, cell % _CELLS)
    position, cell, applied, posting = position[first], cell[first], applied[first], posting[first]
    is_hired = is_hired[first]
    decided = applied + np.where(is_hired, 9, 5 + draw.integers("application/decided", cell, 30))
    result = np.where(is_hired, 3, 1 + draw.chance("application/unknown", cell, 0.3))
    made_on, known_on = (known_day(world, person, position, day) for day in (applied, decided))
    parts = []
    for is_decided, rows in ((False, known_on > made_on), (True, known_on <= world.last_day)):
        where = np.flatnonzero(rows & (made_on <= world.last_day))
        shown = result[where] if is_decided else np.zeros(len(where), dtype=np.int64)
        updated = (decided if is_decided else applied)[where]
        table = pa.table(
            {
                "주민등록번호": person.resident_number.take(pa.array(position[where])),
                "구인인증번호": _ids(postings.ids, posting[where], text.padded(PAST_POSTING, cell[where], 12)),
                "지원일": text.days(applied[where]),
                "지원결과": text.labels(RESULTS, shown),
                "최종수정일시": text.instants(draw, f"application/updated/{int(is_decided)}", cell[where], updated),
            }
        )
        parts.append(Dated(table, (known_on if is_decided else made_on)[where]))
    return parts


def _first_of_each(person: Ints, thing: Ints, own: Ints) -> Ints:
    """Where each (person, thing) is first; a thing that is not delivered (-1) counts by its `own` number."""
    pair = person * (1 << 30) + np.where(thing >= 0, thing, (1 << 29) + own)
    _, first = np.unique(pair, return_index=True)
    return first


def _ids(delivered: Callable[[Ints], pa.Array], thing: Ints, past: pa.Array) -> pa.Array:
    """Ids of delivered things; the `past` id where there is none (-1)."""
    return pc.if_else(pa.array(thing >= 0), delivered(np.maximum(thing, 0)), past)


def _application_days(world: World, person: People, spells: Spells) -> tuple[Ints, Ints, Ints, Bools]:
    """Who applied when: the ones that led to a job, a few a year by search intensity, those of each night."""
    draw = world.counter
    job = np.flatnonzero(
        draw.chance("application/hired", spells.id, HIRED_APPLICATION_SHARE)
        & ~spells.is_daily
        & (spells.start > world.today - HISTORY_YEARS * YEAR_DAYS)
    )
    ahead = 2 + draw.integers("application/ahead", spells.id[job], 7)
    positions = [spells.position[job]]
    cells = [person.index[spells.position[job]] * _CELLS + 128 + spells.id[job] % 128]
    days = [spells.start[job] - ahead]
    yearly = APPLICATIONS_PER_YEAR * np.exp(0.5 * person.search - 0.125)
    for year in range(HISTORY_YEARS):
        member = np.flatnonzero(person.registered_day <= world.today - year * YEAR_DAYS)
        block = person.index[member] * _CELLS + year * 8
        count = _poisson(draw.uniform("application/count", block), yearly[member])
        number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        positions.append(np.repeat(member, count))
        cells.append(np.repeat(block, count) + number)
        days.append(world.today - year * YEAR_DAYS - draw.integers("application/day", cells[-1], YEAR_DAYS))
    for night in range(1, world.size.nights):
        cell = person.index * _CELLS + 256 + night
        hit = np.flatnonzero(draw.chance("application/night", cell, activity(world.today + night) * yearly / YEAR_DAYS))
        positions.append(hit)
        cells.append(cell[hit])
        days.append(np.full(len(hit), world.today + night))
    position, cell, applied = (np.concatenate(part) for part in (positions, cells, days))
    is_hired = np.arange(len(position)) < len(job)
    keep = (applied >= person.registered_day[position]) & (applied <= world.last_day) & ~person.is_thin[position]
    # In order of days: of two applications to one posting the earlier stays, so later nights change no earlier row.
    order = np.flatnonzero(keep)
    order = order[np.lexsort((cell[order], applied[order]))]
    return position[order], cell[order], applied[order], is_hired[order]


def _poisson(level: Floats, mean: Floats) -> Ints:
    """The inverse of the Poisson distribution at `level`, cut at 7."""
    term = np.exp(-mean)
    total, count = term.copy(), np.zeros(len(mean), dtype=np.int64)
    for number in range(1, 8):
        count += level > total
        term = term * mean / number
        total += term
    return count


def training_history(world: World, person: People, sessions: Sessions, shelf: Shelf) -> list[Dated]:
    """Sessions attended, in skills that the wanted occupation needs; completion is known a week after the end."""
    draw = world.counter
    position, cell, skill, ended = _training_days(world, person)
    near = (ended - SESSION_SLACK_DAYS, ended + SESSION_SLACK_DAYS)
    session = shelf.find_fitting(skill, near, draw.uniform("training/session", cell))
    session = np.where(ended > world.today - YEAR_DAYS, session, -1)
    first = _first_of_each(person.index[position], session, cell % 4)
    position, cell, session, skill = position[first], cell[first], session[first], skill[first]
    is_past, place = session < 0, np.maximum(session, 0)
    end = np.where(is_past, ended[first], sessions.end[place])
    weeks = 2 + draw.integers("training/weeks", cell, 22)
    start = np.where(is_past, end - 7 * weeks, sessions.start[place])
    begun = known_day(world, person, position, start)
    finished = known_day(world, person, position, end + 7)
    completed = draw.chance("training/completed", cell, 0.86).astype(np.int64)
    parts = []
    for is_over, rows in ((False, finished > begun), (True, finished <= world.last_day)):
        where = np.flatnonzero(rows & (begun <= world.last_day))
        updated = (end + 7 if is_over else start)[where]
        table = pa.table(
            {
                "주민등록번호": person.resident_number.take(pa.array(position[where])),
                "훈련과정 ID": _ids(sessions.course_ids, session[where], text.padded(PAST_COURSE, cell[where], 9)),
                "회차": text.whole(np.where(is_past, 1, sessions.round_no[place])[where]),
                "NCS코드": text.labels(world.skill_codes, skill[where]),
                "훈련시작일": text.days(start[where]),
                "훈련종료일": text.days(end[where]),
                "수료여부": text.labels(("N", "Y"), completed[where] if is_over else np.full(len(where), -1)),
                "최종수정일시": text.instants(draw, f"training/updated/{int(is_over)}", cell[where], updated),
            }
        )
        parts.append(Dated(table, (finished if is_over else begun)[where]))
    return parts


def _training_days(world: World, person: People) -> tuple[Ints, Ints, Ints, Ints]:
    """Who trained in what, and about when it ended: evenly over the years, what is still running included."""
    draw, count = world.counter, person.trainings
    position = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    cell = person.index[position] * 4 + number
    occupation = person.wishes[position, 0]
    place = draw.integers("training/skill", cell, world.ints("skills_count")[occupation])
    ago = draw.integers("training/end", cell, HISTORY_DAYS + LONGEST_TRAINING_DAYS) - LONGEST_TRAINING_DAYS
    return position, cell, world.ints("skills")[occupation, place], world.today - ago


def benefits(world: World, person: People, spells: Spells) -> Dated:
    """Unemployment benefit after an involuntary end of a job of 120 days or more."""
    draw = world.counter
    tenure = spells.end - spells.start
    entitled = np.isin(spells.reason, INVOLUNTARY) & (tenure >= BENEFIT_TENURE_DAYS) & ~spells.is_daily
    where = np.flatnonzero(entitled & (spells.end_reported < world.last_day))
    cell, position = spells.id[where], spells.position[where]
    start = spells.end_reported[where] + 3 + draw.integers("benefit/start", cell, 25)
    length = 120 + 30 * np.minimum(tenure[where] // 365, 3) + 30 * (person.age[position] >= 50)
    amount = np.clip(np.rint(spells.wage[where] * 0.6).astype(np.int64), *BENEFIT_RANGE_KRW_MONTH)
    rows = pa.table(
        {
            "수급자격번호": text.padded("SYNB", cell, 12),
            "주민등록번호": person.resident_number.take(pa.array(position)),
            "수급시작일": text.days(start),
            "수급종료예정일": text.days(start + length),
            "구직급여월액": text.whole(amount),
            "최종수정일시": text.instants(draw, "benefit/updated", cell, start),
        }
    )
    return Dated(rows, known_day(world, person, position, start))
