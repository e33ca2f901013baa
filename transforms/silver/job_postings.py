"""Silver job postings: the monthly wage, and dates that cannot be (makes silver__job_postings)."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from transforms.silver.conform import Rule

WEEKS_A_MONTH = 4.345
"""Weeks a month: 365 / 7 / 12, the factor of the minimum-wage notice (최저임금 월 환산 209시간 = 48.1 × 4.345)."""
DAYS_A_MONTH = 20.9
FULL_TIME_HOURS = 40.0
PAID_WEEKLY_HOLIDAY = 1.2
"""A full week earns one paid holiday in five days (근로기준법 §55): 40 hours are paid as 48."""


def rules() -> list[Rule]:
    """Refuse a posting that closes before it opens."""
    return [("closing_date:BEFORE_REGISTRATION", F.col("closing_date") < F.col("registered_date"))]


def derive(frame: DataFrame, *, as_of: date) -> DataFrame:
    """Add wage_min_krw_month: hourly × paid hours, daily × 20.9, yearly ÷ 12; 0 or absent is unknown."""
    wage = F.when(F.col("wage_min_krw") > 0, F.col("wage_min_krw"))
    hours = F.coalesce(F.col("weekly_hours"), F.lit(FULL_TIME_HOURS))
    paid = F.when(hours >= 15, hours * PAID_WEEKLY_HOLIDAY).otherwise(hours)
    month = (
        F.when(F.col("wage_type_code") == "H", wage * paid * WEEKS_A_MONTH)
        .when(F.col("wage_type_code") == "D", wage * DAYS_A_MONTH)
        .when(F.col("wage_type_code") == "M", wage)
        .when(F.col("wage_type_code") == "Y", wage / 12)
    )
    bounded = F.when(month <= 100_000_000, F.round(month))
    return frame.withColumn("wage_min_krw_month", bounded.cast("int"))
