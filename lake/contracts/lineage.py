"""Where each column comes from, down to what a source delivers: column lineage, read from `lineage.json`.

The file is made by `make lineage` and compared by tests: what the engine computes is read off its plans (PLAN); what
a Python function computes was observed by shaking one input at a time on a real night (OBSERVED); learned tables say
what they learn from (LEARNED). Put here: questions about lineage. Do not put here: how it is found
(dagster_project/lineage_*.py), or the field names of a source's own files (lake/source_fields.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lake.contracts import serving
from lake.contracts.model import ContractError
from lake.contracts.registry import table

FILE = Path(__file__).with_name("lineage.json")
METHODS: Mapping[str, str] = {
    "PLAN": "실행 계획에서 읽음",
    "OBSERVED": "입력을 하나씩 흔들어 관찰함",
    "LEARNED": "모형이 배우는 자료",
    "DELIVERED": "출처가 보낸 그대로",
    "NONE": "기록하지 않음",
}
"""How the lineage of a table is known."""
TAUGHT_BY: Mapping[str, tuple[str, ...]] = {
    "features__seeker_cohorts": (
        *(f"silver__{noun}" for noun in ("seekers", "seeker_versions", "resumes", "resume_versions")),
        *(f"silver__{noun}" for noun in ("employment_spells", "applications", "certificates")),
        *(f"silver__{noun}" for noun in ("training_history", "benefits")),
    ),
    "matches__seeker_occupations": ("silver__worker_surveys", "gold__occupations"),
    "matches__seeker_jobs": ("silver__job_postings", "silver__applications", "features__seekers"),
    "matches__posting_talents": ("silver__job_postings", "silver__applications", "features__seekers"),
    "scores__employment_probability": ("features__seeker_cohorts",),
}
"""Answers of a model of the month and the tables that taught it: the past, not values of tonight's rows."""


@dataclass(frozen=True, order=True)
class Origin:
    """One column of one table."""

    table_id: str
    column: str

    def __str__(self) -> str:
        return f"{self.table_id}.{self.column}"


@dataclass(frozen=True)
class Sources:
    """What a column directly depends on.

    `values` are computed into it; `conditions` (filters, keys of joins, groups, order) chose the rows it was computed
    over; `rows` decide which rows its table has. All in order of table and name.
    """

    method: str
    values: tuple[Origin, ...] = ()
    conditions: tuple[Origin, ...] = ()
    rows: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Step:
    """A node of a trace. `is_repeated` marks a column whose own sources stand earlier in the same trace."""

    origin: Origin
    method: str
    sources: tuple[Step, ...] = ()
    is_repeated: bool = False


def sources_of(table_id: str, column: str) -> Sources:
    """What `column` of `table_id` directly comes from; raises ContractError for a column that no contract names."""
    table(table_id).column(column)
    if _is_bronze(table_id):
        return Sources("DELIVERED")
    found = _all().get(table_id)
    return found.get(column, Sources(found[""].method, rows=found[""].rows)) if found else Sources("NONE")


def inputs_of(table_id: str) -> tuple[str, ...]:
    """The tables that any column or row of `table_id` depends on, in order of name."""
    found = _all().get(table_id, {})
    named = {o.table_id for s in found.values() for o in (*s.values, *s.conditions, *s.rows)}
    return tuple(sorted(named | set(TAUGHT_BY.get(table_id, ()))))


def trace(table_id: str, column: str) -> Step:
    """The tree of values behind a column, down to bronze; each column is opened once, where it is met first."""
    return _step(Origin(table_id, column), set())


def delivered_origins(table_id: str, column: str) -> tuple[Origin, ...]:
    """The bronze columns whose values go into a column, in order of table and name; empty for what we stamp on."""
    start = Origin(table_id, column)
    met, waiting = {start}, [start]
    while waiting:
        fresh = set(_values(waiting.pop())) - met
        met |= fresh
        waiting += fresh
    return tuple(sorted(origin for origin in met if _is_bronze(origin.table_id)))


@cache
def _values(origin: Origin) -> tuple[Origin, ...]:
    return sources_of(origin.table_id, origin.column).values


def tables_by_depth(wanted: Iterable[str] = serving.SOURCES) -> tuple[tuple[str, ...], ...]:
    """Every table behind the wanted ones, those that read only earlier groups together: bronze first."""
    depth: dict[str, int] = {}

    def of(table_id: str) -> int:
        if table_id not in depth:
            depth[table_id] = 0  # a table that teaches itself through a model is no circle of one night
            depth[table_id] = 1 + max((of(name) for name in inputs_of(table_id)), default=-1)
        return depth[table_id]

    for name in wanted:
        of(name)
    levels = range(max(depth.values(), default=-1) + 1)
    return tuple(tuple(sorted(name for name, at in depth.items() if at == level)) for level in levels)


def _step(origin: Origin, opened: set[Origin]) -> Step:
    found = sources_of(origin.table_id, origin.column)
    if origin in opened:
        return Step(origin, found.method, is_repeated=bool(found.values))
    opened.add(origin)
    return Step(origin, found.method, tuple(_step(each, opened) for each in found.values))


def _is_bronze(table_id: str) -> bool:
    return table_id.startswith("bronze__")


@cache
def _all() -> dict[str, dict[str, Sources]]:
    """Table → column → sources; the column `""` holds what decides the rows."""
    return {table_id: _read(table_id, entry) for table_id, entry in json.loads(FILE.read_text("utf-8")).items()}


def _read(table_id: str, entry: dict[str, object]) -> dict[str, Sources]:
    method, rows = str(entry["method"]), _origins(entry["rows"])
    if method not in METHODS:
        raise ContractError(f"lineage.json: {table_id} has method {method!r}; known: {', '.join(METHODS)}")
    found = {"": Sources(method, rows=rows)}
    for group in _listed(entry["columns"]):
        made = Sources(method, _origins(group.get("values")), _origins(group.get("conditions")), rows)
        found |= dict.fromkeys(group["names"], made)
    return found


def _listed(groups: object) -> list[dict[str, list[str]]]:
    return list(groups) if isinstance(groups, list) else []


def _origins(named: object) -> tuple[Origin, ...]:
    """{table: "column column …"} as origins in order."""
    given = named if isinstance(named, dict) else {}
    return tuple(sorted(Origin(table_id, name) for table_id, names in given.items() for name in str(names).split()))
