"""What is delivered once about occupations: the dictionary, the worker survey, the skills they need.

Do not put here: people and vacancies.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.papers import WORKER_LEANING, scale_columns, scales
from lake.sources.simulated.world import World

WORKERS_PER_OCCUPATION = 20
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
    everyone = np.ones(len(index), dtype=bool)
    score = scales(world, "survey", index, occupation, WORKER_LEANING)
    updated = np.full(len(index), world.today - 200)
    return pa.table(
        {
            "응답자번호": text.padded("SYNW", index, 7),
            "조사연도": text.whole(np.full(len(index), world.first_date.year - 1)),
            "직업코드": text.labels(world.occupation_codes, occupation),
            **scale_columns(score, (everyone, everyone)),
            "최종수정일시": text.instants(world.counter, "survey/updated", index, updated),
        }
    )


def skill_requirements(world: World) -> pa.Table:
    """Three to eight skills an occupation, with importance and level."""
    skills = world.ints("skills")
    row, place = np.nonzero(skills >= 0)
    cell = row * 16 + place
    level = np.clip(world.ints("education")[row] + world.counter.integers("skill/level", cell, 3) - 1, 2, 7)
    updated = np.full(len(cell), world.today - 200)
    return pa.table(
        {
            "직업코드": text.labels(world.occupation_codes, row),
            "역량코드": text.labels(world.skill_codes, skills[row, place]),
            "역량명": text.labels(world.skill_names, skills[row, place]),
            "NCS수준": text.whole(level),
            "중요도": pa.array(world.floats("importance")[row, place]),
            "최종수정일시": text.instants(world.counter, "skill/updated", cell, updated),
        }
    )
