"""Deliveries land: files are decoded and staged, then each noun's rows replace their delivery's partition.

Every noun has the same shape, hence a factory. Do not put here: decoding (lake/landing.py).
"""

from __future__ import annotations

import time

import dagster as dg

from dagster_project.assets.declare import NIGHTS, PLATFORM_TEAM, SOURCE_RETRIES, asset_options
from dagster_project.night import Night, Result, delivery_dates
from lake import deliveries
from lake.contracts import silver
from lake.sources.work24.errors import ServiceUnavailable, TransportFailed, Work24Error
from lake.sources.work24.nightly import fetch_delivery

NOUNS = tuple(table.noun for table in silver.TABLES)


@dg.asset(
    name="work24_delivery",
    group_name="bronze",
    kinds={"api", "xml"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    retry_policy=SOURCE_RETRIES,
    description="고용24 오픈API의 공고·훈련·직업을 납품 폴더에 원문 그대로 받는다. 인증키가 없으면 건너뛴다.",
)
def work24_delivery(night: dg.ResourceParam[Night]) -> dg.MaterializeResult:
    """Fetch postings, courses and occupations of Work24 into tonight's delivery folder."""
    started = time.monotonic()
    try:
        reports = fetch_delivery(night.settings, night.options.sources_dir / night.as_of.isoformat(), night.as_of)
    except Work24Error as error:
        raise _final_or_again(dg.AssetExecutionContext.get().retry_number, night, error) from error
    rows = {f"{report.service}_rows": report.rows for report in reports}
    return dg.MaterializeResult(metadata={"seconds": night.timed("work24_delivery", started), **rows})


def _final_or_again(tries: int, night: Night, error: Work24Error) -> Exception:
    """The error, to be tried again after `tries` in vain if time may help; else one that ends the night and says why.

    Dagster tells neither hook nor caller why the last of its own tries failed.
    """
    is_last = tries >= SOURCE_RETRIES.max_retries
    if isinstance(error, TransportFailed | ServiceUnavailable) and not is_last:
        return error
    night.options.failures.append(error)
    return dg.Failure(f"{type(error).__name__}: {error}", allow_retries=False)


@dg.asset(
    name="staged_deliveries",
    group_name="bronze",
    kinds={"file", "arrow"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["work24_delivery"],
    description="납품 폴더의 파일을 읽어 반입 대기 상태로 둔다. 이미 반입한 납품은 다시 읽지 않는다.",
)
def staged_deliveries(night: dg.ResourceParam[Night]) -> dg.MaterializeResult:
    """Decode every delivery that is not landed yet into the staging folder."""
    started = time.monotonic()
    sources = night.options.sources_dir
    landed = deliveries.stage(night.lake, sources, delivery_dates(sources, night.as_of))
    return dg.MaterializeResult(
        metadata={
            "deliveries": len(landed.dates),
            "files": len(landed.files),
            "refused_files": sum(1 for file in landed.files if file.problem),
            "seconds": night.timed("staged_deliveries", started),
        }
    )


def bronze_asset(noun: str) -> dg.AssetsDefinition:
    """bronze__{noun}: the staged rows of every delivery that is being landed."""
    table_id = f"bronze__{noun}"

    @dg.asset(**asset_options(table_id, ["staged_deliveries"]))
    def bronze(night: dg.ResourceParam[Night]) -> Result:
        return night.report(deliveries.write_bronze(night.lake, noun))

    return bronze


@dg.asset(**asset_options("ops__deliveries", [f"bronze__{noun}" for noun in NOUNS]))
def ops_deliveries(night: dg.ResourceParam[Night]) -> Result:
    """Record the landed files; from here on the deliveries count as landed."""
    return night.report(deliveries.record(night.lake))


ASSETS = [work24_delivery, staged_deliveries, *(bronze_asset(noun) for noun in NOUNS), ops_deliveries]
