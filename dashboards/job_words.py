"""What is said about a posting: its facts, the chance of an application, its score and why it was chosen.

Shared by a seeker's five jobs (wording.py) and an employer's posting (posting_words.py). Do not put here: markup, or
a text that belongs to one code (texts/).
"""

from __future__ import annotations

from typing import Any

from dashboards import texts
from dashboards.places import Place, facts, label, point_parts, region, wage
from lake.contracts import codes

_USEFULNESS = ("wage_value_0_1", "distance_value_0_1", "occupation_value_0_1", "permanence_value_0_1")


def lead(answer: dict[str, Any]) -> str:
    """How many postings were looked at."""
    return str(_words()["lead"]).format(count=f"{answer['eligible_postings_count'] or 0:,}")


def notes(answer: dict[str, Any]) -> tuple[str, ...]:
    """What the search rests on."""
    return (texts.job_basis(answer["basis_code"]),) if answer["basis_code"] else ()


def reading(answer: dict[str, Any]) -> tuple[str, ...]:
    """How to read the score, and how many of the places the sharing put there."""
    said = [_words()["score"]]
    if answer["shared_out_count"]:
        count = {"places": len(answer["places"]), "count": answer["shared_out_count"]}
        said.append(_words()["shared"].format(**count))
    return tuple(said)


def place(found: dict[str, Any]) -> Place:
    """One of the five postings."""
    words = _words()
    return Place(
        rank=found["rank"],
        title=title(found),
        score=score(found["score_0_1"]),
        parts=point_parts(found, (words["fit"], "fit_0_1"), (words["usefulness"], "usefulness_0_1")),
        inner=point_parts(found, *((words["value"][name], name) for name in _USEFULNESS)),
        facts=facts((words["chance"], chance(found["chance_0_1"]))) + posting_facts(found),
        met=tuple(texts.condition("met", code) for code in found["met_codes"]),
        open=tuple(texts.condition("open", code) for code in found["open_codes"]),
        pulled=tuple(texts.condition("pull", code) for code in found["pull_codes"]),
    )


def title(posting: dict[str, Any]) -> str:
    """The posting's own title; without one its number."""
    return posting["title"] or f"공고 {posting['posting_id']}"


def posting_facts(posting: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What every reader of a posting wants to know first."""
    headcount = None if posting["headcount"] is None else f"{posting['headcount']:,}명"
    return facts(
        ("직업", posting["occupation_name"]),
        ("근무지역", region(posting)),
        ("임금", wage(posting["wage_min_krw_month"], " 이상")),
        ("고용형태", label(codes.EMPLOYMENT_TYPE, posting["employment_type_code"])),
        ("기업규모", label(codes.COMPANY_SIZE, posting["company_size_code"])),
        ("모집인원", headcount),
        ("마감일", texts.day(posting["closing_date"]) if posting["closing_date"] else "채용시까지"),
    )


def score(score_0_1: float) -> str:
    """The whole score: chance × usefulness is small, so a decimal tells places apart."""
    return f"종합 {score_0_1 * 100:.1f}점"


def chance(chance_0_1: float | None) -> str | None:
    """The chance of one application as hires of a hundred applications; a person applies once, not a hundred times."""
    if chance_0_1 is None:
        return None
    words = _words()["applications"]
    hires = round(chance_0_1 * 100)
    if hires < 1:
        return str(words["none"])
    return str(words["nearly_all"] if hires > 99 else words["some"].format(count=hires))


def _words() -> dict[str, Any]:
    found: dict[str, Any] = texts.load("person")["jobs"]
    return found
