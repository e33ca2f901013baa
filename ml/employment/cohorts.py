"""Which past dates may teach, calibrate and judge the model, and which people of them are taken.

All dates lie on a grid of 13 weeks behind the day up to which insured employment is known. A model is calibrated on
the cohort 52 weeks before the date it answers for: later than the cohorts that taught it, and of the same season.
Do not put here: features and outcomes (transforms/features/seeker_cohorts.py) or fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.features.seeker_cohorts import HIRED_WITHIN_DAYS, KEPT_WITHIN_DAYS, SHORTEST_DAYS, Sample

REPORTING_LAG_DAYS = 45
"""A spell may be reported up to 45 days late (acquisitions by the 15th of the next month)."""
FOLLOW_UP_DAYS = max(HIRED_WITHIN_DAYS + SHORTEST_DAYS, KEPT_WITHIN_DAYS) + REPORTING_LAG_DAYS
SPACING_DAYS = 91
CALIBRATION_BACK_DAYS = 4 * SPACING_DAYS
TRAINING_COHORTS = 2
JUDGED_COHORTS = 3
SAMPLE_LIMIT = 80_000
EVALUATION_DIGITS = "0123"
"""People whose key ends so, a quarter of all, never teach or calibrate: every model is judged on them."""
_KEY_SPACE = 16**8


@dataclass(frozen=True)
class Origin:
    """One model in time: the date it answers for, the cohort that calibrates it, the cohorts that teach it."""

    answers_for: date
    calibrates: date
    teaches: tuple[date, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """The cohorts it learns from, oldest first."""
        return (*self.teaches, self.calibrates)


def origin(answers_for: date) -> Origin:
    """The cohorts a model for `answers_for` learns from; all are followed up to the end by then."""
    calibrates = answers_for - timedelta(days=CALIBRATION_BACK_DAYS)
    steps = range(TRAINING_COHORTS, 0, -1)
    return Origin(answers_for, calibrates, tuple(calibrates - timedelta(days=SPACING_DAYS * step) for step in steps))


def judged_dates(known_until: date) -> tuple[date, ...]:
    """The newest cohorts whose outcome is fully known, oldest first: the origins of the backtest."""
    newest = -(-FOLLOW_UP_DAYS // SPACING_DAYS)
    steps = range(newest + JUDGED_COHORTS - 1, newest - 1, -1)
    return tuple(known_until - timedelta(days=SPACING_DAYS * step) for step in steps)


def cohort_dates(known_until: date, *, teaches: bool = True) -> tuple[date, ...]:
    """Every cohort that a night needs, oldest first: a month's first night also those that teach and calibrate."""
    judged = judged_dates(known_until)
    origins = [origin(known_until), *(origin(day) for day in judged)] if teaches else []
    return tuple(sorted({day for each in origins for day in each.dates} | set(judged)))


def unfollowed_dates(known_until: date) -> tuple[date, ...]:
    """Dates of the grid that are too recent to be judged: their people are counted and left out."""
    newest = judged_dates(known_until)[-1]
    steps = range(1, (known_until - newest).days // SPACING_DAYS + 1)
    return tuple(newest + timedelta(days=SPACING_DAYS * step) for step in steps)


def key_bound(seekers_count: int, *, limit: int = SAMPLE_LIMIT) -> str | None:
    """The key below which about `limit` people lie, the same ones on every engine and night; None takes everybody.

    Keys are HMAC output, so a prefix threshold is a uniform sample without any random number.
    """
    return None if seekers_count <= limit else f"{int(limit / seekers_count * _KEY_SPACE):08x}"


def sample_of(seekers_count: int, *, limit: int = SAMPLE_LIMIT) -> Sample:
    """About `limit` people (see key_bound), and who of them only judges."""
    digits = ", ".join(f"'{digit}'" for digit in EVALUATION_DIGITS)
    bound = key_bound(seekers_count, limit=limit)
    people = "seeker_key is not null" if bound is None else f"seeker_key < '{bound}'"
    return Sample(people, f"right(seeker_key, 1) in ({digits})")


def teaching_rows(cohorts: pa.Table, dates: tuple[date, ...]) -> pa.Table:
    """The rows of some cohorts whose people are not kept for evaluation."""
    chosen = pc.is_in(cohorts["snapshot_date"], value_set=pa.array(dates, pa.date32()))
    return cohorts.filter(pc.and_(chosen, pc.invert(cohorts["is_evaluation"])))
