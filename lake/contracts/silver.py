"""Silver: what sources deliver, typed, checked, pseudonymous, newest correction only.

Bronze and quarantine tables are made from these (`bronze.py`), so a delivered column is declared once.
The tables stand in silver_people.py and silver_market.py; this module is their list.
"""

from __future__ import annotations

from lake.contracts.scales import APTITUDES, RIASEC, RIASEC_LABELS, SCALE_NAMES, SCALES
from lake.contracts.silver_market import (
    COMPANIES,
    JOB_POSTINGS,
    OCCUPATIONS,
    SKILL_REQUIREMENTS,
    TRAINING_COURSES,
    WORKER_SURVEYS,
)
from lake.contracts.silver_people import (
    APPLICATIONS,
    BENEFITS,
    CERTIFICATES,
    EMPLOYMENT_SPELLS,
    RESUMES,
    SEEKERS,
    TEST_RESULTS,
    TRAINING_HISTORY,
)

TABLES = (
    SEEKERS,
    RESUMES,
    EMPLOYMENT_SPELLS,
    APPLICATIONS,
    TEST_RESULTS,
    CERTIFICATES,
    TRAINING_HISTORY,
    BENEFITS,
    JOB_POSTINGS,
    TRAINING_COURSES,
    OCCUPATIONS,
    COMPANIES,
    WORKER_SURVEYS,
    SKILL_REQUIREMENTS,
)

__all__ = [
    "APPLICATIONS",
    "APTITUDES",
    "BENEFITS",
    "CERTIFICATES",
    "COMPANIES",
    "EMPLOYMENT_SPELLS",
    "JOB_POSTINGS",
    "OCCUPATIONS",
    "RESUMES",
    "RIASEC",
    "RIASEC_LABELS",
    "SCALES",
    "SCALE_NAMES",
    "SEEKERS",
    "SKILL_REQUIREMENTS",
    "TABLES",
    "TEST_RESULTS",
    "TRAINING_COURSES",
    "TRAINING_HISTORY",
    "WORKER_SURVEYS",
]
