"""Which nights may be compared: weekdays, weekends, 설 and 추석."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lake.business_days import days_off_before, fitting, is_off, is_unusual
from lake.reference import read_holidays


def before(day: date, days: int = 40) -> list[date]:
    """Every day before `day`, newest first."""
    return [day - timedelta(days=ago) for ago in range(1, days + 1)]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 9, 25), "추석"),
        (date(2027, 2, 7), "설날"),
        (date(2027, 2, 9), "설날 대체공휴일"),
        (date(2025, 10, 8), "추석 대체공휴일"),
        (date(2028, 10, 5), "추석 대체공휴일"),
        (date(2026, 6, 3), "지방선거일"),
    ],
)
def test_public_holidays_are_known_with_substitutes_and_elections(day: date, name: str) -> None:
    assert read_holidays()[day] == name


def test_each_year_has_three_days_of_seollal_and_three_of_chuseok() -> None:
    for year in range(2025, 2029):
        names = [name for day, name in read_holidays().items() if day.year == year and "대체" not in name]
        assert [sum(name in own for own in names) for name in ("설날", "추석")] == [3, 3], year


def test_an_ordinary_day_is_compared_with_four_ordinary_ones_of_its_weekday() -> None:
    """Thursday 2026-10-15: Thursday 8 October precedes 한글날 and is ordinary; 24 September is 추석 and is not."""
    day = date(2026, 10, 15)
    assert fitting(day, before(day)) == [date(2026, 10, 8), date(2026, 10, 1), date(2026, 9, 17), date(2026, 9, 10)]


def test_the_first_day_of_a_holiday_is_compared_with_saturdays() -> None:
    day = date(2026, 9, 24)
    assert [other.weekday() for other in fitting(day, before(day))] == [5, 5, 5, 5]


def test_the_day_after_substitute_holiday_is_compared_with_mondays_and_days_like_them() -> None:
    """2027-02-10 follows 설날 대체공휴일 on Tuesday."""
    day = date(2027, 2, 10)
    assert [other.weekday() for other in fitting(day, before(day))] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 11, 19), 0),  # a Thursday
        (date(2026, 11, 21), 1),  # a Saturday
        (date(2026, 11, 23), 2),  # a Monday
        (date(2026, 9, 28), 4),  # the Monday after 추석
        (date(2026, 9, 29), 0),
    ],
)
def test_days_off_before_a_night_are_counted(day: date, days: int) -> None:
    assert days_off_before(day) == days


@pytest.mark.parametrize(
    ("day", "unusual"),
    [
        (date(2026, 9, 23), False),
        (date(2026, 9, 26), True),
        (date(2026, 9, 27), True),  # the day after 추석's last
        (date(2026, 9, 28), False),
        (date(2031, 5, 6), True),  # nobody has written down the holidays of 2031 yet
    ],
)
def test_holidays_the_day_after_and_years_without_a_list_are_unusual(day: date, unusual: bool) -> None:
    assert is_unusual(day) is unusual


def test_weekends_and_holidays_are_off() -> None:
    assert [is_off(date(2026, 9, day)) for day in (23, 24, 25, 26, 27, 28)] == [False, True, True, True, True, False]
