"""P01: kill -9 from the models to the last page; see sweep.py for what must stay true.

The night was killed once before, halfway, and goes on from there until it is killed again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.sweep import Scene, kill_and_heal, scene, undisturbed
from tests.faults.tally import Add
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Nights, World

POINTS = (
    "employment_model",
    "features__courses",
    "features__seekers",
    "job_space",
    "matches__seeker_occupations",
    "job_candidates",
    "matches__seeker_jobs",
    "matches__posting_talents",
    "serving__seeker_jobs_v1",
    "serving__seeker_employment_v1",
    "ops__quality",
    "key_value:kept",
    "goyong_duckdb",
    "publication:before the switch",
)
AFTER_THE_SWITCH = ("publication:after the switch", "publication", "ops__runs")


@pytest.mark.slow
@pytest.mark.case("P01")
@pytest.mark.parametrize("point", [*POINTS, *AFTER_THE_SWITCH])
def test_a_night_killed_at_an_answer_is_healed_by_one_plain_rerun(stopped_night: Scene, tally: Add, point: str) -> None:
    taken_over = kill_and_heal(stopped_night, stopped_night.kill_at(point), tally)
    assert taken_over or point in AFTER_THE_SWITCH
    checked = stopped_night.shell.run("verify", "--all", "--lake", stopped_night.lake)
    assert checked.exit_code == 0, checked.text


@pytest.mark.slow
@pytest.mark.case("P01")
def test_the_first_night_of_a_lake_killed_after_it_learned_its_models_is_healed_too(
    world: World, shell: Shell, first: Nights, tmp_path: Path, tally: Add
) -> None:
    truth = undisturbed(first, 0, world.days[0], None)
    with scene(world, shell, None, truth, tmp_path) as night:
        kill_and_heal(night, night.kill_at("job_space"), tally)
