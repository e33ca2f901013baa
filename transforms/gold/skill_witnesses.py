"""Who says what an occupation needs: dictionary, workers, postings and courses, each as rows of one shape.

Put here: how each register names a skill. Do not put here: how much what it says counts (occupation_skills.py). Makes
no table.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.skills import LONGEST_PHRASE
from transforms.gold.certificates import certificate_code

NCS_CODE = r"^[0-9]{8}$"
USED_SKILL, USED_LEVEL = r"^\s*([0-9]{8})\s*(?::|$)", r":\s*([1-8])\s*$"


@dataclass(frozen=True)
class Witnesses:
    """Silver frames that name skills of occupations; `requirements` is skill_requirements, `dictionary` occupations."""

    requirements: DataFrame
    dictionary: DataFrame
    surveys: DataFrame
    postings: DataFrame
    courses: DataFrame


def is_ncs(skill_code: Column) -> Column:
    """Whether a skill code is an NCS 세분류's (8 digits)."""
    return skill_code.rlike(NCS_CODE)


def listed_codes(frame: DataFrame, *keys: str) -> DataFrame:
    """(keys, skill_code): the codes of skill_codes_text."""
    listed = frame.select(*keys, F.explode(F.split("skill_codes_text", ";")).alias("skill_code"))
    return listed.withColumn("skill_code", F.trim("skill_code")).where("skill_code != ''")


def said_phrases(frame: DataFrame, *keys: str) -> DataFrame:
    """(keys, phrase): the phrases of keywords_text as they are linked, none empty or longer than LONGEST_PHRASE."""
    said = frame.select(*keys, F.explode(F.split("keywords_text", ";")).alias("phrase"))
    return said.withColumn("phrase", F.trim("phrase")).where(F.length("phrase").between(1, LONGEST_PHRASE))


def meant_skills(frame: DataFrame, phrases: DataFrame, *keys: str) -> DataFrame:
    """(keys, skill_code): the skills that the phrases of keywords_text name, by gold__skill_phrases."""
    known = F.broadcast(phrases.select("phrase", "skill_code"))
    return said_phrases(frame, *keys).join(known, on="phrase", how="inner").select(*keys, "skill_code")


def asked_skills(postings: DataFrame, phrases: DataFrame) -> DataFrame:
    """(posting_id, occupation_code, skill_code): what each posting asks for, once: codes, phrases and certificate."""
    keys = ("posting_id", "occupation_code")
    placed = postings.where("occupation_code is not null")
    required = placed.where("trim(required_certificate_name) != ''").select(
        *keys, certificate_code(F.col("required_certificate_name")).alias("skill_code")
    )
    return listed_codes(placed, *keys).union(meant_skills(placed, phrases, *keys)).union(required).distinct()


def used_skills(surveys: DataFrame) -> DataFrame:
    """(occupation_code, respondent_id, skill_code, skill_level): what each worker uses, once; unreadable items none."""
    keys = ["occupation_code", "respondent_id"]
    item = surveys.select(*keys, F.explode(F.split("used_skills_text", ";")).alias("item"))
    level = F.regexp_extract("item", USED_LEVEL, 1)
    named = item.select(
        *keys,
        F.regexp_extract("item", USED_SKILL, 1).alias("skill_code"),
        F.when(level != "", level).cast("int").alias("skill_level"),
    )
    return named.where("skill_code != ''").groupBy(*keys, "skill_code").agg(F.max("skill_level").alias("skill_level"))
