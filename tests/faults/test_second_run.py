"""Two real runs on one lake: the second is sent away at once, and a dead first one holds nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.faults.processes import outliving
from tests.faults.tally import Add
from tests.pipeline.commands import Shell
from tests.pipeline.nights import World, in_memory


@pytest.mark.case("P03")
def test_a_second_run_says_who_holds_the_lake_and_a_killed_first_one_frees_it(
    world: World, shell: Shell, tmp_path: Path, tally: Add
) -> None:
    lake = in_memory(None, tmp_path / "lake")
    words = ["nightly", "--sources", str(world.sources), "--lake", str(lake), "--date", world.days[0].isoformat()]
    running = shell.start(*words)
    # The night's second line of progress: it is at work, in its lock.
    while running.process.is_alive() and running.said().count("\n") < 2:
        running.process.join(0.05)
    assert running.process.is_alive(), running.said()
    second = shell.run_fresh(*words)
    assert second.exit_code == 4, second.text
    assert f"another run holds this lake (process {running.process.pid}" in second.complaint
    assert len(second.stderr.splitlines()) == 1
    tally("second run while the first runs", injected=1, survived=1, max_seconds_until_refused=round(second.seconds, 1))
    os.killpg(running.process.pid or 0, signal.SIGKILL)
    assert running.finish(shell.timeout_s).exit_code == -signal.SIGKILL
    assert outliving(running.process.pid or 0) == []
    free = shell.run("maintain", "--lake", str(lake))
    assert free.exit_code != 4, free.text
