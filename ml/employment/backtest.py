"""Rolling-origin backtest: at each past date, learn from what was known by then and look at what came after.

The additive model stands beside the base rate, the logistic form and gradient boosting, which may also learn from
the calibration cohort. Makes rows of ops__evaluation. Do not put here: the model that is served (month.py).
"""

from __future__ import annotations

import logging
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.train import train_additive
from ml.challengers import train_challengers
from ml.employment.cohorts import Origin, origin, teaching_rows
from ml.employment.inputs import KEYS, LABEL, feature_specs
from ml.employment.judge import (
    Judged,
    Judgement,
    Row,
    calibration_error,
    difference_row,
    evaluation_row,
    measure_rows,
    people_of,
    probabilities,
    with_limit,
)
from ml.employment.train import FitOptions, TooFewToLearn, fit, train_spec
from ml.hashing import hash_keys, mix
from ml.metrics import brier, resampled_difference

log = logging.getLogger(__name__)
SEED = 20_260_101
SHUFFLED_GAIN_LIMIT = 0.002
"""Brier points by which a model taught with shuffled labels may beat the base rate before something leaks."""
_SHUFFLE_STREAM = 71_001


def backtest(cohorts: pa.Table, dates: tuple[date, ...], options: FitOptions) -> list[Row]:
    """Rows of every date that has enough people before it; the newest also shows the cost of leaving age out."""
    rows: list[Row] = []
    for day in dates:
        try:
            rows += _judge_origin(cohorts, origin(day), options, is_newest=day == dates[-1])
        except TooFewToLearn as error:
            log.info("backtest %s: %s", day, error)
    return rows


def _judge_origin(cohorts: pa.Table, at: Origin, options: FitOptions, *, is_newest: bool) -> list[Row]:
    judged = people_of(cohorts, (at.answers_for,), evaluation_only=False)
    cohort = at.answers_for.isoformat()
    about = Judgement("BACKTEST", cohort, "additive")
    own = probabilities(fit(cohorts, at, options), judged.rows)
    rows = with_limit(measure_rows(judged, own, about), "ece", calibration_error(judged, own)[1])
    known = teaching_rows(cohorts, at.dates)
    challengers = train_challengers(
        known, LABEL, feature_specs(uses_age=options.uses_age), seed=SEED, key_columns=KEYS, job_count=options.threads
    )
    for challenger in challengers:
        theirs = challenger.predict(judged.rows)
        there = Judgement("BACKTEST", cohort, challenger.name)
        rows += measure_rows(judged, theirs, there)
        rows.append(difference_row(judged, (own, theirs), there, "brier"))
    if is_newest:
        rows += [*_age_rows(cohorts, at, (judged, own), options), _shuffled_row(cohorts, at, judged, options)]
    return rows


def _age_rows(cohorts: pa.Table, at: Origin, found: tuple[Judged, np.ndarray], options: FitOptions) -> list[Row]:
    """What reading age would change: measures of the model with it, and the difference to the model without."""
    judged, own = found
    if options.uses_age:
        return []
    model = fit(cohorts, at, FitOptions(True, options.pair_limit, options.threads))
    aged = probabilities(model, judged.rows)
    about = Judgement("AGE", at.answers_for.isoformat(), "additive_with_age")
    differences = [difference_row(judged, (own, aged), about, name) for name in ("brier", "auc")]
    return [*measure_rows(judged, aged, about), *differences]


def _shuffled_row(cohorts: pa.Table, at: Origin, judged: Judged, options: FitOptions) -> Row:
    """A model taught with labels of other people must know nothing: more than chance would be a leak."""
    teaching = teaching_rows(cohorts, at.teaches).sort_by([(name, "ascending") for name in KEYS])
    order = np.argsort(mix(hash_keys(teaching["seeker_key"]), _SHUFFLE_STREAM), kind="stable")
    place = teaching.schema.get_field_index(LABEL)
    shuffled = teaching.set_column(place, LABEL, teaching[LABEL].take(pa.array(order)))
    model = train_additive(shuffled, LABEL, train_spec(at, options))
    share = float(pc.mean(pc.cast(shuffled[LABEL], pa.float64())).as_py())
    base = np.full(len(judged.outcome), share)
    gain = resampled_difference(brier, judged.outcome, (base, probabilities(model, judged.rows)), judged.keys, draws=50)
    about = Judgement("LEAK", at.answers_for.isoformat(), "shuffled_label")
    row = evaluation_row(about, "brier_gain", (gain.value, gain.low, gain.high), len(base))
    return with_limit([row], "brier_gain", SHUFFLED_GAIN_LIMIT)[0]
