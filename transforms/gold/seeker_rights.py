"""Who refused, had processing stopped, or waits for a person's review (makes gold__seeker_rights).

The one place that decides: features, answers and lists for employers read it. Do not put here: the clock (requests.py).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.rights import REVIEW, SEEKER_RIGHTS
from transforms.gold.requests import open_or_lately_answered, requests_in_force
from transforms.registers import day

_REVIEW = tuple(column.name for column in REVIEW)
_FLAGS = ("is_opted_out", "is_restricted", "is_withheld_from_employers")


def seeker_rights(requests: DataFrame, seekers: DataFrame, *, as_of: date) -> DataFrame:
    """One row per person with a right in force; requests: silver__rights_requests, seekers: silver__seekers.

    A refusal or restriction holds from the day of the request until it is withdrawn or rejected, not only once it is
    answered. One of a single service counts for all: the answers are made from one another.
    """
    in_force = requests_in_force(requests, as_of=as_of)
    refused = seekers.where("is_opted_out").select("seeker_key", F.lit("registration").alias("_refused"))
    # Not a union: Sail 0.7.2 (DataFusion 55) refuses its own plan where a literal column meets a computed one.
    frame = _asked(in_force).join(refused, on="seeker_key", how="full_outer")
    kept = {name: F.coalesce(F.col(name), F.lit(False)) for name in _FLAGS}
    kept["is_opted_out"] = kept["is_opted_out"] | F.col("_refused").isNotNull()
    frame = frame.withColumns(kept)
    reviews = open_or_lately_answered(in_force, as_of=as_of).where(F.col("request_kind_code") == "HUMAN_REVIEW")
    frame = frame.join(first_to_answer(reviews), on="seeker_key", how="left")
    has_right = F.col("review_state_code").isNotNull()
    for name in _FLAGS:
        has_right = has_right | F.col(name)
    return frame.where(has_right).withColumn("as_of", day(as_of)).select(*SEEKER_RIGHTS.names)


def first_to_answer(reviews: DataFrame) -> DataFrame:
    """(seeker_key, review_*): of each person the review that waits before one that is answered, the earliest due."""
    waits = F.when(F.col("review_state_code") == "ANSWERED", "1").otherwise("0")
    order = F.concat_ws("|", waits, F.col("review_due_date").cast("string"), F.col("request_id"))
    sources = ("requested_date", "review_due_date", "review_state_code")
    picked = [F.min_by(F.col(source), order).alias(name) for source, name in zip(sources, _REVIEW, strict=True)]
    return reviews.groupBy("seeker_key").agg(*picked)


def without_restricted(frame: DataFrame, rights: DataFrame) -> DataFrame:
    """`frame` without the rows of people who had the processing of their data stopped."""
    stopped = rights.where("is_restricted").select("seeker_key")
    return frame.join(F.broadcast(stopped), on="seeker_key", how="left_anti")


def _asked(in_force: DataFrame) -> DataFrame:
    """(seeker_key, flags) of everybody with a request in force."""
    kind, service = F.col("request_kind_code"), F.col("request_service_code")
    refuses = (kind == "AUTOMATED_DECISION_OPT_OUT") & ~F.col("is_rejected")
    waits = (kind == "HUMAN_REVIEW") & (F.col("review_state_code") != "ANSWERED")
    flags: dict[str, Column] = {
        "is_opted_out": refuses & (service != "TALENTS"),
        "is_restricted": (kind == "PROCESSING_RESTRICTION") & ~F.col("is_rejected"),
        "is_withheld_from_employers": (refuses & (service == "TALENTS")) | (waits & service.isin("ALL", "TALENTS")),
    }
    return in_force.groupBy("seeker_key").agg(*(F.max(flags[name]).alias(name) for name in _FLAGS))
