"""What is said about the skills a person lacks for each wish, and about certificates that would close a gap.

Pure functions from the answers of seeker_skills.py to words. Do not put here: courses (course_words.py), markup, or a
text that belongs to one code (texts/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import texts
from dashboards.places import Place, all_parts, facts, or_no_data, points, share_is, share_of, share_said

SHOWN = 10
"""Missing skills of a wish that are listed; the others are counted."""
NAMED = 6
"""Missing skills that are named in one line."""


@dataclass(frozen=True)
class Missing:
    """One missing skill: its name, the level needed, what it alone would open."""

    name: str
    level: str
    opens: str


@dataclass(frozen=True)
class Gap:
    """One wish, of the occupation `subject`: how much it needs is there (`readiness` of a hundred), what is missing."""

    title: str
    readiness: int | None
    said: tuple[str, ...]
    missing_title: str = ""
    missing: tuple[Missing, ...] = ()
    more: str = ""
    subject: str = ""


def is_history(answer: dict[str, Any]) -> bool:
    """Whether the person has no wish, so that what they have done is the measure."""
    return bool(answer["basis_code"] == "HISTORY")


def basis_notes(answer: dict[str, Any]) -> tuple[str, ...]:
    """That the measure is no wish, where it is none."""
    return (texts.load("occupation")["basis"]["history"],) if is_history(answer) else ()


def wanted(answer: dict[str, Any]) -> str:
    """The occupation that courses and certificates are measured against, and whether it is a wish."""
    name = answer["gap_occupation_name"] or f"직업코드 {answer['gap_occupation_code']}"
    kind = "worked" if is_history(answer) else "wished"
    return str(texts.load("occupation")["basis"][kind]).format(name=name)


def gap(wish: dict[str, Any], *, is_wish: bool = True) -> Gap:
    """One wished occupation; without a wish one that the person has worked in."""
    words = texts.load("occupation")["gap"]
    code = wish["gap_occupation_code"]
    named = words["title"] if is_wish else words["history_title"]
    subject = wish["gap_occupation_name"] or f"직업코드 {code}"
    title = named.format(rank=wish["rank"], name=subject)
    if not wish["needed_skills_count"]:
        return Gap(title, None, (words["no_needs"],), subject=subject)
    readiness, open_share = wish["readiness_0_1"], wish["open_share_0_1"]
    needed = {"count": wish["needed_skills_count"]}
    said = [words["no_readiness"].format(**needed)]
    if readiness is not None:
        said = [words["readiness"].format(share=share_of(readiness), **needed)]
    said += [words["no_open"] if open_share is None else words["open"].format(share=share_is(open_share))]
    missing = wish["missing"]
    said += [] if missing else [words["none_missing"]]
    return Gap(
        title=title,
        readiness=None if readiness is None else points(readiness),
        said=tuple(said),
        missing_title=words["missing"].format(count=len(missing)) if missing else "",
        missing=tuple(_missing(skill) for skill in missing[:SHOWN]),
        more=words["more"].format(count=len(missing) - SHOWN) if len(missing) > SHOWN else "",
        subject=subject,
    )


def named_skills(skills: Sequence[dict[str, Any]]) -> str:
    """Up to six missing skills by name; empty when none is missing."""
    names = [skill["skill_name"] or skill["skill_code"] for skill in skills]
    return f"{', '.join(names[:NAMED])}{' 등' if len(names) > NAMED else ''}"


def gap_lines(told: Gap) -> list[str]:
    """One wish in a terminal."""
    lines = [f"  {told.title}", *(f"     {sentence}" for sentence in told.said)]
    lines += [f"     {told.missing_title}"] if told.missing_title else []
    lines += [f"      · {skill.name} — {skill.level} · {skill.opens}" for skill in told.missing]
    return lines + ([f"      {told.more}"] if told.more else [])


def _missing(skill: dict[str, Any]) -> Missing:
    words = texts.load("occupation")["gap"]
    level, share = skill["skill_level"], skill["unlocked_share_0_1"]
    opens = words["unlocks_unknown"] if share is None else words["unlocks_none"]
    if share:
        opens = words["unlocks"].format(share=share_is(share))
    return Missing(
        name=skill["skill_name"] or skill["skill_code"],
        level=words["no_level"] if level is None else words["level"].format(level=level),
        opens=opens,
    )


def certificate(found: dict[str, Any]) -> Place:
    """One recommended certificate."""
    words = texts.load("occupation")
    share = found["openings_share_0_1"]
    asked = None if share is None else words["certificate"]["openings"].format(share=share_said(share))
    level = (
        None if found["skill_level"] is None else words["course"]["training_level"].format(level=found["skill_level"])
    )
    check = words["certificate"]["licence"] if level is None else None
    parts = tuple((words["course"][column], column) for column in ("job_fit_0_1", "level_fit_0_1"))
    return Place(
        rank=found["rank"],
        title=found["certificate_name"],
        score=f"종합 추천점수 {points(found['score_0_1'])}점",
        parts=all_parts(found, *parts),
        facts=facts(("찾는 공고", or_no_data(asked)), ("통상 수준", or_no_data(level)), ("확인할 것", check)),
    )
