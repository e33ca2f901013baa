"""Which sources a night's answers rest on, and until which day each of them was delivered.

Reads the list of delivered files; no person's row. Do not put here: sentences (wording.py), what was wrong with a
file (quality pages).
"""

from __future__ import annotations

import pyarrow.dataset as pads

from dashboards import texts
from lake import tables
from lake.contracts import ops
from lake.publication import Pointer
from lake.settings import Settings

SEEKER = (
    "seekers",
    "resumes",
    "employment_spells",
    "applications",
    "test_results",
    "certificates",
    "training_history",
    "benefits",
    "job_postings",
    "training_courses",
    "occupations",
    "worker_surveys",
    "skill_requirements",
    "rights_requests",
)
"""Sources of the six answers of a person, the person's own records first."""
POSTING = ("job_postings", "companies", "seekers", "resumes", "employment_spells", "applications", "certificates")
"""Sources of a posting's talents."""


def delivered_dates(settings: Settings, pointer: Pointer, nouns: tuple[str, ...]) -> dict[str, str | None]:
    """Noun → the newest day, ISO, of an accepted delivery by the pointer's date; None where nothing ever came.

    Empty in a lake without a list of deliveries: then nobody can say.
    """
    if not tables.exists(settings, ops.DELIVERIES.id):
        return {}
    by_then = (pads.field("delivery_date") <= pointer.as_of) & pads.field("problem").is_null()
    rows = tables.dataset(settings, ops.DELIVERIES.id).to_table(columns=["table_id", "delivery_date"], filter=by_then)
    newest: dict[str, str] = {}
    for row in rows.to_pylist():
        noun, day = row["table_id"].removeprefix("bronze__"), row["delivery_date"].isoformat()
        newest[noun] = max(day, newest.get(noun, day))
    return {noun: newest.get(noun) for noun in nouns}


def told(dates: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Each day, the newest first, and the sources that were last delivered on it; those that never came at the end."""
    words = texts.load("sources")
    days = sorted({day for day in dates.values() if day}, reverse=True)
    lines: list[tuple[str, str | None]] = [(words["until"].format(day=texts.day(day)), day) for day in days]
    lines += [(words["never"], None)] if None in dates.values() else []
    return tuple(
        (said, ", ".join(words["name"][noun] for noun, found in dates.items() if found == day)) for said, day in lines
    )
