"""How the tests of a run are dealt out to its processes (`--dist loadfile`): a file to one process, nights in the back.

The file that is dealt first has the shared nights begun (tests/pipeline/fixtures.py), those that need none of them come
while they run, then the rest, and last, one by one, the points of the kill sweep, which are long and alike. The
scheduler knows names only, so the processes themselves put the tests in order. Do not put here: which tests there are.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling


class _FilesTogether(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests go to one process; those of the kill sweep, long and alike, to any, when all others are dealt."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if _is_sweep(nodeid) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler of `--dist loadfile`, which keeps the order of the tests; of any other way, xdist's own."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return _FilesTogether(config, log)


@pytest.hookimpl(trylast=True)  # after pytest has left out what was not asked for
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of a run with several: what begins the nights, what needs none, the larger files first."""
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(_file(item) for item in items)
    waiting = {_file(item) for item in items if "crew" in getattr(item, "fixturenames", ())}
    starters = sorted((file for file in waiting if not _is_sweep(file)), key=lambda file: (-sizes[file], file))[:1]

    def place(item: pytest.Item) -> tuple[int, int, str]:
        file = _file(item)
        group = 0 if file in starters else 3 if _is_sweep(file) else 2 if file in waiting else 1
        return group, -sizes[file], file

    items.sort(key=place)


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


def _is_sweep(nodeid: str) -> bool:
    return "/test_kill_sweep_" in nodeid
