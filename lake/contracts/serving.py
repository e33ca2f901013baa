"""Serving: what portals read. Versioned names, one row per key, sorted by key, replaced whole.

The answers are the scores and matches with who made them and when; three look-up tables carry the
names. Do not put here: anything a portal does not show.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import answers, features, gold
from lake.contracts import columns as c
from lake.contracts.model import Column, Table
from lake.contracts.rights import REVIEW


def _served(source: Table, name: str, key: str, marks: tuple[Column, ...] = ()) -> Table:
    own = {column.name for column in c.PUBLISHED}
    return Table(
        id=f"serving__{name}_v1",
        label=f"{source.label} (공표)",
        description=source.description,
        grain=source.grain.split(",")[0],
        key=(key,),
        columns=(
            *(replace(column, delivered=False) for column in source.columns if column.name not in own),
            *marks,
            *c.PUBLISHED,
        ),
        owner=source.owner,
        sort_by=(key,),
    )


SEEKER_EMPLOYMENT = _served(answers.EMPLOYMENT_PROBABILITY, "seeker_employment", "seeker_key", REVIEW)
SEEKER_OCCUPATIONS = _served(answers.SEEKER_OCCUPATIONS, "seeker_occupations", "seeker_key", REVIEW)
SEEKER_JOBS = _served(answers.SEEKER_JOBS, "seeker_jobs", "seeker_key", REVIEW)
SEEKER_SKILL_GAPS = _served(answers.SEEKER_SKILL_GAPS, "seeker_skill_gaps", "seeker_key", REVIEW)
SEEKER_COURSES = _served(answers.SEEKER_COURSES, "seeker_courses", "seeker_key", REVIEW)
SEEKER_CERTIFICATES = _served(answers.SEEKER_CERTIFICATES, "seeker_certificates", "seeker_key", REVIEW)
OCCUPATIONS = _served(gold.OCCUPATIONS, "occupations", "occupation_code")
JOB_POSTINGS = _served(features.JOB_POSTINGS, "job_postings", "posting_id")
POSTING_TALENTS = _served(answers.POSTING_TALENTS, "posting_talents", "posting_id")
COURSES = _served(features.COURSES, "courses", "session_id")
SKILLS = _served(gold.SKILLS, "skills", "skill_code")

ANSWER_SOURCES: dict[str, str] = {
    SEEKER_EMPLOYMENT.id: answers.EMPLOYMENT_PROBABILITY.id,
    SEEKER_OCCUPATIONS.id: answers.SEEKER_OCCUPATIONS.id,
    SEEKER_JOBS.id: answers.SEEKER_JOBS.id,
    SEEKER_SKILL_GAPS.id: answers.SEEKER_SKILL_GAPS.id,
    SEEKER_COURSES.id: answers.SEEKER_COURSES.id,
    SEEKER_CERTIFICATES.id: answers.SEEKER_CERTIFICATES.id,
}
REVIEWED_SERVICES: dict[str, str] = {
    SEEKER_EMPLOYMENT.id: "EMPLOYMENT",
    SEEKER_OCCUPATIONS.id: "OCCUPATIONS",
    SEEKER_JOBS.id: "JOBS",
    SEEKER_SKILL_GAPS.id: "SKILL_GAPS",
    SEEKER_COURSES.id: "COURSES",
    SEEKER_CERTIFICATES.id: "CERTIFICATES",
}
"""Answers that are marked while their person waits for somebody to look at them, and the code of their service."""
POSTING_SOURCES: dict[str, str] = {POSTING_TALENTS.id: answers.POSTING_TALENTS.id}
"""Answers for employers, one row an open posting."""
LOOKUP_SOURCES: dict[str, str] = {
    OCCUPATIONS.id: gold.OCCUPATIONS.id,
    JOB_POSTINGS.id: features.JOB_POSTINGS.id,
    COURSES.id: features.COURSES.id,
    SKILLS.id: gold.SKILLS.id,
}

SOURCES = ANSWER_SOURCES | POSTING_SOURCES | LOOKUP_SOURCES
"""Every serving table and the table it is made from."""

TABLES = (
    SEEKER_EMPLOYMENT,
    SEEKER_OCCUPATIONS,
    SEEKER_JOBS,
    SEEKER_SKILL_GAPS,
    SEEKER_COURSES,
    SEEKER_CERTIFICATES,
    POSTING_TALENTS,
    OCCUPATIONS,
    JOB_POSTINGS,
    COURSES,
    SKILLS,
)
