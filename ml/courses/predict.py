"""Predicts the 6-month employment rate of every session whose rate is not known yet, with a 90 % interval.

Must not hold: files (snapshots.py) or the form of answers (answers.py). Sessions are rows as in
silver__training_courses; of them only what was known on `as_of` is learned from.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from ml.courses import columns as c
from ml.courses.columns import BoolArray, FloatArray
from ml.courses.errors import NoKnownRateError
from ml.courses.features import (
    COMING,
    ENDED,
    FOLLOWED,
    STAGES,
    Sessions,
    as_columns,
    finishers_or_expected,
    read_matrix,
    read_sessions,
    stages_on,
)
from ml.courses.history import When
from ml.courses.intervals import Spread, measure_spread
from ml.courses.model import MINIMUM_ROWS, fit_rates, row_weights

# Earlier days on which the model is asked as if today, for the intervals: a quarter apart.
_REHEARSALS, _DAYS_APART = 3, 91
# End days, from the day of asking, of the sessions that each stage is rehearsed on.
_REHEARSED_ENDS = {COMING: (0, 183), ENDED: (-183, 0), FOLLOWED: (-183, -92)}
_NO_DAY = 1 << 40
_DIGITS = 6


@dataclass(frozen=True, eq=False)
class _Asked:
    """Predictions (k,) of the sessions `rows`, and how many finish there or may be expected to."""

    rate: FloatArray
    finishers: FloatArray


def predict_rates(sessions: pa.Table, *, as_of: date) -> pa.Table:
    """One row per session without a known rate: session_id, predicted, low, high and stage_code, by session_id.

    `stage_code` says what could be read: COMING, ENDED or FOLLOWED (features.py). With fewer than MINIMUM_ROWS known
    rates a prediction is the course's past, shrunk to its institution and field.
    """
    ordered = sessions.sort_by(c.SESSION) if c.SESSION in sessions.column_names else sessions
    read = read_sessions(ordered)
    rate, early = read.known(as_of)
    if np.isnan(rate).all():
        raise NoKnownRateError(
            f"sessions on {as_of}",
            found="no known 6-month rate",
            expected="sessions that ended six months before, with finishers and a rate from 0 to 1",
            action="ask for a later day, or add later snapshots that kept what was settled by then",
        )
    stages = stages_on(read, as_of, early)
    is_asked = np.isnan(rate)
    predicted, low, high = (np.full(len(rate), np.nan) for _ in range(3))
    for stage in STAGES:
        rows = is_asked & (stages == stage)
        if not rows.any():
            continue
        asked = _ask(read, rows, as_of=as_of, stage=stage)
        predicted[rows] = asked.rate
        low[rows], high[rows] = _rehearse(read, as_of, stage).around(asked.rate, asked.finishers)
    numbers = {"predicted": predicted, "low": low, "high": high}
    return pa.table(
        {
            c.SESSION: ordered.column(c.SESSION).filter(pa.array(is_asked)),
            **{name: np.round(values[is_asked], _DIGITS) for name, values in numbers.items()},
            "stage_code": pa.array(stages[is_asked].tolist(), pa.string()),
        }
    )


def _ask(read: Sessions, rows: BoolArray, *, as_of: date, stage: str) -> _Asked:
    """The rate of some sessions as predicted on a day by what was known then."""
    known = read.known(as_of)
    today = c.day_number(as_of)
    asked = np.flatnonzero(rows)
    now = When(np.full(len(asked), _NO_DAY), np.full(len(asked), today))
    inputs = read_matrix(read, asked, when=now, known=known)
    finishers = finishers_or_expected(read, (read.ends <= today) & (stage != COMING))[asked]
    learned = np.flatnonzero(~np.isnan(known[0]) & (~np.isnan(known[1]) | (stage != FOLLOWED)))
    if len(learned) < MINIMUM_ROWS:
        return _Asked(inputs["course"], finishers)
    ends = read.ends[learned]
    # A session learned from sees the past as it was on its last day.
    then = When(ends - c.FOLLOW_UP_6M_DAYS, ends)
    past = read_matrix(read, learned, when=then, known=known)
    weight = row_weights(read.finishers[learned], (today - ends).astype(np.float64))
    # What is learned is how far a session strays from its course's past: where few courses have one to learn from,
    # a session still gets it.
    model = fit_rates(as_columns(past, stage), known[0][learned] - past["course"], weight)
    strayed = model.predict(as_columns(inputs, stage))
    return _Asked(np.clip(inputs["course"] + strayed, 0.0, 1.0), finishers)


def _rehearse(read: Sessions, as_of: date, stage: str) -> Spread:
    """How far predictions of this stage missed when made on earlier days, for rates that are known by now."""
    rate, _ = read.known(as_of)
    first, last = _REHEARSED_ENDS[stage]
    missed: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for number in range(_REHEARSALS):
        day = as_of - timedelta(days=c.FOLLOW_UP_6M_DAYS + last + number * _DAYS_APART)
        today = c.day_number(day)
        known_then, early_then = read.known(day)
        rows = (read.ends > today + first) & (read.ends <= today + last) & ~np.isnan(rate)
        rows &= ~np.isnan(early_then) if stage == FOLLOWED else True
        if not rows.any() or np.isnan(known_then).all():
            continue
        asked = _ask(read, rows, as_of=day, stage=stage)
        missed.append((rate[rows], asked.rate, asked.finishers))
    if not missed:
        return measure_spread(np.zeros(0), np.zeros(0), np.zeros(0))
    known, predicted, finishers = (np.concatenate(parts) for parts in zip(*missed, strict=True))
    return measure_spread(known, predicted, finishers)
