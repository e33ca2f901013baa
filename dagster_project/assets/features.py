"""Inputs of models and matching, as of the night, and the past cohorts that teach."""

from __future__ import annotations

import dagster as dg

from dagster_project.assets.declare import asset_options
from dagster_project.assets.gold import REGISTERS
from dagster_project.night import Night, Result
from ml.employment.cohorts import cohort_dates, sample_condition
from transforms.features.courses import courses
from transforms.features.job_postings import job_postings
from transforms.features.seekers import cohort, seekers
from transforms.registers import known_by


@dg.asset(**asset_options("features__seekers", [*REGISTERS, "gold__seeker_snapshots", "gold__seeker_skills"]))
def features_seekers(night: dg.ResourceParam[Night]) -> Result:
    """One row for everyone registered, from what was known by the night."""
    known = known_by(night.registers(), night.as_of)
    snapshots, skills = night.read("gold__seeker_snapshots"), night.read("gold__seeker_skills")
    return night.write("features__seekers", seekers(known, snapshots, skills, as_of=night.as_of))


@dg.asset(**asset_options("features__seeker_cohorts", REGISTERS))
def features_seeker_cohorts(night: dg.ResourceParam[Night]) -> Result:
    """Past snapshots of a sample with what became of them, to learn and calibrate from."""
    registers = night.registers()
    sample = sample_condition(night.rows("silver__seekers"))
    past = [cohort(registers, sample, snapshot_date=day, as_of=night.as_of) for day in cohort_dates(night.as_of)]
    frame = past[0]
    for more in past[1:]:
        frame = frame.unionByName(more)
    return night.write("features__seeker_cohorts", frame)


@dg.asset(
    **asset_options("features__job_postings", ["silver__job_postings", "silver__companies", "silver__applications"])
)
def features_job_postings(night: dg.ResourceParam[Night]) -> Result:
    """Postings one can apply to tonight, with the chance of an application."""
    frame = job_postings(
        night.read("silver__job_postings"),
        night.read("silver__companies"),
        night.read("silver__applications"),
        as_of=night.as_of,
    )
    return night.write("features__job_postings", frame)


@dg.asset(**asset_options("features__courses", ["silver__training_courses", "gold__course_outcomes"]))
def features_courses(night: dg.ResourceParam[Night]) -> Result:
    """Sessions that start later and have a seat left."""
    frame = courses(night.read("silver__training_courses"), night.read("gold__course_outcomes"), as_of=night.as_of)
    return night.write("features__courses", frame)


ASSETS = [features_seekers, features_seeker_cohorts, features_job_postings, features_courses]
