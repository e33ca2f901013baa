"""Hides the counts of few people in the tables of goyong.duckdb, and as many others as it takes that none follows.

First each table by itself (suppression.py), then, until nothing can be worked out, across tables (disclosure.py). What
cannot be hidden well enough stops the build. Do not put here: reading or writing tables (catalog.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboards.aggregate_shape import NO_ANSWER, TOTAL, UNKNOWN, People
from dashboards.aggregates import (
    AGGREGATES,
    COURSE_FIELD,
    EXPOSURE_LINE,
    GOLD_PEOPLE,
    OCCUPATION_GROUP,
    OPS_PEOPLE,
    ROUNDED_SHARES,
)
from dashboards.disclosure import System, given_away, partners
from dashboards.known_sums import ANSWERS, GAPS, known_system
from dashboards.suppression import SMALLEST_SHOWN, Mask, hide_small_cells
from lake.contracts.registry import TABLES

Rows = dict[str, pa.Table]
Masks = dict[tuple[str, str], Mask]

_MARKET, _OCCUPATIONS = "gold__labour_market", "gold__occupations"
_ROUNDS = 50


class GivenAway(RuntimeError):
    """A hidden count of few people would follow from the others."""


@dataclass(frozen=True)
class Counted:
    """A count of people in a table, and the column whose rows TOTAL and NO_ANSWER are no groups."""

    table_id: str
    people: People
    group: str = ""


def counted() -> Iterator[Counted]:
    """Every count of people in the file."""
    for table_id, counts in (*GOLD_PEOPLE.items(), *OPS_PEOPLE.items()):
        yield from (Counted(table_id, people) for people in counts)
    for aggregate in AGGREGATES:
        yield from (Counted(aggregate.table.id, people, aggregate.group) for people in aggregate.people)


def hide_everywhere(tables: Mapping[str, pa.Table]) -> Rows:
    """The tables (by id, with all counts) as they may be shown.

    Raises:
        GivenAway: a count stays within reach of arithmetic whatever else is hidden.
    """
    whole = {name: with_lines(name, rows) for name, rows in tables.items()}
    whole |= hide_details(whole)
    everybody = count_everybody(whole)
    also: Masks = {}
    for _ in range(_ROUNDS):
        shown, cells = _hide_each(whole, also)
        grown = _twins(whole, cells)
        system = known_system(shown, everybody)
        found = given_away(system)
        grown |= _loosened(system, found, whole)
        added = False
        for name, mask in grown.items():
            before = also.get(name, np.zeros(len(mask), dtype=bool))
            added = added or bool((mask & ~before & ~cells[name]).any())
            also[name] = before | mask
        if not added:
            _require_nothing(system, found)
            return shown
    raise GivenAway(f"counts of few people still follow from others after {_ROUNDS} rounds; Do: report this night")


def count_everybody(rows: Mapping[str, pa.Table]) -> int:
    """The registered people: each stands once in the answers of each service."""
    answers = rows[ANSWERS]
    own = pc.equal(answers.column("service_code"), "EMPLOYMENT")
    return int(pc.sum(answers.filter(own).column("people_count")).as_py() or 0)


def hide_details(rows: Rows) -> Rows:
    """Tables about the night itself without what tells of few people: shares to hundredths, checks without counts."""
    changed = {}
    for table_id, names in ROUNDED_SHARES.items():
        if table_id not in rows:
            continue
        found = rows[table_id]
        for name in names:
            position = found.schema.get_field_index(name)
            found = found.set_column(position, found.schema.field(position), pc.round(found.column(name), 2))
        changed[table_id] = found
    if "ops__quality" in rows:
        changed["ops__quality"] = hide_check_counts(rows["ops__quality"])
    return changed


# A whole number of 1 to 9 standing alone; 2.0, 0.3, 1,200 and 5% are none.
_NAMES_FEW = r"(?:^|[^0-9.,])[1-9](?:$|[^0-9.,%]|[.,](?:$|[^0-9]))"


def hide_check_counts(checks: pa.Table) -> pa.Table:
    """Checks of tables about people: no value of 1 to 9, no text that names such a number."""
    of_people = pa.array([_is_about_people(name) for name in checks.column("table_id").to_pylist()])
    value = checks.column("value")
    is_few = pc.and_(
        pc.and_(pc.greater_equal(value, 1), pc.less(value, SMALLEST_SHOWN)), pc.equal(value, pc.floor(value))
    )
    names_few = pc.match_substring_regex(pc.fill_null(checks.column("detail"), ""), _NAMES_FEW)
    few = np.array(pc.and_(of_people, pc.or_(pc.fill_null(is_few, False), names_few)).to_pylist(), dtype=bool)
    return _emptied(_emptied(checks, "value", few), "detail", few)


def _is_about_people(table_id: str) -> bool:
    return table_id in TABLES and TABLES[table_id].is_personal


def with_lines(name: str, rows: pa.Table) -> pa.Table:
    """The rows with the columns that say which of them add up."""
    if name == "gold__course_outcomes":
        field = pc.fill_null(pc.utf8_slice_codeunits(rows.column("skill_code"), 0, 2), UNKNOWN)
        return rows.append_column(COURSE_FIELD, field)
    if name == _OCCUPATIONS:
        return rows.append_column(OCCUPATION_GROUP, pc.utf8_slice_codeunits(rows.column("occupation_code"), 0, 1))
    if name == "ops__exposure":
        parts = [pc.cast(rows.column(column), pa.string()) for column in EXPOSURE_LINE]
        return rows.append_column("line", pc.binary_join_element_wise(*parts, "|"))
    return rows


def _hide_each(whole: Rows, also: Masks) -> tuple[Rows, Masks]:
    """Every table hidden by itself, with what is hidden `also`; an occupation whose market gives it away too."""
    shown, cells, opened = dict(whole), Masks(), dict[str, set[str]]()
    for each in counted():
        if each.table_id not in whole:
            continue
        name = (each.table_id, each.people.count)
        mask = also.get(name)
        if each.table_id == _OCCUPATIONS:
            codes = whole[_OCCUPATIONS].column("occupation_code").to_pylist()
            known = np.array([code in opened.get(each.people.count, set()) for code in codes], dtype=bool)
            mask = known if mask is None else mask | known
        shown[each.table_id], cells[name], found = hide(
            shown[each.table_id], each.people, group=each.group, also=mask, counts=whole[each.table_id]
        )
        if each.table_id == _MARKET:
            opened[each.people.count] = found
    return shown, cells


def hide(
    rows: pa.Table, people: People, *, group: str = "", also: Mask | None = None, counts: pa.Table | None = None
) -> tuple[pa.Table, Mask, set[str]]:
    """`rows` with small cells of one people count set to NULL, which cells, and the first line's values left open.

    A line left open has hidden cells that follow from its total. With `group`, the row TOTAL is no cell but the total:
    it is hidden when the hidden cells would follow from it. `counts` are the rows before anything was hidden.
    """
    raw = (counts or rows).column(people.count)
    empty = 1 if people.null_is_few else 0
    numbers = pc.fill_null(raw, empty).to_numpy().astype(np.int64)
    names = rows.column(group).to_pylist() if group else [""] * rows.num_rows
    is_total = np.array([name == TOTAL for name in names], dtype=bool)
    last = np.array([name == NO_ANSWER for name in names], dtype=bool)
    if "answer_code" in rows.schema.names:
        last = last | (pc.equal(rows.column("answer_code"), "OK").to_numpy(zero_copy_only=False))
    lines = [line_ids(rows, name) for name in people.lines] or [np.zeros(rows.num_rows, dtype=np.int64)]
    hidden = hide_small_cells(np.where(is_total, 0, numbers), lines, last=last, also=also)
    total_hidden = bool(is_total.any()) and (
        bool(hidden.totals[0].size) or int(numbers[is_total].max()) < SMALLEST_SHOWN
    )
    cells = hidden.cells | (is_total if total_hidden else np.zeros_like(is_total))
    for name in (people.count, *people.hides):
        rows = _emptied(rows, name, cells)
    if "is_suppressed" in rows.schema.names:
        position = rows.schema.get_field_index("is_suppressed")
        flags = pc.or_(rows.column("is_suppressed"), pa.array(cells))
        rows = rows.set_column(position, rows.schema.field(position), flags)
    first = rows.column(people.lines[0].split("+")[0]).to_pylist() if people.lines else []
    open_ids = set(hidden.totals[0].tolist())
    return rows, cells, {value for value, line in zip(first, lines[0].tolist(), strict=False) if line in open_ids}


def _emptied(rows: pa.Table, name: str, cells: Mask) -> pa.Table:
    position = rows.schema.get_field_index(name)
    nothing = pa.nulls(rows.num_rows, rows.schema.field(name).type)
    return rows.set_column(
        position, rows.schema.field(position), pc.if_else(pa.array(cells), nothing, rows.column(name))
    )


def line_ids(rows: pa.Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The line (n,) int64 that each row stands in by one column, or by several joined with +."""
    # Joined first: pyarrow cannot join a dictionary of dates in no chunk (a table without a row).
    parts = [pc.cast(rows.column(each), pa.string()) for each in name.split("+")]
    column = pc.fill_null(pc.binary_join_element_wise(*parts, "|", null_handling="replace"), "")
    encoded = pc.dictionary_encode(column.combine_chunks())
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _twins(whole: Rows, cells: Masks) -> Masks:
    """Seekers of an occupation and those of them with a skill gap are nearly the same people: hidden together."""
    sides = [(_OCCUPATIONS, "seekers_count"), (GAPS, "people_count")]
    if any(name not in cells for name in sides):
        return {}
    codes = [whole[table_id].column("occupation_code").to_pylist() for table_id, _ in sides]
    hidden = [
        {code for code, cell in zip(own, cells[name].tolist(), strict=True) if cell}
        for own, name in zip(codes, sides, strict=True)
    ]
    either = (hidden[0] | hidden[1]) - {TOTAL, NO_ANSWER, UNKNOWN}
    return {
        name: np.array([code in either for code in own], dtype=bool) for name, own in zip(sides, codes, strict=True)
    }


def _loosened(system: System, found: Mapping[int, Any], whole: Rows) -> Masks:
    """For each count that is given away, the smallest shown count of its sums, to be hidden too."""
    grown: Masks = {}
    groups = {each.table_id: each.group for each in counted() if each.group}
    for number in found:
        free = [p for p in partners(system, number) if not _is_total(system.names[p], whole, groups)]
        if free:
            table_id, count, row = system.names[min(free, key=lambda p: (system.low[p], p))] or ("", "", 0)
            mask = grown.setdefault((table_id, count), np.zeros(whole[table_id].num_rows, dtype=bool))
            mask[row] = True
    return grown


def _is_total(name: tuple[str, str, int] | None, whole: Rows, groups: Mapping[str, str]) -> bool:
    """Whether a row is about everybody: how many they are is known from elsewhere too, hiding it hides nothing."""
    if name is None:
        return True
    table_id, _, row = name
    column = groups.get(table_id)
    return column is not None and whole[table_id].column(column)[row].as_py() == TOTAL


def _require_nothing(system: System, found: Mapping[int, tuple[int, int]]) -> None:
    if not found or system.most < SMALLEST_SHOWN:
        return
    number, (low, high) = next(iter(found.items()))
    table_id, count, row = system.names[number] or ("", "", 0)
    raise GivenAway(
        f"{table_id}: {count} of row {row + 1} is hidden but can only be {low} to {high} (and {len(found) - 1} others)"
        "; expected a range of nine or more. Do: hide more in dashboards/aggregates.py, or a coarser table"
    )
