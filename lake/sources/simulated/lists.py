"""What is delivered once about occupations: the dictionary, the worker survey, the skills they need.

Do not put here: people and vacancies.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.inventories import (
    SCALE_HEADERS,
    WORKER_LEANING,
    observed_scores,
    scale_columns,
    true_traits,
)
from lake.sources.simulated.world import World

WORKERS_PER_OCCUPATION = 20
TOLD_SHARE, USED_SHARE = 0.85, 0.7  # of workers who say which skills they use; of the occupation's skills
NCS_LEVELS = 8
EDUCATION_CODES = tuple(f"{level:02d}" for level in range(8))


def occupations_jsonl(world: World) -> str:
    """The occupation dictionary, one JSON object a line; every description says that it is synthetic."""
    lines = []
    for row, (code, name) in enumerate(zip(world.occupation_codes, world.occupation_names, strict=True)):
        skills = [world.skill_names[place] for place in world.ints("skills")[row] if place >= 0]
        licence = int(world.ints("licence")[row])
        record = {
            "dJobCd": f"SYN{code}",
            "dJobNm": name,
            "keco": code,
            "kecoNm": name,
            "similarNm": ", ".join(part.strip() for part in name.replace("및", "·").split("·")),
            "workSum": f"(합성) {name}의 일: {', '.join(skills)}",
            "eduLevel": EDUCATION_CODES[int(world.ints("education")[row])],
            "certLic": world.certificate_names[licence] if licence >= 0 else None,
            "updatedAt": f"{world.first_date.year - 1}-12-01T00:00:00Z",
        }
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def worker_surveys(world: World) -> pa.Table:
    """Workers drawn around the profile of their occupation, the same number for each."""
    occupations = len(world.occupation_codes)
    index = np.arange(occupations * WORKERS_PER_OCCUPATION)
    occupation = index % occupations
    true = true_traits(world, "survey", index, occupation, WORKER_LEANING)
    score = observed_scores(world.counter, "survey", index, true)
    known = np.ones((len(index), len(SCALE_HEADERS)), dtype=bool)
    updated = np.full(len(index), world.today - 200)
    return pa.table(
        {
            "응답자번호": text.padded("SYNW", index, 7),
            "조사연도": text.whole(np.full(len(index), world.first_date.year - 1)),
            "직업코드": text.labels(world.occupation_codes, occupation),
            **scale_columns(score, known),
            "사용역량": _used_skills(world, index, occupation),
            "최종수정일시": text.instants(world.counter, "survey/updated", index, updated),
        }
    )


def _used_skills(world: World, index: Ints, occupation: Ints) -> pa.Array:
    """Most of the occupation's skills as code:level, up to a level above or below; null where a worker says nothing."""
    skills, levels = world.ints("skills")[occupation], _skill_levels(world)[occupation]
    cell = index[:, None] * 16 + np.arange(skills.shape[1])
    level = np.clip(levels + world.counter.integers("survey/level", cell, 3) - 1, 1, NCS_LEVELS)
    used = world.counter.chance("survey/used", cell, USED_SHARE) & (skills >= 0)
    used &= world.counter.chance("survey/told", index, TOLD_SHARE)[:, None]
    names = [f"{code}:{number}" for code in world.skill_codes for number in range(1, NCS_LEVELS + 1)]
    return text.joined(names, np.where(used, skills * NCS_LEVELS + level - 1, -1))


def _skill_levels(world: World) -> Ints:
    """The level at which each occupation needs each of its skills, shape (443, 8): about that of its education."""
    education = world.ints("education")[:, None]
    cell = np.arange(len(education))[:, None] * 16 + np.arange(world.ints("skills").shape[1])
    level: Ints = np.clip(education + world.counter.integers("skill/level", cell, 3) - 1, 2, 7)
    return level


def skill_requirements(world: World) -> pa.Table:
    """Three to eight skills an occupation, with importance and level."""
    skills = world.ints("skills")
    row, place = np.nonzero(skills >= 0)
    cell = row * 16 + place
    updated = np.full(len(cell), world.today - 200)
    return pa.table(
        {
            "직업코드": text.labels(world.occupation_codes, row),
            "역량코드": text.labels(world.skill_codes, skills[row, place]),
            "역량명": text.labels(world.skill_names, skills[row, place]),
            "NCS수준": text.whole(_skill_levels(world)[row, place]),
            "중요도": pa.array(world.floats("importance")[row, place]),
            "최종수정일시": text.instants(world.counter, "skill/updated", cell, updated),
        }
    )
