"""How a column of a page's table is called and how its values are said, from the contracts: one way for every page.

Columns that only a page's own SQL makes stand in texts/columns.toml. Do not put here: findings, or a table's rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from dashboards import catalog, texts
from dashboards.charts import Measure
from dashboards.sections import said_percent, said_seconds
from lake.contracts.model import Column
from lake.contracts.registry import TABLES

_CHANGE, _SMALL, _SMALLEST = "±%", 0.1, 0.001
_NAMED = ("region_code", "home_region_code", "occupation_group_code")


@dataclass(frozen=True)
class Words:
    """What a column is called, its unit, and what its codes are called; `words` names a table in texts/night.toml."""

    label: str
    unit: str = ""
    codes: dict[str, str] | None = None
    words: str = ""


@cache
def _contracted() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for contract in (*catalog.contracts(), *TABLES.values()):
        for column in contract.columns:
            found.setdefault(column.name, column)
    return found


@cache
def words_of(name: str) -> Words:
    """What the column `name` is called; raises MissingText where neither a contract nor texts/columns.toml says."""
    own = texts.load("columns")
    if name in own:
        return Words(**own[name])
    if name not in _contracted():
        raise texts.MissingText(f"dashboards/texts/columns.toml: no label for column {name!r}; add one")
    column = _contracted()[name]
    unit = "%" if name.endswith("_0_1") else column.unit or ""
    return Words(column.label, unit, dict(column.codes.codes) if column.codes else None)


def heading(name: str) -> str:
    """The column's name with its unit, for the head of a file; shares stand in files as 0 to 1."""
    found = words_of(name)
    unit = {"%": "0~1", _CHANGE: "0~1"}.get(found.unit, found.unit)
    return f"{found.label}({unit})" if unit else found.label


def measure(name: str) -> Measure:
    """The column as a measure of a chart."""
    found = words_of(name)
    shown = {"%": ".0%", "배": ",.1f"}.get(found.unit, ",~r")
    return Measure(name, found.label, "만원/월" if found.unit == "원/월" else found.unit, shown)


def drawn(name: str, value: float | None) -> float | None:
    """A value as a chart draws it: wages in ten thousand won."""
    return value / 10_000 if value is not None and words_of(name).unit == "원/월" else value


def said(name: str, value: Any) -> str:
    """A value as people read it; raises MissingText for a code without a text."""
    found = words_of(name)
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _said_text(name, found, value)
    return _said_number(found.unit, value)


def stands_for_a_name(name: str) -> bool:
    """Whether the column holds codes that people read as names."""
    return name in _NAMED or bool(words_of(name).codes or words_of(name).words)


def is_number(value: Any) -> bool:
    """Whether a value stands to the right of its cell."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said_text(name: str, found: Words, value: str) -> str:
    if name in ("region_code", "home_region_code"):
        return texts.region(value)
    if name == "occupation_group_code":
        return texts.occupation_group(value)
    if name == "table_id" and value in TABLES:
        return TABLES[value].label
    if name == "step_code" and value in TABLES:
        return f"{TABLES[value].label} ({TABLES[value].layer})"
    if name == "check_name":
        return _said_check(value)
    if name == "refused_column":
        return words_of(value).label
    if found.words:
        return str(texts.load("night")[found.words].get(value, value))
    if found.codes is None:
        return value
    if value not in found.codes:
        raise texts.MissingText(f"column {name}: no text for code {value!r}; add it to its code list")
    return found.codes[value]


def _said_check(value: str) -> str:
    """What must hold for a check of ops__quality (`gate:{gate}:…` or `{rule}:{column}`)."""
    kind, _, rest = value.partition(":")
    night = texts.load("night")
    if kind == "gate":
        return str(night["gate"].get(rest.split(":", 1)[0], value))
    return f"{night['check'].get(kind, kind)}{f' ({rest})' if rest else ''}"


_SAID: dict[str, Callable[[float], str]] = {
    "%": lambda value: _said_share(value),
    _CHANGE: lambda value: f"{value * 100:+z.0f}%",
    "초": said_seconds,
    "배": lambda value: f"{value:,.2f}배",
    "원/월": texts.wage,
}


def _said_number(unit: str, value: float) -> str:
    if unit in _SAID:
        return _SAID[unit](value)
    return f"{value:,.0f}{unit}" if isinstance(value, int) or unit else f"{value:,.4g}"


def _said_share(value: float) -> str:
    """Whole percentages, one decimal below a tenth: 16 of 6,177 is not nothing."""
    if 0 < value < _SMALLEST:
        return "0.1% 미만"
    return f"{value * 100:.1f}%" if 0 < value < _SMALL else said_percent(value)
