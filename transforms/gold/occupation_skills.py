"""What each occupation needs (makes gold__occupation_skills).

Three witnesses: the job data dictionary (with its importance), the skills that postings ask for, and
the occupations that courses are held for. A pair seen only in postings or courses gets the share of
its occupation's witnesses, capped at WITNESS_CAP, so that the dictionary outranks it.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import OCCUPATION_SKILLS
from transforms.registers import day

MIN_SHARE = 0.02
WITNESS_CAP = 0.8

_PAIR = ["occupation_code", "skill_code"]


def occupation_skills(requirements: DataFrame, postings: DataFrame, courses: DataFrame, *, as_of: date) -> DataFrame:
    """One row per occupation and skill; importance_0_1 is the dictionary's or the witnesses' share."""
    asked = postings.select("occupation_code", F.explode(F.split("skill_codes_text", ";")).alias("skill_code"))
    held = courses.select(F.col("target_occupation_code").alias("occupation_code"), "skill_code")
    witnesses = asked.union(held).where("occupation_code is not null and skill_code is not null and skill_code != ''")
    counted = witnesses.groupBy(*_PAIR).agg(F.count(F.lit(1)).alias("evidence_count"))
    most = counted.groupBy("occupation_code").agg(F.max("evidence_count").alias("most"))
    seen = counted.join(most, on="occupation_code", how="left").withColumn(
        "seen_share", F.col("evidence_count") / F.col("most")
    )
    told = requirements.select(*_PAIR, "importance_0_1", F.lit(True).alias("is_told"))
    pairs = told.select(*_PAIR).union(seen.where(F.col("seen_share") >= MIN_SHARE).select(*_PAIR)).distinct()
    frame = pairs.join(told, on=_PAIR, how="left").join(seen.drop("most"), on=_PAIR, how="left")
    frame = frame.join(_names(requirements, courses), on="skill_code", how="left")
    importance = F.coalesce(
        F.col("importance_0_1"),
        F.when(F.col("is_told"), F.lit(0.5)),
        F.least(F.col("seen_share"), F.lit(WITNESS_CAP)),
    )
    return (
        frame.withColumn("importance_0_1", F.round(importance, 6))
        .withColumn("evidence_count", F.coalesce(F.col("evidence_count"), F.lit(0)))
        .withColumn("as_of", day(as_of))
        .select(*OCCUPATION_SKILLS.names)
    )


def _names(requirements: DataFrame, courses: DataFrame) -> DataFrame:
    columns = ["skill_code", "skill_name", "skill_level"]
    both = requirements.select(*columns).union(courses.select(*columns)).where("skill_code is not null")
    return both.groupBy("skill_code").agg(
        F.min("skill_name").alias("skill_name"), F.min("skill_level").alias("skill_level")
    )
