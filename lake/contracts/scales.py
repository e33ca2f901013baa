"""Scales of the psychological tests, shared by seekers' results and workers' surveys.

Do not put here: items of a questionnaire (they stay in the payload of bronze).
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


def _scale(name: str, label: str) -> Column:
    """A test scale on the published norm: mean 100, standard deviation 15 (SOURCES §3)."""
    return Column(name, Kind.FLOAT64, label, "표준점수(평균 100, 표준편차 15)", unit="점", minimum=20, maximum=180)


SCALES = (
    *(_scale(f"interest_{name}", f"흥미 {label}") for name, label in zip(RIASEC, RIASEC_LABELS, strict=True)),
    *(_scale(f"aptitude_{name}", f"적성 {label}") for name, label in APTITUDES.items()),
)
SCALE_NAMES = tuple(column.name for column in SCALES)
