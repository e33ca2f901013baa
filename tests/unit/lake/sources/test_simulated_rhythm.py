"""Synthetic Korea rests on weekends and public holidays."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lake.sources.simulated import people, postings
from lake.sources.simulated.rhythm import activity, new_by_night, night_of
from lake.sources.simulated.world import Size, World, make_world

THURSDAY = date(2026, 9, 24)  # 추석


@pytest.fixture(scope="module")
def world() -> World:
    """Monday before 추석 and six nights more."""
    return make_world(1, date(2026, 9, 21), Size(5_000, 1_000, 10, 7))


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2026, 9, 22), 1.0),
        (date(2026, 9, 19), 0.40),
        (date(2026, 9, 20), 0.30),
        (THURSDAY, 0.15),
        (date(2026, 9, 26), 0.15),  # a Saturday, but 추석's last day
    ],
)
def test_a_day_off_is_a_part_of_a_working_day(day: date, share: float) -> None:
    assert activity((day - date(1970, 1, 1)).days) == share


def test_new_ones_come_by_the_calendar_and_at_least_one_a_day(world: World) -> None:
    """Tuesday, Wednesday, three days of 추석, Sunday."""
    assert new_by_night(world, 20).tolist() == [20, 20, 3, 3, 3, 6]
    assert new_by_night(world, 2).tolist() == [2, 2, 1, 1, 1, 1]


def test_each_new_one_comes_on_one_night() -> None:
    assert night_of(np.array([2, 1, 3]), np.arange(6)).tolist() == [1, 1, 2, 3, 3, 3]


def test_postings_and_people_are_registered_on_the_night_that_counts_them(world: World) -> None:
    """20 postings and 10 people are new on a working day."""
    first = 1_000 + 200
    found = postings.attributes(world, np.arange(first, postings.count_postings(world)))
    assert np.bincount(found.registered_day - world.today)[1:].tolist() == [20, 20, 3, 3, 3, 6]
    new = people.attributes(world, np.arange(5_000, people.count_people(world)))
    assert np.bincount(new.registered_day - world.today)[1:].tolist() == [10, 10, 1, 1, 1, 3]
