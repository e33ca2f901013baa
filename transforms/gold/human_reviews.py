"""Requests that a person has to answer, with the days left (makes ops__human_reviews)."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.rights import HUMAN_REVIEWS
from transforms.gold.requests import open_or_lately_answered, requests_in_force
from transforms.registers import day

ANSWERED_BY_PEOPLE = ("HUMAN_REVIEW", "EXPLANATION")


def human_reviews(requests: DataFrame, *, as_of: date) -> DataFrame:
    """One row per review or explanation that waits or was answered lately; requests: silver__rights_requests."""
    frame = open_or_lately_answered(requests_in_force(requests, as_of=as_of), as_of=as_of)
    frame = frame.where(F.col("request_kind_code").isin(*ANSWERED_BY_PEOPLE))
    left = F.date_diff(F.col("review_due_date"), day(as_of)).cast("int")
    return frame.withColumn("days_left", F.when(F.col("answered_date").isNull(), left)).select(*HUMAN_REVIEWS.names)
