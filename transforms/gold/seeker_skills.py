"""What each seeker has shown, with the level where it is known (makes gold__seeker_skills).

Three kinds of evidence. CAREER: a year or more of insured work in an occupation shows the NCS skills that it needs
(importance at least CAREER_IMPORTANCE), one level below the needed one before SKILLED_DAYS and at it from then on.
TRAINING: a completed session shows its skill at its level, where the session is still delivered. RESUME: the codes
listed and the skills that its phrases name (gold__skill_phrases), at a level nobody knows. The highest known level
counts. Certificates stand beside (features__seekers.certificate_names_text): no public source says which NCS skill a
certificate proves.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SEEKER_SKILLS
from transforms.gold.shown_skills import MERGED, as_number, merge_shown
from transforms.gold.skill_witnesses import is_ncs, listed_codes, meant_skills
from transforms.registers import Registers, day

CAREER_DAYS = 365
SKILLED_DAYS = 1095
CAREER_IMPORTANCE = 0.5
UNKNOWN_LEVEL = 0


def seeker_skills(
    known: Registers, occupation_skills: DataFrame, courses: DataFrame, phrases: DataFrame, *, as_of: date
) -> DataFrame:
    """One row per seeker who has shown at least one skill; `courses` is silver__training_courses."""
    resume = listed_codes(known.resumes, "seeker_key").union(meant_skills(known.resumes, phrases, "seeker_key"))
    pairs = _shown("CAREER", _career(known, occupation_skills, as_of))
    pairs = pairs.union(_shown("TRAINING", _trained(known, courses)))
    pairs = pairs.union(_shown("RESUME", resume.withColumn("level", F.lit(UNKNOWN_LEVEL))))
    listed = pairs.groupBy("seeker_key").agg(F.collect_list("shown").alias("shown"))
    merged = listed.mapInArrow(merge_shown, MERGED)
    return merged.withColumn("as_of", day(as_of)).select(*SEEKER_SKILLS.names)


def _shown(evidence: str, frame: DataFrame) -> DataFrame:
    """(seeker_key, shown): the NCS skills of one kind of evidence, as numbers."""
    level = F.coalesce(F.col("level").cast("int"), F.lit(UNKNOWN_LEVEL))
    ncs = frame.where(is_ncs(F.col("skill_code")))
    return ncs.select("seeker_key", as_number(F.col("skill_code"), level, evidence).alias("shown"))


def _trained(known: Registers, courses: DataFrame) -> DataFrame:
    """(seeker_key, skill_code, level): what completed sessions teach."""
    sessions = courses.select("session_id", F.col("skill_code").alias("taught_code"), "skill_level")
    attended = known.training_history.where("is_completed").select("seeker_key", "session_id", "skill_code")
    joined = attended.join(F.broadcast(sessions), on="session_id", how="left")
    skill = F.coalesce("skill_code", "taught_code")
    level = F.when(skill == F.col("taught_code"), F.col("skill_level"))
    return joined.select("seeker_key", skill.alias("skill_code"), level.alias("level"))


def _career(known: Registers, occupation_skills: DataFrame, as_of: date) -> DataFrame:
    """(seeker_key, skill_code, level): what a year or more of insured work in an occupation shows."""
    days = F.date_diff(F.coalesce(F.col("end_date"), day(as_of)), F.col("start_date"))
    long_enough = (
        known.employment_spells.where("occupation_code is not null")
        .groupBy("seeker_key", "occupation_code")
        .agg(F.sum(days).alias("days"))
        .where(F.col("days") >= CAREER_DAYS)
    )
    needed = occupation_skills.where(F.col("importance_0_1") >= CAREER_IMPORTANCE)
    needed = needed.select("occupation_code", "skill_code", "skill_level")
    level = F.when(F.col("days") >= SKILLED_DAYS, F.col("skill_level")).otherwise(
        F.greatest(F.col("skill_level") - 1, F.when(F.col("skill_level").isNotNull(), F.lit(1)))
    )
    joined = long_enough.join(F.broadcast(needed), on="occupation_code", how="inner")
    return joined.select("seeker_key", "skill_code", level.alias("level"))
