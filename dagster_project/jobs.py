"""Jobs, schedule and sensor: when a night runs. Each is one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg

from dagster_project.alerting import tell_end, watch
from dagster_project.assets.declare import TIMEZONE
from dagster_project.records import record_run
from dagster_project.redacted_log import told_of
from lake.gates import PublicationBlocked
from lake.settings import Settings, today_in_seoul

DETAIL_LIMIT = 1_000
OWNED = {"owner": "data-platform", "domain": "employment-services"}
"""Tags of what starts by itself: who answers for it."""


@dg.failure_hook(name="record_failed_night", required_resource_keys={"night"})
def record_failed_night(context: dg.HookContext) -> None:
    """Write down in ops__runs that the night stopped and why, whoever started it."""
    error = context.op_exception
    status = "BLOCKED" if isinstance(error, PublicationBlocked) else "FAILED"
    night = context.resources.night
    if error is not None and not (isinstance(error, dg.Failure) and night.options.failures):
        night.options.failures.append(error)  # what a Failure of ours stands for is there already
    reason = told_of(night.options.failures[-1]) if night.options.failures else "no reason given"
    detail = f"{context.op.name}: {reason}"[:DETAIL_LIMIT]
    record_run(night, status, detail)
    tell_end(night, status, detail)


nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    hooks={record_failed_night},
    tags=OWNED,
    description="하룻밤: 납품을 반입하고, 모든 구직자의 여섯 가지 답을 계산하고, 점검한 뒤 공표한다.",
)


@dg.schedule(
    name="nightly_at_0200",
    job=nightly,
    cron_schedule="0 2 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    tags=OWNED,
    description="매일 02:00(Asia/Seoul)에 그날의 밤을 돌린다.",
)
def at_two(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the night of the day that has begun two hours ago in Seoul."""
    day = today_in_seoul(context.scheduled_execution_time).isoformat()
    return dg.RunRequest(run_key=day, partition_key=day)


def delivery_sensor(sources_dir: Path) -> dg.SensorDefinition:
    """Ask for tonight's run as soon as today's delivery folder holds a `_complete` mark."""

    @dg.sensor(
        name="delivery_arrived",
        job=nightly,
        minimum_interval_seconds=60,
        description="오늘 날짜의 납품 폴더에 _complete 표시가 생기면 밤을 시작한다.",
        tags=OWNED,
    )
    def delivery_arrived(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day: date = today_in_seoul()
        mark = sources_dir / day.isoformat() / "_complete"
        if not mark.is_file():
            return dg.SkipReason(f"no {day.isoformat()}/_complete in the sources folder yet")
        return dg.RunRequest(run_key=f"{day.isoformat()}-{int(mark.stat().st_mtime)}", partition_key=day.isoformat())

    return delivery_arrived


def night_watch(settings: Settings) -> dg.SensorDefinition:
    """Tell of a late night, old results, a full disk and unfinished erasures, and send again what did not arrive."""

    @dg.sensor(
        name="night_watch",
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="10분마다 늦은 배치, 오래된 공표, 저장 공간, 끝나지 않은 삭제를 살펴 알리고, "
        "전달하지 못한 알림을 다시 보낸다.",
        tags=OWNED,
    )
    def watching(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        sent = watch(settings)
        lost = sum(1 for attempt in sent if attempt.problem)
        return dg.SkipReason(f"{len(sent)} alerts sent, {lost} of them not received")

    return watching
