"""Which past may teach the employment model: followed up to the end, the same people every night."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import duckdb
import pytest

from ml.employment.cohorts import FOLLOW_UP_DAYS, SAMPLE_LIMIT, cohort_dates, sample_condition

AS_OF = date(2026, 11, 20)


def test_follow_up_is_183_days_to_find_work_28_to_keep_it_and_45_to_report_it() -> None:
    assert FOLLOW_UP_DAYS == 183 + 28 + 45 == 256


def test_cohorts_are_a_quarter_apart_and_the_newest_is_just_followed_up() -> None:
    """20 November is day 324; 324 - 256 = 68 is 9 March. 91 and 182 days before: 8 December and 8 September."""
    assert cohort_dates(AS_OF) == (date(2025, 9, 8), date(2025, 12, 8), date(2026, 3, 9))


def test_no_cohort_is_younger_than_its_follow_up() -> None:
    assert max(cohort_dates(AS_OF)) + timedelta(days=256) == AS_OF


def taken(condition: str, keys: list[str]) -> list[str]:
    with duckdb.connect() as db:
        people = db.execute("select unnest(?) as seeker_key", [keys])
        rows = people.to_arrow_table()
        db.register("people", rows)
        sql = f"select seeker_key from people where {condition} order by 1"
        return [row[0] for row in db.execute(sql).fetchall()]


@pytest.mark.parametrize("people", [1, SAMPLE_LIMIT])
def test_a_small_country_is_taken_whole(people: int) -> None:
    assert taken(sample_condition(people), ["00", "ff"]) == ["00", "ff"]


def test_a_large_country_is_cut_at_the_share_of_the_keys() -> None:
    """40,000 of 1,000,000 is 4 %: 0.04 × 16^8 = 171,798,691 = 0a3d70a3 in hexadecimal."""
    assert sample_condition(1_000_000) == "seeker_key < '0a3d70a3'"


def test_the_cut_takes_its_share_of_evenly_spread_keys() -> None:
    """65,536 keys, one in every 65,536th of the key space: 4 % of them are 2,621.44, so the first 2,622."""
    keys = [f"{number:04x}{'0' * 28}" for number in range(65_536)]
    assert len(taken(sample_condition(1_000_000), keys)) == 2_622


def test_the_cut_takes_about_its_share_of_hashed_keys() -> None:
    """Of 20,000 hashes 800 are expected; four standard deviations of such a draw are 111."""
    keys = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(20_000)]
    assert len(taken(sample_condition(1_000_000), keys)) == pytest.approx(800, abs=111)


def test_a_growing_country_keeps_the_people_it_has_room_for() -> None:
    keys = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(5_000)]
    smaller, larger = (set(taken(sample_condition(people), keys)) for people in (2_000_000, 1_000_000))
    assert smaller < larger
