"""Which past may teach and judge: followed up to the end, of the same season, the same people every night."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import duckdb
import pytest

from ml.employment.cohorts import (
    FOLLOW_UP_DAYS,
    SAMPLE_LIMIT,
    cohort_dates,
    judged_dates,
    origin,
    sample_of,
    teaching_rows,
    unfollowed_dates,
)
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts

DAYS = [KNOWN_UNTIL, date(2024, 2, 29), date(2027, 1, 1)]


def test_follow_up_is_the_longer_of_two_outcomes_and_45_days_to_report_it() -> None:
    """183 days to find work and 28 to keep it are 211; the second label looks at 213 days."""
    assert FOLLOW_UP_DAYS == max(183 + 28, 213) + 45 == 258


def test_the_nights_cohorts_by_hand() -> None:
    """Back from 20 November 2026 by 91 days: judged are 3, 4 and 5 steps; the night's own model is 4, 5 and 6."""
    steps = {step: KNOWN_UNTIL - timedelta(days=91 * step) for step in range(12)}
    assert steps[3] == date(2026, 2, 20)
    assert judged_dates(KNOWN_UNTIL) == (steps[5], steps[4], steps[3])
    assert origin(KNOWN_UNTIL).dates == (steps[6], steps[5], steps[4])
    assert cohort_dates(KNOWN_UNTIL) == tuple(steps[step] for step in (11, 10, 9, 8, 7, 6, 5, 4, 3))


@pytest.mark.parametrize("known_until", DAYS, ids=str)
def test_all_dates_lie_on_the_grid_of_13_weeks(known_until: date) -> None:
    dates = [*cohort_dates(known_until), *unfollowed_dates(known_until)]
    assert {(known_until - day).days % 91 for day in dates} == {0}
    assert len(set(dates)) == len(dates)


@pytest.mark.parametrize("known_until", DAYS, ids=str)
def test_all_that_an_origin_learns_from_is_followed_up_by_the_day_it_answers_for(known_until: date) -> None:
    for answers_for in (known_until, *judged_dates(known_until)):
        at = origin(answers_for)
        assert all(day + timedelta(days=258) <= answers_for for day in at.dates)


@pytest.mark.parametrize("known_until", DAYS, ids=str)
def test_calibration_is_52_weeks_before_and_later_than_teaching(known_until: date) -> None:
    at = origin(known_until)
    assert known_until - at.calibrates == timedelta(weeks=52)
    assert at.calibrates.weekday() == known_until.weekday()
    assert max(at.teaches) < at.calibrates
    assert len(at.teaches) == 2


@pytest.mark.parametrize("known_until", DAYS, ids=str)
def test_judged_cohorts_are_the_newest_that_are_followed_up(known_until: date) -> None:
    newest = judged_dates(known_until)[-1]
    assert newest + timedelta(days=258) <= known_until < newest + timedelta(days=91 + 258)
    assert cohort_dates(known_until)[-1] == newest


def test_dates_too_recent_to_judge_are_named() -> None:
    """After the newest judged cohort of 20 February: May, August and the day itself."""
    assert unfollowed_dates(KNOWN_UNTIL) == (date(2026, 5, 22), date(2026, 8, 21), date(2026, 11, 20))


def test_only_people_who_are_not_kept_for_evaluation_teach() -> None:
    """Sixteen people at nine dates; four of them, whose keys end in 0-3, only judge."""
    table = make_cohorts(16)
    rows = teaching_rows(table, origin(KNOWN_UNTIL).teaches)
    assert set(rows["snapshot_date"].to_pylist()) == set(origin(KNOWN_UNTIL).teaches)
    assert {key[-1] for key in rows["seeker_key"].to_pylist()} == set("456789abcdef")
    assert rows.num_rows == 2 * 12


def taken(condition: str, keys: list[str]) -> list[str]:
    """Those of the keys that a condition takes."""
    with duckdb.connect() as db:
        rows = db.execute("select unnest(?) as seeker_key", [keys]).to_arrow_table()
        db.register("people", rows)
        sql = f"select seeker_key from people where {condition} order by 1"
        return [row[0] for row in db.execute(sql).fetchall()]


def hashed(count: int) -> list[str]:
    """Keys as pseudonyms look."""
    return [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)]


@pytest.mark.parametrize("people", [0, 1, SAMPLE_LIMIT])
def test_a_small_country_is_taken_whole(people: int) -> None:
    assert taken(sample_of(people).people, ["00", "ff"]) == ["00", "ff"]


def test_a_large_country_is_cut_at_the_share_of_the_keys() -> None:
    """80,000 of 1,000,000 is 8 %: 0.08 × 16^8 = 343,597,383 = 147ae147 in hexadecimal."""
    assert sample_of(1_000_000).people == "seeker_key < '147ae147'"


def test_the_cut_takes_its_share_of_evenly_spread_keys() -> None:
    """65,536 keys, one in every 65,536th of the key space: 8 % of them are 5,242.88, so the first 5,243."""
    keys = [f"{number:04x}{'0' * 28}" for number in range(65_536)]
    assert len(taken(sample_of(1_000_000).people, keys)) == 5_243


def test_the_cut_takes_about_its_share_of_hashed_keys() -> None:
    """Of 20,000 hashes 1,600 are expected; four standard deviations of such a draw are 153."""
    assert len(taken(sample_of(1_000_000).people, hashed(20_000))) == pytest.approx(1_600, abs=153)


def test_a_growing_country_keeps_the_people_it_has_room_for() -> None:
    smaller, larger = (set(taken(sample_of(people).people, hashed(5_000))) for people in (2_000_000, 1_000_000))
    assert smaller < larger


def test_another_limit_takes_another_share() -> None:
    """2,000 of 4,000 is a half: the keys below 80000000."""
    assert sample_of(4_000, limit=2_000).people == "seeker_key < '80000000'"


def test_people_whose_key_ends_in_0_to_3_only_judge() -> None:
    keys = [f"a{digit}" for digit in "0123456789abcdef"]
    assert taken(sample_of(10).evaluation, keys) == ["a0", "a1", "a2", "a3"]


def test_a_quarter_of_the_people_only_judge() -> None:
    """Of 20,000 hashes 5,000 are expected; four standard deviations of such a draw are 245."""
    assert len(taken(sample_of(20_000).evaluation, hashed(20_000))) == pytest.approx(5_000, abs=245)


def test_who_only_judges_does_not_depend_on_the_size_of_the_sample() -> None:
    assert sample_of(10).evaluation == sample_of(10_000_000).evaluation
