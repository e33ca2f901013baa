"""Tables about nights: what of them would tell of the people of one day, or quote a count of few."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from dashboards import catalog as made
from dashboards.night_details import hide_check_counts, hide_close_cohorts, hide_details, hide_run_details
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.publication import Pointer
from lake.settings import Settings

TONIGHT, LAST = date(2026, 11, 20), date(2026, 11, 19)


def rows_of(table_id: str, *rows: dict[str, Any]) -> pa.Table:
    loose = pa.schema([wanted.with_nullable(True) for wanted in arrow_schema(table(table_id))])
    return pa.Table.from_pylist(list(rows), schema=loose)


@pytest.mark.parametrize(
    ("value", "detail", "last_night"),
    [
        (40.0, "40 people", (None, None)),
        (0.0, "in 20010 = out 20010", (None, None)),
        (0.25, None, (0.25, None)),
        (0.0, "no earlier night", (0.0, "no earlier night")),
    ],
)
def test_counts_of_people_of_earlier_nights_are_hidden_tonight_s_large_ones_shown(
    value: float, detail: str | None, last_night: tuple[float | None, str | None]
) -> None:
    check = {"table_id": "silver__seekers", "check_name": "x", "value": value, "detail": detail}
    found = hide_check_counts(rows_of("ops__quality", check | {"as_of": TONIGHT}, check | {"as_of": LAST}))
    shown = [(row["value"], row["detail"]) for row in found.to_pylist()]
    assert shown == [(value, detail), last_night]


@pytest.mark.parametrize(("table_id", "value"), [("quarantine__seekers", None), ("quarantine__occupations", 3.0)])
def test_refused_rows_about_people_count_as_people(table_id: str, value: float | None) -> None:
    check = {"as_of": TONIGHT, "table_id": table_id, "check_name": "x", "value": 3.0}
    assert hide_check_counts(rows_of("ops__quality", check))["value"].to_pylist() == [value]


def test_one_reason_of_few_people_hides_the_other_reasons_of_its_table_and_no_other_table_s() -> None:
    """Rows set aside add up to a number that is shown: 15 less 12 would be the hidden 3."""
    counts = [
        ("seekers", "MISSING", 12),
        ("seekers", "TOO_LONG", 3),
        ("resumes", "MISSING", 11),
        ("occupations", "X", 2),
    ]
    checks = [
        {"as_of": TONIGHT, "table_id": f"quarantine__{noun}", "check_name": f"refused:row:{why}", "value": float(count)}
        for noun, why, count in counts
    ]
    balance = {"as_of": TONIGHT, "table_id": "quarantine__seekers", "check_name": "unique_key", "value": 0.0}
    found = hide_check_counts(rows_of("ops__quality", *checks, balance))
    assert found["value"].to_pylist() == [None, None, 11.0, 2.0, 0.0]


@pytest.mark.parametrize(
    ("status", "shown"), [("PUBLISHED", "d"), ("FORCED", "d"), ("BLOCKED", None), ("FAILED", None)]
)
def test_only_published_runs_say_why(status: str, shown: str | None) -> None:
    assert hide_run_details(rows_of("ops__runs", {"status_code": status, "detail": "d"}))["detail"][0].as_py() == shown


def test_cohorts_a_few_days_apart_do_not_both_show_their_people() -> None:
    """The month's grid of dates and tonight's: one day apart early in a month."""
    days = [date(2025, 8, 1), date(2025, 8, 2), date(2025, 8, 30), date(2025, 10, 31)]
    rows = [{"snapshot_date": day, "registered_count": 1_000 + n, "hired_count": 100} for n, day in enumerate(days)]
    found = hide_close_cohorts(rows_of("ops__cohorts", *rows))
    assert found["registered_count"].to_pylist() == [None, 1_001, 1_002, 1_003]
    assert found["hired_count"].to_pylist() == [None, 100, 100, 100]


def test_tables_without_a_row_stay_so() -> None:
    empty = {name: rows_of(name) for name in ("ops__quality", "ops__runs", "ops__cohorts", "ops__drift")}
    assert hide_details(empty) == empty


def test_judgements_of_earlier_nights_are_not_in_the_file_runs_and_checks_are(
    settings: Settings, pointer: Pointer
) -> None:
    found = made._ops_rows(settings, replace(pointer, as_of=date(2026, 7, 2)), None)
    with_rows = {name for name, rows in found.items() if rows.num_rows and "as_of" in rows.schema.names}
    assert with_rows == {"ops__runs", "ops__quality", "ops__published_tables"}
