"""The silver registers about people, as one argument, and what of them was known by a date.

Do not put here: aggregates. Every feature reads people through `known_by` (the night) or `known_then` (a past
date), so nothing that arrived later can leak into an earlier date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from transforms.silver.conform import newest_first


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


@dataclass(frozen=True)
class Past:
    """What looking back needs: rows that corrections replaced, and the day each register was first loaded.

    A first load brings years at once, so arrival says nothing about them: there the source's own times (registered,
    reported, updated) stand for arrival. Everything that came later was known from its delivery on.
    """

    seeker_versions: DataFrame
    resume_versions: DataFrame
    first_loads: Mapping[str, date] = field(default_factory=dict)

    def arrived_by(self, noun: str, as_of: date) -> date:
        """The newest delivery of a register whose rows may count as known on `as_of`."""
        return max(as_of, self.first_loads.get(noun, as_of))


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


def known_then(registers: Registers, past: Past, as_of: date) -> Registers:
    """`known_by` for a past date: also without what was delivered later, and with the words people used then."""
    arrived = {
        noun: frame.where(F.col("first_delivery_date") <= day(past.arrived_by(noun, as_of)))
        for noun, frame in ((name, getattr(registers, name)) for name in registers.__dataclass_fields__)
    }
    seekers = arrived["seekers"].unionByName(past.seeker_versions)
    resumes = arrived["resumes"].unionByName(past.resume_versions)
    arrived["seekers"] = _version_at(seekers, past, "seekers", as_of)
    arrived["resumes"] = _version_at(resumes, past, "resumes", as_of)
    return known_by(Registers(**arrived), as_of)


def _version_at(rows: DataFrame, past: Past, noun: str, as_of: date) -> DataFrame:
    """One row a person: the newest one known on `as_of`, by the same order as silver's.

    Where a first load holds only words of a later day, the oldest of them stands in: leaving those people out would
    choose people by what they did afterwards.
    """
    delivered = past.arrived_by(noun, as_of)
    by_own_time = F.col("updated_at").isNull() | (F.to_date("updated_at") <= day(as_of))
    loaded_first = F.col("delivery_date") <= day(past.first_loads.get(noun, as_of))
    known = ~loaded_first | by_own_time
    order = [known.desc(), F.when(~known, F.col("updated_at")).asc_nulls_first(), *newest_first()]
    keys = Window.partitionBy("seeker_key").orderBy(*order)
    ranked = rows.where(F.col("delivery_date") <= day(delivered)).withColumn("_place", F.row_number().over(keys))
    return ranked.where("_place = 1").drop("_place")
