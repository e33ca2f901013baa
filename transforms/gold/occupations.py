"""KECO unit groups with their name, usual education and market (makes gold__occupations).

Counted from postings and seekers, not from gold__labour_market: a posting without a region is open all the same.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.gold import OCCUPATIONS
from transforms.gold.labour_market import open_postings
from transforms.registers import day


def occupations(dictionary: DataFrame, postings: DataFrame, seekers: DataFrame, *, as_of: date) -> DataFrame:
    """One row per unit group that the occupation dictionary knows."""
    entries = dictionary.where("occupation_code is not null")
    names = entries.groupBy("occupation_code").agg(
        F.coalesce(F.min("occupation_name"), F.min("title")).alias("occupation_name")
    )
    market = _demand(postings, as_of).join(_supply(seekers, as_of), on="occupation_code", how="full")
    frame = names.join(_usual_education(entries), on="occupation_code", how="left")
    frame = frame.join(market, on="occupation_code", how="left")
    frame = frame.fillna(0, subset=["open_postings_count", "openings_count", "seekers_count"])
    return frame.withColumn("as_of", day(as_of)).select(*OCCUPATIONS.names)


def _demand(postings: DataFrame, as_of: date) -> DataFrame:
    wage = F.percentile(F.col("wage_min_krw_month").cast("double"), 0.5)
    return (
        open_postings(postings, as_of=as_of)
        .groupBy("occupation_code")
        .agg(
            F.count(F.lit(1)).cast("int").alias("open_postings_count"),
            F.sum(F.coalesce(F.col("headcount"), F.lit(1))).cast("int").alias("openings_count"),
            F.round(wage).cast("int").alias("wage_median_krw_month"),
        )
    )


def _supply(seekers: DataFrame, as_of: date) -> DataFrame:
    registered = seekers.where(F.col("registered_date") <= day(as_of))
    wishes = registered.select(F.col("wanted_occupation_code_1").alias("occupation_code"))
    return wishes.groupBy("occupation_code").agg(F.count(F.lit(1)).cast("int").alias("seekers_count"))


def _usual_education(entries: DataFrame) -> DataFrame:
    counted = entries.where("education_code is not null").groupBy("occupation_code", "education_code").count()
    order = Window.partitionBy("occupation_code").orderBy(F.col("count").desc(), F.col("education_code"))
    first = counted.withColumn("_place", F.row_number().over(order)).where("_place = 1")
    return first.select("occupation_code", F.col("education_code").alias("typical_education_code"))
