"""Hides the counts of few people in the tables of goyong.duckdb, and as many others as it takes that none follows.

First each table by itself (suppression.py), then, until nothing can be worked out, across tables (disclosure.py). What
cannot be hidden well enough stops the build. Do not put here: reading or writing tables (catalog.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
)
from dashboards.disclosure import System, given_away, smallest_partners
from dashboards.known_sums import ANSWERS, GAPS, REGIONS, known_system
from dashboards.night_details import emptied, hide_details
from dashboards.suppression import SMALLEST_SHOWN, Ints, Mask, hide_small_cells

log = logging.getLogger(__name__)

Rows = dict[str, pa.Table]
Masks = dict[tuple[str, str], Mask]
Ranges = dict[int, tuple[int, int]]

_MARKET, _OCCUPATIONS = "gold__labour_market", "gold__occupations"
# Tables that hold the totals of the market's lines: their key, and which of the market's lines they are the total of.
_MARKET_TOTALS = {_OCCUPATIONS: ("occupation_code", 0), REGIONS: ("region_code", 1)}
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
    """The tables (by id, with all counts) as they may be shown; of too few people, tables without any count.

    Raises:
        GivenAway: a count stays within reach of arithmetic even so.
    """
    whole = {name: with_lines(name, rows) for name, rows in tables.items()}
    whole |= hide_details(whole)
    everybody = count_everybody(whole)
    blank: frozenset[str] = frozenset()
    also: Masks = {}
    while True:
        shown, cells, system, found = _hide_with(whole, everybody, blank, also)
        if not found or system.most < SMALLEST_SHOWN:
            return shown
        more = _involved(system, found) - blank
        if not more:
            raise _given_away(system, found)
        if groups := {name: mask for name, mask in _of_groups(whole, more).items() if (mask & ~cells[name]).any()}:
            log.warning("too few people: no count of a group is shown in %s", ", ".join(sorted({n for n, _ in groups})))
            also |= {name: mask | also.get(name, mask) for name, mask in groups.items()}
            continue
        log.warning("too few people: no count is shown in %s", ", ".join(sorted(more)))
        blank |= more


def _hide_with(whole: Rows, everybody: int, blank: frozenset[str], also: Masks) -> tuple[Rows, Masks, System, Ranges]:
    """The tables hidden as far as it helps, those of `blank` altogether; which cells; what still follows from the sums.

    `also` is what sums made necessary to hide so far; what is found here is added to it.
    """
    for _ in range(_ROUNDS):
        shown, cells = _hide_each(whole, also)
        shown |= {name: _without_counts(shown[name], name) for name in blank}
        grown = _twins(whole, cells)
        system = known_system(shown, everybody, blank)
        found = given_away(system)
        grown |= _loosened(system, found, whole)
        added = False
        for name, mask in grown.items():
            before = also.get(name, np.zeros(len(mask), dtype=bool))
            added = added or bool((mask & ~before & ~cells[name]).any())
            also[name] = before | mask
        if not added:
            break
    return shown, cells, system, found


def _involved(system: System, found: Ranges) -> frozenset[str]:
    """The tables of counts that are given away and of everything they are added up with."""
    added_up = [set(parts + wholes) for parts, wholes, _ in system.sums if found.keys() & {*parts, *wholes}]
    names = [system.names[number] for number in set().union(found, *added_up)]
    return frozenset(name[0] for name in names if name)


def _of_groups(whole: Rows, names: frozenset[str]) -> Masks:
    """Where the counts of these tables are of one group of people, not of all that were judged: those go first."""
    return {
        (each.table_id, each.people.count): pc.not_equal(whole[each.table_id]["group_name"], "ALL").to_numpy()
        for each in counted()
        if each.table_id in names and "group_name" in whole[each.table_id].schema.names
    }


def _without_counts(rows: pa.Table, table_id: str) -> pa.Table:
    everywhere = np.ones(rows.num_rows, dtype=bool)
    names = {
        name for each in counted() if each.table_id == table_id for name in (each.people.count, *each.people.hides)
    }
    for name in sorted(names):
        rows = emptied(rows, name, everywhere)
    if "is_suppressed" in rows.schema.names:
        position = rows.schema.get_field_index("is_suppressed")
        rows = rows.set_column(position, rows.schema.field(position), pa.array(everywhere))
    return rows


def count_everybody(rows: Mapping[str, pa.Table]) -> int:
    """The registered people: each stands once in the answers of each service."""
    answers = rows[ANSWERS]
    own = pc.equal(answers.column("service_code"), "EMPLOYMENT")
    return int(pc.sum(answers.filter(own).column("people_count")).as_py() or 0)


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
    """Every table hidden by itself, with what is hidden `also`; a total that gives a cell of the market away too."""
    shown, cells, opened = dict(whole), Masks(), dict[str, list[set[str]]]()
    for each in counted():
        if each.table_id not in whole:
            continue
        name = (each.table_id, each.people.count)
        mask = also.get(name)
        if each.table_id in _MARKET_TOTALS and each.people.count in opened:
            key, line = _MARKET_TOTALS[each.table_id]
            codes = whole[each.table_id].column(key).to_pylist()
            known = np.array([code in opened[each.people.count][line] for code in codes], dtype=bool)
            mask = known if mask is None else mask | known
        shown[each.table_id], cells[name], found = hide(
            shown[each.table_id], each.people, group=each.group, also=mask, counts=whole[each.table_id]
        )
        if each.table_id == _MARKET:
            opened[each.people.count] = found
    return shown, cells


def hide(
    rows: pa.Table, people: People, *, group: str = "", also: Mask | None = None, counts: pa.Table | None = None
) -> tuple[pa.Table, Mask, list[set[str]]]:
    """`rows` with small cells of one people count set to NULL, which cells, and each line's values left open.

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
        rows = emptied(rows, name, cells)
    if "is_suppressed" in rows.schema.names:
        position = rows.schema.get_field_index("is_suppressed")
        flags = pc.or_(rows.column("is_suppressed"), pa.array(cells))
        rows = rows.set_column(position, rows.schema.field(position), flags)
    return rows, cells, [_left_open(rows, *each) for each in zip(people.lines, lines, hidden.totals, strict=False)]


def _left_open(rows: pa.Table, name: str, lines: Ints, opened: Ints) -> set[str]:
    """The values of a line's column (of its first one) whose lines (n,) are among those left open."""
    values, ids = rows.column(name.split("+")[0]).to_pylist(), set(opened.tolist())
    return {value for value, line in zip(values, lines.tolist(), strict=True) if line in ids}


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


def _loosened(system: System, found: Ranges, whole: Rows) -> Masks:
    """For each count that is given away, the smallest shown count of its sums, to be hidden too."""
    grown: Masks = {}
    groups = {each.table_id: each.group for each in counted() if each.group}
    smallest = smallest_partners(system, found, lambda n: not _is_total(system.names[n], whole, groups))
    for number in smallest.values():
        table_id, count, row = system.names[number] or ("", "", 0)
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


def _given_away(system: System, found: Ranges) -> GivenAway:
    number, (low, high) = next(iter(found.items()))
    table_id, count, row = system.names[number] or ("", "", 0)
    return GivenAway(
        f"{table_id}: {count} of row {row + 1} is hidden but can only be {low} to {high} (and {len(found) - 1} others)"
        "; expected a range of nine or more. Do: hide more in dashboards/aggregates.py, or a coarser table"
    )
