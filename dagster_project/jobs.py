"""Jobs, schedule and sensor: when a night runs. Each is one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg

from dagster_project.assets.declare import NIGHTS
from lake.settings import today_in_seoul

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    partitions_def=NIGHTS,
    executor_def=dg.in_process_executor,
    description="하룻밤: 납품을 반입하고, 모든 구직자의 네 가지 답을 계산하고, 점검한 뒤 공표한다.",
)

at_two = dg.build_schedule_from_partitioned_job(
    nightly,
    name="nightly_at_0200",
    description="매일 02:00(Asia/Seoul)에 그날의 밤을 돌린다.",
    hour_of_day=2,
    default_status=dg.DefaultScheduleStatus.STOPPED,
)


def delivery_sensor(sources_dir: Path) -> dg.SensorDefinition:
    """Ask for tonight's run as soon as today's delivery folder holds a `_complete` mark."""

    @dg.sensor(
        name="delivery_arrived",
        job=nightly,
        minimum_interval_seconds=60,
        description="오늘 날짜의 납품 폴더에 _complete 표시가 생기면 밤을 시작한다.",
    )
    def delivery_arrived(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day: date = today_in_seoul()
        mark = sources_dir / day.isoformat() / "_complete"
        if not mark.is_file():
            return dg.SkipReason(f"no {day.isoformat()}/_complete in the sources folder yet")
        return dg.RunRequest(run_key=f"{day.isoformat()}-{int(mark.stat().st_mtime)}", partition_key=day.isoformat())

    return delivery_arrived
