"""What the fault suite counts and prints at its end: faults injected and survived, bad inputs tried, leaks found.

A test adds to the tally through the fixture `tally`; the numbers travel with its report, so they add up over processes.
Do not put here: a fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest

PREFIX = "tally:"
Add = Callable[..., None]


def adder(record_property: Callable[[str, object], None]) -> Add:
    """`add(line, injected=1, survived=1)`: figures with the same line and name are summed up."""

    def add(line: str, **figures: float) -> None:
        for name, value in figures.items():
            record_property(f"{PREFIX}{line}:{name}", value)

    return add


def summary(reports: Iterable[pytest.TestReport]) -> list[str]:
    """One line for each line of the tally; a figure whose name begins with max_ is the largest, others are sums."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for report in reports:
        for key, value in report.user_properties if report.when == "call" else ():
            if key.startswith(PREFIX):
                line, _, name = key.removeprefix(PREFIX).rpartition(":")
                before = found[line].get(name, 0.0)
                found[line][name] = (
                    max(before, float(str(value))) if name.startswith("max_") else before + float(str(value))
                )
    return [
        f"{line}: " + ", ".join(f"{name.replace('_', ' ')} {value:,.10g}" for name, value in sorted(figures.items()))
        for line, figures in sorted(found.items())
    ]
