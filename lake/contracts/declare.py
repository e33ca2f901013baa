"""How a silver table is declared: the date in front, where the row came from behind.

Do not put here: tables.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import columns as c
from lake.contracts.model import Column, Privacy, Table

_TRACE = (c.DELIVERY_DATE, c.SOURCE_FILE, c.ROW_NUMBER)


def silver_table(
    noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...], owner: str
) -> Table:
    """silver__{noun}: as_of, the columns, then delivery date, source file and row number."""
    return Table(
        id=f"silver__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {label} 한 건(키: {', '.join(key)})",
        key=key,
        columns=(c.AS_OF, *columns, *_TRACE),
        owner=owner,
        partition_by=("as_of",),
        sort_by=key,
    )


def personal(column: Column) -> Column:
    """The column, marked as information about a person."""
    return replace(column, privacy=Privacy.PERSONAL)


def audit(column: Column) -> Column:
    """The column, marked as a sensitive trait: carried for audits, never an input."""
    return replace(column, privacy=Privacy.SENSITIVE)
