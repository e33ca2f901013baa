"""P01: kill -9 at moments that nobody chose, spread over a whole night; see sweep.py for what must stay true."""

from __future__ import annotations

import random

import pytest

from tests.faults.sweep import Scene, kill_and_heal
from tests.faults.tally import Add

MOMENTS = 12


@pytest.mark.slow
@pytest.mark.case("P01")
@pytest.mark.parametrize("place", range(MOMENTS))
def test_a_night_killed_at_any_moment_is_healed_by_one_plain_rerun(second_night: Scene, tally: Add, place: int) -> None:
    """One moment in each twelfth of its progress, alone or with all that it has started, in turn."""
    chance = random.Random(place)  # noqa: S311 - the same moments every time
    lines = int((place + chance.random()) / MOMENTS * (second_night.truth.lines - 2))
    outcome = second_night.kill_after(lines, chance.uniform(0, 0.2), whole_group=place % 2 == 0)
    kill_and_heal(second_night, outcome, tally)
