"""The rows that a page is made from, and which places of a row are filled.

Do not put here: which numbers a page must hold (seeker.py, skills.py, counsellor.py, employer.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """The rows a page is made from: by service, and the look-up rows by table noun and key."""

    as_of: date
    run_id: str
    rows: Mapping[str, Row]
    lookups: Mapping[str, Mapping[str, Row]]
    delivered: tuple[date, ...] = ()

    def names(self) -> set[str]:
        """Names and codes of the rows that may hold digits and are no numbers."""
        found = {self.run_id}
        for row in (*self.rows.values(), *(row for rows in self.lookups.values() for row in rows.values())):
            for name, value in row.items():
                is_code = name.endswith(("_codes", "peer_group")) or "_codes_" in name
                if isinstance(value, str) and (is_code or "code" in name or "_name" in name or "_id" in name):
                    found |= set(value.split("|")) | {value}
                if isinstance(value, str) and name in ("title", "model_version"):
                    found.add(value)
        return {name for name in found if len(name) > 3 or not name.isdigit()}


def places(row: Row, service: str) -> list[int]:
    """The numbers of the places that are filled."""
    key = {"occupations": "occupation_code", "jobs": "posting_id", "courses": "session_id"}
    key |= {"certificates": "certificate_name", "gaps": "gap_occupation_code"}
    return [place for place in range(1, 6) if row.get(f"{key[service]}_{place}") is not None]
