"""How a silver table is declared: the date in front, where the row came from behind.

Do not put here: tables.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import columns as c
from lake.contracts.model import Column, Privacy, Table

TRACE = (c.DELIVERY_DATE, c.SOURCE_FILE, c.ROW_NUMBER, c.FIRST_DELIVERY_DATE)


def silver_table(
    noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...], owner: str
) -> Table:
    """silver__{noun}: as_of, the columns, then where the row came from and when its key first came."""
    return Table(
        id=f"silver__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {label} 한 건(키: {', '.join(key)})",
        key=key,
        columns=(c.AS_OF, *columns, *TRACE),
        owner=owner,
        partition_by=("as_of",),
        sort_by=key,
    )


def versions_of(table: Table, noun: str) -> Table:
    """silver__{noun}: the good rows of a silver table that a later correction replaced, for looking back in time."""
    return Table(
        id=f"silver__{noun}",
        label=f"{table.label} 정정 전",
        description=f"{table.label}에서 뒤에 온 정정에 밀려난 행. 과거 시점의 특성을 그때 알던 값으로 만들 때 쓴다.",
        grain="한 행 = 밀려난 납품 행 하나",
        key=("as_of", "delivery_date", "source_file", "row_number"),
        columns=table.columns,
        owner=table.owner,
        partition_by=("as_of",),
        sort_by=table.sort_by,
    )


def personal(column: Column) -> Column:
    """The column, marked as information about a person."""
    return replace(column, privacy=Privacy.PERSONAL)


def audit(column: Column) -> Column:
    """The column, marked as a sensitive trait: carried for audits, never an input."""
    return replace(column, privacy=Privacy.SENSITIVE)
