"""Employment rates of courses on sessions whose numbers can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from scipy.stats import beta

from lake import quality, tables
from ml.courses.night import READ_COLUMNS, predict_night
from tests.engine.conftest import AS_OF, arrow_rows
from transforms.gold.course_outcomes import course_outcomes

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
NUMBERS = ("raw_rate_0_1", "shrunk_rate_0_1", "shrunk_low_0_1", "shrunk_high_0_1")


def session(course: str, graduates: int, rate: float | None, **changes: Any) -> dict[str, Any]:
    """A session of field 20010202 at the institution 가 that ended long ago; without a rate it is still running."""
    row = {
        "session_id": f"{course}-1",
        "course_id": course,
        "skill_code": "20010202",
        "institution_name": "가",
        "start_date": date(2025, 1, 1),
        "end_date": date(2025, 3, 1),
        "completed_count": graduates,
        "employment_rate_6m_0_1": rate,
        "rate_status_code": "RUNNING" if rate is None else "OBSERVED",
    }
    return row | changes


def by_course(frame: Frame, *rows: dict[str, Any]) -> dict[str, Any]:
    """The rows of gold__course_outcomes by course."""
    made = course_outcomes(frame("silver__training_courses", *rows), as_of=AS_OF).collect()
    return {row.course_id: row for row in made}


def test_a_small_course_is_pulled_to_its_institution(frame: Frame) -> None:
    rates = by_course(frame, session("big", 100, 0.5), session("small", 2, 1.0))
    whole = 52 / 102  # one institution, one field: every prior is the whole
    assert rates["small"].shrunk_rate_0_1 == pytest.approx((2 + 20 * whole) / 22, abs=1e-6)
    assert rates["small"].raw_rate_0_1 == 1.0


def test_a_course_without_an_observed_rate_has_no_raw_rate(frame: Frame) -> None:
    row = by_course(frame, session("c", 0, None))["c"]
    assert [row[name] for name in NUMBERS] == [None] * 4
    assert row.observed_sessions_count == 0


def test_a_field_without_a_rate_has_no_estimate_and_a_new_institution_has_its_fields(frame: Frame) -> None:
    rates = by_course(
        frame,
        session("known", 100, 0.5),
        session("other field", 0, None, skill_code="08030101"),
        session("new institution", 0, None, institution_name="나"),
    )
    assert [rates["other field"][name] for name in NUMBERS] == [None] * 4
    assert (rates["new institution"].raw_rate_0_1, rates["new institution"].shrunk_rate_0_1) == (None, 0.5)


@pytest.mark.parametrize(("graduates", "rate"), [(4, 0.5), (10, 0.9), (40, 0.1), (300, 0.7)])
def test_the_interval_holds_nine_tenths_of_what_the_rate_may_be(frame: Frame, graduates: int, rate: float) -> None:
    row = by_course(frame, session("c", graduates, rate))["c"]  # one course: its prior is its own rate
    people = graduates + 20
    low, high = beta.cdf([row.shrunk_low_0_1, row.shrunk_high_0_1], people * rate, people * (1 - rate))
    assert high - low == pytest.approx(0.9, abs=0.03)
    assert row.shrunk_low_0_1 < row.shrunk_rate_0_1 < row.shrunk_high_0_1


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_of_none_or_all_is_not_certain(frame: Frame, rate: float) -> None:
    row = by_course(frame, session("c", 10, rate))["c"]
    assert 0.0 <= row.shrunk_low_0_1 <= rate <= row.shrunk_high_0_1 <= 1.0
    assert 0.05 < row.shrunk_high_0_1 - row.shrunk_low_0_1 < 0.2


@pytest.mark.parametrize("rate", [0.5, None])
def test_the_nights_predictions_fit_their_table_with_and_without_a_known_rate(
    lake: tables.Lake, rate: float | None
) -> None:
    coming = session("b", 0, None, start_date=date(2027, 1, 4), end_date=date(2027, 3, 1), completed_count=None)
    other_field = coming | {"session_id": "c-1", "course_id": "c", "skill_code": "08030101"}
    sessions = arrow_rows("silver__training_courses", [session("a", 20, rate), coming, other_field])
    rows = predict_night(sessions.select(READ_COLUMNS), as_of=AS_OF)
    commit = tables.replace_from_arrow(lake, "scores__course_outcomes", rows, {"as_of": AS_OF})
    assert commit.rows == (0 if rate is None else 2)
    assert [
        check.name for check in quality.check_table(lake.settings, commit.table_id, AS_OF) if not check.passed
    ] == []
