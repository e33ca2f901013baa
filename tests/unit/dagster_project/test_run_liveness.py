"""A run whose process is gone is known to be dead; one whose process lives, or may live elsewhere, is left alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import WorkerStatus

from dagster_project import run_liveness
from dagster_project.run_liveness import PROCESS_TAG


@dg.job
def nothing() -> None:
    """A job without a step."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def started(instance: dg.DagsterInstance, tag: str | None) -> str:
    """A run that says it is started by the process of the tag."""
    tags = {PROCESS_TAG: tag} if tag else {}
    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def dead_process() -> str:
    """The name of a process that has come and gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:  # noqa: S603
        created = psutil.Process(process.pid).create_time()
        assert process.stdin is not None
        process.stdin.write(b"\n")
    return f"{socket.gethostname()} {process.pid} {created:.2f}"


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_run_of_a_dead_process_is_failed_and_says_why(instance: dg.DagsterInstance) -> None:
    run_id = started(instance, dead_process())
    assert run_liveness.fail_dead_runs(instance) == [run_id]
    assert status(instance, run_id) is dg.DagsterRunStatus.FAILURE
    (event,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert "The run was killed: its process" in (event.message or "")


def test_a_run_that_names_this_process_lives(instance: dg.DagsterInstance) -> None:
    run_id = started(instance, None)
    run_liveness.name_process(instance, run_id)
    assert run_liveness.fail_dead_runs(instance) == []
    assert status(instance, run_id) is dg.DagsterRunStatus.STARTED


def test_a_later_process_with_the_same_id_is_another_one(instance: dg.DagsterInstance) -> None:
    run_id = started(instance, f"{socket.gethostname()} {os.getpid()} 1.00")
    assert run_liveness.fail_dead_runs(instance) == [run_id]


def test_a_run_on_another_machine_is_left_alone(instance: dg.DagsterInstance) -> None:
    started(instance, f"elsewhere {os.getpid()} 1.00")
    assert run_liveness.fail_dead_runs(instance) == []


def test_a_run_that_has_just_begun_has_time_to_name_its_process(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.NOT_STARTED)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", "nothing", message="begun"), run.run_id)
    assert run_liveness.fail_dead_runs(instance) == []
    monkeypatch.setattr(run_liveness, "UNNAMED_FOR_S", -1.0)
    assert run_liveness.fail_dead_runs(instance) == [run.run_id]


def test_dagsters_monitoring_asks_the_launcher(instance: dg.DagsterInstance) -> None:
    launcher = run_liveness.NightLauncher()
    launcher.register_instance(instance)
    assert launcher.supports_check_run_worker_health
    dead, alive = (instance.get_run_by_id(started(instance, tag)) for tag in (dead_process(), None))
    assert dead is not None
    assert alive is not None
    assert launcher.check_run_worker_health(dead).status is WorkerStatus.FAILED
    assert launcher.check_run_worker_health(alive).status is WorkerStatus.RUNNING
