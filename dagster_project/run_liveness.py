"""Which process works on a run of Dagster, and whether it still does: a killed night must not block the next one.

A run says at its start which process it is (a tag); a run whose process is gone is recorded as failed, by Dagster's
monitoring (`NightLauncher`, named in dagster.yaml) and by the next night, whichever comes first.
Do not put here: what a night does, or its lock (lake/publication.py).
"""

from __future__ import annotations

import logging
import os
import socket
import time

import dagster as dg
import psutil
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

log = logging.getLogger("goyong.runs")

PROCESS_TAG = "goyong/process"
UNNAMED_FOR_S = 60.0
"""A run names its process within a second or two of its start; one that has not after this time never will."""


def name_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Note on a run that this process works on it."""
    instance.add_run_tags(run_id, {PROCESS_TAG: _name_of(psutil.Process(os.getpid()))})


def find_death(record: dg.RunRecord) -> str | None:
    """How a started run came to its end without a word, in one line; None while its process may live."""
    name = record.dagster_run.tags.get(PROCESS_TAG)
    if name is None:
        since = time.time() - (record.start_time or time.time())
        return f"it named no process within {UNNAMED_FOR_S:.0f} s of its start" if since > UNNAMED_FOR_S else None
    host, pid, _ = name.split(" ")
    if host != socket.gethostname():  # another machine's processes cannot be seen from here
        return None
    try:
        process = psutil.Process(int(pid))
        is_alive = _name_of(process) == name and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        is_alive = False
    return None if is_alive else f"its process {pid} is gone without having said why"


def fail_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Record as failed every started run whose process is gone; returns their ids."""
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    dead = []
    for record in instance.get_run_records(started):
        reason = find_death(record)
        if reason is not None:
            log.warning("run %s did not end: %s; recorded as failed", record.dagster_run.run_id, reason)
            instance.report_run_failed(record.dagster_run, f"The run was killed: {reason}. Run the night again.")
            dead.append(record.dagster_run.run_id)
    return dead


class NightLauncher(DefaultRunLauncher):
    """Dagster's launcher, which also knows when a run's process is gone, however it was started."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's monitoring asks before each of its rounds."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """FAILED with the reason when the run's process is gone."""
        record = self._instance.get_run_record_by_id(run.run_id)
        reason = find_death(record) if record is not None else None
        return CheckRunHealthResult(WorkerStatus.FAILED if reason else WorkerStatus.RUNNING, reason)


def _name_of(process: psutil.Process) -> str:
    """Host, process id and when it began: a later process with the same id has another name."""
    return f"{socket.gethostname()} {process.pid} {process.create_time():.2f}"
