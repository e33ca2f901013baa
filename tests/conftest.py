"""Which tier a test belongs to: read off the folder it lies in, so that nobody forgets the marker.

Fixtures shared by several tiers stand here too; what only one folder needs stands in that folder's conftest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.tally import summary

pytest_plugins = ("tests.pipeline.fixtures", "tests.dealing")
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the fault tests counted."""
    lines = summary(report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, []))
    if lines:
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.write_line(line)
