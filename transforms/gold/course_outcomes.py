"""Six-month employment rate of each course, shrunk where few finished (makes gold__course_outcomes).

Empirical-Bayes style: a course is pulled to its institution, an institution to its skill (NCS 세분류), a skill to its
field (NCS major group, the first two digits), a field to the whole, each with PRIOR_GRADUATES people's weight. A course
of a field in which nobody's rate is known has no estimate. Who takes a course is not random: the rate describes, it
does not promise.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import COURSE_OUTCOMES
from transforms.registers import day

PRIOR_GRADUATES = 20.0
_NORMAL_95 = 1.6448536269514722
_RATE_LIMITS = (0.05, 0.95)  # a pulled rate of 0 or 1 is not certain
_PARTS = 1_000_000_000
"""Sums are of whole billionths: those of doubles depend on the order of rows."""
FIELD_DIGITS = 2
"""Of an NCS code: its major group."""


def course_outcomes(courses: DataFrame, *, as_of: date) -> DataFrame:
    """One row per course, from sessions whose rate is observed by `as_of`; others have no raw rate."""
    observed = courses.where("rate_status_code = 'OBSERVED' and completed_count > 0")
    rates = observed.select(
        "course_id",
        F.col("completed_count").alias("graduates"),
        _in_parts(F.col("employment_rate_6m_0_1") * F.col("completed_count")).alias("employed"),
    )
    by_course = rates.groupBy("course_id").agg(
        F.count(F.lit(1)).cast("int").alias("observed_sessions_count"),
        F.sum("graduates").cast("int").alias("graduates_count"),
        F.round(F.sum("employed") / _PARTS).cast("int").alias("employed_count"),
    )
    labels = courses.groupBy("course_id").agg(
        F.min("institution_name").alias("institution_name"), F.min("skill_code").alias("skill_code")
    )
    frame = labels.join(by_course, on="course_id", how="left")
    counts = ["observed_sessions_count", "graduates_count", "employed_count"]
    frame = frame.fillna(0, subset=counts)
    raw = F.when(F.col("graduates_count") > 0, F.col("employed_count") / F.col("graduates_count"))
    shrunk = F.when(F.col("field_graduates") > 0, _pulled("employed_count", "graduates_count", "institution_rate"))
    return (
        _with_priors(frame)
        .withColumn("raw_rate_0_1", raw)
        .withColumn("shrunk_rate_0_1", F.round(shrunk, 6))
        .withColumn("shrunk_low_0_1", _bound("shrunk_rate_0_1", "graduates_count", deviations=-_NORMAL_95))
        .withColumn("shrunk_high_0_1", _bound("shrunk_rate_0_1", "graduates_count", deviations=_NORMAL_95))
        .withColumn("as_of", day(as_of))
        .select(*COURSE_OUTCOMES.names)
    )


def _in_parts(value: Column) -> Column:
    return F.round(value * _PARTS).cast("long")


def _pulled(employed: str, graduates: str, prior: str) -> Column:
    return (F.col(employed) + PRIOR_GRADUATES * F.col(prior)) / (F.col(graduates) + PRIOR_GRADUATES)


def _bound(rate: str, graduates: str, *, deviations: float) -> Column:
    """A bound of the rate's interval: a normal curve with the variance p(1 - p) / (n + 1) of the Beta posterior.

    n is the graduates and the prior's weight, never below 20: from there on the 90 % interval holds 90 % to 93 % of the
    exact posterior, for rates from .02 to .98. Without a rate it is null (greatest and least would skip the null).
    """
    inner = F.greatest(F.least(F.col(rate), F.lit(_RATE_LIMITS[1])), F.lit(_RATE_LIMITS[0]))
    spread = F.sqrt(inner * (1 - inner) / (F.col(graduates) + PRIOR_GRADUATES + 1))
    bound = F.greatest(F.least(F.col(rate) + deviations * spread, F.lit(1.0)), F.lit(0.0))
    return F.when(F.col(rate).isNotNull(), F.round(bound, 6))


def _with_priors(frame: DataFrame) -> DataFrame:
    """Add national, field, skill and institution rates, each shrunk to the one above it."""
    totals = [F.sum("employed_count").alias("e"), F.sum("graduates_count").alias("g")]
    national = frame.agg(*totals).select(F.when(F.col("g") > 0, F.col("e") / F.col("g")).alias("national_rate"))
    placed = frame.withColumn("_field", F.coalesce(F.substring("skill_code", 1, FIELD_DIGITS), F.lit("")))
    placed = placed.withColumn("_skill", F.coalesce("skill_code", F.lit("")))
    fields = placed.groupBy("_field").agg(*totals).join(national, how="cross")
    fields = fields.select(
        "_field", F.col("g").alias("field_graduates"), _pulled("e", "g", "national_rate").alias("field_rate")
    )
    skills = placed.groupBy("_skill", "_field").agg(*totals).join(fields, on="_field", how="left")
    skills = skills.select("_skill", "field_graduates", _pulled("e", "g", "field_rate").alias("skill_rate"))
    keyed = placed.join(skills, on="_skill", how="left")
    institutions = keyed.groupBy("institution_name").agg(
        *totals, F.sum(_in_parts(F.col("skill_rate"))).alias("rates"), F.count("skill_rate").alias("rated")
    )
    mean = F.when(F.col("rated") > 0, F.col("rates") / F.col("rated") / _PARTS)
    institutions = institutions.withColumn("mean_skill_rate", mean)
    institutions = institutions.select(
        F.col("institution_name").alias("_institution"), _pulled("e", "g", "mean_skill_rate").alias("institution_rate")
    )
    same = keyed["institution_name"].eqNullSafe(institutions["_institution"])
    return keyed.join(institutions, on=same, how="left")
