"""Rows as a source sent them: the form in which every reader hands over, and the check of a header.

Put here: what all readers share. Not here: any one format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from lake.privacy import is_personal_header, redact
from lake.sources.errors import SourceSchemaError
from lake.sources.mapping_model import SourceMapping, nearest

_NAMES_SHOWN = 40


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be taken. `text` may hold personal data; `place` is its file when the source is a folder."""

    number: int
    reason: str
    text: str = field(repr=False)
    place: str | None = None


@dataclass(frozen=True)
class Rows:
    """Some rows of a file: `columns` are text named by normalised header, `numbers` (int64) count from 1.

    `count` is every row seen, read or not. `places` names the file of each row when the source is a folder; its
    rows then have numbers of their own.
    """

    columns: pa.RecordBatch
    numbers: pa.Array
    unreadable: tuple[Unreadable, ...]
    count: int
    places: pa.Array | None = None


def check_header(cells: Sequence[str], mapping: SourceMapping, *, label: str) -> list[str]:
    """The normalised header, every unnamed column named by its position.

    Raises:
        SourceSchemaError: two columns have one name, or a mapped column is missing.
    """
    names = [mapping.header_named(cell) or f"(unnamed {position})" for position, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceSchemaError(
            label,
            f"the columns {_listed(twice)} more than once",
            expected="each name once",
            todo="have the file sent with distinct names",
        )
    missing = [name for name in mapping.required_headers if name not in names]
    if missing:
        raise missing_columns(missing, names, mapping, label=label)
    return names


def missing_columns(
    missing: Sequence[str], present: Sequence[str], mapping: SourceMapping, *, label: str
) -> SourceSchemaError:
    """The error for a file that lacks mapped columns; it names what is there, unless that looks like data."""
    looks_like_data = any(redact(name) != name or name.replace("-", "").isdigit() for name in present)
    hints = "" if looks_like_data else "".join(nearest(name, present) for name in missing[:3])
    shown = "a first line that holds data, not names" if looks_like_data else f"only {_listed(present)}"
    return SourceSchemaError(
        label,
        f"no column {_listed(missing)}{hints} ({shown})",
        expected=f"every column that {mapping.file} names",
        todo="have them sent, or correct the mapping (optional = true for a column that may be absent)",
    )


def without_repeated_header(rows: Rows, sent: Sequence[str]) -> Rows:
    """The rows without those that only say the header again: files that were put behind each other hold it twice.

    `sent` are the header's cells as they stand in the file, one for each column of `rows`.
    """
    if not sent or not rows.columns.num_rows:
        return rows
    again = _says(rows.columns.column(0), sent[0])
    for position in range(1, len(sent)):
        if not pc.any(again).as_py():
            return rows
        again = pc.and_(again, _says(rows.columns.column(position), sent[position]))
    if not pc.any(again).as_py():
        return rows
    stays = pc.invert(again)
    repeated = [
        Unreadable(number, "the header once more", ",".join(sent)) for number in rows.numbers.filter(again).to_pylist()
    ]
    unreadable = tuple(sorted((*rows.unreadable, *repeated), key=lambda row: row.number))
    return Rows(rows.columns.filter(stays), rows.numbers.filter(stays), unreadable, rows.count, rows.places)


def _says(values: pa.Array, cell: str) -> pa.Array:
    """Which values are the header's cell, also behind a byte order mark (the start of a second file)."""
    forms = pa.array([cell, f"\ufeff{cell}", f'\ufeff"{cell}"'], pa.string())
    return pc.fill_null(pc.is_in(values, value_set=forms), False)


def headers_to_read(names: Sequence[str], mapping: SourceMapping) -> list[str]:
    """The columns to read: mapped ones, then those kept in the payload, without what identifies a person."""
    mapped = [name for name in mapping.headers if name in names]
    about_people = mapping.is_about_people
    kept = [
        name
        for name in names
        if name not in mapped and name not in mapping.ignore and not is_personal_header(name, about_people=about_people)
    ]
    return [*mapped, *(name for name in kept if not name.startswith("(unnamed"))]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown}, … ({len(names)})"
