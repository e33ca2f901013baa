"""One occupation's published facts, found by a title in free text or by its code: market, needs, coming sessions.

Reads the tables of the night one pointer names. Do not put here: HTML (occupation_page.py), sentences
(occupation_facts.py), how a title is linked (lake/titles.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from dashboards import occupation_facts, texts, wording
from dashboards.catalog import published
from dashboards.few_people import hide_few
from dashboards.lookups import Row, occupations_by_code, one_row, plain, require_published
from dashboards.places import as_lines
from dashboards.seeker_skills import SESSION_FACTS
from lake.contracts import gold, serving, silver
from lake.publication import Pointer
from lake.settings import Settings
from lake.titles import COLUMNS, TitleLinker, dictionary_titles, split_outside_parentheses, split_parts

CANDIDATES = 5
SESSIONS = 5
TITLES = 8
_CODE = re.compile(r"\d{4}")
_FACTS = (
    "occupation_code",
    "occupation_name",
    "typical_education_code",
    "open_postings_count",
    "openings_count",
    "wage_median_krw_month",
    "outlook_code",
    "tightness_ratio",
)
_PEOPLE: dict[str, tuple[str, ...]] = {
    "seekers_count": ("tightness_ratio",),
    "same_people_hires_12m_count": (),
    "same_people_hires_prior_12m_count": (),
}
"""Counts of people → what would give them away: hidden together below ten people."""
_NEED = ("skill_code", "skill_name", "skill_level", "importance_0_1", "openings_share_0_1", "evidence_codes_text")
_SESSION = ("session_id", "course_id", "skill_code", "skill_name", "expected_rate_0_1", *SESSION_FACTS)


class UnknownOccupation(LookupError):
    """No published occupation has this code."""


class UnlinkableTitle(LookupError):
    """The job dictionary knows nothing like this title."""


def explain_occupation(settings: Settings, pointer: Pointer, text: str) -> dict[str, Any]:
    """The occupation of a title or a four-digit KECO code with its facts, needs and coming sessions; JSON-ready.

    Where the dictionary does not know the very title, or knows it in two groups, `is_certain` is false, the facts are
    the best one's and `candidates` holds up to five, each with whether the title is its own (`is_exact`). Raises
    UnlinkableTitle, UnknownOccupation, NotPublished.
    """
    require_published(pointer, serving.OCCUPATIONS.id, serving.COURSES.id)
    asked = text.strip()
    dictionary = published(settings, pointer, silver.OCCUPATIONS.id).to_table(columns=list(COLUMNS))
    found = [] if _CODE.fullmatch(asked) else _link(settings, pointer, asked, dictionary)
    code = found[0]["occupation_code"] if found else asked
    row = one_row(settings, pointer, serving.OCCUPATIONS.id, code)
    if row is None:
        raise UnknownOccupation(
            f"{serving.OCCUPATIONS.id}, run {pointer.run_id}: no occupation {code!r}; expected a four-digit KECO 2018 "
            "unit group, or a title in words"
        )
    needs = _needs(settings, pointer, code)
    answers = {
        "asked": asked,
        "run_id": pointer.run_id,
        "as_of": pointer.as_of,
        "is_synthetic": pointer.is_synthetic,
        "is_certain": not found or is_certain(found),
        "candidates": found,
        "occupation": hide_few({name: row[name] for name in (*_FACTS, *_PEOPLE)}, _PEOPLE),
        "titles": _titles(dictionary, code),
        "skills": needs["NCS"],
        "certificates": needs["CERTIFICATE"],
        "sessions": _sessions(settings, pointer, needs["NCS"]),
    }
    return {name: plain(value) for name, value in answers.items()}


def is_certain(candidates: Sequence[Row]) -> bool:
    """Whether one group, and no other, knows the very title.

    Nothing less will do: on the public dictionary a title that is left out and resembles a group by 0.6 and 0.2 more
    than any other belongs to it in 83 of 100 cases only.
    """
    return sum(bool(candidate["is_exact"]) for candidate in candidates) == 1


def as_text(answers: dict[str, Any]) -> str:
    """The answers as Korean lines for a terminal."""
    told = occupation_facts.occupation(answers)
    lines = [wording.head_line(answers)]
    lines += ["※ 합성 데이터로 만든 결과입니다."] if answers["is_synthetic"] else []
    lines += ["", told.lead, *(f"  {name} — {score}" for name, score in told.candidates)]
    lines += ["", f"■ {told.title}", *(f"  {name}: {text}" for name, text in told.facts)]
    lines += [f"  {texts.load('occupation')['page']['note']}"]
    for title, items, nothing in told.lists:
        lines += ["", f"■ {title}", *(f"  · {item.name} — {item.said}" for item in items)]
        lines += [] if items else [f"  {nothing}"]
    lines += ["", f"■ {told.sessions_title}", f"  {told.sessions_note}"]
    for place in told.sessions:
        lines += [f"  {place.rank}. {place.title} — {place.score}", *as_lines(place)]
    return wording.printable(lines)


def _link(settings: Settings, pointer: Pointer, asked: str, dictionary: pa.Table) -> list[Row]:
    """The best groups for a title, best first, only those that were published."""
    known = published(settings, pointer, serving.OCCUPATIONS.id).to_table(columns=["occupation_code"])
    rows = dictionary.filter(pc.is_in(dictionary["occupation_code"], known["occupation_code"].combine_chunks()))
    resembling = dict(TitleLinker.from_arrow(rows).top([asked], CANDIDATES)[0]) if asked else {}
    exact = owners(rows, asked)
    scores = resembling | dict.fromkeys(exact, 1.0)
    if not scores:
        raise UnlinkableTitle(
            f"{silver.OCCUPATIONS.id}, run {pointer.run_id}: nothing like the title {asked!r}; expected a job title "
            "(웹퍼블리셔) or a four-digit KECO code (1333): try a plainer title"
        )
    best = sorted(scores, key=lambda code: (code not in exact, -scores[code], code))[:CANDIDATES]
    details = occupations_by_code(settings, pointer, best)
    return [
        {
            "occupation_code": code,
            "occupation_name": details.get(code, {}).get("occupation_name"),
            "score_0_1": round(scores[code], 6),
            "is_exact": code in exact,
        }
        for code in best
    ]


def owners(dictionary: pa.Table, asked: str) -> set[str]:
    """The groups that know every title in the text but for its blanks: 요양보호사 is 요양 보호사."""
    parts = {part.replace(" ", "") for part in split_parts(asked)}
    found: dict[str, set[str]] = {}
    for code, title in dictionary_titles(dictionary):
        if (plain_title := title.replace(" ", "")) in parts:
            found.setdefault(code, set()).add(plain_title)
    return {code for code, known in found.items() if known == parts}


def _titles(dictionary: pa.Table, code: str) -> list[str]:
    """Titles that the dictionary lists for the code, the shortest first."""
    rows = dictionary.filter(pc.equal(dictionary["occupation_code"], code)).to_pylist()
    names = {row["title"].strip() for row in rows}
    names |= {part.strip() for row in rows for part in split_outside_parentheses(row["similar_titles_text"] or "")}
    return sorted(names - {""}, key=lambda name: (len(name), name))[:TITLES]


def _needs(settings: Settings, pointer: Pointer, code: str) -> dict[str, list[Row]]:
    """Needed skills and certificates, most important first, ties by code."""
    own = pads.field("occupation_code") == code
    rows = published(settings, pointer, gold.OCCUPATION_SKILLS.id).to_table(filter=own).to_pylist()
    rows.sort(key=lambda row: (-(row["importance_0_1"] or 0.0), row["skill_code"]))
    needs: dict[str, list[Row]] = {"NCS": [], "CERTIFICATE": []}
    for row in rows:
        need = {name: row[name] for name in _NEED[:-1]}
        need["evidence_codes"] = (row["evidence_codes_text"] or "").split(";") if row["evidence_codes_text"] else []
        needs[row["skill_kind_code"]].append(need)
    return needs


def _sessions(settings: Settings, pointer: Pointer, needs: Sequence[Row]) -> list[Row]:
    """Coming sessions that teach a needed skill, one a course: the most important skill first.

    Among sessions of one skill those at least at the level below the needed one come first, then those of an unknown
    level, then the others; then the highest expected rate, unknown rates last.
    """
    if not needs:
        return []
    needed = {need["skill_code"]: (place, need["skill_level"]) for place, need in enumerate(needs)}
    taught = pads.field("skill_code").isin(list(needed))
    rows = published(settings, pointer, serving.COURSES.id).to_table(columns=list(_SESSION), filter=taught).to_pylist()
    rows.sort(key=lambda row: session_order(row, *needed[row["skill_code"]]))
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["course_id"] or row["session_id"], row)
    best = enumerate(list(first.values())[:SESSIONS], start=1)
    return [{"rank": place, **hide_few(row, {"graduates_count": ()})} for place, row in best]


def session_order(row: Row, place: int, needed_level: int | None) -> tuple[int, int, bool, float, str]:
    """What a session is sorted by, `place` being its skill's among the needs."""
    level, rate = row["skill_level"], row["expected_rate_0_1"]
    fit = 1
    if level is not None and needed_level is not None:
        fit = 0 if level >= needed_level - 1 else 2
    return place, fit, rate is None, -(rate or 0.0), row["session_id"]
