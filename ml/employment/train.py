"""Fit the employment model of one origin: learn on its older cohorts, calibrate on the later one.

Do not put here: choosing between models (month.py, promotion.py) or scoring (score.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.calibrate import calibrate_additive
from ml.additive.model import AdditiveModel
from ml.additive.train import TrainSpec, train_additive
from ml.employment.cohorts import Origin, teaching_rows
from ml.employment.drift import BIN_COUNTS, count_bins
from ml.employment.inputs import KEYS, LABEL, feature_specs

MIN_TEACHING_ROWS = 1_000
MIN_CALIBRATION_ROWS = 500
"""Fewer people than this: no model, and every answer says so."""
MIN_OUTCOMES = 30
"""The same for people hired, and for people not hired: a lake without employment history shows neither."""
ROW_LIMIT = 100_000
BAGS = 4


@dataclass(frozen=True)
class FitOptions:
    """What a fit may vary: whether age is read, how many pairs of inputs, threads (which never change the result)."""

    uses_age: bool = False
    pair_limit: int = 0
    threads: int = 1


class TooFewToLearn(ValueError):
    """The cohorts hold too few people, or too few of one outcome, for a model."""


def train_spec(origin: Origin, options: FitOptions) -> TrainSpec:
    """What is learned from where."""
    return TrainSpec(
        features=feature_specs(uses_age=options.uses_age),
        cohorts=tuple(day.isoformat() for day in origin.teaches),
        key_columns=KEYS,
        pair_limit=options.pair_limit,
        bag_count=BAGS,
        row_limit=ROW_LIMIT,
        job_count=options.threads,
    )


def fit(cohorts: pa.Table, origin: Origin, options: FitOptions) -> AdditiveModel:
    """The calibrated model of an origin, from people who are not kept for evaluation; raises TooFewToLearn."""
    teaching, calibrating = (teaching_rows(cohorts, dates) for dates in (origin.teaches, (origin.calibrates,)))
    require_enough(teaching, calibrating)
    model = train_additive(teaching, LABEL, train_spec(origin, options))
    counts = {name: found.tolist() for name, found in count_bins(model, [teaching]).items()}
    model = replace(model, training={**model.training, BIN_COUNTS: counts})
    return calibrate_additive(
        model, calibrating, LABEL, cohort=origin.calibrates.isoformat(), key_columns=("seeker_key",)
    )


def require_enough(teaching: pa.Table, calibrating: pa.Table) -> None:
    """Raises TooFewToLearn unless both parts hold enough people and enough of either outcome."""
    for name, rows, least in (
        ("teaching", teaching, MIN_TEACHING_ROWS),
        ("calibration", calibrating, MIN_CALIBRATION_ROWS),
    ):
        hired = pc.sum(pc.cast(rows[LABEL], pa.int64())).as_py() or 0
        if rows.num_rows < least or min(hired, rows.num_rows - hired) < MIN_OUTCOMES:
            raise TooFewToLearn(
                f"{name} cohorts: found {rows.num_rows} people, {hired} of them hired; expected at least {least} and "
                f"{MIN_OUTCOMES} of either outcome; no probability is published"
            )
