"""The one vocabulary of skills: NCS 세분류 and certificates, each with its usual level (makes gold__skills).

NCS: the shipped list and every code that a register about work names. People's own registers add a code or a
certificate only where LEAST_PEOPLE or more have it: a rarer one may be a typing error or point at somebody. Do not put
here: who needs or holds a skill.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SKILLS
from lake.reference import read_skills
from transforms.gold.certificates import (
    CODE_PREFIX,
    certificate_code,
    certificate_level,
    dictionary_certificates,
    is_certificate,
)
from transforms.gold.skill_witnesses import Witnesses, is_ncs, listed_codes, used_skills
from transforms.registers import Registers, day

LEAST_PEOPLE = 10


def skills(witnesses: Witnesses, known: Registers, *, as_of: date) -> DataFrame:
    """One row per skill; the level is the median of requirements and courses, of a certificate that of its grade."""
    told = witnesses.requirements.select("skill_code", "skill_name", "skill_level").union(
        witnesses.courses.select("skill_code", "skill_name", "skill_level")
    )
    described = told.groupBy("skill_code").agg(
        F.min("skill_name").alias("told_name"),
        F.round(F.percentile(F.col("skill_level").cast("double"), 0.5)).cast("int").alias("told_level"),
    )
    frame = _codes(witnesses, known).join(described, on="skill_code", how="left")
    frame = frame.join(_shipped(witnesses.requirements), on="skill_code", how="left")
    is_paper = is_certificate(F.col("skill_code"))
    paper = F.substring("skill_code", len(CODE_PREFIX) + 1, 1_000)
    return frame.select(
        day(as_of).alias("as_of"),
        "skill_code",
        F.when(is_paper, F.lit("CERTIFICATE")).otherwise(F.lit("NCS")).alias("skill_kind_code"),
        F.when(is_paper, paper).otherwise(F.coalesce("shipped_name", "told_name")).alias("skill_name"),
        F.coalesce("told_level", F.when(is_paper, certificate_level(paper))).alias("skill_level"),
    ).select(*SKILLS.names)


def _codes(witnesses: Witnesses, known: Registers) -> DataFrame:
    """(skill_code): every code of the vocabulary, once."""
    named = dictionary_certificates(witnesses.dictionary).select(certificate_code(F.col("certificate_name")))
    required = witnesses.postings.select(certificate_code(F.col("required_certificate_name")))
    codes = _shipped(witnesses.requirements).select("skill_code")
    for part in (
        witnesses.requirements.select("skill_code"),
        witnesses.courses.select("skill_code"),
        listed_codes(witnesses.postings),
        used_skills(witnesses.surveys).select("skill_code"),
        named,
        required,
        _peoples_codes(known),
    ):
        codes = codes.union(part)
    is_code = F.col("skill_code").isNotNull() & ~F.col("skill_code").isin("", CODE_PREFIX)
    return codes.where(is_code).distinct()


def _peoples_codes(known: Registers) -> DataFrame:
    """(skill_code): what LEAST_PEOPLE people or more have; certificates are one row a person and name."""
    held = known.certificates.select(certificate_code(F.col("certificate_name")).alias("skill_code"))
    resumes = listed_codes(known.resumes).where(is_ncs(F.col("skill_code")))
    trained = known.training_history.where(is_ncs(F.col("skill_code"))).select("seeker_key", "skill_code").distinct()
    counted = (
        held.union(resumes)
        .union(trained.select("skill_code"))
        .groupBy("skill_code")
        .agg(F.count(F.lit(1)).alias("people"))
    )
    return counted.where(F.col("people") >= LEAST_PEOPLE).select("skill_code")


def _shipped(frame: DataFrame) -> DataFrame:
    """(skill_code, shipped_name): the NCS list that ships with the product, on the engine of `frame`."""
    rows = [(skill.code, skill.name) for skill in read_skills()]
    return frame.sparkSession.createDataFrame(rows, "skill_code string, shipped_name string")
