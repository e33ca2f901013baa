"""What one person lacks for each wish and what would close it: published gaps, sessions and certificates.

Look-ups only; explain.py puts the answers together. Do not put here: sentences (gap_words.py, course_words.py).
"""

from __future__ import annotations

from dashboards.few_people import hide_few
from dashboards.lookups import (
    IncompleteAnswers,
    Row,
    list_places,
    named_skills,
    occupations_by_code,
    rows_by_id,
    skills_by_code,
    split_codes,
)
from lake.contracts import serving
from lake.contracts.answers import PLACES, SEEKER_SKILL_GAPS, WISHES
from lake.publication import Pointer
from lake.settings import Settings

CERTIFICATE_PREFIX = "CERT:"
_GAP = ("needed_skills_count", "readiness_0_1", "open_share_0_1")
_GAP_TEXTS = ("missing_skill_codes", "missing_levels_text", "unlocked_shares_text")
_COURSE = (
    "score_0_1",
    "job_fit_0_1",
    "region_fit_0_1",
    "level_fit_0_1",
    "outcome_0_1",
    "cost_fit_0_1",
    "skill_code",
)
SESSION_FACTS = (
    "course_name",
    "institution_name",
    "skill_level",
    "region_code",
    "is_online",
    "start_date",
    "end_date",
    "training_hours",
    "training_type_code",
    "fee_krw",
    "self_payment_krw",
    "seats_left_count",
    "expected_low_0_1",
    "expected_high_0_1",
    "outcome_basis_code",
    "graduates_count",
)
"""What a page says of a session."""
_CERTIFICATE = ("score_0_1", "job_fit_0_1", "level_fit_0_1", "openings_share_0_1")


def gaps(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """For each wished occupation what is needed, held and missing; a missing skill with its level and its openings."""
    wishes = list_places(row, "gap_occupation_code", (*_GAP, *_GAP_TEXTS), WISHES)
    occupations = occupations_by_code(settings, pointer, [wish["gap_occupation_code"] for wish in wishes])
    codes = [code for wish in wishes for code in split_codes(wish["missing_skill_codes"])]
    names = {skill["skill_code"]: skill["skill_name"] for skill in named_skills(settings, pointer, codes)}
    for wish in wishes:
        wish["gap_occupation_name"] = occupations.get(wish["gap_occupation_code"], {}).get("occupation_name")
        wish["missing"] = missing_skills(*(wish.pop(name) for name in _GAP_TEXTS), names=names)
    return {**_head(row), "wishes": wishes}


def missing_skills(
    codes_text: str | None, levels_text: str | None, shares_text: str | None, *, names: dict[str, str | None]
) -> list[Row]:
    """The missing skills of one wish: code, name, needed NCS level 1–8, share of the openings that it alone opens.

    An unknown level (0) and an unknown share are None.
    """
    codes = split_codes(codes_text)
    levels = levels_text or "0" * len(codes)
    shares = shares_text.split("|") if shares_text else [""] * len(codes)
    if not len(codes) == len(levels) == len(shares):
        raise IncompleteAnswers(
            f"{SEEKER_SKILL_GAPS.id}: {len(codes)} missing skills of a wish stand with {len(levels)} levels and "
            f"{len(shares)} shares, expected as many of each; run the night again: goyong nightly"
        )
    return [
        {
            "skill_code": code,
            "skill_name": names.get(code),
            "skill_level": int(level) or None,
            "unlocked_share_0_1": float(share) if share else None,
        }
        for code, level, share in zip(codes, levels, shares, strict=True)
    ]


def courses(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Up to five sessions with their stored scores and what the features of each session say."""
    places = list_places(row, "session_id", _COURSE, PLACES)
    sessions = rows_by_id(settings, pointer, serving.COURSES.id, "session_id", [p["session_id"] for p in places])
    missing = named_skills(settings, pointer, split_codes(row["missing_skill_codes"]))
    names = {skill["skill_code"]: skill["skill_name"] for skill in missing}
    for place in places:
        session = sessions.get(place["session_id"], {})
        place |= hide_few({name: session.get(name) for name in SESSION_FACTS}, {"graduates_count": ()})
        place["skill_name"] = names.get(str(place["skill_code"])) or session.get("skill_name")
    head = {**_head(row), "needed_skills_count": row["needed_skills_count"]}
    return {**head, **_wanted(settings, pointer, row), "missing_skills": missing, "places": places}


def certificates(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Up to five certificates with their stored scores and their usual level."""
    places = list_places(row, "certificate_name", _CERTIFICATE, PLACES)
    codes = [f"{CERTIFICATE_PREFIX}{place['certificate_name']}" for place in places]
    skills = skills_by_code(settings, pointer, codes)
    for place, code in zip(places, codes, strict=True):
        place["skill_level"] = skills.get(code, {}).get("skill_level")
    return {**_head(row), **_wanted(settings, pointer, row), "places": places}


def _head(row: Row) -> Row:
    """Whether there is an answer, and whether a wish or past work is the measure; an older night does not say which."""
    return {name: row.get(name) for name in ("answer_code", "basis_code", "model_version")}


def _wanted(settings: Settings, pointer: Pointer, row: Row) -> Row:
    code = row["gap_occupation_code"]
    occupation = occupations_by_code(settings, pointer, [code]).get(str(code), {})
    return {"gap_occupation_code": code, "gap_occupation_name": occupation.get("occupation_name")}
