"""Dagster survives too: a real daemon, a real code server, run workers that are killed with no warning.

P01 and P03 as Dagster sees them: the dead run is shown as failed and why, its place in the queue is free, the next
one starts. Do not put here: what a killed night leaves in the lake (the kill sweeps).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.run import prepare_home
from dagster_project.run_liveness import PROCESS_TAG
from lake.settings import Settings
from tests.faults.processes import kill_session
from tests.faults.sweep import Scene
from tests.faults.tally import Add
from tests.pipeline import readers

PATIENCE_S = 600.0
POLL_S = 0.2


@dataclass(frozen=True)
class Orchestra:
    """A lake whose nights are run by Dagster's daemon: instance, environment, where its output goes."""

    instance: dg.DagsterInstance
    environment: dict[str, str]
    folder: Path
    day: str

    def launch(self) -> str:
        """Ask for the night of the day as `dagster job launch` does; it waits in the queue. Returns the run's id."""
        before = {run.run_id for run in self.instance.get_runs()}
        tags = json.dumps({"dagster/partition": self.day})
        command = ["-m", "dagster", "job", "launch", "-m", "dagster_project.definitions", "-j", "nightly"]
        self._run([*command, "--tags", tags]).wait(PATIENCE_S)
        (asked,) = {run.run_id for run in self.instance.get_runs()} - before
        return asked

    @contextmanager
    def daemon(self) -> Iterator[int]:
        """Dagster's daemon, its code server and their run workers; all are killed at once at the end."""
        process = self._run(["-m", "dagster._daemon", "run", "-m", "dagster_project.definitions"])
        try:
            yield process.pid
        finally:
            kill_session(process.pid)
            process.wait(PATIENCE_S)

    def _run(self, words: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "dagster.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, *words],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for(self, what: str, is_so: Callable[[], bool]) -> None:
        """Look again and again until something is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}\n{self.log()}"
            time.sleep(POLL_S)

    def log(self) -> str:
        """The end of what daemon and code server said."""
        return (self.folder / "dagster.log").read_text(encoding="utf-8")[-3_000:]

    def first_step_at(self, run_id: str) -> float | None:
        """When the run's first step began (seconds of the epoch)."""
        events = self.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
        return min((event.timestamp for event in events), default=None)

    def status(self, run_id: str) -> dg.DagsterRunStatus:
        """How the run stands."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run.status

    def process_of(self, run_id: str) -> int:
        """The process that works on the run."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return int(run.tags[PROCESS_TAG].split(" ")[1])

    def why_failed(self, run_id: str) -> str:
        """What Dagster shows about a failed run."""
        events = self.instance.all_logs(
            run_id, of_type={dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.ENGINE_EVENT}
        )
        return "\n".join(event.message or "" for event in events)


@pytest.fixture
def orchestra(second_night: Scene) -> Iterator[Orchestra]:
    """The second night, to be run by Dagster."""
    lake = second_night.lake
    (lake / "dagster" / "dagster.yaml").unlink()
    home = prepare_home(Settings(lake_dir=lake))
    environment = second_night.shell.environment | {
        "DAGSTER_HOME": str(home),
        "GOYONG_LAKE_DIR": str(lake),
        "GOYONG_SOURCES_DIR": str(second_night.world.sources),
    }
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield Orchestra(instance, environment, second_night.temporary, second_night.world.days[1].isoformat())


@pytest.mark.slow
@pytest.mark.case("P01")
def test_a_killed_run_and_a_killed_dagster_make_way_for_the_next_run(
    orchestra: Orchestra, second_night: Scene, tally: Add
) -> None:
    def has_begun(run_id: str) -> bool:
        return orchestra.first_step_at(run_id) is not None

    first, second, third = (orchestra.launch() for _ in range(3))
    with orchestra.daemon():
        orchestra.wait_for("the first run begins", lambda: has_begun(first))
        assert orchestra.status(second) is dg.DagsterRunStatus.QUEUED
        tally("killed Dagster run", injected=1)
        os.kill(orchestra.process_of(first), signal.SIGKILL)
        killed_at = time.time()
        orchestra.wait_for("the second run begins", lambda: has_begun(second))
        seconds = (orchestra.first_step_at(second) or 0) - killed_at
        assert orchestra.status(first) is dg.DagsterRunStatus.FAILURE
        assert "SIGKILL" in orchestra.why_failed(first) or "was killed" in orchestra.why_failed(first)
        tally("killed Dagster run", survived=1, max_seconds_until_rerun_starts=round(seconds, 1))
    tally("killed Dagster with its run", injected=1)
    assert orchestra.status(second) is dg.DagsterRunStatus.STARTED
    with orchestra.daemon():
        started_at = time.time()
        orchestra.wait_for("the third run begins", lambda: has_begun(third))
        seconds = (orchestra.first_step_at(third) or 0) - started_at
        assert orchestra.status(second) is dg.DagsterRunStatus.FAILURE
        assert "The run was killed" in orchestra.why_failed(second) or "is gone" in orchestra.why_failed(second)
        orchestra.wait_for("the third run ends", lambda: orchestra.instance.get_run_by_id(third).is_finished)
        assert orchestra.status(third) is dg.DagsterRunStatus.SUCCESS, orchestra.log()
        tally("killed Dagster with its run", survived=1, max_seconds_until_rerun_starts=round(seconds, 1))
    assert readers.hashes(readers.served(second_night.lake)) == readers.hashes(second_night.truth.after)
