"""The published nights that tonight is compared with, and what was counted on them.

Put here: which nights those are. Do not put here: the comparisons (feed_gates.py, drift_gates.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lake.business_days import MOST_FITTING, fitting
from lake.profiles import Profiles, published_runs, read_profiles
from lake.settings import Settings

NO_EARLIER_NIGHT = "no earlier night"


@dataclass(frozen=True)
class Compared:
    """Tonight and the nights before it, newest first; blocked nights are in none, nor are those rolled back from.

    `published` are the last few, `before` those of them that were counted, `same_weekday` the counted ones of a day
    like this.
    """

    as_of: date
    tonight: Profiles
    published: tuple[date, ...]
    before: tuple[date, ...]
    same_weekday: tuple[date, ...]
    profiles: Mapping[date, Profiles]


def compared_nights(settings: Settings, *, as_of: date, run_id: str) -> Compared:
    """Tonight's profiles and those of the nights that it is compared with."""
    published = {day: run for day, run in published_runs(settings, until=as_of) if day < as_of}
    days = list(published)
    before, same = days[: MOST_FITTING + 1], fitting(as_of, days)
    profiles = read_profiles(settings, {(day, published[day]) for day in (*before, *same)})
    tonight = read_profiles(settings, [(as_of, run_id)]).get(as_of, {})
    return Compared(
        as_of,
        tonight,
        tuple(before),
        tuple(day for day in before if day in profiles),
        tuple(day for day in same if day in profiles),
        profiles,
    )
