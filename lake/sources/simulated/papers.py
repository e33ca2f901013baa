"""What seekers bring along: résumés, test results, certificates.

Skills on a résumé are a part of what the wanted occupation needs, so that gaps exist; test scales lean towards the
wanted occupation's profile. Do not put here: events over time (`history.py`, `activities.py`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lake.contracts.silver import APTITUDES, RIASEC_LABELS
from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Floats, Ints
from lake.sources.simulated.dated import Dated, known_day
from lake.sources.simulated.groups import OTHER_CERTIFICATES
from lake.sources.simulated.people import People
from lake.sources.simulated.world import APTITUDE_CORRELATIONS, RIASEC_CORRELATIONS, World

TEST_SHARE = 0.45
SEEKER_LEANING = 0.45  # correlation of a seeker's scale with the wanted occupation's profile
WORKER_LEANING = 0.55  # a worker's with the own occupation's: hit@5 of .51 by discriminant analysis, as on KNOW
SKILL_HELD_SHARE = 0.5
SCALE_HEADERS = (
    *(f"흥미_{label}" for label in RIASEC_LABELS),
    *(f"적성_{label}" for label in APTITUDES.values()),
)


def resumes(world: World, person: People) -> Dated:
    """One résumé for most seekers, written in the weeks after registration."""
    where = np.flatnonzero(person.has_resume)
    draw, index = world.counter, person.index[where]
    occupation = person.wishes[where, 0]
    needed = world.ints("skills")[occupation]
    cell = index[:, None] * 16 + np.arange(needed.shape[1])
    experience = np.where(person.career_months[where] > 24, 0.2, 0.0)[:, None]
    held = np.where(draw.chance("resume/skill", cell, SKILL_HELD_SHARE + experience), needed, -1)
    day = person.registered_day[where] + draw.integers("resume/day", index, 45)
    languages = draw.pick("resume/languages", index, [0.78, 0.17, 0.05])
    rows = pa.table(
        {
            "주민등록번호": person.resident_number.take(pa.array(where)),
            "최종수정일시": text.instants(draw, "resume/updated", index, day),
            "이력서완성도": pa.array(person.completeness_pct[where]),
            "핵심어": text.joined(world.skill_names, held),
            "역량코드": text.joined(world.skill_codes, held),
            "어학시험수": text.whole(languages),
        }
    )
    return Dated(rows, known_day(world, person, where, day))


def scales(world: World, stream: str, index: Ints, occupation: Ints, leaning: float) -> Floats:
    """Interest and aptitude scales, shape (n, 17), mean 100 and deviation 15, correlated as published (SOURCES §3)."""
    parts = []
    for name, correlations in (("interest", RIASEC_CORRELATIONS), ("aptitude", APTITUDE_CORRELATIONS)):
        cell = index[:, None] * 16 + np.arange(len(correlations))
        own = world.counter.normal(f"{stream}/{name}", cell) @ np.linalg.cholesky(correlations).T
        parts.append(leaning * world.floats(name)[occupation] + np.sqrt(1.0 - leaning**2) * own)
    result: Floats = np.clip(np.round(100.0 + 15.0 * np.concatenate(parts, axis=1), 1), 20.0, 180.0)
    return result


def scale_columns(score: Floats, taken: tuple[Bools, Bools]) -> dict[str, pa.Array]:
    """The 17 scales under their Korean headers; null where that test was not taken."""
    interest, aptitude = taken
    return {
        header: pa.array(score[:, place], mask=~(interest if place < len(RIASEC_LABELS) else aptitude))
        for place, header in enumerate(SCALE_HEADERS)
    }


def test_results(world: World, person: People) -> Dated:
    """One row for those who took the interest test, the aptitude test or both."""
    draw = world.counter
    where = np.flatnonzero(draw.chance("test/taken", person.index, TEST_SHARE) & ~person.is_thin)
    index = person.index[where]
    which = draw.pick("test/which", index, [0.62, 0.28, 0.10])  # both, interest only, aptitude only
    score = scales(world, "test", index, person.wishes[where, 0], SEEKER_LEANING)
    registered = person.registered_day[where]
    day = np.minimum(registered + draw.integers("test/day", index, 60), np.maximum(registered, world.today))
    rows = pa.table(
        {
            "주민등록번호": person.resident_number.take(pa.array(where)),
            "검사일": text.days(day),
            "최종수정일시": text.instants(draw, "test/updated", index, day),
            **scale_columns(score, (which != 2, which != 1)),
        }
    )
    return Dated(rows, known_day(world, person, where, day))


def certificates(world: World, person: People) -> Dated:
    """The licence of the wanted occupation for most who need one, and up to two others."""
    draw = world.counter
    licences = len(world.certificate_names) - len(OTHER_CERTIFICATES)
    first = draw.integers("certificate/first", person.index, len(OTHER_CERTIFICATES))
    step = 1 + draw.integers("certificate/second", person.index, len(OTHER_CERTIFICATES) - 1)
    licence = world.ints("licence")[person.wishes[:, 0]]
    names = np.stack([licence, licences + first, licences + (first + step) % len(OTHER_CERTIFICATES)], axis=1)
    has = np.stack([person.has_licence, person.certificates >= 1, person.certificates >= 2], axis=1)
    where, slot = np.nonzero(has)
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
