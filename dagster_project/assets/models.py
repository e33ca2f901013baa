"""Models the night answers with: trained when the month has none, loaded otherwise."""

from __future__ import annotations

import time

import dagster as dg
import pyarrow as pa

from dagster_project.assets.declare import NIGHTS, PLATFORM_TEAM, table_asset
from dagster_project.night import Night, Result
from lake import tables
from lake.contracts.answers import COURSE_OUTCOME_SCORES
from lake.contracts.chances import APPLICATION_CHANCES
from lake.contracts.render import arrow_schema
from lake.reference import read_occupations
from matching.job_sample import draw_sample
from matching.job_space_model import ensure_job_space
from matching.occupation_model import ensure_occupation_model
from ml.application_chance import month as chance_month
from ml.courses.night import READ_COLUMNS, predict_night
from ml.employment import month
from ml.employment.train import FitOptions


@dg.asset(
    name="employment_model",
    group_name="models",
    kinds={"python", "scikitlearn"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["features__seeker_cohorts"],
    description="6개월 취업확률 모형. 앞선 두 집단에서 배우고 나중 집단에서 보정한다. "
    "달마다 한 번 학습하고, 나을 때만 바꾼다.",
)
def employment_model(night: dg.ResourceParam[Night]) -> Result:
    """The month's employment model: trained, compared and promoted or not when the month has none."""
    started = time.monotonic()
    cohorts = tables.dataset(night.settings, "features__seeker_cohorts", night.as_of).to_table()
    options = FitOptions(uses_age=night.settings.employment_uses_age, threads=night.settings.cores)
    made = month.ensure_month(
        cohorts, night.settings.models_dir, as_of=night.as_of, known_until=night.known_until(), options=options
    )
    night.timed("employment_model", started)
    numbers = {name: value for name, value in made.promotion.items() if isinstance(value, float)}
    return dg.MaterializeResult(
        metadata={"model_version": made.model_version or "none", "reason": made.reason, **numbers}
    )


@dg.asset(
    name="occupation_model",
    group_name="models",
    kinds={"python", "numpy"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["silver__worker_surveys", "gold__occupations"],
    description="재직자 조사에서 배운 흥미·적성·가치관·성격과 직업의 관계.",
)
def occupation_model(night: dg.ResourceParam[Night]) -> Result:
    """The month's occupation model, trained when there is none."""
    started = time.monotonic()
    surveys = tables.dataset(night.settings, "silver__worker_surveys", night.as_of).to_table()
    titles = tables.dataset(night.settings, "gold__occupations", night.as_of).to_table(columns=["occupation_code"])
    codes = sorted(titles["occupation_code"].to_pylist())
    version = ensure_occupation_model(surveys, codes, night.model_dir("occupations"))
    night.timed("occupation_model", started)
    return dg.MaterializeResult(metadata={"model_version": version, "respondents": surveys.num_rows})


@table_asset("scores__application_chances", ["features__application_pairs"], kinds=("delta", "python"))
def scores_application_chances(night: Night) -> Result:
    """The month's table of terms for the chance of an application, learned when the month has none."""
    started = time.monotonic()
    pairs = tables.dataset(night.settings, "features__application_pairs", night.as_of).to_table()
    made = chance_month.ensure_month(pairs, night.settings.models_dir, as_of=night.as_of)
    night.timed("application_chance_model", started)
    rows = [{"as_of": night.as_of, **row} for row in made.terms]
    frame = pa.Table.from_pylist(rows, schema=arrow_schema(APPLICATION_CHANCES))
    return night.report(tables.replace_from_arrow(night.lake, APPLICATION_CHANCES.id, frame, {"as_of": night.as_of}))


@dg.asset(
    name="job_space",
    group_name="models",
    kinds={"python", "numpy"},
    owners=[PLATFORM_TEAM],
    partitions_def=NIGHTS,
    deps=["silver__job_postings", "silver__applications", "features__seekers"],
    description="구직자와 공고를 한 공간에 놓는 벡터. 직종, 제목과 핵심어의 낱말, 역량, 입사지원에서 "
    "달마다 한 번 배운다.",
)
def job_space(night: dg.ResourceParam[Night]) -> Result:
    """The month's job space, learned when there is none: an unchanged person or posting keeps its vector all month."""
    started = time.monotonic()
    sources = [
        tables.dataset(night.settings, table_id, night.as_of)
        for table_id in ("silver__job_postings", "silver__applications", "features__seekers")
    ]
    version = ensure_job_space(lambda: draw_sample(*sources), tuple(read_occupations()), night.model_dir("jobs"))
    night.timed("job_space", started)
    return dg.MaterializeResult(metadata={"model_version": version})


@table_asset("scores__course_outcomes", ["silver__training_courses"], kinds=("delta", "python"))
def scores_course_outcomes(night: Night) -> Result:
    """Predicted employment rates of sessions whose rate is not known yet, learned anew every night."""
    started = time.monotonic()
    sessions = tables.dataset(night.settings, "silver__training_courses", night.as_of)
    rows = predict_night(sessions.to_table(columns=list(READ_COLUMNS)), as_of=night.as_of)
    night.timed("course_outcome_model", started)
    return night.report(tables.replace_from_arrow(night.lake, COURSE_OUTCOME_SCORES.id, rows, {"as_of": night.as_of}))


ASSETS = [employment_model, occupation_model, job_space, scores_application_chances, scores_course_outcomes]
