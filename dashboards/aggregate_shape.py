"""What an aggregate of goyong.duckdb is: its contract, its SQL, which of its cells are about people.

Do not put here: any one aggregate (aggregates.py, skill_aggregates.py), reading or writing (catalog.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Table

TOTAL, UNKNOWN, NO_ANSWER = "TOTAL", "UNKNOWN", "NO_ANSWER"
"""Rows of a breakdown that are not a group: everyone, group not known, people without an answer."""

_SQL = Path(__file__).parent / "sql"
HIDDEN = c.flag("is_suppressed", "비공개 여부", "10명 미만이거나, 다른 칸에서 계산해 낼 수 있어 가린 칸").derived()
GROUP_NOTE = "TOTAL 전체, UNKNOWN 모름, NO_ANSWER 결과가 없는 사람"


@dataclass(frozen=True)
class People:
    """A people count in a table, what goes with it when it is hidden, and the lines whose totals may be known.

    A line is a column, or several joined with +: cells of the same value add up. `null_is_few` where a count that is
    missing has been left out because it is small.
    """

    count: str
    hides: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    null_is_few: bool = False


@dataclass(frozen=True)
class Aggregate:
    """One table of the file: its contract, the published tables it reads, its people counts.

    `group` names the column that holds TOTAL and NO_ANSWER; empty when the table has no such rows. `may_be_empty`
    where a night without a row is no fault.
    """

    table: Table
    reads: tuple[str, ...]
    people: tuple[People, ...] = ()
    group: str = ""
    may_be_empty: bool = False

    @property
    def sql(self) -> str:
        """The query that makes the rows, over views named by table id."""
        return (_SQL / f"{self.table.noun}.sql").read_text(encoding="utf-8")


def count_column(name: str, label: str, description: str = "", unit: str = "명") -> Column:
    """A count of an aggregate."""
    return Column(name, Kind.INT64, label, description, unit=unit, minimum=0, delivered=False)


def share_column(name: str, label: str, description: str = "") -> Column:
    """A share or a mean score of an aggregate."""
    return c.share(name, label, description).derived()


def aggregate_table(
    noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...]
) -> Table:
    """The contract of agg__`noun`, one row for each `key`."""
    return Table(
        id=f"agg__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {' × '.join(key)}",
        key=key,
        columns=(c.AS_OF, *columns),
        owner="고용서비스기반과",
    )
