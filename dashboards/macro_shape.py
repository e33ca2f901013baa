"""What a table macro of goyong.duckdb is: the contract of its answer, its arguments, its SQL and its Korean comment.

Do not put here: any one macro (macros.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Table

_SQL = Path(__file__).parent / "sql" / "macros"
_OCCUPATION = "{occupation_argument}"
_SHOWN_ONLY = "가린 칸은 비어 있고, 가린 칸을 더하거나 빼지 않는다"


@dataclass(frozen=True)
class Parameter:
    """One argument: what it is called, its value when it is left out or NULL, and what may be given."""

    name: str
    default: str
    label: str
    description: str

    @property
    def column(self) -> Column:
        """The argument as a line of the data dictionary."""
        return Column(self.name, Kind.STRING, f"인자: {self.label}", self.description)


@dataclass(frozen=True)
class Macro:
    """One macro: the contract of what it returns, and its arguments in order."""

    result: Table
    parameters: tuple[Parameter, ...]

    @property
    def name(self) -> str:
        """schema.name, as it is called."""
        return f"{self.result.layer}.{self.result.noun}"

    @property
    def call(self) -> str:
        """How it is called with every argument named."""
        return f"FROM {self.name}({', '.join(each.name for each in self.parameters)})"

    @property
    def dictionary(self) -> Table:
        """Arguments, then the columns of the result, for the data dictionary."""
        return replace(self.result, columns=(*(each.column for each in self.parameters), *self.result.columns))

    @property
    def comment(self) -> str:
        """What it answers, what it takes and what it gives, in Korean."""
        taken = "; ".join(f"{each.name} {each.label}({each.description})" for each in self.parameters)
        given = ", ".join(f"{column.name} {column.label}" for column in self.result.columns)
        return f"{self.result.label} — {self.result.description} 인자: {taken}. 결과: {given}"

    @property
    def statement(self) -> str:
        """CREATE MACRO, made of our own SQL files: its own, and that of an argument which several macros check."""
        body = (_SQL / f"{self.result.noun}.sql").read_text(encoding="utf-8")
        if _OCCUPATION in body:
            checked = (_SQL / "arguments" / "occupation.sql").read_text(encoding="utf-8")
            body = body.replace(_OCCUPATION, checked.partition("\n")[2].rstrip())
        taken = ", ".join(f"{each.name} := {each.default}" for each in self.parameters)
        return f"create macro {self.name}({taken}) as table\n{body}"


def macro(
    name: str, label: str, description: str, columns: tuple[Column, ...], parameters: tuple[Parameter, ...]
) -> Macro:
    """The macro `name` (schema.name) that answers with the night's date and `columns`."""
    table_id = name.replace(".", "__")
    told = f"{description} {_SHOWN_ONLY}."
    shown = tuple(replace(column, nullable=True, delivered=False) for column in (c.AS_OF, *columns))
    result = Table(table_id, label, told, "매크로", (), shown)
    made = Macro(result, parameters)
    return replace(made, result=replace(result, grain=f"매크로: {made.call}"))
