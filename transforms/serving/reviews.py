"""The mark on a published answer that its person asked somebody to look at (review_* of serving__seeker_*_v1).

The answer itself stays as it is. Do not put here: whether there is an answer at all (gold__seeker_rights decides).
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from transforms.gold.seeker_rights import first_to_answer


def mark_reviews(answers: DataFrame, reviews: DataFrame, service_code: str) -> DataFrame:
    """`answers` of one service with review_* from ops__human_reviews; empty where no review concerns the service."""
    concerns = F.col("request_service_code").isin("ALL", service_code)
    asked = reviews.where((F.col("request_kind_code") == "HUMAN_REVIEW") & concerns)
    return answers.join(F.broadcast(first_to_answer(asked)), on="seeker_key", how="left")
