"""Occupation × region: openings, seekers, tightness, wages, hires (makes gold__labour_market).

`hires_ratio` and `occupation_wages` are the two market facts that exist for any past date, because
they come from insured employment; features use those, so that training and serving see the same.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import LABOUR_MARKET
from transforms.registers import Registers, day

HIRES_WINDOW_DAYS = 365
WAGE_WINDOW_DAYS = 1095
PRIOR_SEEKERS = 20.0
"""Seekers' worth of the occupation's national ratio mixed into a cell, so that a cell of three people says little."""

_CELL = ["occupation_code", "region_code"]


def open_postings(postings: DataFrame, *, as_of: date) -> DataFrame:
    """Postings a seeker could apply to on `as_of`."""
    is_open = F.coalesce(F.col("status_code"), F.lit("OPEN")) == "OPEN"
    not_closed = F.col("closing_date").isNull() | (F.col("closing_date") >= day(as_of))
    return postings.where(is_open & not_closed & (F.col("registered_date") <= day(as_of)))


def labour_market(postings: DataFrame, known: Registers, *, as_of: date) -> DataFrame:
    """One row per occupation and region with an opening, a seeker or a hire."""
    demand = (
        open_postings(postings, as_of=as_of)
        .groupBy(*_CELL)
        .agg(
            F.count(F.lit(1)).cast("int").alias("open_postings_count"),
            F.sum(F.coalesce(F.col("headcount"), F.lit(1))).cast("int").alias("openings_count"),
            _median("wage_min_krw_month").alias("wage_median_krw_month"),
        )
    )
    supply = (
        _wishes(known)
        .groupBy(*_CELL)
        .agg(
            F.count(F.lit(1)).cast("int").alias("seekers_count"),
            _median("wanted_wage_krw_month").alias("wage_wish_median_krw_month"),
        )
    )
    hires = _hires(known, as_of)
    cells = demand.select(*_CELL).union(supply.select(*_CELL)).union(hires.select(*_CELL)).distinct()
    frame = cells.where("occupation_code is not null and region_code is not null")
    for part in (demand, supply, hires):
        frame = frame.join(part, on=_CELL, how="left")
    counts = ["open_postings_count", "openings_count", "seekers_count", "hires_12m_count"]
    frame = frame.fillna(0, subset=counts)
    tightness = F.when(F.col("seekers_count") > 0, F.col("openings_count") / F.col("seekers_count"))
    return frame.select(
        day(as_of).alias("as_of"),
        F.lit(f"{as_of:%Y-%m}").alias("month"),
        *_CELL,
        "open_postings_count",
        "openings_count",
        "seekers_count",
        tightness.alias("tightness_ratio"),
        "wage_median_krw_month",
        "wage_wish_median_krw_month",
        "hires_12m_count",
    ).select(*LABOUR_MARKET.names)


def hires_ratio(known: Registers, *, as_of: date) -> DataFrame:
    """(occupation_code, region_code, market_hires_ratio): hires in 12 months per seeker, shrunk to the occupation."""
    supply = _wishes(known).groupBy(*_CELL).agg(F.count(F.lit(1)).alias("seekers_count"))
    cells = supply.join(_hires(known, as_of), on=_CELL, how="left").fillna(0, subset=["hires_12m_count"])
    national = cells.groupBy("occupation_code").agg(
        (F.sum("hires_12m_count") / F.sum("seekers_count")).alias("national_ratio")
    )
    shrunk = (F.col("hires_12m_count") + PRIOR_SEEKERS * F.col("national_ratio")) / (
        F.col("seekers_count") + PRIOR_SEEKERS
    )
    return cells.join(national, on="occupation_code", how="left").select(
        *_CELL, F.round(shrunk, 6).alias("market_hires_ratio")
    )


def occupation_wages(known: Registers, *, as_of: date) -> DataFrame:
    """(occupation_code, occupation_wage_krw_month): median insured wage of spells begun in three years."""
    recent = known.employment_spells.where(F.col("start_date") > day(as_of, minus=WAGE_WINDOW_DAYS))
    return recent.groupBy("occupation_code").agg(_median("wage_krw_month").alias("occupation_wage_krw_month"))


def _median(name: str) -> Column:
    return F.round(F.percentile(F.col(name).cast("double"), 0.5)).cast("int")


def _wishes(known: Registers) -> DataFrame:
    region = F.coalesce("wanted_region_code_1", "home_region_code")
    return known.seekers.select(
        F.col("wanted_occupation_code_1").alias("occupation_code"),
        region.alias("region_code"),
        "wanted_wage_krw_month",
    ).where("occupation_code is not null and region_code is not null")


def _hires(known: Registers, as_of: date) -> DataFrame:
    recent = known.employment_spells.where(F.col("start_date") > day(as_of, minus=HIRES_WINDOW_DAYS))
    home = known.seekers.select(
        "seeker_key", F.coalesce("wanted_region_code_1", "home_region_code").alias("region_code")
    )
    placed = recent.select("seeker_key", "occupation_code").join(home, on="seeker_key", how="left")
    return (
        placed.where("occupation_code is not null and region_code is not null")
        .groupBy(*_CELL)
        .agg(F.count(F.lit(1)).cast("int").alias("hires_12m_count"))
    )
