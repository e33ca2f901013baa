"""P01: kill -9 from the first file that is decoded to the last feature; see sweep.py for what must stay true."""

from __future__ import annotations

import pytest

from tests.faults.sweep import Scene, kill_and_heal
from tests.faults.tally import Add

POINTS = (
    "work24_delivery",
    "staged_deliveries",
    "bronze__job_postings",
    "bronze__worker_surveys",
    "ops__deliveries",
    "silver__applications",
    "quarantine__job_postings",
    "silver__seekers",
    "silver__seeker_versions",
    "features__application_pairs",
    "gold__seeker_snapshots",
)


@pytest.mark.slow
@pytest.mark.case("P01")
@pytest.mark.parametrize("point", POINTS)
def test_a_night_killed_at_a_table_is_healed_by_one_plain_rerun(second_night: Scene, tally: Add, point: str) -> None:
    kill_and_heal(second_night, second_night.kill_at(point), tally)
