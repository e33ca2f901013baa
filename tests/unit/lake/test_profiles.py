"""What is counted each night, and which nights it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lake.earlier_nights import compared_nights
from lake.profiles import Distribution, measure_night, measures, published_runs, read_profiles
from lake.publication import Pointer, switch
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
Write = Callable[..., None]


def publish(settings: Settings, day: date, run_id: str) -> None:
    switch(settings, Pointer(run_id, day, {}, {}, is_synthetic=True))


def record(write_rows: Write, *runs: tuple[date, str, str]) -> None:
    rows: list[dict[str, Any]] = [
        {"as_of": day, "run_id": run_id, "status_code": status, "finished_at": datetime(2026, 11, 21, hour, tzinfo=UTC)}
        for hour, (day, run_id, status) in enumerate(runs)
    ]
    write_rows("ops__runs", *rows)


@pytest.fixture
def empty(write_rows: Write) -> None:
    """Every counted table without rows."""
    for table_id in measures():
        write_rows(table_id)


def counted(settings: Settings, write_rows: Write) -> dict[tuple[str, str], Distribution]:
    """Tonight's profiles, through ops__profiles."""
    rows = measure_night(settings, as_of=AS_OF, run_id="r")
    write_rows("ops__profiles", *rows.to_pylist())
    return read_profiles(settings, [(AS_OF, "r")]).get(AS_OF, {})


@pytest.mark.usefixtures("empty")
def test_rows_are_counted_by_code_and_unknown_ones_too(settings: Settings, write_rows: Write) -> None:
    codes = ("11", "11", "26", None)
    write_rows("features__seekers", *({"as_of": AS_OF, "home_region_code": code} for code in codes))
    found = counted(settings, write_rows)["features__seekers", "home_region_code"]
    assert found.counts == {"11": 2, "26": 1, "UNKNOWN": 1}
    assert found.rows == 4


@pytest.mark.usefixtures("empty")
def test_of_a_feed_only_what_came_tonight_counts(settings: Settings, write_rows: Write) -> None:
    rows = [
        {"as_of": AS_OF, "delivery_date": AS_OF - timedelta(days=ago), "region_code": "11", "occupation_code": "1331"}
        for ago in (0, 0, 1, 7)
    ]
    write_rows("silver__job_postings", *rows)
    found = counted(settings, write_rows)
    assert found["silver__job_postings", "region_code"].counts == {"11": 2}
    assert found["silver__job_postings", "occupation_group"].counts == {"13": 2}


@pytest.mark.usefixtures("empty")
def test_scores_fall_into_twenty_bins_with_their_mean_and_without_the_unanswered(
    settings: Settings, write_rows: Write
) -> None:
    """0.02 and 0.04 in the first bin, 0.5 in the eleventh, 1.0 in the last: mean 0.39."""
    values = (0.02, 0.04, 0.5, 1.0, None)
    rows = [
        {"as_of": AS_OF, "answer_code": "OK" if value else "TOO_LITTLE", "probability_0_1": value} for value in values
    ]
    write_rows("scores__employment_probability", *rows)
    found = counted(settings, write_rows)
    scores = found["scores__employment_probability", "probability_0_1"]
    assert scores.counts == {"00": 2, "10": 1, "19": 1}
    assert scores.means == pytest.approx({"00": 0.03, "10": 0.5, "19": 1.0})
    assert scores.mean == pytest.approx(0.39)
    assert found["scores__employment_probability", "answer_code"].counts == {"OK": 4, "TOO_LITTLE": 1}


@pytest.mark.usefixtures("empty")
def test_what_a_published_run_of_the_same_date_counted_stays(settings: Settings, write_rows: Write) -> None:
    """Run a was published, run b blocked; run c keeps what a counted."""
    publish(settings, AS_OF, "a")
    row = {"as_of": AS_OF, "table_id": "t", "measure_name": "m", "bucket_code": "x", "rows_count": 1}
    write_rows("ops__profiles", row | {"run_id": "a"}, row | {"run_id": "b"})
    kept = measure_night(settings, as_of=AS_OF, run_id="c").to_pylist()
    assert {kept_row["run_id"] for kept_row in kept} == {"a"}


def test_spread_is_that_of_people_and_not_of_bins() -> None:
    """Nine people at 0.1 and one at 0.6: mean 0.15, standard deviation 0.15."""
    found = Distribution({"02": 9, "12": 1}, {"02": 0.1, "12": 0.6})
    assert (found.mean, found.spread) == pytest.approx((0.15, 0.15))


def test_blocked_nights_and_nights_rolled_back_from_are_not_compared_with(
    settings: Settings, write_rows: Write
) -> None:
    days = [AS_OF - timedelta(days=ago) for ago in range(5)]
    record(
        write_rows,
        (days[4], "four", "PUBLISHED"),
        (days[3], "three", "FORCED"),
        (days[2], "two", "BLOCKED"),
        (days[1], "one", "PUBLISHED"),
    )
    publish(settings, days[1], "one")
    publish(settings, days[3], "three")
    assert published_runs(settings, until=AS_OF) == [(days[3], "three"), (days[4], "four")]


def test_of_two_published_runs_of_a_date_the_later_counts(settings: Settings, write_rows: Write) -> None:
    record(write_rows, (AS_OF, "zz first", "PUBLISHED"), (AS_OF, "aa second", "PUBLISHED"))
    publish(settings, AS_OF, "zz first")
    publish(settings, AS_OF, "aa second")
    assert published_runs(settings, until=AS_OF) == [(AS_OF, "aa second")]


def test_a_night_published_by_a_run_that_was_killed_before_its_record_counts(settings: Settings) -> None:
    publish(settings, AS_OF, "r")
    assert published_runs(settings, until=AS_OF) == [(AS_OF, "r")]


def test_nights_of_a_quarter_ago_are_too_old(settings: Settings, write_rows: Write) -> None:
    record(write_rows, (AS_OF - timedelta(days=90), "old", "PUBLISHED"))
    publish(settings, AS_OF, "r")
    assert published_runs(settings, until=AS_OF) == [(AS_OF, "r")]


def test_a_lake_without_a_published_night_has_none(settings: Settings) -> None:
    compared = compared_nights(settings, as_of=AS_OF, run_id="r")
    assert (compared.published, compared.before, compared.same_weekday) == ((), (), ())


def test_a_night_that_was_published_before_counting_began_is_known_but_not_compared_with(settings: Settings) -> None:
    last = AS_OF - timedelta(days=1)
    publish(settings, last, "r")
    compared = compared_nights(settings, as_of=AS_OF, run_id="tonight")
    assert (compared.published, compared.before) == ((last,), ())
