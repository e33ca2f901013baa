"""Past applications with their result, the person as known on the day, the posting, and what was known of its odds.

The rows that matching/pairs.py turns into features__application_pairs. Do not put here: how well the two fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec

from transforms.features.job_postings import PRIOR_APPLICATIONS, settled
from transforms.registers import day
from transforms.silver.conform import newest_first

HISTORY_DAYS = 730
_TRACE = ("updated_at", "delivery_date", "source_file", "row_number")


@dataclass(frozen=True)
class PairSources:
    """Silver frames: `seeker_versions` are rows that corrections replaced."""

    applications: DataFrame
    postings: DataFrame
    companies: DataFrame
    seekers: DataFrame
    seeker_versions: DataFrame
    certificates: DataFrame


def application_pairs(sources: PairSources, columns: Sequence[str], people: str, *, as_of: date) -> DataFrame:
    """Applications of `people` (SQL over seeker_key) with the person's `columns`, the posting and the outcome.

    Only those whose result no longer waits, whose posting is in the lake and whose licence, if asked, was held.
    """
    recent = settled_recently(sources.applications, as_of=as_of)
    postings = sources.postings.drop("as_of", *_TRACE).join(
        sources.companies.select("company_id", "company_size_code"), on="company_id", how="left"
    )
    made = recent.select("seeker_key", "posting_id", "applied_date", F.expr("result_code = 'HIRED'").alias("is_hired"))
    made = made.join(postings, on="posting_id", how="inner").withColumn("_month", _month("applied_date"))
    made = made.join(earlier_chances(made), on=["occupation_code", "_month"], how="left")
    held = _holding_licences(made.where(people), sources.certificates)
    known = _as_known_then(held, sources.seekers, sources.seeker_versions, columns)
    return known.withColumn("as_of", day(as_of))


def settled_recently(applications: DataFrame, *, as_of: date) -> DataFrame:
    """Applications of the last two years whose result no longer waits."""
    return settled(applications, as_of=as_of).where(F.col("applied_date") > day(as_of, minus=HISTORY_DAYS))


def earlier_chances(made: DataFrame) -> DataFrame:
    """(occupation_code, _month, fill_chance_0_1): as in job_postings.hire_chances, from the months before."""
    counted = made.groupBy("occupation_code", "_month").agg(
        F.sum(F.col("is_hired").cast("int")).alias("_hired"), F.count(F.lit(1)).alias("_n")
    )
    months = counted.groupBy("_month").agg(F.sum("_hired").alias("_all_hired"), F.sum("_n").alias("_all"))
    whole = _before(Window.partitionBy(F.lit(1)))
    months = months.select("_month", (F.sum("_all_hired").over(whole) / F.sum("_all").over(whole)).alias("_national"))
    own = _before(Window.partitionBy("occupation_code"))
    hired, n = (F.coalesce(F.sum(name).over(own), F.lit(0)) for name in ("_hired", "_n"))
    sums = counted.select("occupation_code", "_month", hired.alias("_hired"), n.alias("_n"))
    shrunk = (F.col("_hired") + PRIOR_APPLICATIONS * F.col("_national")) / (F.col("_n") + PRIOR_APPLICATIONS)
    return sums.join(months, on="_month", how="left").select(
        "occupation_code", "_month", F.round(shrunk, 6).alias("fill_chance_0_1")
    )


def _before(window: WindowSpec) -> WindowSpec:
    return window.orderBy("_month").rowsBetween(Window.unboundedPreceding, -1)


def _month(name: str) -> Column:
    return F.date_format(F.col(name), "yyyy-MM")


def _holding_licences(made: DataFrame, certificates: DataFrame) -> DataFrame:
    """Without applications that lacked the licence: no such posting is ever recommended."""
    acquired = F.coalesce(F.col("acquired_date"), F.lit("1900-01-01").cast("date"))
    held = certificates.groupBy("seeker_key", F.trim("certificate_name").alias("_licence")).agg(
        F.min(acquired).alias("_acquired")
    )
    made = made.withColumn("_licence", F.trim("required_certificate_name"))
    frame = made.join(held, on=["seeker_key", "_licence"], how="left")
    is_asked = F.coalesce(F.col("_licence"), F.lit("")) != F.lit("")
    return frame.where(~is_asked | (F.col("_acquired") <= F.col("applied_date"))).drop("_licence", "_acquired")


def _as_known_then(made: DataFrame, seekers: DataFrame, versions: DataFrame, columns: Sequence[str]) -> DataFrame:
    """The newest words of the person that are no younger than the application; the oldest where all are younger."""
    names = ("seeker_key", *columns, *_TRACE)
    words = seekers.select(*names).unionByName(versions.select(*names))
    is_earlier = F.col("updated_at").isNull() | (F.to_date("updated_at") <= F.col("applied_date"))
    order = [is_earlier.desc(), F.when(~is_earlier, F.col("updated_at")).asc_nulls_first(), *newest_first()]
    newest = Window.partitionBy("seeker_key", "posting_id").orderBy(*order)
    ranked = made.join(words, on="seeker_key", how="inner").withColumn("_place", F.row_number().over(newest))
    return ranked.where("_place = 1").drop("_place", "_month", *_TRACE)
