"""Phrases of résumés and postings that name an NCS skill (makes gold__skill_phrases).

Each distinct phrase is linked once a night by lake/skills.py and joined from then on. What names no skill is people's
text and vanishes here; so does what fewer than LEAST_PEOPLE wrote, unless it stands in a posting or holds no word
beside those of skill names: somebody's own name may stand in it. Do not put here: how two texts are compared.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SKILL_PHRASES
from lake.contracts.render import arrow_schema
from lake.skills import SkillLinker
from transforms.gold.skill_witnesses import said_phrases

MOST_PHRASES = 200_000
"""Distinct phrases that are linked, the most frequent first: 50,000 take 5 s of one core; rarer ones say little."""


LEAST_PEOPLE = 10


def count_phrases(resumes: DataFrame, postings: DataFrame) -> DataFrame:
    """(phrase, is_public): the distinct phrases of résumés and postings, at most MOST_PHRASES, the most frequent.

    One is public that LEAST_PEOPLE résumés or any posting says.
    """
    own = said_phrases(resumes).select("phrase", F.lit(0).alias("is_posted"))
    said = own.union(said_phrases(postings).select("phrase", F.lit(1).alias("is_posted")))
    counted = said.groupBy("phrase").agg(F.count(F.lit(1)).alias("times"), F.max("is_posted").alias("is_posted"))
    is_public = (F.col("times") >= LEAST_PEOPLE) | (F.col("is_posted") == 1)
    most = counted.orderBy(F.col("times").desc(), "phrase").limit(MOST_PHRASES)
    return most.select("phrase", is_public.alias("is_public"))


def skill_phrases(phrases: pa.Table, skills: pa.Table, *, as_of: date) -> pa.Table:
    """gold__skill_phrases: those of `phrases` (count_phrases) that name an NCS skill of `skills` (gold__skills)."""
    is_named = pc.and_(pc.equal(skills["skill_kind_code"], "NCS"), pc.is_valid(skills["skill_name"]))
    ncs = skills.filter(is_named)
    linker = SkillLinker.from_names(zip(ncs["skill_code"].to_pylist(), ncs["skill_name"].to_pylist(), strict=True))
    said = zip(phrases["phrase"].to_pylist(), phrases["is_public"].to_pylist(), strict=True)
    asked = sorted(phrase for phrase, is_public in said if is_public or linker.says_only_known_words(phrase))
    linked = [(phrase, link) for phrase, link in zip(asked, linker.link(asked), strict=True) if link]
    columns = {
        "as_of": [as_of] * len(linked),
        "phrase": [phrase for phrase, _ in linked],
        "skill_code": [link.skill_code for _, link in linked],
        "similarity_0_1": [link.similarity_0_1 for _, link in linked],
    }
    return pa.table(columns, schema=arrow_schema(SKILL_PHRASES))
