"""What each seeker has shown (makes gold__seeker_skills).

Three kinds of evidence: a résumé that lists the skill, a completed course that teaches it, and a year
or more of insured work in an occupation that needs it (importance at least CAREER_IMPORTANCE).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SEEKER_SKILLS
from transforms.registers import Registers, day

CAREER_DAYS = 365
CAREER_IMPORTANCE = 0.5


EVIDENCE = ("CAREER", "RESUME", "TRAINING")


def seeker_skills(known: Registers, occupation_skills: DataFrame, *, as_of: date) -> DataFrame:
    """One row per seeker who has shown at least one skill."""
    resume = known.resumes.select("seeker_key", F.explode(F.split("skill_codes_text", ";")).alias("skill_code"))
    trained = known.training_history.where("is_completed").select("seeker_key", "skill_code")
    shown = (("CAREER", _career(known, occupation_skills, as_of)), ("RESUME", resume), ("TRAINING", trained))
    parts = [
        frame.select("seeker_key", "skill_code", *(F.lit(int(name == code)).alias(name) for name in EVIDENCE))
        for code, frame in shown
    ]
    pairs = parts[0].union(parts[1]).union(parts[2]).where("skill_code is not null and skill_code != ''")
    # One row a skill first: a set aggregate over a million groups costs many times a list aggregate (Sail 0.7.2).
    flags = [F.max(name).alias(name) for name in EVIDENCE]
    unique = pairs.groupBy("seeker_key", "skill_code").agg(*flags)
    listed = unique.groupBy("seeker_key").agg(F.sort_array(F.collect_list("skill_code")).alias("skills"), *flags)
    return listed.select(
        day(as_of).alias("as_of"),
        "seeker_key",
        F.concat_ws(";", "skills").alias("skill_codes_text"),
        F.concat_ws(";", *(F.when(F.col(name) == 1, F.lit(name)) for name in EVIDENCE)).alias("evidence_codes_text"),
        F.size("skills").alias("skills_count"),
    ).select(*SEEKER_SKILLS.names)


def _career(known: Registers, occupation_skills: DataFrame, as_of: date) -> DataFrame:
    days = F.date_diff(F.coalesce(F.col("end_date"), day(as_of)), F.col("start_date"))
    long_enough = (
        known.employment_spells.where("occupation_code is not null")
        .groupBy("seeker_key", "occupation_code")
        .agg(F.sum(days).alias("days"))
        .where(F.col("days") >= CAREER_DAYS)
    )
    needed = occupation_skills.where(F.col("importance_0_1") >= CAREER_IMPORTANCE)
    return long_enough.join(needed, on="occupation_code", how="inner").select("seeker_key", "skill_code")
