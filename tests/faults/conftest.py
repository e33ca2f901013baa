"""What several fault modules share, beside the world and the nights of tests/pipeline/fixtures.py.

Put here: fixtures. Long tests are marked `slow`; `make test-faults` runs all.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.sweep import Scene, Undisturbed, scene, undisturbed
from tests.faults.tally import Add, adder
from tests.pipeline import readers
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Crew, Nights, World, in_memory


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Add:
    """Adds figures to what the suite prints at its end."""
    return adder(record_property)


@pytest.fixture(scope="session")
def truth(world: World, first: Nights, history: Nights) -> Undisturbed:
    """What the second night comes to when nobody kills it."""
    return undisturbed(history, 1, world.days[1], first.served[0])


@pytest.fixture(scope="session")
def stopped(world: World, shell: Shell, first: Nights, crew: Crew) -> Nights:
    """The first night's lake, in which the second night was killed halfway."""

    def run() -> Nights:
        lake = in_memory(first.lake, world.room / "stopped")
        outcome = shell.night(world.sources, lake, world.days[1], GOYONG_KILL_AT="gold__seeker_snapshots")
        assert outcome.exit_code == -signal.SIGKILL, outcome.text
        return Nights(lake, (outcome,), (readers.served(lake),))

    crew.begin("stopped", run)
    return crew.result("stopped")


@pytest.fixture
def stopped_night(world: World, shell: Shell, stopped: Nights, truth: Undisturbed, tmp_path: Path) -> Iterator[Scene]:
    """A copy of that lake, in which the second night goes on and can be killed once more, later."""
    with scene(world, shell, stopped.lake, truth, tmp_path) as made:
        yield made


@pytest.fixture
def second_night(world: World, shell: Shell, first: Nights, truth: Undisturbed, tmp_path: Path) -> Iterator[Scene]:
    """A copy of the first night's lake, in which the second night can be killed."""
    with scene(world, shell, first.lake, truth, tmp_path) as made:
        yield made
