"""The world of this tier is that of the pipeline tier: 2,000 people, 600 postings, 200 sessions, three nights.

Put here: fixtures that several fault modules share. Long tests are marked `slow`; `make test-faults` runs all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.sweep import Scene, Undisturbed, scene, undisturbed
from tests.faults.tally import Add, adder
from tests.pipeline.commands import Shell
from tests.pipeline.conftest import crew, first, history, shell, world
from tests.pipeline.nights import Nights, World

__all__ = ["crew", "first", "history", "shell", "world"]


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Add:
    """Adds figures to what the suite prints at its end."""
    return adder(record_property)


@pytest.fixture(scope="session")
def truth(world: World, first: Nights, history: Nights) -> Undisturbed:
    """What the second night comes to when nobody kills it."""
    return undisturbed(first, history, world.days[1])


@pytest.fixture
def second_night(world: World, shell: Shell, first: Nights, truth: Undisturbed, tmp_path: Path) -> Iterator[Scene]:
    """A copy of the first night's lake, in which the second night can be killed."""
    with scene(world, shell, first.lake, truth, tmp_path) as made:
        yield made
