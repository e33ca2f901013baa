"""What is said to an employer about a posting: its facts, how recommendations are shared, who fits and why.

Pure functions from the answers of explain_posting.py to words; the terminal and the page say the same. Do not put
here: markup, or a text that belongs to one code (texts/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import job_words, texts
from dashboards.places import Place, facts, label, point_parts
from lake.contracts import codes

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Posting:
    """A posting in words; without talents `lead` says why and `notes` what can be done."""

    title: str
    facts: Facts
    sharing_title: str
    sharing: tuple[str, ...]
    sharing_facts: Facts
    talents_title: str
    has_talents: bool
    lead: str
    notes: tuple[str, ...]
    places: tuple[Place, ...] = ()


def posting(answers: dict[str, Any]) -> Posting:
    """Everything that is said about one posting."""
    words = texts.load("posting")
    has_talents = answers["answer_code"] == "OK"
    reason = texts.no_result(answers["answer_code"])
    lead = words["talents"]["lead"].format(count=f"{len(answers['talents']):,}")
    return Posting(
        title=job_words.title(answers["posting"]),
        facts=_facts(answers["posting"]),
        sharing_title=words["sharing"]["title"],
        sharing=_sharing(answers["sharing"]),
        sharing_facts=_sharing_facts(answers["sharing"]),
        talents_title=words["talents"]["title"],
        has_talents=has_talents,
        lead=lead if has_talents else reason.why,
        notes=(words["talents"]["note"], words["talents"]["ask"]) if has_talents else (reason.next,),
        places=tuple(_talent(found) for found in answers["talents"]),
    )


def consent_line() -> str:
    """One line about the people shown."""
    return str(texts.load("posting")["rights"]["line"])


def _facts(found: dict[str, Any]) -> Facts:
    words = texts.load("posting")["posting"]
    asked = facts(
        (words["number"], found["posting_id"]),
        (words["education"], label(codes.EDUCATION, found["min_education_code"])),
        (words["career"], _career(found)),
        (words["certificate"], found["required_certificate_name"]),
        (words["fill"], job_words.chance(found["fill_chance_0_1"])),
    )
    return (*job_words.posting_facts(found), *asked)


def _career(found: dict[str, Any]) -> str | None:
    said = label(codes.CAREER, found["career_code"])
    return f"{said} {texts.months(found['min_career_months'])} 이상" if said and found["min_career_months"] else said


def _sharing(sharing: dict[str, Any]) -> tuple[str, ...]:
    """How the sharing changed the number of people who see the posting, and what it took from its score."""
    words = texts.load("posting")["sharing"]
    before, after = sharing["exposures_before_count"] or 0, sharing["exposures_count"] or 0
    kind = "fewer" if after < before else "more" if after > before else "same"
    said = [words[kind].format(before=f"{before:,}", after=f"{after:,}")]
    if sharing["capacity_count"] is not None:
        said[0] += f" {words['share'].format(share=_people(sharing['capacity_count']))}"
    if sharing["price_0_1"]:
        said.append(words["price"].format(points=f"{sharing['price_0_1'] * 100:.1f}"))
    return (*said, words["why"])


def _sharing_facts(sharing: dict[str, Any]) -> Facts:
    words = texts.load("posting")["sharing"]["name"]
    return tuple((words[name], _people(sharing[name])) for name in words if sharing[name] is not None)


def _people(count: float) -> str:
    """Whole people, or a decimal where a share is no whole number."""
    return f"{count:,.1f}".removesuffix(".0") + "명"


def _talent(found: dict[str, Any]) -> Place:
    words = texts.load("posting")["talents"]
    return Place(
        rank=found["rank"],
        title=words["person"],
        score=job_words.score(found["score_0_1"]),
        parts=point_parts(found, (words["fit"], "fit_0_1")),
        facts=facts(
            (words["chance"], job_words.chance(found["chance_0_1"])),
            (words["recommended"], words["yes"] if found["is_recommended"] else words["no"]),
        ),
        met=tuple(texts.condition("employer_met", code) for code in found["met_codes"]),
        open=tuple(texts.condition("employer_open", code) for code in found["open_codes"]),
    )
