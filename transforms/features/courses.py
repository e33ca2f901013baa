"""Sessions one can still join, with the course's outcome (makes features__courses)."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import COURSES
from transforms.registers import day


def courses(sessions: DataFrame, outcomes: DataFrame, *, as_of: date) -> DataFrame:
    """One row per session that starts after `as_of` and is not known to be full."""
    left = F.col("seats_count") - F.coalesce(F.col("enrolled_count"), F.lit(0))
    # greatest() skips nulls, so an unknown number of seats would become 0 without the condition.
    seats = F.when(left.isNotNull(), F.greatest(left, F.lit(0)))
    coming = sessions.where(F.col("start_date") > day(as_of)).withColumn("seats_left_count", seats)
    free = coming.where("seats_left_count is null or seats_left_count > 0")
    rates = outcomes.select("course_id", F.col("shrunk_rate_0_1").alias("expected_rate_0_1"), "graduates_count")
    frame = free.join(rates, on="course_id", how="left")
    return frame.withColumn("as_of", day(as_of)).select(*COURSES.names)
