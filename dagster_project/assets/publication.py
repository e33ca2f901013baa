"""The end of the night: dictionary, gates, the analysts' database and pages, the pointer, the run's record."""

from __future__ import annotations

import time

import dagster as dg

from dagster_project import alerting, candidate
from dagster_project.assets.declare import NIGHTS, PLATFORM_TEAM, asset_options
from dagster_project.night import Night, Result
from dagster_project.records import audit_anchor, published_status, record_run
from dagster_project.resumption import forget_steps
from lake import gates, profiles, quality, tables
from lake.contracts import judgement
from lake.contracts.alerts import ALERTS
from lake.contracts.registry import TABLES
from lake.contracts.render import dictionary_rows
from lake.contracts.rights import HUMAN_REVIEWS
from lake.contracts.serving import SOURCES

SERVING = list(SOURCES)
_AUDITED = [
    *SERVING,
    *(contract.id for contract in judgement.TABLES),
    "ops__exposure",
    "ops__profiles",
    "ops__data_dictionary",
]


@dg.asset(**asset_options("ops__data_dictionary", ["ops__deliveries"], kinds=("delta",)))
def ops_data_dictionary(night: dg.ResourceParam[Night]) -> Result:
    """Every column of every table with its meaning, from the contracts."""
    return night.report(tables.replace_from_arrow(night.lake, "ops__data_dictionary", dictionary_rows(TABLES.values())))


@dg.asset(**asset_options("ops__profiles", list(profiles.measures()), kinds=("delta", "duckdb")))
def ops_profiles(night: dg.ResourceParam[Night]) -> Result:
    """Count tonight's inputs and answers, for the gates of this night and of those that follow."""
    rows = profiles.measure_night(night.settings, as_of=night.as_of, run_id=night.run_id)
    return night.report(tables.replace_from_arrow(night.lake, "ops__profiles", rows, {"as_of": night.as_of}))


@dg.asset(**asset_options("ops__quality", _AUDITED, kinds=("delta", "duckdb")))
def ops_quality(night: dg.ResourceParam[Night]) -> Result:
    """Run the gates, store every number, then stop the night if one failed and no reason to go on was given."""
    audited = gates.audit(night.settings, as_of=night.as_of, run_id=night.run_id, checks=night.checks)
    checks = [*night.checks, *audited, audit_anchor(night.settings)]
    rows = quality.quality_rows(checks, as_of=night.as_of, run_id=night.run_id)
    commit = tables.replace_from_arrow(night.lake, "ops__quality", rows, {"as_of": night.as_of})
    gates.require_open(audited, force_reason=night.options.force_reason)
    return night.report(commit)


@dg.asset(**asset_options(ALERTS.id, ["ops__quality", HUMAN_REVIEWS.id], kinds=("delta", "json")))
def ops_alerts(night: dg.ResourceParam[Night]) -> Result:
    """Tell what the night warns of, and keep every alert with whether it arrived."""
    started = time.monotonic()
    commit = alerting.tell_night(night)
    night.timed("alerts", started)
    return night.report(commit)


@dg.asset(
    name="goyong_duckdb",
    group_name="publication",
    kinds={"duckdb"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["ops__quality", ALERTS.id],
    description="분석가용 DuckDB와 정적 화면. 집계만 담는다. 공표할 것을 모두 다시 읽어 확인한다.",
)
def goyong_duckdb(night: dg.ResourceParam[Night]) -> Result:
    """Build the analysts' database and pages aside and read back everything that will be served."""
    started = time.monotonic()
    prepared = candidate.prepare(night, SERVING)
    night.timed("goyong_duckdb", started)
    return dg.MaterializeResult(metadata={"database": prepared.database, "site": prepared.site})


@dg.asset(
    name="publication",
    group_name="publication",
    kinds={"delta", "json"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["goyong_duckdb"],
    description="공표: 한 개의 지시자를 바꾸어 밤 전체를 한꺼번에 공개한다.",
)
def publish(night: dg.ResourceParam[Night]) -> Result:
    """Switch readers to this night in one step."""
    started = time.monotonic()
    pointer = candidate.switch_to_candidate(night)
    night.timed("publication", started)
    return dg.MaterializeResult(metadata={"run_id": pointer.run_id, "tables": len(pointer.tables)})


@dg.asset(**asset_options("ops__runs", ["publication"], kinds=("delta",)))
def ops_runs(night: dg.ResourceParam[Night]) -> Result:
    """One row about this run, which has ended: there is nothing to go on from."""
    forget_steps(night.settings)
    return night.report(record_run(night, published_status(night)))


ASSETS = [ops_data_dictionary, ops_profiles, ops_quality, ops_alerts, goyong_duckdb, publish, ops_runs]
