"""The one assembler: Definitions from options, for the UI, the command line and the tests alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import dagster as dg

from dagster_project import run_liveness
from dagster_project.assets import (
    answers,
    bronze,
    features,
    gold,
    job_matching,
    judgement,
    models,
    publication,
    rights,
    serving,
    silver,
    skill_matching,
)
from dagster_project.jobs import at_two, delivery_sensor, night_watch, nightly
from dagster_project.night import Night, NightOptions, open_night

PARTITION_TAG = "dagster/partition"
STAGES = (
    bronze,
    silver,
    rights,
    gold,
    features,
    models,
    answers,
    skill_matching,
    job_matching,
    judgement,
    serving,
    publication,
)


def build_definitions(options: NightOptions) -> dg.Definitions:
    """Everything Dagster sees, with the `night` resource bound to `options`."""
    assets = [asset for stage in STAGES for asset in stage.ASSETS]
    every = frozenset(key for asset in assets for key in asset.keys)

    @dg.resource(description="하룻밤의 호수: 잠금, 엔진, 장치, 기준일")
    def night(context: dg.InitResourceContext) -> Iterator[Night]:
        if context.run is None:
            raise dg.DagsterInvariantViolationError("a night needs a run with a partition (business date)")
        if context.instance is not None:
            run_liveness.name_process(context.instance, context.run.run_id)
            run_liveness.fail_dead_runs(context.instance)
        as_of = date.fromisoformat(context.run.tags[PARTITION_TAG])
        chosen = context.run.asset_selection
        whole = not chosen or chosen >= every
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(open_night(options, as_of, whole=whole))
            except Exception as error:
                options.failures.append(error)
                raise
            yield opened

    return dg.Definitions(
        assets=assets,
        jobs=[nightly],
        schedules=[at_two],
        sensors=[delivery_sensor(options.sources_dir), night_watch(options.settings)],
        resources={"night": night},
        executor=dg.in_process_executor,
    )
