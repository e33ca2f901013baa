"""What is said about one occupation: which one a title means, its market, what it needs, where that is taught.

Pure functions from the answers of explain_occupation.py to words; the terminal and the page say the same. Do not put
here: markup, or a text that belongs to one code (texts/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import course_words, occupation_words, texts
from dashboards.places import Place, facts, label, or_no_data, points, share_is, wage
from dashboards.sections import hidden
from lake.contracts import codes

SHOWN = 15
"""Needs that are listed of each kind."""


@dataclass(frozen=True)
class Item:
    """One need: its name, and what is known of it."""

    name: str
    said: str


@dataclass(frozen=True)
class Occupation:
    """An occupation in words; `candidates` (name, score) where the title did not decide.

    `subject` is what the page is about: the occupation, or the title that did not decide. `lists` are (title, needs,
    what to say without any).
    """

    lead: str
    candidates: tuple[tuple[str, str], ...]
    subject: str
    title: str
    facts: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[Item, ...], str], ...]
    sessions_title: str
    sessions_note: str
    sessions: tuple[Place, ...]


def occupation(answers: dict[str, Any]) -> Occupation:
    """Everything that is said about one occupation."""
    words = texts.load("occupation")["page"]
    found = answers["occupation"]
    name = _named(found)
    is_certain = answers["is_certain"]
    candidates = () if is_certain else tuple(_candidate(one) for one in answers["candidates"])
    sessions = tuple(_session(one) for one in answers["sessions"])
    return Occupation(
        lead=words[_kind(answers)].format(asked=answers["asked"], name=name),
        candidates=candidates,
        subject=name if is_certain else answers["asked"],
        title=name if is_certain else words["nearest"].format(name=name),
        facts=_facts(found, answers["titles"]),
        lists=(
            (words["skills"], tuple(_need(need) for need in answers["skills"][:SHOWN]), words["no_skills"]),
            (
                words["certificates"],
                tuple(_need(need) for need in answers["certificates"][:SHOWN]),
                words["no_certificates"],
            ),
        ),
        sessions_title=words["sessions"],
        sessions_note=texts.load("occupation")["course"]["selection"] if sessions else words["no_sessions"],
        sessions=sessions,
    )


def _kind(answers: dict[str, Any]) -> str:
    """How the title stands to the dictionary: of one group, of several, of none."""
    if answers["is_certain"]:
        return "certain"
    return "ambiguous" if any(one["is_exact"] for one in answers["candidates"]) else "uncertain"


def _named(found: dict[str, Any]) -> str:
    return f"{found['occupation_name'] or texts.NO_DATA} ({found['occupation_code']})"


def _candidate(found: dict[str, Any]) -> tuple[str, str]:
    return _named(found), f"닮은 정도 {points(found['score_0_1'])}점"


def _facts(found: dict[str, Any], titles: list[str]) -> tuple[tuple[str, str], ...]:
    words = texts.load("occupation")
    page = words["page"]
    return facts(
        (page["titles"], ", ".join(titles)),
        (words["place"]["education"], or_no_data(label(codes.EDUCATION, found["typical_education_code"]))),
        (words["place"]["openings"], occupation_words.openings(found)),
        (page["seekers"], _people(found, "seekers_count")),
        (words["place"]["tightness"], _shown(found, "tightness_ratio", occupation_words.tightness)),
        (words["place"]["wage"], or_no_data(wage(found["wage_median_krw_month"]))),
        (words["place"]["outlook"], occupation_words.outlook(found)),
        (page["hires"], _people(found, "same_people_hires_12m_count")),
    )


def _people(found: dict[str, Any], name: str) -> str:
    return _shown(found, name, lambda count: texts.NO_DATA if count is None else f"{count:,}명")


def _shown(found: dict[str, Any], name: str, say: Any) -> str:
    return hidden() if name in found["hidden"] else str(say(found[name]))


def _need(need: dict[str, Any]) -> Item:
    """Importance, level, how many openings ask for it, who says so."""
    words = texts.load("occupation")["page"]
    level, share = need["skill_level"], need["openings_share_0_1"]
    importance = need["importance_0_1"]
    said = [
        words["importance"].format(points=texts.NO_DATA if importance is None else f"{points(importance)}점"),
        words["no_level"] if level is None else words["level"].format(level=level),
        words["not_asked"] if share is None else words["asked"].format(share=share_is(share)),
    ]
    if need["evidence_codes"]:
        witnesses = ", ".join(texts.word("need_evidence", code) for code in need["evidence_codes"])
        said.append(words["evidence"].format(witnesses=witnesses))
    return Item(name=need["skill_name"] or need["skill_code"], said=" · ".join(said))


def _session(session: dict[str, Any]) -> Place:
    """A session headed by its course and the skill it teaches; the rate is a detail."""
    told = course_words.session_facts(session, rate=session["expected_rate_0_1"])
    return Place(
        rank=session["rank"],
        title=course_words.title(session),
        score=f"{course_words.SKILL}: {course_words.skill(session)}",
        facts=tuple((name, text) for name, text in told if name != course_words.SKILL),
    )
