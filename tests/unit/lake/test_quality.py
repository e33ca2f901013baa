"""Contract checks: made from the contract, counted over the rows that stand in the Delta table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.contracts.registry import TABLES, table
from lake.quality import Check, ContractBroken, check_table, contract_rules, quality_rows, refusals, require
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
EARLIER = date(2026, 11, 19)
GOOD = {
    "as_of": AS_OF,
    "session_id": "A-1",
    "course_id": "A",
    "skill_level": 3,
    "start_date": AS_OF,
    "end_date": AS_OF,
    "training_hours": 40,
    "employment_rate_6m_0_1": 0.5,
    "rate_status_code": "OBSERVED",
    "delivery_date": AS_OF,
    "source_file": "a.csv",
    "row_number": 1,
}
Write = Callable[..., None]


def broken(settings: Settings, as_of: date = AS_OF) -> dict[str, float]:
    """Check → rows that break it, of the checks that fail."""
    checks = check_table(settings, "silver__training_courses", as_of)
    return {check.name: check.value for check in checks if not check.passed}


def test_rows_set_aside_are_counted_once_by_their_first_reason(settings: Settings, write_rows: Write) -> None:
    reasons = ["birth_date:NOT_A_DATE|phone:MISSING", "birth_date:NOT_A_DATE", "row:UNREADABLE 9 fields, expected 12"]
    rows = [
        {"as_of": AS_OF, "delivery_date": AS_OF, "source_file": "a.csv", "row_number": n, "reason_codes": why}
        for n, why in enumerate(reasons)
    ]
    write_rows("quarantine__seekers", *rows, rows[0] | {"as_of": EARLIER})
    found = refusals(settings, "seekers", as_of=AS_OF)
    assert [(check.name, check.value) for check in found] == [
        ("refused:birth_date:NOT_A_DATE", 2.0),
        ("refused:row:UNREADABLE", 1.0),
    ]
    assert all(check.passed for check in found)
    stored = quality_rows(found, as_of=AS_OF, run_id="r").to_pylist()
    assert {(row["result_code"], row["limit_value"]) for row in stored} == {("PASS", None)}


def test_good_rows_break_nothing(settings: Settings, write_rows: Write) -> None:
    write_rows("silver__training_courses", GOOD, GOOD | {"session_id": "A-2", "skill_level": None})
    assert broken(settings) == {}


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"course_id": None}, "not_null:course_id"),
        ({"rate_status_code": "MAYBE"}, "codes:rate_status_code"),
        ({"skill_level": 0}, "range:skill_level"),
        ({"skill_level": 9}, "range:skill_level"),
        ({"training_hours": -1}, "range:training_hours"),
        ({"employment_rate_6m_0_1": 1.5}, "range:employment_rate_6m_0_1"),
        ({"employment_rate_6m_0_1": float("nan")}, "range:employment_rate_6m_0_1"),
        ({"employment_rate_6m_0_1": float("inf")}, "range:employment_rate_6m_0_1"),
    ],
    ids=["null", "code", "below", "above", "negative", "share above one", "not a number", "infinite"],
)
def test_one_wrong_row_breaks_one_check_once(
    settings: Settings, write_rows: Write, wrong: dict[str, Any], check: str
) -> None:
    write_rows("silver__training_courses", GOOD, GOOD | {"session_id": "A-2"} | wrong)
    assert broken(settings) == {check: 1}


def test_a_key_that_comes_three_times_is_two_rows_too_many(settings: Settings, write_rows: Write) -> None:
    write_rows("silver__training_courses", GOOD, GOOD, GOOD | {"row_number": 9}, GOOD | {"session_id": "A-2"})
    assert broken(settings) == {"unique_key": 2}


def test_another_business_date_is_not_looked_at(settings: Settings, write_rows: Write) -> None:
    write_rows("silver__training_courses", GOOD, GOOD | {"as_of": EARLIER, "skill_level": 9})
    assert broken(settings) == {}
    assert broken(settings, EARLIER) == {"range:skill_level": 1}


def test_a_number_without_bounds_may_still_not_be_nan(settings: Settings, write_rows: Write) -> None:
    key = {"as_of": AS_OF, "month": "2026-11", "occupation_code": "0231", "region_code": "11"}
    write_rows("gold__labour_market", key | {"tightness_ratio": float("nan")})
    checks = check_table(settings, "gold__labour_market", AS_OF)
    assert [check.name for check in checks if not check.passed] == ["range:tightness_ratio"]


@pytest.mark.parametrize("table_id", TABLES)
def test_every_table_has_a_key_check_and_a_null_check_for_each_required_column(table_id: str) -> None:
    names = [name for name, _ in contract_rules(table(table_id))]
    assert "unique_key" in names
    assert {f"not_null:{c.name}" for c in table(table_id).columns if not c.nullable} <= set(names)
    assert len(names) == len(set(names))


def test_a_broken_check_stops_the_night_and_says_what_to_do() -> None:
    checks = [Check("silver__seekers", "unique_key", 2), Check("silver__seekers", "codes:sex_code", 0)]
    with pytest.raises(ContractBroken, match=r"1 contract checks failed: silver__seekers unique_key: 2 rows\. Correct"):
        require(checks)
    require(checks[1:])


def test_checks_are_kept_with_their_limits_and_results() -> None:
    checks = [Check("t", "gate:volume_lost", 0.25, 0.5, "100 rows last night"), Check("t", "unique_key", 1)]
    rows = quality_rows(checks, as_of=AS_OF, run_id="r1").to_pylist()
    assert [(row["value"], row["limit_value"], row["result_code"], row["detail"]) for row in rows] == [
        (0.25, 0.5, "PASS", "100 rows last night"),
        (1.0, 0.0, "FAIL", None),
    ]
    assert {(row["as_of"], row["run_id"], row["table_id"]) for row in rows} == {(AS_OF, "r1", "t")}
