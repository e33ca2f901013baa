"""Sessions one can still join, with the employment rate to expect (makes features__courses).

The rate is the model's for this session where there is one, else the past of its course, pulled to institution and
field, else unknown (never 0). Do not put here: how a rate is estimated (ml/courses, gold/course_outcomes.py).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import COURSES
from transforms.registers import day

_RATES = ("rate_0_1", "low_0_1", "high_0_1")


def courses(sessions: DataFrame, outcomes: DataFrame, predictions: DataFrame, *, as_of: date) -> DataFrame:
    """One row per session that starts after `as_of` and is not known to be full.

    `outcomes` are gold__course_outcomes, `predictions` scores__course_outcomes.
    """
    left = F.col("seats_count") - F.coalesce(F.col("enrolled_count"), F.lit(0))
    # greatest() skips nulls, so an unknown number of seats would become 0 without the condition.
    seats = F.when(left.isNotNull(), F.greatest(left, F.lit(0)))
    coming = sessions.where(F.col("start_date") > day(as_of)).withColumn("seats_left_count", seats)
    free = coming.where("seats_left_count is null or seats_left_count > 0")
    past = outcomes.select("course_id", "graduates_count", *(F.col(f"shrunk_{name}") for name in _RATES))
    predicted = predictions.select("session_id", *(F.col(f"predicted_{name}") for name in _RATES))
    frame = free.join(past, on="course_id", how="left").join(predicted, on="session_id", how="left")
    return _expect(frame).withColumn("as_of", day(as_of)).select(*COURSES.names)


def _expect(frame: DataFrame) -> DataFrame:
    """With the expected rate, its interval and what it rests on, all from one source."""
    is_predicted, is_observed = F.col("predicted_rate_0_1").isNotNull(), F.col("shrunk_rate_0_1").isNotNull()
    for name in _RATES:
        value = F.when(is_predicted, F.col(f"predicted_{name}")).when(is_observed, F.col(f"shrunk_{name}"))
        frame = frame.withColumn(f"expected_{name}", value)
    basis = F.when(is_predicted, F.lit("MODEL")).when(is_observed, F.lit("COURSE")).otherwise(F.lit("NO_DATA"))
    return frame.withColumn("outcome_basis_code", basis)
