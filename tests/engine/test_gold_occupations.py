"""Occupations with demand, supply and outlook, on rows whose numbers can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import functions as F

from lake.contracts.gold import OCCUPATIONS
from lake.tables import Lake
from tests.engine.conftest import AS_OF
from tests.engine.people import seeker, spell
from transforms.gold.occupations import compare_hires, occupations
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
THIS_YEAR, YEAR_BEFORE = AS_OF - timedelta(days=100), AS_OF - timedelta(days=500)
LONG_AGO = spell("long ago", date(2020, 1, 1), date(2020, 2, 1), occupation_code="9999")


def title(code: str = "0243", **more: Any) -> dict[str, Any]:
    return (
        {"occupation_title_id": f"T{code}", "title": "엠디", "occupation_name": "상품 기획자"}
        | more
        | {"occupation_code": code}
    )


def hires(count: int, start: date, code: str = "0243", **more: Any) -> list[dict[str, Any]]:
    """`count` jobs begun on one day, reported a month later."""
    reported = {"start_reported_date": start + timedelta(days=30), "occupation_code": code}
    return [spell(f"{code} {start} {number}", start, None, **(reported | more)) for number in range(count)]


def make(people: Registers, frame: Frame, *spells: dict[str, Any], postings: Any = None) -> dict[str, Any]:
    """gold__occupations by code."""
    known = known_by(replace(people, employment_spells=frame("silver__employment_spells", *spells)), AS_OF)
    dictionary = frame("silver__occupations", title("0243"), title("0244"))
    rows = occupations(dictionary, postings or frame("silver__job_postings"), known, as_of=AS_OF).collect()
    return {row.occupation_code: row for row in rows}


def test_a_posting_without_a_region_is_open_in_its_occupation(people: Registers, frame: Frame) -> None:
    posting = {"occupation_code": "0243", "registered_date": date(2026, 11, 1), "status_code": "OPEN"}
    postings = frame(
        "silver__job_postings", posting | {"posting_id": "1"}, posting | {"posting_id": "2", "headcount": 3}
    )
    wishing = replace(people, seekers=frame("silver__seekers", seeker(wanted_occupation_code_1="0243"), seeker("b")))
    row = make(wishing, frame, postings=postings)["0243"].asDict()
    assert tuple(row) == OCCUPATIONS.names
    assert row == {
        "as_of": AS_OF,
        "occupation_code": "0243",
        "occupation_name": "상품 기획자",
        "typical_education_code": None,
        "open_postings_count": 2,
        "openings_count": 4,
        "seekers_count": 1,
        "tightness_ratio": 4.0,
        "wage_median_krw_month": None,
        "same_people_hires_12m_count": None,
        "same_people_hires_prior_12m_count": None,
        "outlook_code": "NO_DATA",
    }


def test_openings_without_a_seeker_have_no_ratio(people: Registers, frame: Frame) -> None:
    assert make(people, frame)["0244"].tightness_ratio is None


@pytest.mark.parametrize(
    ("now", "before", "outlook"),
    [
        pytest.param(59, 41, "RISING", id="18 more, chance 1.645 * 10"),
        pytest.param(58, 42, "STEADY", id="16 more"),
        pytest.param(42, 58, "STEADY", id="16 fewer"),
        pytest.param(41, 59, "FALLING", id="18 fewer"),
        pytest.param(42, 40, "STEADY", id="5 percent of few is chance"),
        pytest.param(10_499, 10_000, "STEADY", id="beyond chance (235.6) but not 5 percent"),
        pytest.param(10_500, 10_000, "RISING", id="5 percent"),
        pytest.param(9_500, 10_000, "FALLING", id="5 percent fewer"),
        pytest.param(9_501, 10_000, "STEADY", id="not quite"),
        pytest.param(29, 400, "NO_DATA", id="few now"),
        pytest.param(400, 29, "NO_DATA", id="few before"),
        pytest.param(None, 400, "NO_DATA", id="unknown"),
    ],
)
def test_outlook_moves_from_five_percent_on_and_beyond_chance(
    session_lake: Lake, now: int | None, before: int | None, outlook: str
) -> None:
    counts = session_lake.spark.createDataFrame([(now, before)], "now int, before int")
    told = counts.select(compare_hires(F.col("now"), F.col("before")).alias("outlook_code"))
    assert told.collect()[0].outlook_code == outlook


def test_both_years_are_counted_and_compared(people: Registers, frame: Frame) -> None:
    made = make(people, frame, LONG_AGO, *hires(59, THIS_YEAR), *hires(41, YEAR_BEFORE))["0243"]
    assert (made.same_people_hires_12m_count, made.same_people_hires_prior_12m_count, made.outlook_code) == (
        59,
        41,
        "RISING",
    )


def test_no_hire_is_a_real_zero_where_the_register_reaches_back(people: Registers, frame: Frame) -> None:
    made = make(people, frame, LONG_AGO)["0244"]
    assert (made.same_people_hires_12m_count, made.same_people_hires_prior_12m_count, made.outlook_code) == (
        0,
        0,
        "NO_DATA",
    )


def test_a_year_before_the_register_began_is_unknown(people: Registers, frame: Frame) -> None:
    began = spell("first", AS_OF - timedelta(days=60 + 365), None, occupation_code="9999")
    made = make(people, frame, began, *hires(40, THIS_YEAR))["0243"]
    assert (made.same_people_hires_12m_count, made.same_people_hires_prior_12m_count, made.outlook_code) == (
        40,
        None,
        "NO_DATA",
    )


def test_hires_of_the_last_sixty_days_and_those_reported_later_are_not_counted(people: Registers, frame: Frame) -> None:
    recent = hires(3, AS_OF - timedelta(days=59))
    late = hires(2, THIS_YEAR, start_reported_date=AS_OF + timedelta(days=1))
    oldest = hires(1, AS_OF - timedelta(days=60 + 364))
    made = make(people, frame, LONG_AGO, *recent, *late, *oldest)["0243"]
    assert (made.same_people_hires_12m_count, made.same_people_hires_prior_12m_count) == (1, 0)


def test_hires_of_people_who_registered_later_do_not_make_an_occupation_rise(people: Registers, frame: Frame) -> None:
    """40 and 40 hires of the same person, and 30 of somebody who registered in between."""
    registered = replace(
        people, seekers=frame("silver__seekers", seeker(), seeker("new", registered_date=AS_OF - timedelta(days=400)))
    )
    spells = [LONG_AGO, *hires(40, THIS_YEAR), *hires(40, YEAR_BEFORE)]
    spells += [row | {"spell_id": f"new {row['spell_id']}"} for row in hires(30, THIS_YEAR, seeker_key="new")]
    made = make(registered, frame, *spells)["0243"]
    assert (made.same_people_hires_12m_count, made.same_people_hires_prior_12m_count, made.outlook_code) == (
        40,
        40,
        "STEADY",
    )
