"""Silver: what sources deliver, typed, checked, pseudonymous, newest correction only.

Bronze and quarantine tables are made from these (`bronze.py`), so a delivered column is declared once.
The tables stand in silver_people.py and silver_market.py; this module is their list.
"""

from __future__ import annotations

from lake.contracts.declare import versions_of
from lake.contracts.scales import (
    APTITUDES,
    INSTRUMENT_SCALES,
    INSTRUMENTS,
    PERSONALITY,
    RIASEC,
    RIASEC_LABELS,
    SCALE_NAMES,
    SCALES,
    VALUES,
)
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
    RIGHTS_REQUESTS,
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
    RIGHTS_REQUESTS,
    JOB_POSTINGS,
    TRAINING_COURSES,
    OCCUPATIONS,
    COMPANIES,
    WORKER_SURVEYS,
    SKILL_REQUIREMENTS,
)

SEEKER_VERSIONS = versions_of(SEEKERS, "seeker_versions")
RESUME_VERSIONS = versions_of(RESUMES, "resume_versions")
VERSION_TABLES = (SEEKER_VERSIONS, RESUME_VERSIONS)
"""Only what changes a person's own words needs its past: events carry the day they were reported."""

__all__ = [
    "APPLICATIONS",
    "APTITUDES",
    "BENEFITS",
    "CERTIFICATES",
    "COMPANIES",
    "EMPLOYMENT_SPELLS",
    "INSTRUMENTS",
    "INSTRUMENT_SCALES",
    "JOB_POSTINGS",
    "OCCUPATIONS",
    "PERSONALITY",
    "RESUMES",
    "RESUME_VERSIONS",
    "RIASEC",
    "RIASEC_LABELS",
    "RIGHTS_REQUESTS",
    "SCALES",
    "SCALE_NAMES",
    "SEEKERS",
    "SEEKER_VERSIONS",
    "SKILL_REQUIREMENTS",
    "TABLES",
    "TEST_RESULTS",
    "TRAINING_COURSES",
    "TRAINING_HISTORY",
    "VALUES",
    "VERSION_TABLES",
    "WORKER_SURVEYS",
]
