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
from dashboards.lookups import Row, occupations_by_code, one_row, plain, require_published
from dashboards.places import as_lines
from dashboards.suppression import SMALLEST_SHOWN
from lake.contracts import gold, serving, silver
from lake.publication import Pointer
from lake.settings import Settings
from lake.titles import COLUMNS, TitleLinker, split_outside_parentheses

CANDIDATES = 5
SESSIONS = 5
TITLES = 8
EXACT = 0.9999
"""Similarity from which a title is one that the dictionary knows."""
_CODE = re.compile(r"\d{4}")
_FACTS = (
    "occupation_code",
    "occupation_name",
    "typical_education_code",
    "open_postings_count",
    "openings_count",
    "wage_median_krw_month",
    "outlook_code",
)
_PEOPLE = {
    "seekers_count": ("tightness_ratio",),
    "same_people_hires_12m_count": (),
    "same_people_hires_prior_12m_count": (),
}
"""Counts of people → what would give them away: hidden together below ten people."""
_NEED = ("skill_code", "skill_name", "skill_level", "importance_0_1", "openings_share_0_1", "evidence_codes_text")
_SESSION = (
    "session_id",
    "course_id",
    "course_name",
    "institution_name",
    "skill_code",
    "skill_name",
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
    "expected_rate_0_1",
    "expected_low_0_1",
    "expected_high_0_1",
    "outcome_basis_code",
    "graduates_count",
)


class UnknownOccupation(LookupError):
    """No published occupation has this code."""


class UnlinkableTitle(LookupError):
    """The job dictionary knows nothing like this title."""


def explain_occupation(settings: Settings, pointer: Pointer, text: str) -> dict[str, Any]:
    """The occupation of a title or a four-digit KECO code with its facts, needs and coming sessions; JSON-ready.

    Where the dictionary does not know the very title, or knows it in two groups, `is_certain` is false, the facts are
    the best one's and `candidates` holds up to five. Raises UnlinkableTitle, UnknownOccupation, NotPublished.
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
        "is_certain": not found or is_certain([candidate["score_0_1"] for candidate in found]),
        "candidates": found,
        "occupation": _facts(row),
        "titles": _titles(dictionary, code),
        "skills": needs["NCS"],
        "certificates": needs["CERTIFICATE"],
        "sessions": _sessions(settings, pointer, [need["skill_code"] for need in needs["NCS"]]),
    }
    return {name: plain(value) for name, value in answers.items()}


def is_certain(scores: Sequence[float]) -> bool:
    """Whether one group, and no other, knows the very title.

    Nothing less will do: on the public dictionary a title that is left out and resembles a group by 0.6 and 0.2 more
    than any other belongs to it in 83 of 100 cases only.
    """
    return scores[0] >= EXACT and not (len(scores) > 1 and scores[1] >= EXACT)


def as_text(answers: dict[str, Any]) -> str:
    """The answers as Korean lines for a terminal."""
    told = occupation_facts.occupation(answers)
    lines = [f"기준일 {answers['as_of']} · 실행 {answers['run_id']}"]
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
    best = TitleLinker.from_arrow(rows).top([asked], CANDIDATES)[0] if asked else []
    if not best:
        raise UnlinkableTitle(
            f"{silver.OCCUPATIONS.id}, run {pointer.run_id}: nothing like the title {asked!r}; expected a job title "
            "(웹퍼블리셔) or a four-digit KECO code (1333): try a plainer title"
        )
    details = occupations_by_code(settings, pointer, [code for code, _ in best])
    return [
        {
            "occupation_code": code,
            "occupation_name": details.get(code, {}).get("occupation_name"),
            "score_0_1": round(score, 6),
        }
        for code, score in best
    ]


def _facts(row: Row) -> Row:
    """The occupation's own facts; counts of one to nine people are hidden with what gives them away."""
    facts = {name: row[name] for name in _FACTS}
    hidden: list[str] = []
    for name, more in _PEOPLE.items():
        if row[name] is not None and 0 < row[name] < SMALLEST_SHOWN:
            hidden += [name, *more]
    for name in (name for count, more in _PEOPLE.items() for name in (count, *more)):
        facts[name] = None if name in hidden else row[name]
    return {**facts, "hidden": hidden}


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


def _sessions(settings: Settings, pointer: Pointer, skill_codes: Sequence[str]) -> list[Row]:
    """Coming sessions that teach a needed skill: one a course, highest expected rate first, unknown rates last."""
    if not skill_codes:
        return []
    taught = pads.field("skill_code").isin(list(skill_codes))
    rows = published(settings, pointer, serving.COURSES.id).to_table(columns=list(_SESSION), filter=taught).to_pylist()
    rows.sort(key=lambda row: (row["expected_rate_0_1"] is None, -(row["expected_rate_0_1"] or 0.0), row["session_id"]))
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["course_id"] or row["session_id"], row)
    return [{"rank": place, **row} for place, row in enumerate(list(first.values())[:SESSIONS], start=1)]
