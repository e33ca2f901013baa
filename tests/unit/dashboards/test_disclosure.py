"""Working hidden counts out: the arithmetic against brute force, and worlds in which nothing must follow."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import hiding, night_details
from dashboards.aggregates import AGGREGATES
from dashboards.disclosure import System, given_away, ranges, smallest_partners
from dashboards.known_sums import BY_GROUP, GAPS, REGIONS, known_system
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema


def system_of(values: list[int | None], sums: list[tuple[list[int], list[int], int]], most: int = 40) -> System:
    system = System(most=most)
    for row, value in enumerate(values):
        system.shown(("t", "n", row), value)
    for parts, wholes, constant in sums:
        system.add(parts, wholes, constant)
    return system


def test_one_hidden_count_of_a_total_is_the_rest() -> None:
    low, high = ranges(system_of([20, 13, None, 37], [([0, 1, 2], [3], 0)]))
    assert (low[2], high[2]) == (4, 4)


def test_two_hidden_counts_of_a_total_share_the_rest() -> None:
    system = system_of([20, None, None, 37], [([0, 1, 2], [3], 0)])
    assert [tuple(pair[1:3]) for pair in ranges(system)] == [(1, 1), (16, 16)]
    assert given_away(system) == {}


def test_totals_of_two_tables_narrow_what_one_leaves_open() -> None:
    """A row says the two are 12 together, another table that the second is 8 at least."""
    system = system_of([None, None, 12, 8], [([0, 1], [2], 0)])
    slack = system.unknown()
    system.add([3, slack], [1])
    assert given_away(system) == {0: (1, 4), 1: (8, 11)}
    assert smallest_partners(system, [0]) == {0: 2}
    assert smallest_partners(system, [1]) == {1: 3}
    assert smallest_partners(system, [0], lambda n: n != 2) == {}


def test_a_sum_that_cannot_hold_tells_nothing() -> None:
    low, high = ranges(system_of([30, None, 20], [([0, 1], [2], 0)]))
    assert (low[1], high[1]) == (1, 40)


@settings(deadline=None)
@given(st.data())
def test_no_range_is_narrower_or_wider_than_trying_every_value_shows(data: st.DataObject) -> None:
    """Sums of two or three counts, up to 6 each: a range holds every value that fits, and both ends of one sum fit."""
    truth = data.draw(st.lists(st.integers(1, 6), min_size=3, max_size=4))
    hidden = data.draw(st.lists(st.booleans(), min_size=len(truth), max_size=len(truth)))
    groups = data.draw(
        st.lists(st.lists(st.integers(0, len(truth) - 1), min_size=2, max_size=3, unique=True), min_size=1, max_size=3)
    )
    sums = [(parts, [], sum(truth[n] for n in parts)) for parts in groups]
    system = system_of([None if h else v for h, v in zip(hidden, truth, strict=True)], sums, most=6)
    low, high = ranges(system)
    choices = [range(1, 7) if h else [v] for h, v in zip(hidden, truth, strict=True)]
    fitting = np.array([c for c in itertools.product(*choices) if all(sum(c[n] for n in p) == k for p, _, k in sums)])
    assert (low <= fitting.min(axis=0)).all()
    assert (high >= fitting.max(axis=0)).all()
    if len(groups) == 1:
        assert (low == fitting.min(axis=0)).all()
        assert (high == fitting.max(axis=0)).all()


PLACES, OCCUPATIONS = ("11", "26", "50"), ("0111", "0112", "0211", "1111", "1112")
_COUNTS = st.lists(st.integers(0, 30), min_size=len(PLACES) * len(OCCUPATIONS), max_size=len(PLACES) * len(OCCUPATIONS))


def rows_of(table_id: str, rows: list[dict[str, object]]) -> pa.Table:
    own = {each.table.id: each.table for each in AGGREGATES}
    schema = arrow_schema(own.get(table_id) or table(table_id))
    flags = {"is_suppressed": False} if "is_suppressed" in schema.names else {}
    loose = pa.schema([wanted.with_nullable(True) for wanted in schema])
    return pa.Table.from_pylist([flags | row for row in rows], schema=loose)


def world_of(counts: list[int], unanswered: int) -> tuple[dict[str, pa.Table], int]:
    """Tables of one Korea: seekers by occupation and region; some of the first cell have no answer."""
    cells = dict(zip(itertools.product(OCCUPATIONS, PLACES), counts, strict=True))
    everybody = sum(counts)
    without = min(unanswered, counts[0])
    by_occupation = {o: sum(n for (own, _), n in cells.items() if own == o) for o in OCCUPATIONS}
    answered = by_occupation | {"0111": by_occupation["0111"] - without}
    by_group = {g: sum(n for o, n in answered.items() if o[0] == g) for g in ("0", "1")}
    none = [("NO_ANSWER", without)] if without else []
    total = [("TOTAL", everybody)]
    answers = [("OK", everybody - without), ("THIN_FILE", without)]
    tables = {
        "agg__answers_by_code": [
            {"service_code": "EMPLOYMENT", "answer_code": code, "people_count": n} for code, n in answers if n
        ],
        BY_GROUP: [
            {"wanted_occupation_group_code": g, "people_count": n} for g, n in [*by_group.items(), *none, *total] if n
        ],
        GAPS: [{"occupation_code": o, "people_count": n} for o, n in [*answered.items(), *none, *total] if n],
        "gold__occupations": [{"occupation_code": o, "seekers_count": n} for o, n in by_occupation.items()],
        "gold__labour_market": [
            {"occupation_code": o, "region_code": r, "seekers_count": n, "hires_12m_count": 0}
            for (o, r), n in cells.items()
        ],
        REGIONS: [
            {
                "region_code": r,
                "seekers_count": sum(n for (_, own), n in cells.items() if own == r),
                "hires_12m_count": 0,
            }
            for r in PLACES
        ],
    }
    return {name: rows_of(name, rows) for name, rows in tables.items()}, everybody


def without_counts(shown: dict[str, pa.Table]) -> frozenset[str]:
    """The tables in which there is no count of seekers, no zero either."""
    counts = ("people_count", "seekers_count")
    columns = {name: rows.column(n) for name, rows in shown.items() for n in counts if n in rows.schema.names}
    return frozenset(name for name, column in columns.items() if column.null_count == len(column))


@pytest.mark.parametrize(
    ("counts", "unanswered"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 30, 0, 1, 0, 0, 0, 0, 0], 0),
        ([0, 0, 0, 0, 1, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0], 3),
        ([0, 0, 0, 0, 0, 30, 1, 0, 0, 1, 0, 0, 0, 0, 30], 0),
    ],
)
def test_a_lake_of_few_people_is_published_without_counts(
    counts: list[int], unanswered: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One person beside thirty: whatever else is hidden, the one follows; no table that is added up shows a count."""
    tables, everybody = world_of(counts, unanswered)
    shown = hiding.hide_everywhere(tables)
    blank = without_counts(shown)
    assert blank == {BY_GROUP, GAPS, REGIONS, "gold__labour_market", "gold__occupations"}
    assert given_away(known_system(shown, everybody, blank)) == {}
    assert "too few people: no count is shown in " in caplog.text


def test_a_lake_of_enough_people_keeps_its_counts(caplog: pytest.LogCaptureFixture) -> None:
    counts = [9, 0, 0, 20, 20, 20, 30, 25, 22, 20, 20, 20, 30, 30, 30]
    assert without_counts(hiding.hide_everywhere(world_of(counts, 0)[0])) == set()
    assert caplog.text == ""


@settings(max_examples=60, deadline=None)
@given(_COUNTS, st.sampled_from([0, 0, 3, 12]))
def test_in_no_world_does_a_small_count_follow_from_totals_in_any_table(counts: list[int], unanswered: int) -> None:
    tables, everybody = world_of(counts, unanswered)
    shown = hiding.hide_everywhere(tables)
    blank = without_counts(shown)
    assert everybody < 10 or given_away(known_system(shown, everybody, blank)) == {}
    for name, rows in shown.items():
        for count in ("people_count", "seekers_count"):
            values = rows.column(count).to_pylist() if count in rows.schema.names else []
            assert [v for v in values if v is not None and 0 < v < 10] == [], name


def test_the_total_of_an_occupation_is_hidden_when_its_regions_would_give_it_away() -> None:
    """Occupation 0111 has 9 people: its one region is hidden, and so is a second occupation of its group."""
    counts = [9, 0, 0, 20, 20, 20, 30, 25, 22, 20, 20, 20, 30, 30, 30]
    shown = hiding.hide_everywhere(world_of(counts, 0)[0])
    found = dict(zip(OCCUPATIONS, shown["gold__occupations"].column("seekers_count").to_pylist(), strict=True))
    assert found["0111"] is None
    assert None in (found["0112"], found["0211"])


def test_the_total_of_a_region_is_hidden_when_it_would_give_a_cell_away() -> None:
    """All 30 of region 50 wish occupation 0111, whose other cell is of 4: with 30 hidden for their sake, so is 50."""
    counts = [4, 0, 30, 20, 20, 0, 30, 25, 0, 20, 20, 0, 30, 30, 0]
    shown = hiding.hide_everywhere(world_of(counts, 0)[0])
    market = shown["gold__labour_market"]
    cells = dict(
        zip(
            zip(*(market.column(n).to_pylist() for n in ("occupation_code", "region_code")), strict=True),
            market.column("seekers_count").to_pylist(),
            strict=True,
        )
    )
    totals = dict(zip(PLACES, shown[REGIONS].column("seekers_count").to_pylist(), strict=True))
    assert cells["0111", "11"] is None
    assert cells["0111", "50"] is None
    assert totals["50"] is None
    assert list(totals.values()).count(None) > 1


@pytest.mark.parametrize(
    ("value", "detail", "expected"),
    [
        (3.0, "3 people without an answer", (None, None)),
        (0.0, "in 20010 = out 20000 + quarantined 8 + superseded 2", (None, None)),
        (12.0, "12 people", (12.0, "12 people")),
        (0.25, None, (0.25, None)),
    ],
)
def test_a_check_does_not_tell_of_few_people(
    value: float, detail: str | None, expected: tuple[float | None, str | None]
) -> None:
    check = {"table_id": "silver__seekers", "check_name": "x", "value": value, "detail": detail}
    found = night_details.hide_check_counts(
        rows_of("ops__quality", [check, check | {"table_id": "silver__occupations"}])
    )
    assert tuple(found.select(["value", "detail"]).to_pylist()[0].values()) == expected
    assert tuple(found.select(["value", "detail"]).to_pylist()[1].values()) == (value, detail)


def test_the_whole_of_many_small_groups_is_hidden_with_them() -> None:
    """Five groups in a bin of 12 people are 1 to 8 each: the bin's own count goes, and another of everybody's bins."""
    everybody = {"as_of": None, "service_code": "EMPLOYMENT", "group_name": "ALL", "group_code": "ALL"}
    bins = [everybody | {"bin_number": n, "people_count": count} for n, count in enumerate([12, 40, 50])]
    sizes = [3, 3, 2, 2, 2]
    groups = [
        everybody | {"group_name": "age_band_code", "group_code": str(n), "bin_number": 0, "people_count": size}
        for n, size in enumerate(sizes)
    ]
    tables, _ = world_of([30] * 15, 0)
    shown = hiding.hide_everywhere(tables | {"ops__calibration": rows_of("ops__calibration", bins + groups)})
    assert shown["ops__calibration"].column("people_count").to_pylist() == [None, None, 50, *[None] * 5]


def test_of_judged_people_the_counts_of_groups_go_before_those_of_everybody(caplog: pytest.LogCaptureFixture) -> None:
    """Foreigners in two bins are so few that no shown count of the other group can loosen theirs."""
    cells = [("ALL", "ALL", 5, 60), ("ALL", "ALL", 6, 70), ("ALL", "ALL", 10, 15)]
    cells += [("home_region_code", str(code), 10, None) for code in (11, 29, 30, 31, 36, 41, 43, 44)]
    cells += [("is_foreign_national", "N", number, count) for number, count in ((8, 155), (9, 55), (10, 15))]
    cells += [("is_foreign_national", "Y", number, None) for number in (8, 9)]
    names = ("group_name", "group_code", "bin_number", "people_count")
    stamp = {"as_of": None, "service_code": "EMPLOYMENT"}
    rows = rows_of("ops__calibration", [stamp | dict(zip(names, cell, strict=True)) for cell in cells])
    shown = hiding.hide_everywhere(world_of([30] * 15, 0)[0] | {"ops__calibration": rows})["ops__calibration"]
    counts = shown.column("people_count").to_pylist()
    assert counts == [None, 70, *[None] * (len(cells) - 2)]  # eight small regions hide their bin, and that another
    assert "too few people: no count of a group is shown in ops__calibration" in caplog.text
    assert "no count is shown in" not in caplog.text
