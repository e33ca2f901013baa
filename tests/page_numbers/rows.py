"""The serving rows of a published night, read whole once, apart from the pages' own look-ups.

Do not put here: what the rows must look like on a page.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from lake import tables
from lake.contracts import serving
from lake.publication import Pointer
from lake.settings import Settings
from tests.page_numbers.facts import Facts

Row = dict[str, Any]
SEEKER = {
    "employment": serving.SEEKER_EMPLOYMENT,
    "occupations": serving.SEEKER_OCCUPATIONS,
    "jobs": serving.SEEKER_JOBS,
    "gaps": serving.SEEKER_SKILL_GAPS,
    "courses": serving.SEEKER_COURSES,
    "certificates": serving.SEEKER_CERTIFICATES,
}
LOOKUPS = (serving.OCCUPATIONS, serving.JOB_POSTINGS, serving.COURSES, serving.SKILLS)


class Night:
    """Every serving row of the night of `pointer` by its key."""

    def __init__(self, settings: Settings, pointer: Pointer) -> None:
        """Read the tables."""
        self.settings, self.pointer = settings, pointer
        self.people = {name: self._rows(contract.id) for name, contract in SEEKER.items()}
        self.talents = self._rows(serving.POSTING_TALENTS.id)
        self.lookups = {contract.noun.removesuffix("_v1"): self._rows(contract.id) for contract in LOOKUPS}

    def _rows(self, table_id: str) -> dict[str, Row]:
        version = self.pointer.tables[table_id].version
        rows = tables.dataset(self.settings, table_id, version=version).to_table().to_pylist()
        (key,) = tables.contract(table_id).key
        return {row[key]: row for row in rows}

    def seeker(self, key: str, sources: dict[str, str | None]) -> Facts:
        """What one seeker's page is made from, `sources` being the days of the deliveries."""
        rows = {name: rows[key] for name, rows in self.people.items()}
        return self.facts(rows, sources)

    def posting(self, posting_id: str, sources: dict[str, str | None]) -> Facts:
        """What one posting's page is made from."""
        rows = {"posting": self.lookups["job_postings"][posting_id], "talents": self.talents[posting_id]}
        return self.facts(rows, sources)

    def facts(self, rows: dict[str, Row], sources: dict[str, str | None]) -> Facts:
        """These rows beside the look-up rows of the night."""
        delivered = tuple(sorted({date.fromisoformat(day) for day in sources.values() if day}, reverse=True))
        lookups = {name: named_only(rows, found) for name, found in self.lookups.items()}
        return Facts(self.pointer.as_of, self.pointer.run_id, rows, lookups, delivered)


def named_only(rows: dict[str, Row], lookup: dict[str, Row]) -> dict[str, Row]:
    """The look-up rows that these rows speak of."""
    values = [value for row in rows.values() for value in row.values() if isinstance(value, str)]
    spoken = {part for value in values for part in value.split("|")}
    spoken |= {f"CERT:{value}" for value in values}
    found = {key: row for key, row in lookup.items() if key in spoken}
    skills = {row.get("occupation_code") for row in found.values()} | {row.get("skill_code") for row in found.values()}
    return found | {key: row for key, row in lookup.items() if key in skills}
