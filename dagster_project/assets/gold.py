"""Facts over many rows: histories, market, skills, tests, course outcomes."""

from __future__ import annotations

from dagster_project.assets.declare import table_asset
from dagster_project.night import Night, Result
from lake import staging, tables
from transforms.gold.course_outcomes import course_outcomes
from transforms.gold.labour_market import labour_market
from transforms.gold.occupation_skills import occupation_skills
from transforms.gold.occupations import occupations
from transforms.gold.seeker_skills import seeker_skills
from transforms.gold.seeker_snapshots import seeker_snapshots
from transforms.gold.seeker_tests import judge_tests, seeker_tests
from transforms.gold.skill_phrases import count_phrases, skill_phrases
from transforms.gold.skill_witnesses import Witnesses
from transforms.gold.skills import skills
from transforms.gold.test_norms import test_norms
from transforms.registers import Registers, known_by

REGISTERS = [*(f"silver__{noun}" for noun in Registers.__dataclass_fields__), "gold__seeker_rights"]
"""The registers about people, and who of them may not be read."""
WITNESSES = {
    "requirements": "silver__skill_requirements",
    "dictionary": "silver__occupations",
    "surveys": "silver__worker_surveys",
    "postings": "silver__job_postings",
    "courses": "silver__training_courses",
}


@table_asset("gold__seeker_snapshots", REGISTERS)
def gold_seeker_snapshots(night: Night) -> Result:
    """Everyone's history as of the night."""
    known = known_by(night.registers(), night.as_of)
    return night.write("gold__seeker_snapshots", seeker_snapshots(known, as_of=night.as_of))


@table_asset("gold__labour_market", [*REGISTERS, "silver__job_postings"])
def gold_labour_market(night: Night) -> Result:
    """Openings, seekers and wages by occupation and region."""
    known = known_by(night.registers(), night.as_of)
    frame = labour_market(night.read("silver__job_postings"), known, as_of=night.as_of)
    return night.write("gold__labour_market", frame)


@table_asset("gold__occupations", [*REGISTERS, "silver__occupations", "silver__job_postings"])
def gold_occupations(night: Night) -> Result:
    """Every occupation with its name, usual education, market and outlook."""
    known = known_by(night.registers(), night.as_of)
    dictionary, postings = night.read("silver__occupations"), night.read("silver__job_postings")
    frame = occupations(dictionary, postings, known, as_of=night.as_of)
    return night.write("gold__occupations", frame)


def _witnesses(night: Night) -> Witnesses:
    return Witnesses(**{name: night.read(table_id) for name, table_id in WITNESSES.items()})


@table_asset("gold__skills", [*REGISTERS, *WITNESSES.values()])
def gold_skills(night: Night) -> Result:
    """The vocabulary of skills, with levels."""
    known = known_by(night.registers(), night.as_of)
    return night.write("gold__skills", skills(_witnesses(night), known, as_of=night.as_of))


@table_asset(
    "gold__skill_phrases",
    ["silver__resumes", "gold__seeker_rights", "silver__job_postings", "gold__skills"],
    kinds=("delta", "python"),
)
def gold_skill_phrases(night: Night) -> Result:
    """Which skill the phrases of résumés and postings name."""
    known = known_by(night.registers(), night.as_of)
    said = count_phrases(known.resumes, night.read("silver__job_postings")).toArrow()
    vocabulary = tables.dataset(night.settings, "gold__skills", night.as_of).to_table()
    rows = skill_phrases(said, vocabulary, as_of=night.as_of)
    return night.report(tables.replace_from_arrow(night.lake, "gold__skill_phrases", rows, {"as_of": night.as_of}))


@table_asset("gold__occupation_skills", [*WITNESSES.values(), "gold__skill_phrases", "gold__skills"])
def gold_occupation_skills(night: Night) -> Result:
    """What each occupation needs, by the dictionary, its workers, postings and courses."""
    phrases, vocabulary = night.read("gold__skill_phrases"), night.read("gold__skills")
    frame = occupation_skills(_witnesses(night), phrases, vocabulary, as_of=night.as_of)
    return night.write("gold__occupation_skills", frame)


@table_asset(
    "gold__seeker_skills",
    [*REGISTERS, "gold__occupation_skills", "silver__training_courses", "gold__skill_phrases"],
)
def gold_seeker_skills(night: Night) -> Result:
    """What each seeker can do and how well, from career, training and résumé."""
    known = known_by(night.registers(), night.as_of)
    needs, courses = night.read("gold__occupation_skills"), night.read("silver__training_courses")
    frame = seeker_skills(known, needs, courses, night.read("gold__skill_phrases"), as_of=night.as_of)
    return night.write("gold__seeker_skills", frame)


@table_asset("gold__test_norms", REGISTERS)
def gold_test_norms(night: Night) -> Result:
    """How everybody answers the interest items, to score those tests that come as answers."""
    known = known_by(night.registers(), night.as_of)
    return night.write("gold__test_norms", test_norms(known, as_of=night.as_of))


@table_asset("gold__seeker_tests", [*REGISTERS, "gold__test_norms"])
def gold_seeker_tests(night: Night) -> Result:
    """The newest result of each psychological test that can be believed."""
    known = known_by(night.registers(), night.as_of)
    norms = tables.dataset(night.settings, "gold__test_norms", night.as_of).to_table()
    judged = staging.stage(night.lake, "judged_tests", judge_tests(known, norms))
    return night.write("gold__seeker_tests", seeker_tests(judged, as_of=night.as_of))


@table_asset("gold__course_outcomes", ["silver__training_courses"])
def gold_course_outcomes(night: Night) -> Result:
    """Employment rates of courses, drawn towards the mean where graduates are few."""
    frame = course_outcomes(night.read("silver__training_courses"), as_of=night.as_of)
    return night.write("gold__course_outcomes", frame)


ASSETS = [
    gold_seeker_snapshots,
    gold_labour_market,
    gold_occupations,
    gold_skills,
    gold_skill_phrases,
    gold_occupation_skills,
    gold_seeker_skills,
    gold_test_norms,
    gold_seeker_tests,
    gold_course_outcomes,
]
