"""The silver registers about people, as one argument, and what of them was known by a date.

Do not put here: aggregates. Every feature reads people through `known_by`, so nothing that arrived
later can leak into an earlier date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Registers:
    """Silver frames of one business date; names as in silver__*."""

    seekers: DataFrame
    resumes: DataFrame
    employment_spells: DataFrame
    applications: DataFrame
    test_results: DataFrame
    certificates: DataFrame
    training_history: DataFrame
    benefits: DataFrame

    def of_people(self, condition: str) -> Registers:
        """The same registers for the people whose seeker_key meets `condition` (SQL over seeker_key)."""
        return Registers(**{name: getattr(self, name).where(condition) for name in self.__dataclass_fields__})


def day(value: date, *, minus: int = 0) -> Column:
    """A date literal, optionally `minus` days earlier."""
    return F.lit((value - timedelta(days=minus)).isoformat()).cast("date")


def known_by(registers: Registers, as_of: date) -> Registers:
    """What had been reported by `as_of`: later rows are gone, later ends are open again."""
    on = day(as_of)
    ended = (F.col("end_date") <= on) & (F.coalesce(F.col("end_reported_date"), F.col("end_date")) <= on)
    spells = registers.employment_spells.where((F.col("start_reported_date") <= on) & (F.col("start_date") <= on))
    closed = ("end_date", "separation_reason_code")
    return replace(
        registers,
        seekers=registers.seekers.where(F.col("registered_date") <= on),
        resumes=registers.resumes.where(F.col("updated_at").isNull() | (F.to_date("updated_at") <= on)),
        employment_spells=spells.withColumns({name: F.when(ended, F.col(name)) for name in closed}),
        applications=registers.applications.where(F.col("applied_date").isNull() | (F.col("applied_date") <= on)),
        test_results=registers.test_results.where(F.col("tested_date") <= on),
        certificates=registers.certificates.where(F.col("acquired_date").isNull() | (F.col("acquired_date") <= on)),
        training_history=registers.training_history.where(F.col("end_date") <= on),
        benefits=registers.benefits.where(F.col("start_date") <= on),
    )
