"""Which nights may be compared: weekdays, weekends and public holidays of Korea.

Put here: what kind of day a business date is. Do not put here: what is compared (feed_gates.py, drift_gates.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lake.reference import read_holidays

MOST_FITTING = 4
"""So many earlier nights of the same kind of day are compared with."""
_DAY = timedelta(days=1)


def is_off(day: date) -> bool:
    """Whether it is a weekend day or a public holiday."""
    return day.weekday() >= 5 or day in read_holidays()


def is_unusual(day: date) -> bool:
    """Whether the day or the one before is a public holiday, or the list of holidays does not cover its year."""
    holidays = read_holidays()
    return day in holidays or day - _DAY in holidays or all(day.year != known.year for known in holidays)


def is_alike(day: date, other: date) -> bool:
    """Whether both are off or both are not, and the same of the days before them."""
    return (is_off(day), is_off(day - _DAY)) == (is_off(other), is_off(other - _DAY))


def fitting(day: date, earlier: Sequence[date]) -> list[date]:
    """Of `earlier` days, newest first, up to four to compare `day` with.

    Ordinary days have the same weekday and are ordinary, too; for a public holiday and the day after one they are
    those that are off or not in the same way (the Thursday of 추석 is looked at as a Saturday is).
    """
    if is_unusual(day):
        return [other for other in earlier if is_alike(day, other)][:MOST_FITTING]
    same = [other for other in earlier if other.weekday() == day.weekday() and not is_unusual(other)]
    return same[:MOST_FITTING]


def days_off_before(day: date) -> int:
    """How many days off in a row end with `day` or with the day before it."""
    last = day if is_off(day) else day - _DAY
    days = 0
    while is_off(last - days * _DAY):
        days += 1
    return days
