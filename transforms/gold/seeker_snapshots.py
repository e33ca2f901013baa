"""Point-in-time history of each seeker (makes gold__seeker_snapshots).

Reads only what `known_by` leaves; a count is 0 when the register is there and says nothing, and null
when the person has never appeared in it where 0 would claim knowledge (wages, tenure).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SEEKER_SNAPSHOTS
from transforms.registers import Registers, day

YEARS_3 = 1095
DAYS_90 = 90


def seeker_snapshots(known: Registers, *, as_of: date) -> DataFrame:
    """One row per registered seeker; `known` must already be cut by `known_by(…, as_of)`."""
    frame = known.seekers.select("seeker_key").withColumn("as_of", day(as_of))
    parts = (
        _spells(known.employment_spells, as_of),
        _benefits(known.benefits, as_of),
        _counts(known.certificates, "certificates_count"),
        _counts(
            known.training_history.where(F.col("is_completed") & (F.col("end_date") > day(as_of, minus=YEARS_3))),
            "trainings_3y_count",
        ),
        _counts(known.applications.where(F.col("applied_date") > day(as_of, minus=DAYS_90)), "applications_90d_count"),
        known.resumes.select(
            "seeker_key", F.col("completeness_pct").alias("resume_completeness_pct"), "language_tests_count"
        ),
    )
    for part in parts:
        frame = frame.join(part, on="seeker_key", how="left")
    zeros = ["spells_3y_count", "insured_days_3y", "benefit_days_left", "certificates_count"]
    zeros += ["trainings_3y_count", "applications_90d_count", "language_tests_count"]
    frame = frame.fillna(0, subset=zeros).fillna(False, subset=["is_employed"])
    return frame.select(*SEEKER_SNAPSHOTS.names)


def _counts(frame: DataFrame, name: str) -> DataFrame:
    return frame.groupBy("seeker_key").agg(F.count(F.lit(1)).cast("int").alias(name))


def _spells(spells: DataFrame, as_of: date) -> DataFrame:
    start, end, window_start = F.col("start_date"), F.col("end_date"), day(as_of, minus=YEARS_3)
    insured = F.date_diff(F.coalesce(end, day(as_of)), F.greatest(start, window_start))
    latest = F.when(end.isNotNull(), F.concat_ws("|", end.cast("string"), F.col("spell_id")))
    is_open = (end.isNull() & (F.coalesce(F.col("insurance_type_code"), F.lit("REGULAR")) == "REGULAR")).cast("int")
    return spells.groupBy("seeker_key").agg(
        (F.max(is_open) == 1).alias("is_employed"),
        F.sum((start > window_start).cast("int")).cast("int").alias("spells_3y_count"),
        F.sum(F.greatest(insured, F.lit(0))).cast("int").alias("insured_days_3y"),
        F.max_by(F.date_diff(end, start), latest).cast("int").alias("last_tenure_days"),
        F.max_by(F.col("wage_krw_month"), latest).alias("last_wage_krw_month"),
        F.date_diff(day(as_of), F.max(end)).cast("int").alias("days_since_last_job"),
        F.max_by(F.col("separation_reason_code"), latest).alias("last_separation_reason_code"),
        F.max_by(F.col("occupation_code"), latest).alias("last_occupation_code"),
    )


def _benefits(benefits: DataFrame, as_of: date) -> DataFrame:
    left = F.greatest(F.date_diff(F.col("end_date"), day(as_of)), F.lit(0))
    return benefits.groupBy("seeker_key").agg(F.max(left).cast("int").alias("benefit_days_left"))
