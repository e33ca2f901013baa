"""The night's course predictions: no data stays no data, and every row fits the contract."""

from __future__ import annotations

import logging
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.contracts.answers import COURSE_OUTCOME_SCORES
from lake.contracts.render import arrow_schema
from ml.courses.night import READ_COLUMNS, predict_night
from tests.unit.ml.course_sessions import AS_OF, many_sessions, session, table

NUMBERS = ("predicted_rate_0_1", "predicted_low_0_1", "predicted_high_0_1")


def sessions(*rows: dict[str, object]) -> pa.Table:
    """Sessions with the columns that the night reads, so without 3-month rates."""
    return table(*rows).select(READ_COLUMNS)


def coming(number: int, **changes: object) -> dict[str, object]:
    """A session that starts after the night."""
    return session(number, end=AS_OF.replace(year=2026), completed_count=None, employment_rate_6m_0_1=None, **changes)


def test_a_coming_session_gets_the_rate_of_its_course_within_its_interval() -> None:
    (row,) = predict_night(sessions(session(1), session(2), coming(3)), as_of=AS_OF).to_pylist()
    assert (row["session_id"], row["course_stage_code"]) == ("s00003", "COMING")
    assert 0.6 < row["predicted_rate_0_1"] <= 0.75  # 60 of 80 finishers, pulled a little towards even odds
    assert 0.0 <= row["predicted_low_0_1"] <= row["predicted_rate_0_1"] <= row["predicted_high_0_1"] <= 1.0


def test_before_any_rate_is_known_there_is_no_row_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="goyong.courses"):
        made = predict_night(sessions(coming(1), coming(2)), as_of=AS_OF)
    assert made.num_rows == 0
    assert made.schema == arrow_schema(COURSE_OUTCOME_SCORES)
    assert "no known 6-month rate" in caplog.text


def test_a_field_without_a_known_rate_has_no_numbers_and_never_zero() -> None:
    made = predict_night(sessions(session(1), coming(2), coming(3, skill_code="08030101")), as_of=AS_OF)
    rows = {row["session_id"]: [row[name] for name in NUMBERS] for row in made.to_pylist()}
    assert rows["s00003"] == [None, None, None]
    assert None not in rows["s00002"]


def test_a_new_institution_of_a_known_field_has_its_fields_rate() -> None:
    made = predict_night(sessions(session(1), coming(2, institution_name="나라학원", course_id="B1")), as_of=AS_OF)
    assert made["predicted_rate_0_1"][0].as_py() > 0.5


def test_a_session_of_no_stated_field_is_no_data_unless_such_sessions_have_rates() -> None:
    rows = (session(1), coming(2, skill_code=None))
    assert predict_night(sessions(*rows), as_of=AS_OF)["predicted_rate_0_1"].null_count == 1
    rows = (session(1, skill_code=None), coming(2, skill_code=None))
    assert predict_night(sessions(*rows), as_of=AS_OF)["predicted_rate_0_1"].null_count == 0


def test_every_session_without_a_known_rate_has_one_row_in_any_order_of_the_input() -> None:
    whole = many_sessions().select(READ_COLUMNS)
    made = predict_night(whole, as_of=AS_OF)
    assert made.equals(predict_night(whole.take(list(range(whole.num_rows))[::-1]), as_of=AS_OF))
    last_known = pa.scalar(AS_OF - timedelta(days=183))
    unknown = whole.filter(pc.greater(whole["end_date"], last_known))["session_id"].to_pylist()
    assert made["session_id"].to_pylist() == sorted(unknown)
