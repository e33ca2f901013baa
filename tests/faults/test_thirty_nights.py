"""P11, the other way round: thirty normal nights around 추석 and 설 are published, none is blocked.

Deliveries dip on weekends and holidays as the simulator's calendar says. Half an hour long: only in `make test-faults`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lake.reference import read_holidays
from lake.sources.simulated import simulate
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Shell
from tests.pipeline.nights import in_memory

SPANS = {"추석": (date(2026, 9, 14), 18), "설": (date(2027, 1, 31), 12)}


@pytest.mark.slow
@pytest.mark.parametrize("holiday", SPANS)
def test_normal_nights_are_published_without_a_false_block(
    shell: Shell, tmp_path: Path, tally: Add, holiday: str
) -> None:
    first, count = SPANS[holiday]
    sources, lake = tmp_path / "deliveries", in_memory(None, tmp_path / "lake")
    size = {"seekers": 2_000, "postings": 1_500, "sessions": 200, "nights": count}
    days = simulate(**size, seed=3, out=sources, first_date=first).dates
    assert sum(holiday in read_holidays().get(day, "") for day in days) >= 3
    blocked = []
    for day in days:
        outcome = shell.night(sources, lake, day)
        if outcome.exit_code:
            blocked.append(f"{day:%a %m-%d}: {outcome.complaint}")
            shell.night(sources, lake, day, "--force", "only to see the nights after it")
    tally("normal nights", nights=count, false_blocks=len(blocked))
    assert blocked == []
    assert readers.served(lake)["as_of"] == days[-1].isoformat()


def test_deliveries_dip_on_days_off(tmp_path: Path) -> None:
    """What the nights above are worth: 추석 brings under two thirds of a Tuesday's postings, half of its seekers."""
    size = {"seekers": 4_000, "postings": 3_000, "sessions": 10, "nights": 18}
    report = simulate(**size, seed=3, out=tmp_path, first_date=SPANS["추석"][0])
    came = {day: report.rows[f"{day}/job_postings"] for day in report.dates}
    assert came[date(2026, 9, 25)] < came[date(2026, 9, 22)] * 2 / 3
    assert report.rows["2026-09-25/seekers"] < report.rows["2026-09-22/seekers"] / 2
