"""A synthetic Korea of 20,000 seekers that the simulator's tests look at."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lake.sources.simulated import history, people
from lake.sources.simulated.people import People
from lake.sources.simulated.world import Size, World, make_world

SEEKERS = 20_000


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(
        seed=3, first_date=date(2025, 11, 3), size=Size(seekers=SEEKERS, postings=4000, sessions=2000, nights=1)
    )


@pytest.fixture(scope="module")
def person(world: World) -> People:
    return people.attributes(world, np.arange(SEEKERS))


@pytest.fixture(scope="module")
def spells(world: World, person: People) -> history.Spells:
    return history.draw_spells(world, person)
