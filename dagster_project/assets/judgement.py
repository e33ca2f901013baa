"""The audit after everybody is scored: of the employment model, and what the month says of the chances of jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dagster_project.assets.declare import asset_spec, contract_check
from dagster_project.night import Night, Result
from dagster_project.records import is_synthetic
from lake import privacy, tables
from lake.contracts import judgement
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from ml import registry
from ml.additive.model import AdditiveModel
from ml.application_chance import month as chance_month
from ml.employment import audit, month, score
from ml.employment.cohorts import key_bound
from ml.employment.counts import cohort_rows
from ml.employment.drift import drift_rows
from ml.employment.truth import truth_rows

Rows = dict[str, list[dict[str, Any]]]
RESCORED_PEOPLE = 2_000
_DEPS = [
    "features__seekers",
    "features__seeker_cohorts",
    "employment_model",
    "scores__employment_probability",
    "scores__application_chances",
]
_ANSWERS = ["seeker_key", "answer_code", "raw_logit", "probability_0_1", "low_0_1", "high_0_1"]


@dg.multi_asset(
    name="employment_audit",
    specs=[asset_spec(contract.id, _DEPS) for contract in judgement.TABLES],
    check_specs=[contract_check(contract.id) for contract in judgement.TABLES],
)
def employment_audit(night: dg.ResourceParam[Night]) -> Iterator[Result]:
    """Judge the served model on people it never saw, on tonight's inputs and, where there is one, on the truth."""
    started = time.monotonic()
    rows = _audited(night)
    night.timed("employment_audit", started)
    for contract in judgement.TABLES:
        written = [{"as_of": night.as_of, **row} for row in rows.get(contract.id, [])]
        frame = pa.Table.from_pylist(written, schema=arrow_schema(table(contract.id)))
        yield night.report(tables.replace_from_arrow(night.lake, contract.id, frame, {"as_of": night.as_of}))


def _audited(night: Night) -> Rows:
    """Rows of each table, without the business date; without a model only cohorts and the decision."""
    made = month.read_record(night.settings.models_dir, night.as_of)
    cohorts = tables.dataset(night.settings, "features__seeker_cohorts", night.as_of).to_table()
    known_until = night.known_until()
    chances = chance_month.read_month(night.settings.models_dir, as_of=night.as_of)
    rows: Rows = {
        judgement.COHORTS.id: cohort_rows(made.cohorts, cohorts, _registered(night), known_until=known_until),
        judgement.EVALUATION.id: [*made.evaluation, *chances.evaluation],
        judgement.PROMOTIONS.id: [made.promotion],
        judgement.CALIBRATION.id: list(chances.calibration),
    }
    if made.model_version:
        model = registry.current(month.registry_dir(night.settings.models_dir, night.as_of))
        found = audit.audit_served(model, cohorts, known_until=known_until)
        rows[judgement.EVALUATION.id] += [*found.evaluation, _rescored(night, model), *_truth(night)]
        rows[judgement.CALIBRATION.id] += found.calibration
        rows[judgement.FAIRNESS.id] = found.fairness
        rows[judgement.DRIFT.id] = drift_rows(model, _tonight(night))
    return rows


def _registered(night: Night) -> Any:
    """Registration days (n,) of everybody."""
    seekers = tables.dataset(night.settings, "features__seekers", night.as_of)
    ago = seekers.to_table(columns=["days_since_registration"])["days_since_registration"].to_numpy()
    return np.datetime64(night.as_of) - ago.astype("timedelta64[D]")


def _tonight(night: Night) -> Iterator[pa.Table]:
    """Tonight's inputs of the people who get a number, block by block."""
    names = score.score_columns(uses_age=night.settings.employment_uses_age)
    seekers = tables.dataset(night.settings, "features__seekers", night.as_of)
    for batch in seekers.to_batches(columns=list(names), batch_size=score.BLOCK_ROWS):
        people = pa.Table.from_batches([batch])
        yield people.filter(pa.array(score.answer_codes(people) == "OK"))


def _rescored(night: Night, model: AdditiveModel) -> dict[str, Any]:
    """About 2,000 people scored again without the engine and compared with what it wrote."""
    bound = key_bound(night.rows("silver__seekers"), limit=RESCORED_PEOPLE)
    chosen = pc.is_valid(pc.field("seeker_key")) if bound is None else pc.field("seeker_key") < bound
    columns = [*score.score_columns(uses_age=night.settings.employment_uses_age), "is_opted_out"]
    seekers = tables.dataset(night.settings, "features__seekers", night.as_of)
    people = seekers.to_table(columns=columns, filter=chosen)
    people = people.filter(pc.invert(pc.fill_null(people["is_opted_out"], False)))
    scores = tables.dataset(night.settings, "scores__employment_probability", night.as_of)
    return audit.rescored_row(model, people, scores.to_table(columns=_ANSWERS, filter=chosen))


def _truth(night: Night) -> list[dict[str, Any]]:
    """Rows against the simulator's truth, which lies beside synthetic deliveries and never enters the lake."""
    file = night.options.sources_dir / "truth" / night.as_of.isoformat() / "seekers.parquet"
    if not (is_synthetic(night) and file.is_file()):
        return []
    known = pq.read_table(file, columns=["resident_number", "probability_183d_0_1"])
    key = privacy.load_master_key(night.settings)
    people = privacy.pseudonyms(known["resident_number"].combine_chunks(), key, purpose="seeker_key")
    truth = pa.table({"seeker_key": people, "true_0_1": known["probability_183d_0_1"]})
    scores = tables.dataset(night.settings, "scores__employment_probability", night.as_of)
    return truth_rows(scores.to_table(columns=_ANSWERS), truth)


ASSETS = [employment_audit]
