"""One seeker's page as a counsellor reads it: the same answers, the parts of each number, what to ask in the talk.

Do not put here: look-ups (explain.py), sentences (counsellor_words.py, counsellor_checks.py). The key is not on the
page: it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import counsellor_words, data_sources, texts, wording
from dashboards.counsellor_checks import checks
from dashboards.page import render_page
from dashboards.person_page import excluded_traits


@dataclass(frozen=True)
class Told:
    """Everything a counsellor reads besides the seeker's own services; without a chance there are no parts."""

    checks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    details: tuple[counsellor_words.Detail, ...]
    eligibility: counsellor_words.Detail | None
    versions: counsellor_words.Detail


def told(answers: dict[str, Any], services: tuple[wording.Service, ...]) -> Told:
    """What the page and the terminal say alike."""
    titles = {service.code: service.title for service in services}
    employment = answers["employment"]
    has_chance = employment["answer_code"] == "OK"
    details: tuple[counsellor_words.Detail, ...] = ()
    if has_chance:
        details = (counsellor_words.parts(employment), counsellor_words.changes(employment))
    return Told(
        checks=checks(answers, titles),
        facts=counsellor_words.chance_facts(employment) if has_chance else (),
        details=tuple(detail for detail in details if detail.rows),
        eligibility=counsellor_words.eligibility(answers["jobs"]) if answers["jobs"]["places"] else None,
        versions=counsellor_words.versions(answers, titles),
    )


def render(answers: dict[str, Any]) -> str:
    """The page of `answers` as made by explain.explain_seeker."""
    words, services = texts.load("person"), wording.services(answers)
    return render_page(
        "counsellor.html.j2",
        title=texts.load("counsellor")["title"],
        t=words,
        c=texts.load("counsellor"),
        answers=answers,
        services=services,
        told=told(answers, services),
        reviews=wording.review_lines(answers),
        is_synthetic=answers["is_synthetic"],
        synthetic_text=words["synthetic"],
        not_used=excluded_traits(answers["model_inputs"]),
        sources=data_sources.told(answers["sources"]),
        day=texts.day(answers["as_of"]),
        clock=wording.clock_line(answers["as_of"]),
    )


def as_text(answers: dict[str, Any]) -> str:
    """What the seeker's page does not say, as Korean lines for a terminal."""
    words, services = texts.load("counsellor"), wording.services(answers)
    found = told(answers, services)
    lines = [f"■ {words['title']}", f"  {words['notice']}", f"  {words['use']}"]
    lines += ["", f"■ {words['checks']['title']}", *(f"  □ {check}" for check in found.checks)]
    if found.facts:
        lines += ["", f"■ {words['chance']['title']}", *(f"  {name}: {text}" for name, text in found.facts)]
    for detail in (*found.details, *((found.eligibility,) if found.eligibility else ()), found.versions):
        lines += ["", f"■ {detail.title}", *([f"  {detail.note}"] if detail.note else [])]
        rows = (*detail.rows, *((detail.total,) if detail.total else ()))
        lines += [f"  {' · '.join(cell for cell in row if cell)}" for row in rows]
    return wording.printable(lines)
