"""Which sums over counts of people everybody can know who has goyong.duckdb: totals in a table and between tables.

Makes the system that disclosure.py narrows down, from the tables as they are shown. A new table with counts of people
gets its sums here. Do not put here: arithmetic (disclosure.py), hiding (hiding.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from dashboards.aggregate_shape import NO_ANSWER, TOTAL, UNKNOWN
from dashboards.aggregates import AGGREGATES
from dashboards.disclosure import System

Rows = Mapping[str, pa.Table]
Key = tuple[Any, ...]

ANSWERS = "agg__answers_by_code"
BY_GROUP = "agg__employment_probability_by_occupation_group"
GAPS = "agg__skill_gaps"
REGIONS = "agg__labour_market_regions"
# Tables of which NO_ANSWER is everybody whose answer from this service is not OK.
SERVICE_OF = {
    "agg__employment_probability_by_region": "EMPLOYMENT",
    "agg__employment_probability_by_occupation_group": "EMPLOYMENT",
    "agg__employment_probability_by_age_band": "EMPLOYMENT",
    "agg__occupation_recommendations": "OCCUPATIONS",
    "agg__course_recommendations": "COURSES",
    "agg__certificate_recommendations": "CERTIFICATES",
}
# A person may stand in several rows of it.
_OVERLAPPING = {"agg__missing_skills"}


def known_system(rows: Rows, everybody: int, blank: frozenset[str] = frozenset()) -> System:
    """The counts of `rows` (table id → rows as shown) and their sums; `everybody`: how many people are registered.

    Tables of `blank` show no count at all.
    """
    system = System(most=everybody, blank=blank)
    answers = _cells(system, rows, ANSWERS, "people_count", ("service_code", "answer_code"))
    for line in _lines(answers, lambda key: key[0]).values():
        system.add(line, constant=everybody)
    groups = _add_breakdowns(system, rows, answers, everybody)
    occupations = _cells(system, rows, "gold__occupations", "seekers_count", ("occupation_code",))
    for count, wholes in (("seekers_count", occupations), ("hires_12m_count", {})):
        cells = _cells(system, rows, "gold__labour_market", count, ("occupation_code", "region_code"))
        _add_totals(system, cells, lambda key: (key[0],), wholes)
        regions = _cells(system, rows, REGIONS, count, ("region_code",))
        _add_totals(system, cells, lambda key: (key[1],), regions)
        if regions and wholes:
            system.add(list(regions.values()), list(wholes.values()))
    _add_wishes(system, occupations, groups)
    _add_courses(system, rows)
    _add_exposure(system, rows)
    _add_judgement(system, rows)
    return system


def _cells(system: System, rows: Rows, table_id: str, count: str, key: tuple[str, ...]) -> dict[Key, int]:
    """The numbers of one table's counts by key."""
    if table_id not in rows:
        return {}
    found = rows[table_id]
    keys = zip(*(found.column(name).to_pylist() for name in key), strict=True)
    values = found.column(count).to_pylist()
    return {
        own: system.shown((table_id, count, row), value)
        for row, (own, value) in enumerate(zip(keys, values, strict=True))
    }


def _lines(cells: Mapping[Key, int], line: Callable[[Key], Any]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    for key, number in cells.items():
        found[line(key)].append(number)
    return found


def _add_totals(
    system: System, cells: Mapping[Key, int], line: Callable[[Key], Key], wholes: Mapping[Key, int]
) -> None:
    for name, parts in _lines(cells, line).items():
        if name in wholes:
            system.add(parts, [wholes[name]])


def _add_breakdowns(
    system: System, rows: Rows, answers: Mapping[Key, int], everybody: int
) -> dict[str, dict[Key, int]]:
    """Aggregates by group: all rows but TOTAL are everybody, and NO_ANSWER is everybody but those with an answer."""
    made = {}
    for aggregate in AGGREGATES:
        name = aggregate.table.id
        if not aggregate.group or name not in rows:
            continue
        cells = made[name] = _cells(system, rows, name, aggregate.people[0].count, (aggregate.group,))
        if name not in _OVERLAPPING:
            system.add([number for key, number in cells.items() if key != (TOTAL,)], constant=everybody)
        answered = answers.get((SERVICE_OF.get(name), "OK"))
        unanswered = cells.get((NO_ANSWER,))
        known = [number for number in (answered, unanswered) if number is not None]
        if name in SERVICE_OF:
            system.add(known, constant=everybody)
    return made


def _add_wishes(system: System, occupations: Mapping[Key, int], groups: Mapping[str, Mapping[Key, int]]) -> None:
    """Who wishes an occupation of a major group has an answer (stands in the group's row) or has none."""
    if not occupations:
        return
    by_group, without = groups.get(BY_GROUP, {}), []
    for group, parts in _lines(occupations, lambda key: key[0][:1]).items():
        if (group,) in by_group:
            without.append(system.unknown())
            system.add(parts, [by_group[group,], without[-1]])
    _add_those_without(system, without, by_group)
    by_wish, without = groups.get(GAPS, {}), []
    for key, whole in occupations.items():
        if key in by_wish:
            without.append(system.unknown())
            system.add([by_wish[key], without[-1]], [whole])
    _add_those_without(system, without, by_wish)


def _add_those_without(system: System, without: list[int], cells: Mapping[Key, int]) -> None:
    """Those without an answer, by wish and without any, are the row NO_ANSWER; no such row: nobody."""
    unanswered = cells.get((NO_ANSWER,))
    if unanswered is None:
        system.add(without)
    else:
        system.add([*without, system.unknown()], [unanswered])


def _add_courses(system: System, rows: Rows) -> None:
    if "gold__course_outcomes" not in rows or "agg__course_fields" not in rows:
        return
    for count in ("graduates_count", "employed_count"):
        fields = _cells(system, rows, "agg__course_fields", count, ("field_code",))
        courses = _cells(system, rows, "gold__course_outcomes", count, ("course_id", "skill_code"))
        _add_totals(system, courses, lambda key: (key[1][:2] if key[1] else UNKNOWN,), fields)


def _add_exposure(system: System, rows: Rows) -> None:
    """Groups of a kind add up to ALL."""
    key = ("as_of", "phase_code", "group_kind", "group_code")
    cells = _cells(system, rows, "ops__exposure", "recommendations_count", key)
    totals = {own[:2]: number for own, number in cells.items() if own[2] == "ALL"}
    for name, parts in _lines({k: n for k, n in cells.items() if k[2] != "ALL"}, lambda own: own[:3]).items():
        if name[:2] in totals:
            system.add(parts, [totals[name[:2]]])


def _add_judgement(system: System, rows: Rows) -> None:
    """Groups of a kind add up to everybody who was judged: over all scores, and within each tenth of them."""
    groups = ("as_of", "service_code", "group_name", "group_code")
    for table_id, count, key in (
        ("ops__fairness", "people_count", groups),
        ("ops__fairness", "hired_count", groups),
        ("ops__calibration", "people_count", (*groups, "bin_number")),
    ):
        cells = _cells(system, rows, table_id, count, key)
        totals = {(*k[:2], *k[4:]): number for k, number in cells.items() if k[2] == "ALL"}
        parts = {k: number for k, number in cells.items() if k[2] != "ALL"}
        for (name, whole), numbers in _lines(parts, lambda k: (k[2], (*k[:2], *k[4:]))).items():
            del name
            if whole in totals:
                system.add(numbers, [totals[whole]])
