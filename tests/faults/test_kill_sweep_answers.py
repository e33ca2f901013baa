"""P01: kill -9 from the models to the last page; see sweep.py for what must stay true."""

from __future__ import annotations

import pytest

from tests.faults.sweep import Scene, kill_and_heal
from tests.faults.tally import Add

POINTS = (
    "employment_model",
    "features__courses",
    "gold__occupation_skills",
    "features__seekers",
    "job_space",
    "matches__seeker_occupations",
    "job_candidates",
    "matches__seeker_jobs",
    "matches__posting_talents",
    "serving__seeker_jobs_v1",
    "serving__seeker_employment_v1",
    "ops__quality",
    "publication",
    "ops__runs",
    "goyong_duckdb",
)


@pytest.mark.slow
@pytest.mark.case("P01")
@pytest.mark.parametrize("point", POINTS)
def test_a_night_killed_at_an_answer_is_healed_by_one_plain_rerun(second_night: Scene, tally: Add, point: str) -> None:
    kill_and_heal(second_night, second_night.kill_at(point), tally)
