"""How good probabilities are: measures with intervals and limits, as rows of ops__evaluation.

Do not put here: training, or what differs between groups (fairness.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.score_gates import AIMED_CALIBRATION_ERROR
from ml.additive.encode import encode_table
from ml.additive.model import AdditiveModel
from ml.additive.score import score_batch
from ml.employment.inputs import KEPT_LABEL, KEYS, LABEL
from ml.hashing import Hashes, hash_keys
from ml.metrics import MEASURES, Measure, draw_weights, ece, ece_by_chance, interval_over, resampled_difference

SERVICE = "EMPLOYMENT"
ECE_LIMIT = AIMED_CALIBRATION_ERROR
GROUP_ECE_LIMIT = 0.05
GROUPS = ("sex_code", "age_band_code", "is_disabled", "home_region_code", "is_foreign_national")
DRAWS = 100
SMALLEST_RESAMPLED = 20
"""Fewer people have no interval: a draw may hold none of them (of 20 one draw in 500 million does)."""
Row = dict[str, Any]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """People and what became of them.

    `outcome`, `kept` (n,) 0/1 by the two labels, `keys` (n,) hash of the person, `groups` name → (n,) codes.
    `season` (n,) marks the rows of the cohort that calibration is judged on; None means every row.
    """

    rows: pa.Table
    outcome: npt.NDArray[np.int64]
    kept: npt.NDArray[np.int64]
    keys: Hashes
    groups: Mapping[str, npt.NDArray[np.object_]]
    season: npt.NDArray[np.bool_] | None = None

    @cached_property
    def in_season(self) -> npt.NDArray[np.bool_]:
        """Rows (n,) whose calibration counts: a model is calibrated for one season and is off in the others."""
        return np.ones(len(self.outcome), dtype=bool) if self.season is None else self.season

    @cached_property
    def weights(self) -> list[FloatArray]:
        """How often each row counts in each draw of the people."""
        return draw_weights(self.keys, DRAWS)


@dataclass(frozen=True)
class Judgement:
    """Where a measure belongs: the scope, the cohort and the model it is about."""

    scope: str
    cohort: str
    model: str
    label: str = LABEL


def people_of(cohorts: pa.Table, dates: Sequence[date], *, evaluation_only: bool, season: date | None = None) -> Judged:
    """The people of some cohorts in key order; with `evaluation_only`, those who never teach a model.

    `season` is the cohort that calibration is judged on: the one 52 weeks before the night, on which the served model
    was calibrated with other people.
    """
    chosen = pc.is_in(cohorts["snapshot_date"], value_set=pa.array(list(dates), pa.date32()))
    if evaluation_only:
        chosen = pc.and_(chosen, cohorts["is_evaluation"])
    rows = cohorts.filter(chosen).sort_by([(name, "ascending") for name in KEYS])
    in_season = None
    if season is not None:
        in_season = np.asarray(pc.equal(rows["snapshot_date"], pa.scalar(season, pa.date32())))
    return Judged(
        rows=rows,
        outcome=np.asarray(pc.cast(rows[LABEL], pa.int64())),
        kept=np.asarray(pc.cast(rows[KEPT_LABEL], pa.int64())),
        keys=hash_keys(rows["seeker_key"]),
        groups={name: _codes(rows[name]) for name in GROUPS},
        season=in_season,
    )


def probabilities(model: AdditiveModel, rows: pa.Table) -> FloatArray:
    """The model's calibrated probabilities (n,) of rows that hold its inputs."""
    scores = score_batch(model, encode_table(rows, model.features), np, with_contributions=False)
    return np.asarray(scores.probability, dtype=np.float64)


def measure_rows(
    judged: Judged, probability: FloatArray, about: Judgement, *, names: Sequence[str] = tuple(MEASURES)
) -> list[Row]:
    """The named measures of one model on one cohort, every one unless said, each with its 95 % interval."""
    outcome = judged.kept if about.label == KEPT_LABEL else judged.outcome
    order = np.argsort(probability, kind="stable")
    in_season = order[judged.in_season[order]]
    rows = []
    for name in names:
        chosen = in_season if name == "ece" else order
        weights = [weight[chosen] for weight in judged.weights]
        values = _interval(MEASURES[name], outcome[chosen], probability[chosen], weights)
        rows.append(evaluation_row(about, name, values, len(chosen)))
    return rows


def calibration_error(judged: Judged, probability: FloatArray) -> tuple[float, float]:
    """The calibration error of the season it is judged on, and its limit for so many people."""
    chosen = judged.in_season
    own = probability[chosen]
    return ece(judged.outcome[chosen], own), ece_limit(own, judged.keys[chosen])


def with_limit(rows: list[Row], measure_name: str, limit: float) -> list[Row]:
    """The same rows, the named measure judged against a limit that it may not exceed."""
    for row in rows:
        if row["measure_name"] == measure_name:
            row |= {"limit_value": limit, "result_code": "PASS" if row["value"] <= limit else "FAIL"}
    return rows


def ece_limit(probability: FloatArray, keys: Hashes, *, limit: float = ECE_LIMIT) -> float:
    """The limit of the calibration error: `limit` on top of what chance alone gives so few people.

    The two are independent, so they add up as squares: about 0.03 for 7,000 people, 0.021 for 100,000.
    """
    return float(np.hypot(limit, ece_by_chance(probability, keys)))


def difference_row(judged: Judged, pair: tuple[FloatArray, FloatArray], about: Judgement, measure_name: str) -> Row:
    """measure(first) - measure(second) on the same people; for Brier and log loss below 0 is better."""
    measure = MEASURES[measure_name]
    found = resampled_difference(measure, judged.outcome, pair, judged.keys, draws=DRAWS)
    values = (found.value, found.low, found.high)
    return evaluation_row(about, f"{measure_name}_difference", values, len(judged.outcome))


def evaluation_row(about: Judgement, name: str, values: tuple[float, float, float], rows: int) -> Row:
    """One row of ops__evaluation without its business date; what cannot be computed is null."""
    value, low, high = (round(each, 6) if np.isfinite(each) else None for each in values)
    return {
        "service_code": SERVICE,
        "scope_code": about.scope,
        "cohort": about.cohort,
        "model_name": about.model,
        "label_name": about.label,
        "measure_name": name,
        "value": value,
        "value_low": low,
        "value_high": high,
        "limit_value": None,
        "rows_count": rows,
        "result_code": "PASS",
        "detail": None,
    }


def _interval(
    measure: Measure, outcome: npt.NDArray[Any], probability: FloatArray, weights: list[FloatArray]
) -> tuple[float, float, float]:
    if not len(outcome):
        return float("nan"), float("nan"), float("nan")
    if len(outcome) < SMALLEST_RESAMPLED:
        return measure(outcome, probability, None), float("nan"), float("nan")
    found = interval_over(measure, outcome, probability, weights)
    return found.value, found.low, found.high


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """A group column as codes; unknown is UNKNOWN, flags are Y and N."""
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, "Y", "N")
    return np.asarray(
        pc.fill_null(pc.cast(column, pa.string()), "UNKNOWN").to_numpy(zero_copy_only=False), dtype=object
    )
