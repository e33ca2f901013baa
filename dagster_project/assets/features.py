"""Inputs of models and matching, as of the night, and the past cohorts that teach."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame

from dagster_project.assets.declare import table_asset
from dagster_project.assets.gold import REGISTERS
from dagster_project.night import Night, Result
from lake import staging
from lake.contracts.registry import table
from lake.contracts.render import spark_schema
from lake.contracts.silver import VERSION_TABLES
from matching import pairs
from ml.employment import month
from ml.employment.cohorts import cohort_dates, sample_of
from transforms.features.application_pairs import PairSources, application_pairs, settled_recently
from transforms.features.courses import courses
from transforms.features.job_postings import job_postings
from transforms.features.peer_references import peer_references
from transforms.features.seeker_cohorts import cohort
from transforms.features.seekers import SeekerFacts, seekers
from transforms.registers import known_by, known_then

PAIRS_LIMIT = 300_000
"""Applications that teach the chance: the terms of so many move by less than anyone could see."""
PEERS_LIMIT = 200_000
"""People whose medians say what is usual: more would change them by less than anyone could see."""

PAIR_NOUNS = {
    "applications": "applications",
    "postings": "job_postings",
    "companies": "companies",
    "seekers": "seekers",
    "seeker_versions": "seeker_versions",
    "certificates": "certificates",
}


SEEKER_FACTS = {
    "snapshots": "gold__seeker_snapshots",
    "skills": "gold__seeker_skills",
    "tests": "gold__seeker_tests",
    "rights": "gold__seeker_rights",
}


@table_asset("features__seekers", sorted({*REGISTERS, *SEEKER_FACTS.values()}))
def features_seekers(night: Night) -> Result:
    """One row for everyone registered, from what was known by the night."""
    known = known_by(night.registers(), night.as_of)
    facts = {name: night.read(table_id) for name, table_id in SEEKER_FACTS.items()}
    return night.write("features__seekers", seekers(known, SeekerFacts(**facts), as_of=night.as_of))


@table_asset("features__seeker_cohorts", [*REGISTERS, *(table.id for table in VERSION_TABLES)])
def features_seeker_cohorts(night: Night) -> Result:
    """Past snapshots of a sample and what became of them: to judge by, and to learn from in a month without a model."""
    registers, past = night.registers(), night.past()
    sample = sample_of(night.rows("silver__seekers"))
    frames = []
    teaches = not month.has_record(night.settings.models_dir, night.as_of)
    for day in cohort_dates(night.known_until(), teaches=teaches):
        # Cuts in the plan: without them every use of these registers picks the versions of that day again.
        known = night.staged(known_then(registers, past, day), day)
        rows = cohort(known, registers.employment_spells, sample, snapshot_date=day, as_of=night.as_of)
        frames.append(staging.stage(night.lake, f"cohort_{day}", rows))
    return night.write("features__seeker_cohorts", reduce(DataFrame.unionByName, frames))


@table_asset("features__peer_references", ["features__seekers"])
def features_peer_references(night: Night) -> Result:
    """What is usual among people who look for the same work in the same place, from a sample of everybody."""
    sample = sample_of(night.rows("silver__seekers"), limit=PEERS_LIMIT).people
    frame = peer_references(night.read("features__seekers").where(sample), as_of=night.as_of)
    return night.write("features__peer_references", frame)


@table_asset(
    "features__job_postings",
    ["silver__job_postings", "silver__companies", "silver__applications", "gold__seeker_rights"],
)
def features_job_postings(night: Night) -> Result:
    """Postings one can apply to tonight, with the chance of an application."""
    frame = job_postings(
        night.read("silver__job_postings"),
        night.read("silver__companies"),
        night.read_usable("silver__applications"),
        as_of=night.as_of,
    )
    return night.write("features__job_postings", frame)


@table_asset(
    "features__application_pairs",
    [
        "silver__applications",
        "silver__job_postings",
        "silver__companies",
        "silver__seekers",
        "silver__seeker_versions",
        "silver__certificates",
        "gold__seeker_rights",
    ],
)
def features_application_pairs(night: Night) -> Result:
    """Past applications with their result: how well person and posting fitted, and whether it was hired."""
    silver = {name: night.read_usable(f"silver__{noun}") for name, noun in PAIR_NOUNS.items()}
    people = sample_of(settled_recently(silver["applications"], as_of=night.as_of).count(), limit=PAIRS_LIMIT).people
    made = application_pairs(PairSources(**silver), pairs.PERSON_COLUMNS, people, as_of=night.as_of)
    columns = (*pairs.OUTCOME_COLUMNS, *pairs.PERSON_COLUMNS, *pairs.OFFER_COLUMNS)
    schema = spark_schema(table("features__application_pairs"))
    return night.write("features__application_pairs", made.select(*columns).mapInArrow(pairs.describe_batches, schema))


@table_asset("features__courses", ["silver__training_courses", "gold__course_outcomes", "scores__course_outcomes"])
def features_courses(night: Night) -> Result:
    """Sessions that start later and have a seat left, with the employment rate to expect."""
    frame = courses(
        night.read("silver__training_courses"),
        night.read("gold__course_outcomes"),
        night.read("scores__course_outcomes"),
        as_of=night.as_of,
    )
    return night.write("features__courses", frame)


ASSETS = [
    features_seekers,
    features_peer_references,
    features_seeker_cohorts,
    features_job_postings,
    features_application_pairs,
    features_courses,
]
