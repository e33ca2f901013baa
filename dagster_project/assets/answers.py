"""Answers for everybody that need nobody else: probability and occupations.

Skills, courses and certificates stand in skill_matching.py, jobs in job_matching.py.

Each is one function from Arrow batches to Arrow batches that the engine maps over features__seekers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame

from dagster_project.assets.declare import table_asset
from dagster_project.night import Night, Result
from lake.contracts.registry import table
from lake.contracts.render import spark_schema
from matching import occupations
from matching.compiled import is_compiled
from ml.employment import month, score

log = logging.getLogger("goyong.answers")

Mapper = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def answer(
    night: Night, table_id: str, columns: Sequence[str], mapper: Mapper, *, beside: DataFrame | None = None
) -> Result:
    """Map `mapper` over everyone who did not opt out of automated evaluation, and write the answers.

    `beside` holds further columns by seeker_key.
    """
    if not is_compiled():
        log.info("first night on this machine: the matching loops are compiled once, about 20 s")
    people: DataFrame = night.read("features__seekers").where("not coalesce(is_opted_out, false)").select(*columns)
    if beside is not None:
        people = people.join(beside, on="seeker_key", how="left")
    return night.write(table_id, people.mapInArrow(mapper, spark_schema(table(table_id))))


@table_asset(
    "scores__employment_probability",
    [
        "features__seekers",
        "employment_model",
        "features__peer_references",
        "features__job_postings",
        "gold__labour_market",
        "matches__seeker_courses",
    ],
)
def scores_employment_probability(night: Night) -> Result:
    """Six-month employment probability with reasons and changes, by the month's model; no model, no number."""
    context = _scoring(night)
    courses_tonight = night.read("matches__seeker_courses").select("seeker_key", *score.COURSE_COLUMNS)
    mapper = partial(score.score_batches, night=context)
    columns = score.score_columns(uses_age=context.uses_age)
    return answer(night, "scores__employment_probability", columns, mapper, beside=courses_tonight)


def _scoring(night: Night) -> score.Night:
    """What scoring reads besides people: the month's model and exports of small tables."""
    made = month.read_record(night.settings.models_dir, night.as_of)
    folder = month.registry_dir(night.settings.models_dir, night.as_of)
    has_history = night.rows("silver__employment_spells") > 0
    return score.Night(
        as_of=night.as_of,
        device=night.device.name,
        registry_folder=str(folder.resolve()) if made.model_version else None,
        silent_answer="NO_MODEL" if has_history else "NO_EMPLOYMENT_HISTORY_SOURCE",
        peers_file=night.export("features__peer_references"),
        postings_file=night.export("features__job_postings"),
        market_file=night.export("gold__labour_market"),
        uses_age=night.settings.employment_uses_age,
    )


@table_asset(
    "matches__seeker_occupations",
    ["features__seekers", "occupation_model", "gold__occupations", "gold__labour_market"],
)
def matches_seeker_occupations(night: Night) -> Result:
    """Five occupations for everyone, by the month's occupation model, with the night's market beside them."""
    mapper = partial(
        occupations.match_from_files,
        folder=night.model_dir("occupations").resolve(),
        facts=(night.export("gold__occupations"), night.export("gold__labour_market")),
        as_of=night.as_of,
        device=night.device.name,
    )
    return answer(night, "matches__seeker_occupations", occupations.OCCUPATION_COLUMNS, mapper)


ASSETS = [
    scores_employment_probability,
    matches_seeker_occupations,
]
