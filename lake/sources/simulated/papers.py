"""What seekers bring along: résumés and certificates.

Skills on a résumé are a part of what the wanted occupation needs, so that gaps exist. Do not put here: tests
(`inventories.py`), events over time (`history.py`, `activities.py`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.dated import Dated, known_day
from lake.sources.simulated.groups import OTHER_CERTIFICATES
from lake.sources.simulated.people import People
from lake.sources.simulated.wording import SEEKERS_OWN_WORDS, write_skills
from lake.sources.simulated.world import World

SKILL_HELD_SHARE = 0.5


def listed_skills(world: World, person: People) -> Ints:
    """The skills on each résumé, as positions, -1 none; shape (n, 8), a row for everybody who has a résumé."""
    where = np.flatnonzero(person.has_resume)
    needed = world.ints("skills")[person.wishes[where, 0]]
    cell = person.index[where][:, None] * 16 + np.arange(needed.shape[1])
    experience = np.where(person.career_months[where] > 24, 0.2, 0.0)[:, None]
    return np.where(world.counter.chance("resume/skill", cell, SKILL_HELD_SHARE + experience), needed, -1)


def resumes(world: World, person: People) -> Dated:
    """One résumé for most seekers, written in the weeks after registration; some name skills without their codes."""
    where = np.flatnonzero(person.has_resume)
    draw, index = world.counter, person.index[where]
    held = listed_skills(world, person)
    own_words = draw.chance("resume/words", index, SEEKERS_OWN_WORDS)
    cell = index[:, None] * 16 + np.arange(held.shape[1])
    names, codes = write_skills(world, "resume", cell, held, own_words)
    day = person.registered_day[where] + draw.integers("resume/day", index, 45)
    languages = draw.pick("resume/languages", index, [0.78, 0.17, 0.05])
    rows = pa.table(
        {
            "주민등록번호": person.resident_number.take(pa.array(where)),
            "최종수정일시": text.instants(draw, "resume/updated", index, day),
            "이력서완성도": pa.array(person.completeness_pct[where]),
            "핵심어": names,
            "역량코드": codes,
            "어학시험수": text.whole(languages),
        }
    )
    return Dated(rows, known_day(world, person, where, day))


def held_certificates(world: World, person: People) -> Ints:
    """Positions in the world's certificates, -1 none, shape (n, 3): the wish's licence and up to two others."""
    draw, others = world.counter, len(OTHER_CERTIFICATES)
    licences = len(world.certificate_names) - others
    first = draw.integers("certificate/first", person.index, others)
    step = 1 + draw.integers("certificate/second", person.index, others - 1)
    licence = world.ints("licence")[person.wishes[:, 0]]
    names = np.stack([licence, licences + first, licences + (first + step) % others], axis=1)
    has = np.stack([person.has_licence, person.certificates >= 1, person.certificates >= 2], axis=1)
    return np.where(has, names, -1)


def certificates(world: World, person: People) -> Dated:
    """The licence of the wanted occupation for most who need one, and up to two others."""
    draw = world.counter
    names = held_certificates(world, person)
    where, slot = np.nonzero(names >= 0)
    cell = person.index[where] * 4 + slot
    acquired = person.registered_day[where] - draw.integers("certificate/day", cell, 2500)
    rows = pa.table(
        {
            "주민등록번호": person.resident_number.take(pa.array(where)),
            "자격증명": text.labels(world.certificate_names, names[where, slot]),
            "취득일": text.days(acquired),
            "최종수정일시": text.instants(draw, "certificate/updated", cell, acquired),
        }
    )
    return Dated(rows, known_day(world, person, where, acquired))
