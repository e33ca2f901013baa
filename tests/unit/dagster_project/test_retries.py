"""What is tried again by itself: fetching from a source, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import dagster as dg
import pytest
from dagster._core.run_coordinator import QueuedRunCoordinator

from dagster_project import jobs, run_liveness
from dagster_project.assets import bronze
from dagster_project.night import NightOptions
from dagster_project.run import execute, prepare_home
from lake.settings import Settings
from lake.sources.work24.errors import KeyRefused, QuotaExceeded, ServiceUnavailable, TransportFailed, Work24Error
from tests.fakes.work24_server import ERROR_BODY, FakeWork24, Fault


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


KEY = "a-key-of-tests"


@pytest.mark.parametrize(
    ("tries", "error", "again"),
    [
        (0, TransportFailed("t"), True),
        (1, ServiceUnavailable("s"), True),
        (2, TransportFailed("t"), False),
        (0, KeyRefused("k"), False),
        (0, QuotaExceeded("q"), False),
    ],
)
def test_only_what_time_may_mend_is_tried_again(tries: int, error: Work24Error, again: bool) -> None:
    failures: list[BaseException] = []
    night = Mock()
    night.options.failures = failures
    raised = bronze._final_or_again(tries, night, error)
    if again:
        assert (raised, failures) == (error, [])
    else:
        assert isinstance(raised, dg.Failure)
        assert not raised.allow_retries
        assert (str(raised), failures) == (f"{type(error).__name__}: {error}", [error])


def test_a_night_that_the_source_refuses_says_so_to_who_started_it_and_in_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way through Dagster, up to the step that fetches: asked once, the source's own reason comes out."""
    recorded: list[tuple[str, str]] = []
    monkeypatch.setattr(jobs, "record_run", lambda _night, status, detail: recorded.append((status, detail)))
    refusal = Fault("body", body=ERROR_BODY.format(text="인증키가 유효하지 않습니다."))
    with FakeWork24({}) as server:
        server.faults.extend([refusal] * 9)
        settings = Settings(lake_dir=tmp_path / "lake", work24_key=KEY, work24_url=server.base_url, threads=1)
        options = NightOptions(settings, tmp_path / "sources")
        with pytest.raises(KeyRefused, match="work24") as refused:
            execute(options, date(2026, 11, 20), ["work24_delivery"])
        assert len(server.asked) == 1
    assert recorded == [("FAILED", f"work24_delivery: KeyRefused: {refused.value}")]
