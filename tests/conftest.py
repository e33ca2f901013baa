"""Which tier a test belongs to: read off the folder it lies in, so that nobody forgets the marker.

Fixtures shared by several tiers stand here too; what only one folder needs stands in that folder's conftest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.faults.tally import summary

pytest_plugins = ("tests.pipeline.fixtures",)
TESTS = Path(__file__).parent
TIER_BY_FOLDER = {
    "architecture": "unit",
    "bench": "bench",
    "browser": "browser",
    "engine": "engine",
    "faults": "faults",
    "gpu": "gpu",
    "parity": "spark",
    "pipeline": "pipeline",
    "property": "unit",
    "real": "real",
    "unit": "unit",
}


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test the marker of its folder; a folder that is no tier is an error, not a silent default."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder not in TIER_BY_FOLDER:
            raise pytest.UsageError(f"tests/{folder} is no tier: name it in TIER_BY_FOLDER of tests/conftest.py")
        item.add_marker(TIER_BY_FOLDER[folder])


class _FilesTogether(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests go to one process; those of the kill sweep, long and alike, to any, when all others are dealt."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if "/test_kill_sweep_" in nodeid else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler of `--dist loadfile`; of any other way to distribute, xdist's own."""
    return _FilesTogether(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the fault tests counted."""
    lines = summary(report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, []))
    if lines:
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.write_line(line)
