"""The nightly audit of the served model on people who never taught it (rows of the ops tables of judgement.py).

Do not put here: reading or writing tables (dagster_project), the measures themselves (judge.py, fairness.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.encode import encode_table
from ml.additive.model import AdditiveModel
from ml.additive.score import score_batch
from ml.employment.cohorts import judged_dates, origin
from ml.employment.fairness import calibration_rows, fairness_rows, wrong_call_row
from ml.employment.inputs import KEPT_LABEL, LABEL
from ml.employment.judge import (
    FloatArray,
    Judged,
    Judgement,
    Row,
    calibration_error,
    evaluation_row,
    measure_rows,
    people_of,
    probabilities,
    with_limit,
)
from ml.employment.score import answer_codes
from ml.hashing import mix
from ml.metrics import auc

ALONE_LIMIT = 0.8
"""An input whose shuffling takes more than this share of the ranking away is looked at: it may know the outcome."""
RESCORED_TOLERANCE = 1e-5
_PERMUTATION_STREAM = 73_001


@dataclass(frozen=True)
class Audit:
    """Rows of ops__evaluation, ops__calibration and ops__fairness, without their business date."""

    evaluation: list[Row]
    calibration: list[Row]
    fairness: list[Row]


def audit_served(model: AdditiveModel, cohorts: pa.Table, *, known_until: date) -> Audit:
    """Measures, reliability and groups of the served model on the evaluation people of the newest known cohorts.

    A lake that has lost its past has nobody to judge by, and no rows.
    """
    dates = judged_dates(known_until)
    everyone = people_of(cohorts, dates, evaluation_only=True, season=origin(known_until).calibrates)
    if not everyone.in_season.any():
        return Audit([], [], [])
    probability = probabilities(model, everyone.rows)
    about = Judgement("SERVED", "ALL", "additive")
    _, limit = calibration_error(everyone, probability)
    rows = with_limit(measure_rows(everyone, probability, about), "ece", limit)
    # The second label has its own base rate, so only the order of people is judged by it.
    by_kept = Judgement("SERVED", "ALL", "additive", KEPT_LABEL)
    rows += measure_rows(everyone, probability, by_kept, names=("auc", "average_precision"))
    rows.append(_share_row(everyone.kept, KEPT_LABEL))
    rows.append(_share_row(everyone.outcome, LABEL))
    for day in dates:
        part = people_of(cohorts, (day,), evaluation_only=True)
        rows += measure_rows(part, probabilities(model, part.rows), Judgement("SERVED", day.isoformat(), "additive"))
    fairness = fairness_rows(everyone, probability)
    rows.append(wrong_call_row(fairness, len(probability)))
    rows += permutation_rows(model, everyone, probability)
    return Audit(rows, calibration_rows(everyone, probability), fairness)


def permutation_rows(model: AdditiveModel, judged: Judged, probability: FloatArray) -> list[Row]:
    """What the ranking loses when one input's values are dealt out anew among people, by hash; one row an input."""
    whole = auc(judged.outcome, probability)
    if not np.isfinite(whole):
        return []  # all fared the same: there is no ranking to lose
    limit = round(ALONE_LIMIT * max(whole - 0.5, 0.0), 6)
    encoded = encode_table(judged.rows, model.features)
    about = Judgement("LEAK", "ALL", "additive")
    rows = []
    for place, feature in enumerate(model.features):
        order = np.argsort(mix(judged.keys, _PERMUTATION_STREAM + place), kind="stable")
        dealt = encoded | {feature.name: encoded[feature.name][order]}
        shuffled = np.asarray(score_batch(model, dealt, np, with_contributions=False).probability)
        lost = whole - auc(judged.outcome, shuffled)
        row = evaluation_row(about, f"auc_lost:{feature.name}", (lost, np.nan, np.nan), len(order))
        rows.append(row | {"limit_value": limit, "result_code": "PASS" if lost <= limit else "WARN"})
    return rows


def rescored_row(model: AdditiveModel, people: pa.Table, stored: pa.Table) -> Row:
    """How many of a sample's stored answers differ from the model's on the same people's own inputs; none may.

    `people` are rows of features__seekers, `stored` of scores__employment_probability. Answers written to the next
    person, by another model or to another scale show here.
    """
    logit = np.asarray(score_batch(model, encode_table(people, model.features), np, with_contributions=False).logit)
    answer = pa.array(answer_codes(people), pa.string())
    again = pa.table({"seeker_key": people["seeker_key"], "again": logit, "answer": answer})
    joined = stored.join(again, "seeker_key", join_type="full outer")
    told = np.asarray(pc.fill_null(joined["raw_logit"], np.nan), dtype=np.float64)
    own = np.asarray(pc.fill_null(joined["again"], np.nan), dtype=np.float64)
    same_answer = np.asarray(pc.fill_null(pc.equal(joined["answer_code"], joined["answer"]), False))
    is_silent = np.asarray(pc.fill_null(pc.not_equal(joined["answer_code"], "OK"), False))
    same_logit = is_silent | (np.abs(told - own) <= RESCORED_TOLERANCE)
    wrong = int((~(same_answer & same_logit)).sum())
    row = evaluation_row(
        Judgement("SERVED", "ALL", "additive"), "rescored_rows_differ", (float(wrong), np.nan, np.nan), joined.num_rows
    )
    return with_limit([row], "rescored_rows_differ", 0.0)[0]


def _share_row(outcome: npt.NDArray[np.int64], label: str) -> Row:
    share = float(outcome.mean()) if len(outcome) else np.nan
    about = Judgement("SERVED", "ALL", "additive", label)
    return evaluation_row(about, "share", (share, np.nan, np.nan), len(outcome))
