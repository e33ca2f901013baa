"""Certificates as names: how the job dictionary lists them, their skill code, the level their grade stands for.

Put here: what a certificate's name says. Do not put here: who holds one (seeker_snapshots.py), what an occupation
needs (occupation_skills.py). Makes no table.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

CODE_PREFIX = "CERT:"
# Everything up to a comma that stands outside parentheses: "소방설비기사(기계, 전기), 전기기사" is two names.
NAMES_OUTSIDE_PARENTHESES = r"(?:[^,(]|\([^()]*\))+"
PARENTHESES, SPACES, ONLY_A_GRADE = r"\([^()]*\)", r"\s", r"^[1-3]급\)?$"
GRADE = r"^([^급]*[^0-9급])([1-3])급$"
SEVERAL = r"[/·&]"

TECHNICAL_LEVELS = (("기술사", 7), ("기능장", 6), ("산업기사", 4), ("기능사", 3), ("기사", 5))
"""Grades of the national technical qualifications, the longer ending first, and the NCS level they stand for.

The order of the grades is law (국가기술자격법 시행령, 응시자격): 산업기사 is open to graduates of a junior college,
기사 of a university, 기능장 and 기술사 need years of work on top. The levels are our judgement: those of these
graduates (고졸 3, 전문대졸 4, 대졸 5), one more for 기능장, two for 기술사.
"""
GRADE_1_LEVEL = 4
"""1급, with 2급 and 3급 one level below each (a judgement); unknown for a profession ("사회복지사 1급"): there the
grade says the order within the profession, not how high it stands."""


def certificate_code(name: Column) -> Column:
    """The skill code of a certificate's name."""
    return F.concat(F.lit(CODE_PREFIX), F.trim(name))


def is_certificate(skill_code: Column) -> Column:
    """Whether a skill code is a certificate's."""
    return skill_code.startswith(CODE_PREFIX)


def certificate_level(name: Column) -> Column:
    """NCS level 1-8 that the one grade in a certificate's name stands for; null where it has none we know."""
    bare = F.regexp_replace(F.regexp_replace(name, PARENTHESES, ""), SPACES, "")
    level = F.when(name.isNull() | bare.rlike(SEVERAL), None)
    for ending, value in TECHNICAL_LEVELS:
        level = level.when(bare.endswith(ending), F.lit(value))
    graded = F.regexp_replace(name, r"[\s()]", "")
    grade = F.regexp_extract(graded, GRADE, 2)
    is_profession = F.regexp_extract(graded, GRADE, 1).endswith("사")
    return level.when((grade != "") & ~is_profession, F.lit(GRADE_1_LEVEL + 1) - grade.cast("int"))


def dictionary_certificates(dictionary: DataFrame) -> DataFrame:
    """(occupation_code, occupation_title_id, certificate_name): what the dictionary names, once a title."""
    listed = F.regexp_extract_all("certificates_text", F.lit(NAMES_OUTSIDE_PARENTHESES), F.lit(0))
    named = dictionary.where("occupation_code is not null and certificates_text is not null").select(
        "occupation_code", "occupation_title_id", F.explode(listed).alias("certificate_name")
    )
    named = named.withColumn("certificate_name", F.trim("certificate_name"))
    is_name = (F.col("certificate_name") != "") & ~F.col("certificate_name").rlike(ONLY_A_GRADE)
    return named.where(is_name).distinct()
