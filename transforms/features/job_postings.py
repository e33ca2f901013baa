"""Postings open on the date, with employer size and chance of an application (makes features__job_postings)."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import JOB_POSTINGS
from transforms.gold.labour_market import open_postings
from transforms.registers import day

PRIOR_APPLICATIONS = 50.0
SETTLED_AFTER_DAYS = 60
"""A hire is known days after the application, a refusal weeks: counting younger ones would count too many hires."""


def job_postings(postings: DataFrame, companies: DataFrame, applications: DataFrame, *, as_of: date) -> DataFrame:
    """One row per open posting; fill_chance_0_1 is null where no application was ever resolved."""
    chances = hire_chances(postings, settled(applications, as_of=as_of))
    sizes = companies.select("company_id", "company_size_code")
    frame = open_postings(postings, as_of=as_of).join(sizes, on="company_id", how="left")
    frame = frame.join(chances, on="occupation_code", how="left")
    return frame.withColumn("as_of", day(as_of)).select(*JOB_POSTINGS.names)


def settled(applications: DataFrame, *, as_of: date) -> DataFrame:
    """Applications hired or refused, old enough that neither result is more likely to be known."""
    is_old = F.col("applied_date") <= day(as_of, minus=SETTLED_AFTER_DAYS)
    return applications.where(F.col("result_code").isin("HIRED", "REJECTED") & is_old)


def hire_chances(postings: DataFrame, applications: DataFrame) -> DataFrame:
    """(occupation_code, fill_chance_0_1): hires per settled application, shrunk to the whole."""
    counted = (
        applications.join(postings.select("posting_id", "occupation_code"), on="posting_id", how="inner")
        .groupBy("occupation_code")
        .agg(F.sum((F.col("result_code") == "HIRED").cast("int")).alias("hired"), F.count(F.lit(1)).alias("n"))
    )
    national = counted.agg((F.sum("hired") / F.sum("n")).alias("national"))
    shrunk = (F.col("hired") + PRIOR_APPLICATIONS * F.col("national")) / (F.col("n") + PRIOR_APPLICATIONS)
    return counted.join(national, how="cross").select("occupation_code", F.round(shrunk, 6).alias("fill_chance_0_1"))
