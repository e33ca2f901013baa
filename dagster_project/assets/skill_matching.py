"""What everybody lacks for the wished occupations, and the sessions and certificates that close it.

Do not put here: what occupations need or people show (gold.py).
"""

from __future__ import annotations

from functools import partial

from dagster_project.assets.answers import answer
from dagster_project.assets.declare import table_asset
from dagster_project.night import Night, Result
from matching import certificates, courses, skill_gaps


@table_asset(
    "matches__seeker_skill_gaps",
    ["features__seekers", "features__job_postings", "gold__occupation_skills", "gold__skill_phrases"],
)
def matches_seeker_skill_gaps(night: Night) -> Result:
    """For each wish of everyone what is held, what is missing and how many openings that closes."""
    needs, postings = night.export("gold__occupation_skills"), night.export("features__job_postings")
    paths = (needs, postings, night.export("gold__skill_phrases"))
    mapper = partial(skill_gaps.match_from_files, paths=paths, as_of=night.as_of)
    return answer(night, "matches__seeker_skill_gaps", skill_gaps.GAP_INPUT_COLUMNS, mapper)


@table_asset("matches__seeker_courses", ["features__seekers", "features__courses", "gold__occupation_skills"])
def matches_seeker_courses(night: Night) -> Result:
    """Five coming sessions for everyone that close a gap in their skills."""
    paths = (night.export("features__courses"), night.export("gold__occupation_skills"))
    mapper = partial(courses.match_from_files, paths=paths, as_of=night.as_of)
    return answer(night, "matches__seeker_courses", courses.COURSE_INPUT_COLUMNS, mapper)


@table_asset("matches__seeker_certificates", ["features__seekers", "gold__occupation_skills"])
def matches_seeker_certificates(night: Night) -> Result:
    """Five certificates for everyone that the wanted occupation asks for and they lack."""
    mapper = partial(certificates.match_from_file, path=night.export("gold__occupation_skills"), as_of=night.as_of)
    return answer(night, "matches__seeker_certificates", certificates.CERTIFICATE_INPUT_COLUMNS, mapper)


ASSETS = [matches_seeker_skill_gaps, matches_seeker_courses, matches_seeker_certificates]
