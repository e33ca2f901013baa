"""Past snapshots of people without work, and what became of them (makes features__seeker_cohorts).

Inputs come from `employment_inputs`, the function of the night, over what was known then; outcomes from what is
known now. Do not put here: which dates qualify (ml/employment/cohorts.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.features import SEEKER_COHORTS
from transforms.features.seekers import employment_inputs
from transforms.gold.seeker_snapshots import seeker_snapshots
from transforms.registers import Registers, day

HIRED_WITHIN_DAYS = 183
SHORTEST_DAYS = 28
KEPT_WITHIN_DAYS = 213
"""Seven months: the window of the second label, 90 days of insured work, as Austria's AMAS counts them."""
KEPT_DAYS = 90


@dataclass(frozen=True)
class Sample:
    """Two conditions (SQL over seeker_key): who is taken, and who of them only judges."""

    people: str
    evaluation: str


def cohort(known: Registers, spells: DataFrame, sample: Sample, *, snapshot_date: date, as_of: date) -> DataFrame:
    """Rows of one past date: people not in work then, and whether they found it by the two labels.

    `known` is what `known_then` leaves for the date, `spells` what is known today of employment: only the outcome is
    read from it. Market facts come from everybody, histories from the sample.
    Follow-up must be complete: see `ml.employment.cohorts` for which dates qualify.
    """
    snapshots = seeker_snapshots(known.of_people(sample.people), as_of=snapshot_date)
    frame = employment_inputs(known, snapshots, as_of=snapshot_date).where(sample.people)
    outcomes = _outcomes(spells.where(sample.people), snapshot_date, as_of)
    frame = frame.where("not is_employed").join(outcomes, on="seeker_key", how="left")
    return (
        frame.fillna(False, subset=["is_hired_183d", "is_kept_90d"])
        .withColumns(
            {"snapshot_date": day(snapshot_date), "as_of": day(as_of), "is_evaluation": F.expr(sample.evaluation)}
        )
        .select(*SEEKER_COHORTS.names)
    )


def _outcomes(spells: DataFrame, snapshot_date: date, as_of: date) -> DataFrame:
    """(seeker_key, is_hired_183d, is_kept_90d) of people with a spell begun after the snapshot.

    Hired: a spell begun in (t, t+183] that lasted 28 days (open ones have: the follow-up is longer), or day labour
    begun then whose days add up to 28. Kept: days insured in (t, t+213] add up to 90, whatever the kind.
    """
    start = F.col("start_date")
    end = F.coalesce(F.col("end_date"), day(as_of))
    is_daily = F.coalesce(F.col("insurance_type_code"), F.lit("REGULAR")) == "DAILY"
    is_hire = start <= F.date_add(day(snapshot_date), HIRED_WITHIN_DAYS)
    lasted = F.date_diff(end, start)
    kept = F.date_diff(F.least(end, F.date_add(day(snapshot_date), KEPT_WITHIN_DAYS)), start)
    regular = F.max(_where(~is_daily & is_hire, lasted))
    daily = F.sum(_where(is_daily & is_hire, lasted))
    begun = spells.where(start > day(snapshot_date)).groupBy("seeker_key")
    return begun.agg(
        (F.greatest(regular, daily) >= SHORTEST_DAYS).alias("is_hired_183d"),
        (F.sum(F.greatest(kept, F.lit(0))) >= KEPT_DAYS).alias("is_kept_90d"),
    )


def _where(condition: Column, days: Column) -> Column:
    """The days of spells that meet a condition, 0 of others."""
    return F.when(condition, days).otherwise(F.lit(0))
