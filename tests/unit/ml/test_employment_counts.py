"""What each cohort was used for, and who was left out because the outcome is not known yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.judgement import COHORTS
from ml.employment.cohorts import cohort_dates, judged_dates
from ml.employment.counts import cohort_rows, used_rows
from ml.employment.judge import people_of
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts


@pytest.fixture(scope="module")
def cohorts() -> pa.Table:
    """Thirty-two people at each of the nine dates."""
    return make_cohorts(32)


REGISTERED = np.array(["2020-01-01", "2026-05-22", "2026-05-23", "2026-11-01", "2027-01-01"], dtype="datetime64[D]")


def told(cohorts: pa.Table) -> list[dict[str, Any]]:
    """The rows of a month's first night."""
    return cohort_rows(used_rows(cohorts, known_until=KNOWN_UNTIL), cohorts, REGISTERED, known_until=KNOWN_UNTIL)


def test_cohorts_tell_what_they_were_used_for(cohorts: pa.Table) -> None:
    """The newest only judges; the one 52 weeks before the night calibrates too, and the one before that teaches too."""
    rows = {row["snapshot_date"]: row for row in told(cohorts)}
    steps = {step: KNOWN_UNTIL - timedelta(days=91 * step) for step in range(12)}
    assert rows[steps[3]]["uses_text"] == "JUDGE"
    assert rows[steps[4]]["uses_text"] == "CALIBRATE|JUDGE"
    assert rows[steps[5]]["uses_text"] == "TEACH|JUDGE"
    assert rows[steps[6]]["uses_text"] == "TEACH"
    assert rows[steps[8]]["uses_text"] == "TEACH|CALIBRATE"
    assert rows[steps[11]]["uses_text"] == "TEACH"
    assert {frozenset({"as_of", *row}) for row in rows.values()} == {frozenset(COHORTS.names)}


def test_cohorts_count_their_people_and_outcomes(cohorts: pa.Table) -> None:
    """32 people, of whom 8 are kept for evaluation; one person was registered by then."""
    rows = {row["snapshot_date"]: row for row in told(cohorts)}
    day = judged_dates(KNOWN_UNTIL)[-1]
    hired = int(people_of(cohorts, [day], evaluation_only=False).outcome.sum())
    names = ("rows_count", "evaluation_rows_count", "hired_count", "kept_count", "registered_count", "left_out_count")
    assert [rows[day][name] for name in names] == [32, 8, hired, 0, 1, 0]
    assert rows[day]["is_followed_up"]


@pytest.mark.parametrize(("day", "people"), [("2026-05-22", 2), ("2026-08-21", 3), ("2026-11-20", 4)])
def test_people_of_dates_too_recent_are_left_out_and_counted(cohorts: pa.Table, day: str, people: int) -> None:
    """Their outcome is not known, which is not the same as no: no count of it, but of them."""
    rows = {row["snapshot_date"]: row for row in told(cohorts)}
    row = rows[date.fromisoformat(day)]
    assert (row["left_out_count"], row["registered_count"], row["is_followed_up"]) == (people, people, False)
    assert [row[name] for name in ("rows_count", "hired_count", "kept_count", "uses_text")] == [None] * 4
    assert row["detail"]


def test_a_later_night_of_the_month_keeps_telling_who_taught(cohorts: pa.Table) -> None:
    """Ten days on there are three cohorts of their own dates; the nine that taught are told as they were."""
    later = KNOWN_UNTIL + timedelta(days=10)
    tonight = make_cohorts(32, cohort_dates(later, teaches=False))
    rows = cohort_rows(used_rows(cohorts, known_until=KNOWN_UNTIL), tonight, REGISTERED, known_until=later)
    followed = [row for row in rows if row["is_followed_up"]]
    assert len(followed) == 9 + 3
    assert sum("TEACH" in row["uses_text"] for row in followed) == 7
    assert [row["snapshot_date"] for row in followed][-1] == judged_dates(later)[-1]


def test_a_night_run_again_tells_the_same_of_its_cohorts(cohorts: pa.Table) -> None:
    """The second run finds the month decided and makes only the judged cohorts: what they taught is still told."""
    tonight = make_cohorts(32, cohort_dates(KNOWN_UNTIL, teaches=False))
    taught = used_rows(cohorts, known_until=KNOWN_UNTIL)
    assert cohort_rows(taught, tonight, REGISTERED, known_until=KNOWN_UNTIL) == told(cohorts)
