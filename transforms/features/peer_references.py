"""What is usual among people who look for the same work in the same place (makes features__peer_references).

A reason for someone's chance is told beside the usual value of their peers. Do not put here: models or reasons.
"""

from __future__ import annotations

from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import AGE_INPUT, EMPLOYMENT_INPUTS, PEER_REFERENCES, SEEKERS
from lake.contracts.model import Kind
from transforms.registers import day

SMALLEST_GROUP = 30
EVERYONE = "*|*"
_INPUTS = (*EMPLOYMENT_INPUTS, AGE_INPUT)
_CODES = tuple(name for name in _INPUTS if SEEKERS.column(name).kind is Kind.STRING)


def peer_references(seekers: DataFrame, *, as_of: date) -> DataFrame:
    """Median or most frequent input of each group of at least 30 people without work, and of everyone.

    `seekers` are rows of features__seekers. Groups: occupation × region, occupation, KECO sub-major group (two
    digits) × region, that group, everyone.
    """
    groups = F.explode(F.array(*_groups()))
    rows = seekers.where("not coalesce(is_employed, false)").select(groups.alias("peer_group"), *_INPUTS)
    rows = rows.where("peer_group is not null")
    numbers = rows.groupBy("peer_group").agg(
        F.count(F.lit(1)).cast("int").alias("peers_count"),
        *(_usual(name).alias(name) for name in _INPUTS if name not in _CODES),
    )
    numbers = numbers.where(f"peers_count >= {SMALLEST_GROUP} or peer_group = '{EVERYONE}'")
    joined = reduce(
        lambda frame, name: frame.join(_most_frequent(rows, name), on="peer_group", how="left"), _CODES, numbers
    )
    return joined.withColumn("as_of", day(as_of)).select(*PEER_REFERENCES.names)


def _groups() -> tuple[Column, ...]:
    """The peer groups of a person, narrowest first; null where the occupation is not known."""
    occupation = F.coalesce("wanted_occupation_code_1", "career_occupation_code")
    region = F.coalesce("wanted_region_code_1", "home_region_code")
    wide = F.substring(occupation, 1, 2)
    star = F.lit("|*")
    return (
        F.concat(occupation, F.lit("|"), region),
        F.concat(occupation, star),
        F.concat(wide, F.lit("|"), region),
        F.concat(wide, star),
        F.lit(EVERYONE),
    )


def _usual(name: str) -> Column:
    """The median; of a flag, whether at least half have it."""
    kind = SEEKERS.column(name).kind
    median = F.percentile(F.col(name).cast("int" if kind is Kind.BOOLEAN else "double").cast("double"), 0.5)
    if kind is Kind.BOOLEAN:
        return median >= 0.5
    # Inputs have at most six decimals, so the middle of two has seven: rounded to eight no engine meets a tie.
    return F.round(median, 8 if kind is Kind.FLOAT64 else 0)


def _most_frequent(rows: DataFrame, name: str) -> DataFrame:
    """(peer_group, name): the code that most have; of equally frequent ones the later code."""
    counted = rows.where(f"{name} is not null").groupBy("peer_group", name).agg(F.count(F.lit(1)).alias("_people"))
    rank = F.concat(F.lpad(F.col("_people").cast("string"), 12, "0"), F.lit("|"), F.col(name))
    return counted.groupBy("peer_group").agg(F.max_by(F.col(name), rank).alias(name))
