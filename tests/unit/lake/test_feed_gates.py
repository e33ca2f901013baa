"""Gates on what came in: missing, stale and half feeds, and the dips that are none of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lake.business_days import fitting
from lake.earlier_nights import Compared
from lake.feed_gates import audit_feeds
from lake.profiles import FEEDS, Distribution, Profiles
from lake.quality import Check
from lake.settings import Settings

FRIDAY = date(2026, 11, 20)
FEED, TABLE = "bronze__job_postings", "silver__job_postings"
Gates = dict[str, tuple[float, str]]
Failed = Callable[..., Gates]


def counted(rows: int) -> Profiles:
    """A night on which both daily feeds brought so many usable rows."""
    return {(table_id, "region_code"): Distribution({"11": rows}, {}) for table_id in FEEDS.values()}


def night(as_of: date, now: int, before: dict[date, int]) -> Compared:
    """Tonight's rows and those of earlier nights."""
    days = sorted(before, reverse=True)
    profiles = {day: counted(rows) for day, rows in before.items()}
    return Compared(as_of, counted(now), tuple(days[:5]), tuple(days[:5]), tuple(fitting(as_of, days)), profiles)


def weeks(rows: Sequence[int], as_of: date = FRIDAY) -> dict[date, int]:
    """Rows of the days before, newest first."""
    return {as_of - timedelta(days=ago): count for ago, count in enumerate(rows, start=1)}


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Callable[..., list[Check]]:
    """Gates on a night whose feeds came on all its days and long before; `newest` is the last change of a posting."""

    def audited(
        compared: Compared, *, newest: datetime | None = None, others: dict[str, dict[date, int]] | None = None
    ) -> list[Check]:
        days = [date(2026, 1, 2), *compared.profiles, compared.as_of]
        came = {feed: dict.fromkeys(days, 5) for feed in FEEDS} | (others or {})
        deliveries = [
            {"table_id": feed, "delivery_date": day, "source_file": f"{feed}.csv", "rows_count": rows}
            for feed, own in came.items()
            for day, rows in own.items()
        ]
        write_rows("ops__deliveries", *deliveries)
        at = newest or datetime(compared.as_of.year, compared.as_of.month, compared.as_of.day, tzinfo=UTC)
        for table_id in FEEDS.values():
            when = {"as_of": compared.as_of, "delivery_date": compared.as_of, "updated_at": at}
            write_rows(table_id, when)
        return audit_feeds(settings, compared)

    return audited


def test_a_first_night_passes_and_says_why(audited: Callable[..., list[Check]]) -> None:
    checks = audited(night(FRIDAY, 0, {}))
    assert all(check.passed for check in checks)
    assert {check.detail for check in checks} == {"no earlier night"}


def test_as_many_rows_as_usual_pass(failed: Failed) -> None:
    assert failed(compared=night(FRIDAY, 900, weeks([1_000] * 14))) == {}


def test_half_a_feed_blocks_and_is_named(audited: Callable[..., list[Check]]) -> None:
    checks = [c for c in audited(night(FRIDAY, 500, weeks([1_000] * 14))) if c.table_id == FEED and not c.passed]
    assert [(check.name, check.value, check.limit) for check in checks] == [
        ("gate:rows_lost_last_night", 0.5, 0.4),
        ("gate:rows_lost_same_weekday", 0.5, 0.4),
    ]
    assert checks[0].detail == "500 rows came, usual are 1,000 (1 nights)"


def test_half_of_a_handful_may_be_chance(failed: Failed) -> None:
    assert failed(compared=night(FRIDAY, 10, weeks([20] * 14))) == {}


def test_a_saturday_is_no_half_friday(failed: Failed) -> None:
    """40 of 100 on Saturdays, 30 on Sundays; the Saturday before was the same."""
    before = weeks([1_000, 1_000, 1_000, 1_000, 1_000, 300, 400] * 2, FRIDAY + timedelta(days=1))
    assert failed(compared=night(FRIDAY + timedelta(days=1), 400, before)) == {}


def test_half_a_saturday_blocks(failed: Failed) -> None:
    before = weeks([1_000, 1_000, 1_000, 1_000, 1_000, 300, 400] * 2, FRIDAY + timedelta(days=1))
    assert set(failed(compared=night(FRIDAY + timedelta(days=1), 200, before))) == {"rows_lost_same_weekday"}


def test_a_monday_that_holds_sundays_dip_passes(failed: Failed) -> None:
    """A source that sends the day before at two in the morning: Monday's delivery is Sunday's work."""
    monday = date(2026, 11, 23)
    before = weeks([400, 1_000, 1_000, 1_000, 1_000, 1_000, 300] * 2, monday)
    assert failed(compared=night(monday, 300, before)) == {}


@pytest.mark.parametrize(
    "day", [date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 26), date(2026, 9, 27), date(2026, 9, 28)]
)
def test_chuseok_and_the_days_after_it_pass(failed: Failed, day: date) -> None:
    """A tenth of the usual rows on the holidays, a Sunday's on Sunday, a Monday's on Monday."""
    usual = {5: 400, 6: 300}
    holidays = {date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 26)}

    def came(on: date) -> int:
        return 100 if on in holidays else usual.get(on.weekday(), 1_000)

    before = [day - timedelta(days=ago) for ago in range(1, 30)]
    assert failed(compared=night(day, came(day), {on: came(on) for on in before})) == {}


def test_next_weeks_thursday_is_not_measured_by_chuseok(failed: Failed) -> None:
    """500 on a Thursday after 1,000, 1,000 and 추석's 100: half, although 추석 had less."""
    day = date(2026, 10, 1)
    before = {day - timedelta(days=ago): 1_000 for ago in range(1, 30)} | {date(2026, 9, 24): 100}
    assert "rows_lost_same_weekday" in failed(compared=night(day, 500, before))


def test_a_delivery_of_everything_is_no_measure_for_the_night_after(failed: Failed) -> None:
    assert failed(compared=night(FRIDAY, 1_000, weeks([50_000] + [1_000] * 13))) == {}


def test_the_first_delivery_is_no_measure(
    settings: Settings, write_rows: Callable[..., None], audited: Callable[..., list[Check]]
) -> None:
    before = {date(2026, 1, 2): 50_000, **weeks([1_000] * 7)}
    checks = audited(night(FRIDAY, 1_000, before))
    assert all(check.passed for check in checks)


def test_a_feed_of_last_week_is_stale_and_says_how_old(failed: Failed) -> None:
    found = failed(compared=night(FRIDAY, 1_000, weeks([1_000] * 14)), newest=datetime(2026, 11, 13, 3, tzinfo=UTC))
    assert found == {"stale_feed": (7.0, "newest source time 2026-11-13")}


def test_a_feed_that_rested_over_the_days_off_is_not_stale(failed: Failed) -> None:
    """Monday after 추석 (Thursday to Sunday off): nothing changed since Wednesday night."""
    monday = date(2026, 9, 28)
    found = failed(compared=night(monday, 900, weeks([1_000] * 14, monday)), newest=datetime(2026, 9, 23, tzinfo=UTC))
    assert found == {}


def test_midnight_in_seoul_parts_the_days(audited: Callable[..., list[Check]]) -> None:
    """15:30 UTC on the 19th is half past midnight on the 20th."""
    checks = audited(night(FRIDAY, 9, weeks([9])), newest=datetime(2026, 11, 19, 15, 30, tzinfo=UTC))
    assert [check.value for check in checks if check.name == "gate:stale_feed"] == [0, 0]


def test_another_feed_that_came_every_friday_must_not_come_by_half(failed: Failed) -> None:
    fridays = {FRIDAY - timedelta(weeks=week): 1_000 for week in range(1, 9)}
    compared = night(FRIDAY, 1_000, weeks([1_000] * 30))
    found = failed(compared=compared, others={"bronze__applications": fridays | {FRIDAY: 500}})
    assert set(found) == {"rows_lost_same_weekday"}


def test_a_feed_that_comes_now_and_then_may_stay_away(failed: Failed) -> None:
    now_and_then = {FRIDAY - timedelta(weeks=week): 1_000 for week in (1, 3, 8)}
    compared = night(FRIDAY, 1_000, weeks([1_000] * 30))
    assert failed(compared=compared, others={"bronze__companies": now_and_then}) == {}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, f"{FEED} (no file)"),
        ({"duplicate_of": "postings_old.csv"}, f"{FEED} (p.csv has the bytes of postings_old.csv, sent before)"),
        ({"problem": "p.csv: found no data row"}, f"{FEED} (p.csv: found no data row)"),
    ],
    ids=["no file", "an earlier day's bytes", "no rows"],
)
def test_a_missing_feed_is_named_with_what_became_of_it(
    settings: Settings, write_rows: Callable[..., None], file: dict[str, Any] | None, said: str
) -> None:
    compared = night(FRIDAY, 9, weeks([9, 9]))
    rows = [
        {"table_id": feed, "delivery_date": day, "source_file": "a.csv", "rows_count": 9}
        for feed in FEEDS
        for day in (*compared.before, FRIDAY)
        if (feed, day) != (FEED, FRIDAY)
    ]
    came = {"table_id": FEED, "delivery_date": FRIDAY, "source_file": "p.csv", "rows_count": 0}
    write_rows("ops__deliveries", *rows, *([came | file] if file else []))
    for table_id in FEEDS.values():
        write_rows(table_id)
    (missing,) = [check for check in audit_feeds(settings, compared) if check.name == "gate:missing_feeds"]
    assert (missing.value, missing.detail) == (1, said)
