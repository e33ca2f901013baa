"""P11, the other way round: thirty normal nights around 추석 and 설 are published, none is blocked.

Deliveries dip on weekends and holidays as the simulator's calendar says. The thirty whole nights take their time and
are run by `make test-nights` only; what comes in on ninety nights is compared here in memory.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from lake.business_days import fitting
from lake.drift_gates import audit_drift
from lake.earlier_nights import Compared
from lake.feed_gates import audit_daily_rows
from lake.profiles import FEEDS, Distribution, Profiles
from lake.reference import read_holidays
from lake.sources.simulated import people, postings, simulate
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.world import Size, World, make_world
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Shell
from tests.pipeline.nights import in_memory

MOST_SECONDS_OF_A_NIGHT = 1_800  # so that a busy machine is not taken for a block
SPANS = {"추석": (date(2026, 9, 14), 18), "설": (date(2026, 2, 8), 12)}


@pytest.mark.nights
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
    patient = Shell(shell.folder, shell.environment, timeout_s=MOST_SECONDS_OF_A_NIGHT)
    for day in days:
        outcome = patient.night(sources, lake, day)
        assert outcome.exit_code in (0, 1), outcome.text
        if outcome.exit_code:
            blocked.append(f"{day:%a %m-%d}: {outcome.complaint}")
            patient.night(sources, lake, day, "--force", "only to see the nights after it")
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


def distribution(values: Ints) -> Distribution:
    return Distribution({str(value): rows for value, rows in Counter(values.tolist()).items()}, {})


def come_in(world: World) -> dict[date, Profiles]:
    """What each night's deliveries of seekers and postings hold, from the simulator and without a lake."""
    offered = postings.attributes(world, np.arange(postings.count_postings(world)))
    person = people.attributes(world, np.arange(people.count_people(world)))
    found: dict[date, Profiles] = {}
    for night in range(world.size.nights):
        opened = postings.changed_on(world, offered, world.today + night)
        changed = people.changed_on(world, person, world.today + night)
        found[world.first_date + timedelta(days=night)] = {
            ("silver__job_postings", "region_code"): distribution(offered.region[opened]),
            ("silver__job_postings", "min_education_code"): distribution(offered.education[opened]),
            ("silver__seekers", "home_region_code"): distribution(person.region[changed]),
            ("silver__seekers", "education_code"): distribution(person.education[changed]),
        }
    return found


@pytest.mark.parametrize("first", [date(2026, 8, 31), date(2027, 1, 11)])
@pytest.mark.parametrize("size", [800, 20_000])
def test_what_comes_in_on_normal_nights_trips_no_gate(tally: Add, first: date, size: int) -> None:
    """Forty-five nights around 추석 and around 설, in a small world and in one large enough for strict limits."""
    every = come_in(make_world(size, first, Size(size, size, 10, 45)))
    failed, compared = [], 0
    for day, tonight in every.items():
        before = tuple(other for other in sorted(every, reverse=True) if other < day)
        nights = Compared(day, tonight, before[:5], before[:5], tuple(fitting(day, before)), every)
        came = {feed: dict.fromkeys((*before, day), 1) for feed in FEEDS}
        checks = audit_daily_rows(came, nights) + audit_drift(nights, dict.fromkeys(FEEDS.values(), first))
        judged = [check for check in checks if check.detail not in ("no earlier night", "no rows tonight")]
        compared += len(judged)
        failed += [f"{day}: {check}" for check in judged if not check.passed]
    tally("normal nights of inputs, in memory", nights=len(every), comparisons=compared, false_blocks=len(failed))
    assert compared > 400
    assert failed == []
