"""How busy a day is: fewer postings, registrations, applications and changes on weekends and public holidays.

Shares of a working day, rounded from the habit of job boards; they move what is new on later dates and nothing that
stands on the first one. Put here: the calendar of the simulated country. Do not put here: what happens on a day.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from lake.reference import read_holidays
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.world import World

SATURDAY, SUNDAY, HOLIDAY = 0.40, 0.30, 0.15
_EPOCH = date(1970, 1, 1)


def activity(day: int) -> float:
    """What happens on a day (days since 1970) as a share of what happens on a working day."""
    on = _EPOCH + timedelta(days=day)
    if on in read_holidays():
        return HOLIDAY
    return {5: SATURDAY, 6: SUNDAY}.get(on.weekday(), 1.0)


def new_by_night(world: World, on_a_working_day: int) -> Ints:
    """How many are new on each date after the first, (nights - 1,); at least one a day."""
    days = range(world.today + 1, world.last_day + 1)
    return np.array([max(1, int(on_a_working_day * activity(day))) for day in days], dtype=np.int64)


def night_of(new: Ints, number: Ints) -> Ints:
    """The night (1 is the day after the first date) on which the new one with this `number` comes."""
    night: Ints = 1 + np.searchsorted(np.cumsum(new), number, side="right")
    return night
