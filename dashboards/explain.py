"""One person's published answers: looked up by key, and told in the terminal.

Reads the serving tables one pointer names. Do not put here: what one service's rows hold (seeker_*.py), HTML
(person_page.py), sentences (wording.py).
"""

from __future__ import annotations

from typing import Any

from dashboards import data_sources, seeker_employment, seeker_jobs, seeker_occupations, seeker_skills, texts, wording
from dashboards.gap_words import gap_lines
from dashboards.lookups import IncompleteAnswers, Row, one_row, plain, require_published
from dashboards.places import as_lines
from lake.contracts import serving
from lake.contracts.rights import REVIEW
from lake.publication import Pointer
from lake.settings import Settings

_SERVICES = {
    "employment": (serving.SEEKER_EMPLOYMENT.id, seeker_employment.employment),
    "occupations": (serving.SEEKER_OCCUPATIONS.id, seeker_occupations.occupations),
    "jobs": (serving.SEEKER_JOBS.id, seeker_jobs.jobs),
    "gaps": (serving.SEEKER_SKILL_GAPS.id, seeker_skills.gaps),
    "courses": (serving.SEEKER_COURSES.id, seeker_skills.courses),
    "certificates": (serving.SEEKER_CERTIFICATES.id, seeker_skills.certificates),
}
"""Service → its serving table, and what turns the row into an answer with names."""


_REVIEW = tuple(column.name for column in REVIEW)


class UnknownSeeker(LookupError):
    """No published row has this key."""


def explain_seeker(settings: Settings, pointer: Pointer, key: str) -> dict[str, Any]:
    """The six answers of one seeker with the names of occupations, postings, skills and courses; JSON-ready.

    Raises UnknownSeeker, NotPublished. The key is never repeated in an error: it belongs to a person.
    """
    require_published(pointer, *(table_id for table_id, _ in _SERVICES.values()))
    rows = {name: one_row(settings, pointer, table_id, key) for name, (table_id, _) in _SERVICES.items()}
    missing = [_SERVICES[name][0] for name, row in rows.items() if row is None]
    if len(missing) == len(rows):
        raise UnknownSeeker(
            f"serving tables of run {pointer.run_id}: no row for this key (32 hexadecimal digits expected); the "
            "person is not registered, opted out of automated evaluation, had processing stopped, or the key is of "
            "another lake"
        )
    if missing:
        raise IncompleteAnswers(f"run {pointer.run_id}: one seeker has no row in {missing}; run: goyong verify")
    return answers_of(settings, pointer, key, {name: row for name, row in rows.items() if row is not None})


def answers_of(settings: Settings, pointer: Pointer, key: str, rows: dict[str, Row]) -> dict[str, Any]:
    """The answers of a seeker's six rows, by service; JSON-ready."""
    answers = {
        "seeker_key": key,
        "run_id": pointer.run_id,
        "as_of": pointer.as_of,
        "is_synthetic": pointer.is_synthetic,
        "model_inputs": seeker_employment.model_inputs(settings, pointer),
        "sources": data_sources.delivered_dates(settings, pointer, data_sources.SEEKER),
        "reviews": {
            name: {column: row[column] for column in _REVIEW}
            for name, row in rows.items()
            if row.get("review_state_code")
        },
        **{name: read(settings, pointer, rows[name]) for name, (_, read) in _SERVICES.items()},
    }
    return {name: plain(value) for name, value in answers.items()}


def as_text(answers: dict[str, Any]) -> str:
    """The answers as Korean lines for a terminal; control characters of a source (a posting's title) are dropped."""
    lines = [wording.head_line(answers)]
    lines += ["※ 합성 데이터로 만든 결과입니다. 실제 사람이 아닙니다."] if answers["is_synthetic"] else []
    lines += [f"※ {line}" for line in wording.review_lines(answers)]
    for service in wording.services(answers):
        lines += ["", f"■ {service.title}", f"  {service.lead}"]
        lines += [f"  {line}" for line in service.notes]
        for group in service.reason_groups:
            lines.append(f"  [{group.label}]")
            lines += [
                f"   {r.sign} {r.name}: {r.value} ({r.usual} {r.reference}) — {r.tendency}" for r in group.reasons
            ]
        lines += _change_lines(service)
        for gap in service.gaps:
            lines += gap_lines(gap)
        for place in service.places:
            lines.append(f"  {place.rank}. {place.title} — {place.score}")
            lines += as_lines(place)
        lines += [f"  ({sentence})" for sentence in service.reading]
    lines += _data_lines(answers)
    lines += ["", wording.rights_line(), wording.clock_line(answers["as_of"])]
    return wording.printable(lines)


def _data_lines(answers: dict[str, Any]) -> list[str]:
    """Until when each source was delivered."""
    found = data_sources.told(answers["sources"])
    title = texts.load("person")["data"]["until"]
    return ["", f"■ {title}", *(f"  {until}: {names}" for until, names in found)] if found else []


def _change_lines(service: wording.Service) -> list[str]:
    """What could be different, and what is missing for the wanted occupation."""
    words = texts.load("person")["changes"]
    lines = [f"  [{words['title']}]", f"   {words['note']}"] if service.changes else []
    for change in service.changes:
        lines += [f"   · {change.title}", f"     {change.said}", *([f"     {change.note}"] if change.note else [])]
    return lines + ([f"  {service.missing_title}: {service.missing}"] if service.missing else [])
