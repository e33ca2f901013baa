"""The world of this tier is that of the pipeline tier: 2,000 people, 600 postings, 200 sessions, three nights.

Put here: fixtures that several fault modules share. Long tests are marked `slow`; `make test-faults` runs all.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.tally import Add, adder
from tests.pipeline.conftest import crew, first, history, shell, world

__all__ = ["crew", "first", "history", "shell", "world"]


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Add:
    """Adds figures to what the suite prints at its end."""
    return adder(record_property)
