"""KECO unit groups with their name, usual education, market and outlook (makes gold__occupations).

Counted from postings and seekers, not from gold__labour_market: a posting without a region is open all the same. The
outlook compares the hires of the same people in two years: those registered before the first began. Counting everybody
would show how the register grows (synthetic Korea: 14 % more hires a year, 1 % among the same people).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.gold import OCCUPATIONS
from transforms.gold.labour_market import open_postings
from transforms.registers import Registers, day

REPORTING_LAG_DAYS = 60
"""Employers report a hire by the 15th of the next month, many later: both years end this long before the date."""
YEAR_DAYS = 365
LEAST_HIRES_COUNT = 30
LEAST_CHANGE_PCT = 5
CHANCE_DEVIATIONS = 1.645
"""One-sided 95 % of the normal distribution. The difference of two Poisson counts has their sum as its variance."""
HIRES = ("same_people_hires_12m_count", "same_people_hires_prior_12m_count")


def occupations(dictionary: DataFrame, postings: DataFrame, known: Registers, *, as_of: date) -> DataFrame:
    """One row per unit group that the occupation dictionary knows."""
    entries = dictionary.where("occupation_code is not null")
    names = entries.groupBy("occupation_code").agg(
        F.coalesce(F.min("occupation_name"), F.min("title")).alias("occupation_name")
    )
    market = _demand(postings, as_of).join(_supply(known.seekers, as_of), on="occupation_code", how="full")
    frame = names.join(_usual_education(entries), on="occupation_code", how="left")
    frame = frame.join(market, on="occupation_code", how="left")
    frame = frame.join(_hires(known, as_of), on="occupation_code", how="left")
    frame = frame.crossJoin(_reach(known.employment_spells, as_of))
    frame = frame.fillna(0, subset=["open_postings_count", "openings_count", "seekers_count"])
    tightness = F.when(F.col("seekers_count") > 0, F.col("openings_count") / F.col("seekers_count"))
    counted = frame.withColumns({name: _counted(name) for name in HIRES})
    return counted.withColumns(
        {"as_of": day(as_of), "tightness_ratio": tightness, "outlook_code": compare_hires(*map(F.col, HIRES))}
    ).select(*OCCUPATIONS.names)


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


def _in_year(as_of: date, *, years_back: int) -> Column:
    """Whether a spell began in the 12 months that end REPORTING_LAG_DAYS and `years_back` years before `as_of`."""
    end = REPORTING_LAG_DAYS + YEAR_DAYS * years_back
    after, until = day(as_of, minus=end + YEAR_DAYS), day(as_of, minus=end)
    return (F.col("start_date") > after) & (F.col("start_date") <= until)


def _hires(known: Registers, as_of: date) -> DataFrame:
    """Hires of both years by occupation, of people who were registered when the first of them began."""
    recent = known.employment_spells.where(_in_year(as_of, years_back=0) | _in_year(as_of, years_back=1))
    began = day(as_of, minus=REPORTING_LAG_DAYS + 2 * YEAR_DAYS)
    registered = known.seekers.where(F.col("registered_date") <= began).select("seeker_key")
    theirs = recent.where("occupation_code is not null").join(registered, on="seeker_key", how="left_semi")
    begun = [F.count(F.when(_in_year(as_of, years_back=back), 1)) for back in range(len(HIRES))]
    counts = [count.cast("int").alias(name) for name, count in zip(HIRES, begun, strict=True)]
    return theirs.groupBy("occupation_code").agg(*counts)


def _reach(spells: DataFrame, as_of: date) -> DataFrame:
    """One row: whether the register reaches back over each of the two years; an empty register over none."""
    first = F.min("start_date")
    began = [first <= day(as_of, minus=REPORTING_LAG_DAYS + YEAR_DAYS * (back + 1)) for back in range(len(HIRES))]
    reaches = [F.coalesce(reach, F.lit(False)).alias(f"_has_{name}") for name, reach in zip(HIRES, began, strict=True)]
    return spells.agg(*reaches)


def _counted(name: str) -> Column:
    """The hires of a year, 0 where there were none; null for a year the register does not reach back over."""
    return F.when(F.col(f"_has_{name}"), F.coalesce(F.col(name), F.lit(0)))


def compare_hires(now: Column, before: Column) -> Column:
    """RISING or FALLING from 5 % on, in whole hires, and beyond chance: |now − before| > 1.645 · √(now + before).

    NO_DATA with fewer than 30 hires in a year, or a year not known. Two years of 30 hires each differ by chance alone
    by √60 = 8, a quarter: 5 % by itself calls most small occupations rising or falling, together it is one in ten.
    """
    has_data = F.coalesce((now >= LEAST_HIRES_COUNT) & (before >= LEAST_HIRES_COUNT), F.lit(False))
    pct, whole = now.cast("bigint") * 100, before.cast("bigint")
    total = (whole + now.cast("bigint")).cast("double")
    is_chance = F.abs(now - before).cast("double") <= F.lit(CHANCE_DEVIATIONS) * F.sqrt(total)
    return (
        F.when(~has_data, F.lit("NO_DATA"))
        .when(is_chance, F.lit("STEADY"))
        .when(pct >= whole * (100 + LEAST_CHANGE_PCT), F.lit("RISING"))
        .when(pct <= whole * (100 - LEAST_CHANGE_PCT), F.lit("FALLING"))
        .otherwise(F.lit("STEADY"))
    )
