"""When a night runs: at two in Seoul, or as soon as the day's delivery is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from dagster_project import jobs
from dagster_project.assets.declare import NIGHTS
from dagster_project.night import delivery_dates

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_the_schedule_is_two_in_the_morning_in_seoul_and_off_until_someone_turns_it_on(
    definitions: dg.Definitions,
) -> None:
    schedule = definitions.resolve_schedule_def("nightly_at_0200")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Seoul")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.job_name == "nightly"


def test_at_two_the_night_of_that_day_is_run(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    schedule = definitions.resolve_schedule_def("nightly_at_0200")
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime(2026, 11, 23, 2, tzinfo=SEOUL),
        repository_def=definitions.get_repository_def(),
    )
    (request,) = schedule.evaluate_tick(context).run_requests or ()
    assert request.partition_key == "2026-11-23"


def test_tonight_is_a_partition_as_soon_as_the_day_begins_in_seoul() -> None:
    partitions = NIGHTS.get_partition_keys(current_time=datetime(2026, 11, 22, 15, 30, tzinfo=UTC))
    assert partitions[-1] == "2026-11-23"


@pytest.fixture
def tick(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[tuple[Path, dg.SensorDefinition, dg.SensorEvaluationContext]]:
    """The sensor on a sources folder of its own, on 23 November in Seoul."""
    monkeypatch.setattr(jobs, "today_in_seoul", lambda: date(2026, 11, 23))
    with dg.build_sensor_context(instance=instance) as context:
        yield tmp_path, jobs.delivery_sensor(tmp_path), context


Tick = tuple[Path, dg.SensorDefinition, dg.SensorEvaluationContext]


@pytest.mark.parametrize("folder", [None, "2026-11-22", "2026-11-23"], ids=["no folder", "yesterday's", "no mark"])
def test_without_todays_mark_no_night_is_asked_for(tick: Tick, folder: str | None) -> None:
    sources, sensor, context = tick
    if folder:
        (sources / folder).mkdir()
    if folder == "2026-11-22":
        (sources / folder / "_complete").touch()
    assert isinstance(sensor(context), dg.SkipReason)


def test_todays_mark_asks_for_todays_night_once(tick: Tick) -> None:
    sources, sensor, context = tick
    mark = sources / "2026-11-23" / "_complete"
    mark.parent.mkdir()
    mark.touch()
    first, second = sensor(context), sensor(context)
    assert isinstance(first, dg.RunRequest)
    assert isinstance(second, dg.RunRequest)
    assert first.partition_key == "2026-11-23"
    assert first.run_key == second.run_key


def test_a_mark_that_is_set_again_asks_again(tick: Tick) -> None:
    """A corrected delivery of the same day: the mark is newer, so the run key is another one."""
    sources, sensor, context = tick
    mark = sources / "2026-11-23" / "_complete"
    mark.parent.mkdir()
    keys = []
    for seconds in (1_000_000, 1_000_060):
        mark.touch()
        os.utime(mark, (seconds, seconds))
        request = sensor(context)
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
    assert keys[0] != keys[1]


def test_deliveries_up_to_the_business_date_count_oldest_first(tmp_path: Path) -> None:
    for name in ("2026-11-21", "2026-11-19", "2026-11-20", "mappings", "2026-13-01"):
        (tmp_path / name).mkdir()
    (tmp_path / "2026-11-18").touch()
    assert delivery_dates(tmp_path, date(2026, 11, 20)) == [date(2026, 11, 19), date(2026, 11, 20)]
    assert delivery_dates(tmp_path / "absent", date(2026, 11, 20)) == []
