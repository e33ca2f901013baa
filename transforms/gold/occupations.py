"""KECO unit groups with their name, usual education and market (makes gold__occupations)."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.gold import OCCUPATIONS
from transforms.registers import day


def occupations(dictionary: DataFrame, labour_market: DataFrame, *, as_of: date) -> DataFrame:
    """One row per unit group that the occupation dictionary knows."""
    entries = dictionary.where("occupation_code is not null")
    names = entries.groupBy("occupation_code").agg(
        F.coalesce(F.min("occupation_name"), F.min("title")).alias("occupation_name")
    )
    market = labour_market.groupBy("occupation_code").agg(
        F.sum("open_postings_count").cast("int").alias("open_postings_count"),
        F.sum("openings_count").cast("int").alias("openings_count"),
        F.sum("seekers_count").cast("int").alias("seekers_count"),
        F.round(F.percentile(F.col("wage_median_krw_month").cast("double"), 0.5))
        .cast("int")
        .alias("wage_median_krw_month"),
    )
    frame = names.join(_usual_education(entries), on="occupation_code", how="left")
    frame = frame.join(market, on="occupation_code", how="left")
    frame = frame.fillna(0, subset=["open_postings_count", "openings_count", "seekers_count"])
    return frame.withColumn("as_of", day(as_of)).select(*OCCUPATIONS.names)


def _usual_education(entries: DataFrame) -> DataFrame:
    counted = entries.where("education_code is not null").groupBy("occupation_code", "education_code").count()
    order = Window.partitionBy("occupation_code").orderBy(F.col("count").desc(), F.col("education_code"))
    first = counted.withColumn("_place", F.row_number().over(order)).where("_place = 1")
    return first.select("occupation_code", F.col("education_code").alias("typical_education_code"))
