"""Jobs for everybody and people for every posting, from one graph (matches__seeker_jobs, matches__posting_talents)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dagster as dg
import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql.types import StringType, StructField, StructType

from dagster_project.assets.declare import asset_spec, contract_check
from dagster_project.night import Night, Result, code_hash
from dagster_project.resumption import once
from lake import staging, tables
from lake.contracts.answers import POSTING_TALENTS, SEEKER_JOBS
from lake.contracts.ops import EXPOSURE
from lake.contracts.render import spark_schema
from lake.memory import release_memory
from matching import candidates, jobs
from matching.capacity import Sharing, Vacancies, share_out
from matching.carry import find_carry, keep_carry
from matching.exposure import Groups, exposure_rows
from matching.posting_talents import offer_talents

log = logging.getLogger("goyong.job_matching")

_DEPS = ["features__seekers", "features__job_postings", "job_space", "scores__application_chances"]
_MADE = (SEEKER_JOBS.id, POSTING_TALENTS.id, EXPOSURE.id)
BLOCKS = StructType([StructField("block_name", StringType(), nullable=False)])


@dg.multi_asset(
    name="job_matching",
    specs=[asset_spec(table_id, _DEPS) for table_id in _MADE],
    check_specs=[contract_check(table_id) for table_id in _MADE],
)
def job_matching(night: dg.ResourceParam[Night]) -> Iterator[Result]:
    """Find everyone's candidates, share out crowded postings, write both sides and how evenly they are spread."""
    yield from once(night, "job_matching", _MADE, _DEPS, lambda: _match(night))


def _match(night: Night) -> Iterator[Result]:
    context = _context(night)
    market, blocks = context.open_market(), _gather(night, context)
    vacancies = jobs.list_vacancies(market)
    sharing = _share(night, context, blocks, vacancies)
    yield night.write(SEEKER_JOBS.id, choose(night.lake, context, blocks, sharing))
    talents = offer(night.lake, context, blocks, sharing)
    yield night.write(POSTING_TALENTS.id, talents)
    groups = Groups(market.company_size_codes, market.list_region_codes())
    rows = exposure_rows(sharing, vacancies.headcount, groups, night.as_of)
    yield night.report(tables.replace_from_arrow(night.lake, EXPOSURE.id, rows, {"as_of": night.as_of}))
    kept, version = _carry_home(night) / night.run_id, context.name_search()
    keep_carry(context.graph_folder, blocks, kept, used=context.carry_folder, market=market, version=version)


def _carry_home(night: Night) -> Path:
    return (night.settings.carry_dir / "jobs").resolve()


def _context(night: Night) -> candidates.JobNight:
    return candidates.JobNight(
        as_of=night.as_of,
        postings_file=night.export("features__job_postings"),
        chances_file=night.export("scores__application_chances"),
        space_folder=night.model_dir("jobs").resolve(),
        graph_folder=staging.staged_path(night.settings, f"job_graph_{night.as_of}"),
        carry_folder=find_carry(_carry_home(night)),
        rules=code_hash(("lake", "matching"))[:16],
        device=night.device.name,
    )


def gather(people: DataFrame, context: candidates.JobNight) -> list[str]:
    """Everyone's candidates as blocks of the graph; returns their names."""
    found = people.select(*candidates.JOB_COLUMNS).mapInArrow(partial(candidates.gather_graph, night=context), BLOCKS)
    return sorted(row.block_name for row in found.collect())


def _gather(night: Night, context: candidates.JobNight) -> list[str]:
    """Candidates of everybody who did not opt out."""
    started = time.monotonic()
    blocks = gather(night.read("features__seekers").where("not coalesce(is_opted_out, false)"), context)
    night.timed("job_candidates", started)
    return blocks


def _share(night: Night, context: candidates.JobNight, blocks: list[str], vacancies: Vacancies) -> Sharing:
    """Prices for crowded postings."""
    started = time.monotonic()
    sharing = share_out(context.graph_folder, blocks, vacancies, threads=night.settings.cores)
    night.timed("sharing", started)
    _tell(sharing)
    return sharing


def choose(lake: tables.Lake, context: candidates.JobNight, blocks: list[str], sharing: Sharing) -> DataFrame:
    """matches__seeker_jobs rows of every block."""
    prices = context.graph_folder / "prices.npy"
    np.save(prices, sharing.prices)
    mapper = partial(jobs.choose_jobs, night=context, prices_file=prices)
    named = lake.spark.createDataFrame([(name,) for name in blocks], BLOCKS).repartition(lake.settings.cores)
    release_memory()
    return named.mapInArrow(mapper, spark_schema(SEEKER_JOBS))


def offer(lake: tables.Lake, context: candidates.JobNight, blocks: list[str], sharing: Sharing) -> DataFrame:
    """matches__posting_talents rows of every posting."""
    vacancies = jobs.list_vacancies(context.open_market())
    rows = staging.stage_rows(lake, POSTING_TALENTS.id, offer_talents(context, blocks, sharing, vacancies))
    release_memory()
    return rows


def _tell(sharing: Sharing) -> None:
    ratio = [(load.exposures / sharing.capacity).max(initial=0.0) for load in (sharing.before, sharing.after)]
    log.info(
        "sharing: %d passes, largest recommendations / capacity %.2f before, %.2f after, mean score %.2f %% less",
        sharing.passes,
        *ratio,
        100 * sharing.loss_0_1,
    )


ASSETS = [job_matching]
