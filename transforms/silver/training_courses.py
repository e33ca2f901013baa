"""Silver training sessions: when an employment rate is known (makes silver__training_courses).

The source sends a number or a letter: A planned, B running, C not held, D no graduates (SOURCES §1).
A 6-month rate is known only six months after the end; a 0 % before that means "not yet".
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from transforms.silver.conform import Rule, parsed_number

FOLLOW_UP_DAYS = 183
_LETTERS = {"A": "PLANNED", "B": "RUNNING", "C": "NOT_HELD", "D": "NO_GRADUATE"}


def _rate() -> Column:
    return parsed_number(F.col("employment_rate_6m_text"))


def rules() -> list[Rule]:
    """Refuse a rate above 100 % or below 0, an unreadable rate, and a session that ends before it starts."""
    text, rate = F.col("employment_rate_6m_text"), _rate()
    unreadable = text.isNotNull() & ~text.isin(*_LETTERS, "-") & rate.isNull()
    return [
        ("employment_rate_6m_text:NOT_A_RATE", unreadable),
        ("employment_rate_6m_text:OUT_OF_RANGE", (rate > 100) | (rate < 0)),
        ("end_date:BEFORE_START", F.col("end_date") < F.col("start_date")),
    ]


def derive(frame: DataFrame, *, as_of: date) -> DataFrame:
    """Add employment_rate_6m_0_1 and rate_status_code as known on `as_of`."""
    text, rate = F.col("employment_rate_6m_text"), _rate()
    too_early = F.date_add(F.col("end_date"), FOLLOW_UP_DAYS) > F.lit(as_of.isoformat()).cast("date")
    status = F.when(rate.isNotNull() & too_early, F.lit("TOO_EARLY")).when(rate.isNotNull(), F.lit("OBSERVED"))
    for letter, code in _LETTERS.items():
        status = status.when(text == letter, F.lit(code))
    status = status.otherwise(F.lit("NOT_DELIVERED"))
    frame = frame.withColumn("rate_status_code", status)
    known = F.when(F.col("rate_status_code") == "OBSERVED", F.round(rate / 100, 6))
    return frame.withColumn("employment_rate_6m_0_1", known)
