"""One row of model and matching inputs per seeker (makes features__seekers).

`employment_inputs` serves the night and the past cohorts (seeker_cohorts.py), so training and scoring cannot drift
apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import SEEKERS
from lake.contracts.silver import SCALE_NAMES
from transforms.gold.labour_market import hires_ratio, occupation_wages
from transforms.registers import Registers, day

APPLIED_WINDOW_DAYS = 183
_AGE_BANDS = ((25, "15-24"), (30, "25-29"), (40, "30-39"), (50, "40-49"), (60, "50-59"))
_WISHES = tuple(f"wanted_occupation_code_{place}" for place in (1, 2, 3))
_REGIONS = tuple(f"wanted_region_code_{place}" for place in (1, 2, 3))


def employment_inputs(known: Registers, snapshots: DataFrame, *, as_of: date) -> DataFrame:
    """Registration, history, market and audit columns of each seeker in `known`."""
    wish = F.coalesce("wanted_occupation_code_1", "career_occupation_code")
    frame = known.seekers.withColumn("_region", F.coalesce("wanted_region_code_1", "home_region_code"))
    frame = frame.withColumn("_occupation", wish).drop("as_of")
    frame = frame.join(snapshots.drop("as_of"), on="seeker_key", how="left")
    market = hires_ratio(known, as_of=as_of).withColumnsRenamed(
        {"occupation_code": "_occupation", "region_code": "_region"}
    )
    frame = frame.join(market, on=["_occupation", "_region"], how="left")
    wages = occupation_wages(known, as_of=as_of).withColumnRenamed("occupation_code", "_occupation")
    frame = frame.join(wages, on="_occupation", how="left")
    return frame.withColumns(
        {
            "as_of": day(as_of),
            "days_since_registration": F.date_diff(day(as_of), F.col("registered_date")).cast("int"),
            "wage_wish_ratio": F.round(F.col("wanted_wage_krw_month") / F.col("occupation_wage_krw_month"), 4),
            "wanted_regions_count": _filled(_REGIONS),
            "wanted_occupations_count": _filled(_WISHES),
            "is_same_occupation": F.col("wanted_occupation_code_1") == F.col("career_occupation_code"),
            "wanted_occupation_group_code": F.substring(F.col("_occupation"), 1, 1),
            "age_years": _age(as_of),
            "age_band_code": _age_band(as_of),
        }
    )


@dataclass(frozen=True)
class SeekerFacts:
    """Gold frames of the business date: one row at most for each seeker."""

    snapshots: DataFrame
    skills: DataFrame
    tests: DataFrame
    rights: DataFrame


def seekers(known: Registers, facts: SeekerFacts, *, as_of: date) -> DataFrame:
    """features__seekers: employment inputs plus what matching needs (keywords, certificates, skills, tests).

    Whether somebody opted out or may be shown to employers is as gold__seeker_rights says.
    """
    frame = _as_of_right(employment_inputs(known, facts.snapshots, as_of=as_of), facts.rights)
    applied = F.col("applied_date")
    # A source without dates of applications still says what was applied to: nobody is sent there a second time.
    recent = known.applications.where(applied.isNull() | (applied > day(as_of, minus=APPLIED_WINDOW_DAYS)))
    parts = (
        known.resumes.select("seeker_key", "keywords_text"),
        _joined(known.certificates, "certificate_name", "certificate_names_text"),
        _joined(recent, "posting_id", "applied_posting_ids_text"),
        facts.skills.select("seeker_key", "skill_codes_text", "skill_levels_text"),
        facts.tests.select("seeker_key", "tested_date", "unused_test_codes", *SCALE_NAMES),
    )
    for part in parts:
        frame = frame.join(part, on="seeker_key", how="left")
    return frame.select(*SEEKERS.names)


def _as_of_right(frame: DataFrame, rights: DataFrame) -> DataFrame:
    """`frame` with is_opted_out and is_profile_public as the rights in force say."""
    asked = rights.select("seeker_key", F.col("is_opted_out").alias("_out"), "is_withheld_from_employers")
    frame = frame.drop("is_opted_out").join(F.broadcast(asked), on="seeker_key", how="left")
    is_withheld = F.coalesce(F.col("is_withheld_from_employers"), F.lit(False))
    return frame.withColumns(
        {
            "is_opted_out": F.coalesce(F.col("_out"), F.lit(False)),
            "is_profile_public": F.when(is_withheld, F.lit(False)).otherwise(F.col("is_profile_public")),
        }
    )


def _filled(names: tuple[str, ...]) -> Column:
    total = F.lit(0)
    for name in names:
        total = total + F.col(name).isNotNull().cast("int")
    return total.cast("int")


def _age(as_of: date) -> Column:
    """Years lived on the day; null where the birth date is not known or lies after it."""
    born = F.col("birth_date")
    birthday_passed = F.date_format(born, "MM-dd") <= F.lit(f"{as_of:%m-%d}")
    age = F.lit(as_of.year) - F.year(born) - F.when(birthday_passed, 0).otherwise(1)
    return F.when(age >= 0, age).cast("int")


def _age_band(as_of: date) -> Column:
    age = _age(as_of)
    band = F.when(age.isNull(), F.lit(None))
    for limit, code in _AGE_BANDS:
        band = band.when(age < limit, F.lit(code))
    return band.otherwise(F.lit("60+"))


def _joined(frame: DataFrame, name: str, text: str) -> DataFrame:
    """The values of `name` for each seeker, ascending; silver keeps each value once, so a list is a set."""
    listed = frame.groupBy("seeker_key").agg(F.sort_array(F.collect_list(name)).alias("_listed"))
    return listed.select("seeker_key", F.concat_ws(";", "_listed").alias(text))
