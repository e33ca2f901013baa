"""Published rows by key: one row, rows of a look-up table by id, the places of a wide TOP list.

Reads the table versions one pointer names. Do not put here: what a row means (explain.py, explain_posting.py), words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow.dataset as pads

from dashboards.catalog import published
from lake import row_lookup
from lake.contracts import serving
from lake.contracts.registry import table
from lake.publication import Pointer
from lake.settings import Settings

Row = dict[str, Any]


class IncompleteAnswers(RuntimeError):
    """A key has a row in some serving tables and none in others, or two, which publication should have stopped."""


class NotPublished(LookupError):
    """The served night is older than an answer that is asked for."""

    exit_code = 3


def require_published(pointer: Pointer, *table_ids: str) -> None:
    """Raise NotPublished when the pointer's night did not publish one of the tables."""
    missing = [table_id for table_id in table_ids if table_id not in pointer.tables]
    if missing:
        raise NotPublished(
            f"{', '.join(missing)}: run {pointer.run_id} did not publish {'it' if len(missing) == 1 else 'them'}; "
            "run: goyong nightly"
        )


def one_row(settings: Settings, pointer: Pointer, table_id: str, key: str) -> Row | None:
    """The row of a serving table with this key; raises IncompleteAnswers when there are several."""
    (name,) = table(table_id).key
    entry = pointer.tables.get(table_id)
    if entry is not None and entry.files:
        rows = row_lookup.find_rows(settings, table_id, entry, key)
    else:
        rows = published(settings, pointer, table_id).to_table(filter=pads.field(name) == key).to_pylist()
    if len(rows) > 1:
        raise IncompleteAnswers(f"{table_id}, run {pointer.run_id}: {len(rows)} rows for one {name}, expected 1")
    return dict(rows[0]) if rows else None


def rows_by_id(
    settings: Settings, pointer: Pointer, table_id: str, key: str, values: Sequence[str | None]
) -> dict[str, Row]:
    """Rows of a look-up table by key value; an absent one is simply not in the result."""
    wanted = sorted({value for value in values if value is not None})
    if not wanted:
        return {}
    rows = published(settings, pointer, table_id).to_table(filter=pads.field(key).isin(wanted)).to_pylist()
    return {str(row[key]): dict(row) for row in rows}


def occupations_by_code(settings: Settings, pointer: Pointer, codes: Sequence[str | None]) -> dict[str, Row]:
    """The published occupations of these codes."""
    return rows_by_id(settings, pointer, serving.OCCUPATIONS.id, "occupation_code", codes)


def skills_by_code(settings: Settings, pointer: Pointer, codes: Sequence[str | None]) -> dict[str, Row]:
    """The published skills and certificates of these codes."""
    return rows_by_id(settings, pointer, serving.SKILLS.id, "skill_code", codes)


def named_skills(settings: Settings, pointer: Pointer, codes: Sequence[str]) -> list[Row]:
    """Each code with its name, in the order given; a code that the vocabulary lacks has no name."""
    found = skills_by_code(settings, pointer, codes)
    return [{"skill_code": code, "skill_name": found.get(code, {}).get("skill_name")} for code in codes]


def list_places(row: Row, key: str, names: Sequence[str], places: int) -> list[Row]:
    """The wide TOP list of `row` as a list; a place without a key is not there."""
    return [
        {"rank": place, key: row[f"{key}_{place}"], **{name: row[f"{name}_{place}"] for name in names}}
        for place in range(1, places + 1)
        if row[f"{key}_{place}"] is not None
    ]


def split_codes(text: str | None) -> list[str]:
    """Codes joined by | as a list."""
    return text.split("|") if text else []


def plain(value: Any) -> Any:
    """Dates as ISO text, so that the answers are JSON as they stand."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
