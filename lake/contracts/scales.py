"""Scales of the psychological tests, shared by seekers' results and workers' surveys.

Four instruments: interest, aptitude, work values, personality. Interest may also come as raw items; how the items of
the others belong to scales is not published, so those come as scale scores. Do not put here: scoring (transforms/gold).
"""

from __future__ import annotations

from lake.contracts.model import Column, Kind

RIASEC = ("realistic", "investigative", "artistic", "social", "enterprising", "conventional")
RIASEC_LABELS = ("현실형", "탐구형", "예술형", "사회형", "진취형", "관습형")
APTITUDES = {
    "verbal": "언어력",
    "numerical": "수리력",
    "reasoning": "추리력",
    "spatial": "공간지각력",
    "object_perception": "사물지각력",
    "judgement": "상황판단력",
    "mechanical": "기계능력",
    "concentration": "집중력",
    "colour": "색채지각력",
    "fluency": "사고유창력",
    "problem_solving": "문제해결능력",
}

# 직업가치관검사 and the five factors of 직업선호도검사 L형 (SOURCES §3).
VALUES = {
    "achievement": "성취",
    "service": "봉사",
    "independence": "개별활동",
    "security": "직업안정",
    "change": "변화지향",
    "leisure": "몸과 마음의 여유",
    "influence": "영향력 발휘",
    "knowledge": "지식추구",
    "patriotism": "애국",
    "autonomy": "자율",
    "reward": "금전적 보상",
    "recognition": "인정",
    "indoors": "실내활동",
}
PERSONALITY = {
    "extraversion": "외향성",
    "agreeableness": "호감성",
    "conscientiousness": "성실성",
    "instability": "정서적 불안정성",
    "openness": "경험개방성",
}

ITEM_LETTERS = "RIASEC"
ITEMS_PER_SCALE = 34
"""The interest inventory has 204 items, 34 a scale (SOURCES §3): R01 … C34. A short form asks the first of each."""
ITEM_ANSWERS = (1, 5)
"""Least and most an item can be answered with."""


def _scale(name: str, label: str) -> Column:
    """A test scale on the published norm: mean 100, standard deviation 15 (SOURCES §3)."""
    return Column(name, Kind.FLOAT64, label, "표준점수(평균 100, 표준편차 15)", unit="점", minimum=20, maximum=180)


SCALES = (
    *(_scale(f"interest_{name}", f"흥미 {label}") for name, label in zip(RIASEC, RIASEC_LABELS, strict=True)),
    *(_scale(f"aptitude_{name}", f"적성 {label}") for name, label in APTITUDES.items()),
    *(_scale(f"value_{name}", f"가치 {label}") for name, label in VALUES.items()),
    *(_scale(f"personality_{name}", f"성격 {label}") for name, label in PERSONALITY.items()),
)
INSTRUMENTS = ("interest", "aptitude", "value", "personality")
"""What one can be tested on; the scales of each begin with its name."""
SCALE_NAMES = tuple(column.name for column in SCALES)
INSTRUMENT_SCALES = {
    name: tuple(scale for scale in SCALE_NAMES if scale.startswith(f"{name}_")) for name in INSTRUMENTS
}
