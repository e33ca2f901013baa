"""What each occupation needs: NCS skills and certificates (makes gold__occupation_skills).

Four witnesses. DICTIONARY: the job data dictionary, with its importance (NEUTRAL where it gives none), and the
certificates that the occupation's titles name (share of its titles). SURVEY: the share of its workers who use the
skill, of those who were asked. POSTING: the share of its postings that ask for the skill, of those that list codes or
phrases at all; for a certificate, which a posting names when it wants one, of all. COURSE: the share of the sessions
held for it.

importance_0_1 is the dictionary's, else the survey's, else the larger of the other two but at most WITNESS_CAP, so that
who studied the occupation outranks who advertises in it. Shares below MIN_SHARE are no need. The level is the
dictionary's, else the median of the workers', else the vocabulary's usual one. Of each kind the MOST_NEEDS most
important are kept: matching holds a person's skills of an occupation in the bits of one number.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.codes import NEED_EVIDENCE
from lake.contracts.gold import OCCUPATION_SKILLS
from transforms.gold.certificates import certificate_code, dictionary_certificates, is_certificate
from transforms.gold.labour_market import open_postings
from transforms.gold.skill_witnesses import Witnesses, asked_skills, used_skills
from transforms.registers import day

MIN_SHARE = 0.05
"""One in twenty. At one in fifty a fashion designer needed 해외영업, which 16 of 563 real postings mention."""
WITNESS_CAP = 0.8
NEUTRAL = 0.5
MOST_NEEDS = 40

_PAIR = ["occupation_code", "skill_code"]


def occupation_skills(witnesses: Witnesses, phrases: DataFrame, skills: DataFrame, *, as_of: date) -> DataFrame:
    """One row per occupation and skill; `phrases` and `skills` are gold__skill_phrases and gold__skills."""
    asked = asked_skills(witnesses.postings, phrases)
    said = _told(witnesses.requirements)
    for part in (
        _named_by_titles(witnesses.dictionary),
        _used_by_workers(witnesses.surveys),
        _asked_by_postings(witnesses.postings, asked),
        _taught_by_courses(witnesses.courses),
    ):
        said = said.union(part)
    usual = skills.select("skill_code", "skill_name", F.col("skill_level").alias("usual_level"))
    kind = F.when(is_certificate(F.col("skill_code")), F.lit("CERTIFICATE")).otherwise(F.lit("NCS"))
    frame = _weigh(said).withColumn("skill_kind_code", kind).join(usual, on="skill_code", how="left")
    headcount, asking = _openings(open_postings(witnesses.postings, as_of=as_of), asked)
    frame = frame.join(headcount, on="occupation_code", how="left").join(asking, on=_PAIR, how="left")
    share = F.coalesce(F.col("asking"), F.lit(0)) / F.col("headcount")
    ordered = Window.partitionBy("occupation_code", "skill_kind_code").orderBy(
        F.col("importance_0_1").desc(), F.col("skill_code")
    )
    return (
        frame.withColumn("place", F.row_number().over(ordered))
        .where(F.col("place") <= MOST_NEEDS)
        .withColumn("openings_share_0_1", F.round(share, 6))
        .withColumn("skill_level", F.coalesce("told_level", "usual_level"))
        .withColumn("as_of", day(as_of))
        .select(*OCCUPATION_SKILLS.names)
    )


def _weigh(said: DataFrame) -> DataFrame:
    """One row a pair: importance, level, how many statements and whose."""

    def of(witness: str, name: str) -> Column:
        return F.max(F.when(F.col("witness") == witness, F.col(name)))

    pairs = said.groupBy(*_PAIR).agg(
        F.sum("statements").cast("int").alias("evidence_count"),
        *(of(witness, "share").alias(witness) for witness in NEED_EVIDENCE.codes),
        F.coalesce(of("DICTIONARY", "skill_level"), of("SURVEY", "skill_level")).alias("told_level"),
    )
    seen = F.least(F.greatest(*(F.coalesce(F.col(w), F.lit(0.0)) for w in ("POSTING", "COURSE"))), F.lit(WITNESS_CAP))
    named = (F.when(F.col(witness).isNotNull(), F.lit(witness)) for witness in NEED_EVIDENCE.codes)
    return pairs.select(
        *_PAIR,
        "evidence_count",
        "told_level",
        F.round(F.coalesce("DICTIONARY", "SURVEY", seen), 6).alias("importance_0_1"),
        F.concat_ws(";", *named).alias("evidence_codes_text"),
    )


def _statement(frame: DataFrame, witness: str, *, share: Column, statements: Column, level: Column) -> DataFrame:
    """(occupation_code, skill_code, witness, share, statements, skill_level): what one witness says of a pair."""
    return frame.select(
        *_PAIR,
        F.lit(witness).alias("witness"),
        share.cast("double").alias("share"),
        statements.cast("bigint").alias("statements"),
        level.cast("int").alias("skill_level"),
    )


def _told(requirements: DataFrame) -> DataFrame:
    importance = F.coalesce(F.col("importance_0_1"), F.lit(NEUTRAL))
    return _statement(requirements, "DICTIONARY", share=importance, statements=F.lit(1), level=F.col("skill_level"))


def _counted(name: str) -> Column:
    return F.count(F.lit(1)).alias(name)


def _named_by_titles(dictionary: DataFrame) -> DataFrame:
    named = dictionary_certificates(dictionary).withColumn("skill_code", certificate_code(F.col("certificate_name")))
    titles = dictionary.groupBy("occupation_code").agg(_counted("whole"))
    return _share_of(named.groupBy(*_PAIR).agg(_counted("part")), titles, "DICTIONARY")


def _used_by_workers(surveys: DataFrame) -> DataFrame:
    used = used_skills(surveys)
    workers = surveys.where("used_skills_text is not null").groupBy("occupation_code").agg(_counted("whole"))
    level = F.round(F.percentile(F.col("skill_level").cast("double"), 0.5))
    return _share_of(used.groupBy(*_PAIR).agg(_counted("part"), level.alias("skill_level")), workers, "SURVEY")


def _asked_by_postings(postings: DataFrame, asked: DataFrame) -> DataFrame:
    """Certificates as a share of all postings, NCS skills as a share of those that list codes or phrases."""
    lists = F.col("skill_codes_text").isNotNull() | F.col("keywords_text").isNotNull()
    wholes = postings.groupBy("occupation_code").agg(_counted("every"), F.count(F.when(lists, 1)).alias("listing"))
    counted = asked.groupBy(*_PAIR).agg(_counted("part")).join(wholes, on="occupation_code", how="left")
    whole = F.when(is_certificate(F.col("skill_code")), F.col("every")).otherwise(F.col("listing"))
    return _share_of(counted.withColumn("whole", whole), None, "POSTING")


def _taught_by_courses(courses: DataFrame) -> DataFrame:
    taught = courses.where("target_occupation_code is not null and skill_code is not null").select(
        F.col("target_occupation_code").alias("occupation_code"), "skill_code"
    )
    sessions = taught.groupBy("occupation_code").agg(_counted("whole"))
    return _share_of(taught.groupBy(*_PAIR).agg(_counted("part")), sessions, "COURSE")


def _share_of(counted: DataFrame, wholes: DataFrame | None, witness: str) -> DataFrame:
    """Statements of pairs that make MIN_SHARE or more of their occupation's `whole`."""
    joined = counted if wholes is None else counted.join(wholes, on="occupation_code", how="left")
    share = F.col("part") / F.col("whole")
    level = F.col("skill_level") if "skill_level" in counted.columns else F.lit(None)
    return _statement(joined.where(share >= MIN_SHARE), witness, share=share, statements=F.col("part"), level=level)


def _openings(open_now: DataFrame, asked: DataFrame) -> tuple[DataFrame, DataFrame]:
    """(occupation_code, headcount) of open postings and (pair, asking): how much of it asks for the skill."""
    vacancies = open_now.select("posting_id", "occupation_code", F.coalesce("headcount", F.lit(1)).alias("vacancies"))
    headcount = vacancies.groupBy("occupation_code").agg(F.sum("vacancies").alias("headcount"))
    asking = asked.join(vacancies.select("posting_id", "vacancies"), on="posting_id", how="inner")
    return headcount, asking.groupBy(*_PAIR).agg(F.sum("vacancies").alias("asking"))
