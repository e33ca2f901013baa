"""One posting's published talents: looked up by number, names filled in, and told in the terminal.

Reads the serving tables one pointer names. Do not put here: HTML (posting_page.py), sentences (posting_words.py).
"""

from __future__ import annotations

from typing import Any

from dashboards import data_sources, places, posting_words, wording
from dashboards.lookups import (
    IncompleteAnswers,
    Row,
    list_places,
    occupations_by_code,
    one_row,
    plain,
    require_published,
    rows_by_id,
    split_codes,
)
from lake import tables
from lake.contracts import serving, silver
from lake.contracts.answers import TALENT_PLACES
from lake.publication import Pointer
from lake.settings import Settings

_FACTS = (
    "title",
    "occupation_code",
    "region_code",
    "min_education_code",
    "career_code",
    "min_career_months",
    "required_certificate_name",
    "wage_min_krw_month",
    "employment_type_code",
    "company_size_code",
    "headcount",
    "closing_date",
    "fill_chance_0_1",
)
_SHARING = ("candidates_count", "capacity_count", "exposures_before_count", "exposures_count", "price_0_1")
_TALENT = ("score_0_1", "fit_0_1", "chance_0_1", "is_recommended", "met_codes", "open_codes")


class UnknownPosting(LookupError):
    """No posting of the lake has this number."""


class ClosedPosting(LookupError):
    """The lake knows the posting, but nobody can apply on the published date."""


def explain_posting(settings: Settings, pointer: Pointer, posting_id: str) -> dict[str, Any]:
    """The facts, the sharing and the talents of one open posting; JSON-ready.

    Raises UnknownPosting, ClosedPosting, NotPublished.
    """
    require_published(pointer, serving.POSTING_TALENTS.id)
    posting = one_row(settings, pointer, serving.JOB_POSTINGS.id, posting_id)
    if posting is None:
        raise _not_open(settings, pointer, posting_id)
    row = one_row(settings, pointer, serving.POSTING_TALENTS.id, posting_id)
    if row is None:
        raise IncompleteAnswers(
            f"{serving.POSTING_TALENTS.id}, run {pointer.run_id}: no row for an open posting; run: goyong verify"
        )
    code = posting["occupation_code"]
    occupation = occupations_by_code(settings, pointer, [code]).get(str(code), {})
    answers = {
        "posting_id": posting_id,
        "run_id": pointer.run_id,
        "as_of": pointer.as_of,
        "is_synthetic": pointer.is_synthetic,
        "sources": data_sources.delivered_dates(settings, pointer, data_sources.POSTING),
        "answer_code": row["answer_code"],
        "model_version": row["model_version"],
        "posting": {
            "posting_id": posting_id,
            **{name: posting[name] for name in _FACTS},
            "occupation_name": occupation.get("occupation_name"),
        },
        "sharing": {name: row[name] for name in _SHARING},
        "talents": _talents(row),
    }
    return {name: plain(value) for name, value in answers.items()}


def as_text(answers: dict[str, Any]) -> str:
    """The answers as Korean lines for a terminal; control characters of a source (a posting's title) are dropped."""
    told = posting_words.posting(answers)
    lines = [wording.head_line(answers)]
    lines += ["※ 합성 데이터로 만든 결과입니다. 실제 사람이 아닙니다."] if answers["is_synthetic"] else []
    lines += ["", f"■ {told.title}", *(f"  {name}: {text}" for name, text in told.facts)]
    lines += ["", f"■ {told.sharing_title}", *(f"  {sentence}" for sentence in told.sharing)]
    lines += [f"  {name}: {text}" for name, text in told.sharing_facts]
    lines += ["", f"■ {told.talents_title}", f"  {told.lead}", *(f"  {note}" for note in told.notes)]
    for place in told.places:
        lines += [f"  {place.rank}. {place.title} — {place.score}", *places.as_lines(place)]
    lines += ["", posting_words.consent_line(), wording.rights_line(), wording.clock_line(answers["as_of"])]
    return wording.printable(lines)


def _talents(row: Row) -> list[Row]:
    found = list_places(row, "seeker_key", _TALENT, TALENT_PLACES)
    return [talent | {name: split_codes(talent[name]) for name in ("met_codes", "open_codes")} for talent in found]


def _not_open(settings: Settings, pointer: Pointer, posting_id: str) -> LookupError:
    """Whether the number belongs to a posting that ended or stopped, or to none the lake ever received."""
    known = {}
    if tables.exists(settings, silver.JOB_POSTINGS.id):
        known = rows_by_id(settings, pointer, silver.JOB_POSTINGS.id, "posting_id", [posting_id])
    if not known:
        return UnknownPosting(
            f"{serving.JOB_POSTINGS.id}, run {pointer.run_id}: no posting {posting_id!r}; expected a 구인인증번호 "
            "(wantedAuthNo) of this lake"
        )
    row = known[posting_id]
    return ClosedPosting(
        f"posting {posting_id!r} is not open on {pointer.as_of} (closing date {row['closing_date'] or 'none'}, status "
        f"{row['status_code'] or 'not said'}); talents are sought for open postings only"
    )
