"""What is tried again by itself: fetching from a source, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.run_coordinator import QueuedRunCoordinator

from dagster_project import run_liveness
from dagster_project.run import prepare_home
from lake.settings import Settings


def test_only_fetching_from_a_source_is_tried_again(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("nightly")
    retried = {node.name: node.definition.retry_policy for node in job.graph.nodes if node.definition.retry_policy}
    assert set(retried) == {"work24_delivery"}
    assert retried["work24_delivery"].max_retries == 2


def test_no_job_asks_dagster_to_run_it_again(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("nightly")
    assert not [tag for tag in {**job.tags, **job.run_tags} if "retry" in tag or "retries" in tag]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """As a night finds it: our dagster.yaml in the lake."""
    with dg.DagsterInstance.from_config(str(prepare_home(Settings(lake_dir=tmp_path)))) as made:
        yield made


def test_no_run_is_started_again_or_resumed_by_itself(instance: dg.DagsterInstance) -> None:
    assert not instance.run_retries_enabled
    assert instance.run_monitoring_max_resume_run_attempts == 0


def test_dead_runs_are_looked_for_every_few_seconds_and_their_place_is_free_at_once(
    instance: dg.DagsterInstance,
) -> None:
    assert instance.run_monitoring_enabled
    assert isinstance(instance.run_launcher, run_liveness.NightLauncher)
    assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
    waits = instance.run_monitoring_poll_interval_seconds + instance.run_coordinator.dequeue_interval_seconds
    assert waits <= 5
    config = instance.get_concurrency_config()
    assert config.run_queue_config is not None
    assert config.run_queue_config.max_concurrent_runs == 1
