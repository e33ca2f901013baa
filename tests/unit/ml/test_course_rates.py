"""When a course's rate is known, what its past says of it, and how wide its interval is."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from ml.courses import columns as c
from ml.courses.errors import NoKnownRateError, SnapshotColumnError
from ml.courses.history import Past, When, shrunk_rates
from ml.courses.intervals import Spread, measure_spread
from ml.courses.predict import predict_rates
from tests.unit.ml.course_sessions import AS_OF, many_sessions, session, table
from transforms.silver.training_courses import FOLLOW_UP_DAYS

pytestmark = pytest.mark.unit


def test_follow_up_is_silvers() -> None:
    assert c.FOLLOW_UP_6M_DAYS == FOLLOW_UP_DAYS


@pytest.mark.parametrize(
    ("days_since_end", "finished", "stated", "known"),
    [
        (183, 40, 0.75, 0.75),
        (182, 40, 0.75, None),
        (182, 40, 0.0, None),
        (183, 40, 0.0, 0.0),
        (400, 40, 1.36, None),
        (400, 0, 0.0, None),
        (400, None, 0.5, None),
        (400, 40, None, None),
    ],
    ids=["known", "a day early", "0 % early", "0 % in time", "above 100 %", "nobody finished", "unknown", "not stated"],
)
def test_rate_is_known_six_months_after_the_end(
    days_since_end: int, finished: int | None, stated: float | None, known: float | None
) -> None:
    end = AS_OF - timedelta(days=days_since_end)
    one = table(session(1, end=end, completed_count=finished, employment_rate_6m_0_1=stated))
    (found,) = c.known_rates(one, as_of=AS_OF)
    assert (None if np.isnan(found) else float(found)) == known


def test_course_is_pulled_to_institution_field_and_everyone_by_who_finished() -> None:
    """40 finishers, 30 employed, one half-life ago: 20 and 15 today.

    Everyone (15 + 20 x .5) / 40 = .625, field (15 + 20 x .625) / 40 = .6875, institution (15 + 15 x .6875) / 35,
    course (15 + 15 x .723214) / 35 = .738520.
    """
    known = session(1)
    asked = session(2, end=AS_OF - timedelta(days=10), employment_rate_6m_0_1=None)
    answers = predict_rates(table(known, asked), as_of=AS_OF).to_pylist()
    assert [row["session_id"] for row in answers] == ["s00002"]
    assert answers[0]["predicted"] == pytest.approx(0.738520, abs=1e-6)


def test_unknown_institution_and_field_get_the_level_of_everyone() -> None:
    asked = session(2, end=AS_OF, course_id="B", institution_name=None, skill_code=None, employment_rate_6m_0_1=None)
    (row,) = predict_rates(table(session(1), asked), as_of=AS_OF).to_pylist()
    assert row["predicted"] == pytest.approx(0.625)


def test_history_after_the_cut_does_not_count() -> None:
    past = Past(np.array([100, 200]), np.array([10.0, 10.0]), np.array([1.0, 0.0]))
    when = When(np.array([99, 100, 200]), np.array([200, 200, 200]))
    here = (np.zeros(2, dtype=np.int64), np.zeros(3, dtype=np.int64))
    rates = shrunk_rates(past, when, dict.fromkeys(("course", "institution", "field", "region"), here))
    assert rates["finishers_of_course"][0] == 0
    assert rates["everyone"][0] == 0.5
    assert rates["course"][1] > 0.5 > rates["course"][2]


def test_stage_says_what_could_be_read() -> None:
    rows = [
        session(1),
        session(2, end=AS_OF + timedelta(days=30), completed_count=None, employment_rate_6m_0_1=None),
        session(3, end=AS_OF - timedelta(days=30), employment_rate_6m_0_1=0.0, employment_rate_3m_0_1=0.0),
        session(4, end=AS_OF - timedelta(days=100), employment_rate_6m_0_1=0.0, employment_rate_3m_0_1=0.4),
    ]
    answers = predict_rates(table(*rows), as_of=AS_OF)
    assert answers.column("stage_code").to_pylist() == ["COMING", "ENDED", "FOLLOWED"]


def test_completion_written_before_the_end_is_not_read() -> None:
    """Files run ahead of their month: who finished a running session is not known on the day."""
    end = AS_OF + timedelta(days=30)
    answers = [
        predict_rates(table(session(1), session(2, end=end, completed_count=n)), as_of=AS_OF).to_pylist()
        for n in (None, 3, 45)
    ]
    assert answers[0] == answers[1] == answers[2]


def test_few_finishers_make_a_wide_interval() -> None:
    spread = Spread(0.1, 1.6, 1.6)
    low, high = spread.around(np.array([0.5, 0.5, 0.98]), np.array([4.0, 100.0, 4.0]))
    widths = high - low
    assert widths[0] == pytest.approx(2 * 1.6 * np.sqrt(0.25 / 4 + 0.01))
    assert widths[1] == pytest.approx(2 * 1.6 * np.sqrt(0.25 / 100 + 0.01))
    assert high[2] == 1.0


def test_spread_holds_what_it_was_measured_on() -> None:
    misses = np.linspace(-0.3, 0.3, 201)
    predicted, finishers = np.full(201, 0.5), np.full(201, 1e9)
    low, high = measure_spread(predicted + misses, predicted, finishers).around(predicted, finishers)
    inside = (predicted + misses >= low) & (predicted + misses <= high)
    assert 0.9 <= inside.mean() <= 0.95


@pytest.fixture(scope="module")
def sessions() -> pa.Table:
    return many_sessions()


@pytest.fixture(scope="module")
def answers(sessions: pa.Table) -> pa.Table:
    return predict_rates(sessions, as_of=AS_OF)


def test_learned_model_knows_good_courses_from_bad_and_its_intervals_hold(
    sessions: pa.Table, answers: pa.Table
) -> None:
    stated = dict(zip(*(sessions.column(name).to_pylist() for name in (c.SESSION, c.RATE_6M)), strict=True))
    rate = np.array([stated[name] for name in answers.column(c.SESSION).to_pylist()])
    predicted, low, high = (answers.column(name).to_numpy() for name in ("predicted", "low", "high"))
    assert np.corrcoef(rate, predicted)[0, 1] > 0.8
    assert ((rate >= low) & (rate <= high)).mean() > 0.85
    assert ((low >= 0) & (low <= predicted) & (predicted <= high) & (high <= 1)).all()


def test_order_of_rows_changes_nothing(sessions: pa.Table, answers: pa.Table) -> None:
    turned = sessions.take(list(range(sessions.num_rows))[::-1])
    assert predict_rates(turned, as_of=AS_OF).equals(answers)


def test_rates_of_the_asked_change_nothing(sessions: pa.Table, answers: pa.Table) -> None:
    """What came out later stands in the same table: it must not be read."""
    rate = c.known_rates(sessions, as_of=AS_OF)
    stated = c.read_number(sessions, c.RATE_6M)
    hidden = pa.array(np.where(np.isnan(rate), 1 - stated, stated))
    changed = sessions.set_column(sessions.column_names.index(c.RATE_6M), c.RATE_6M, hidden)
    assert predict_rates(changed, as_of=AS_OF).equals(answers)


def test_nothing_known_is_refused_and_not_guessed() -> None:
    with pytest.raises(NoKnownRateError, match="no known 6-month rate"):
        predict_rates(table(session(1, end=AS_OF)), as_of=AS_OF)


def test_missing_column_is_named() -> None:
    with pytest.raises(SnapshotColumnError, match="end_date"):
        predict_rates(table(session(1)).drop_columns(["end_date"]), as_of=AS_OF)


def test_a_course_keeps_its_past_where_no_course_had_one_to_learn_from() -> None:
    """Half a year of rates: at no session's start was any rate known, and one course stands out by three of them."""
    rows = [
        session(
            number,
            course_id="good" if number < 3 else f"c{number}",
            employment_rate_6m_0_1=0.95 if number < 3 else 0.5 + 0.02 * (number % 5 - 2),
            end=AS_OF - timedelta(days=190 + number % 150),
        )
        for number in range(300)
    ]
    asked = [
        session(900 + place, course_id=course, end=AS_OF + timedelta(days=100), employment_rate_6m_0_1=None)
        for place, course in enumerate(("good", "new"))
    ]
    good, new = predict_rates(table(*rows, *asked), as_of=AS_OF)["predicted"].to_pylist()
    assert good > 0.75  # 114 of 120 finishers, pulled to the institution's half
    assert new == pytest.approx(0.5, abs=0.05)
