"""What people read is plain: short sentences, no cause or promise, no advice on protected traits, no internal code."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pyarrow.dataset as pads
import pytest
from lxml import html

from dashboards import catalog, counsellor_page, lookups, person_page, posting_page, seeker_employment, texts
from dashboards.counsellor_checks import checks
from dashboards.explain import answers_of
from dashboards.explain_posting import explain_posting
from dashboards.texts import load
from dashboards.wording import services
from lake.publication import Pointer
from lake.settings import Settings
from tests.page_numbers import made, plain
from tests.page_numbers.reading import OWN_TEXTS
from tests.unit.dashboards.conftest import seeker_key

SENTENCES = [
    (f"{name}.{where}", text)
    for name in OWN_TEXTS
    for where, text in plain.strings(load(name))
    if not where.endswith(".group")
]
NAMES = ("codes.", "factors.age_years.name")
"""Names of occupations and fields, and of the one input that may be age: not advice."""
FOR_COUNSELLORS = ("counsellor.parts.note",)


@pytest.fixture(scope="module")
def answered(settings: Settings, pointer: Pointer) -> list[dict[str, Any]]:
    """The answers of made-up people with every code and every state."""
    in_memory = cache(lambda table_id: pads.dataset(catalog.published(settings, pointer, table_id).to_table()))
    inputs = seeker_employment.model_inputs(settings, pointer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookups, "published", lambda _, __, table_id: in_memory(table_id))
        patch.setattr(seeker_employment, "model_inputs", lambda *_: inputs)
        rows = map(made.seeker_rows, range(made.ROWS))
        return [answers_of(settings, pointer, seeker_key(n), row) for n, row in enumerate(rows)]


@pytest.fixture(scope="module")
def seeker_pages(answered: list[dict[str, Any]]) -> list[str]:
    return [_said(person_page.render(answers)) for answers in answered]


@pytest.fixture(scope="module")
def counsellor_pages(answered: list[dict[str, Any]]) -> list[str]:
    return [_said(counsellor_page.render(answers)) for answers in answered]


def _said(page: str) -> str:
    """The page's words, a blank between elements; styles left out."""
    return " ".join(" ".join(html.fromstring(page).xpath("//body//text()")).split())


@pytest.mark.parametrize(("where", "text"), SENTENCES)
def test_no_sentence_runs_on(where: str, text: str) -> None:
    assert [one for one in plain.sentences(text) if len(one) > plain.LONGEST_SENTENCE] == []


@pytest.mark.parametrize(("where", "text"), SENTENCES)
def test_no_text_names_a_cause_or_promises(where: str, text: str) -> None:
    assert plain.claims(text) == []


@pytest.mark.parametrize(("where", "text"), [one for one in SENTENCES if not one[0].startswith(NAMES)])
def test_no_text_speaks_of_a_protected_trait(where: str, text: str) -> None:
    assert plain.PROTECTED.findall(text) == []


@pytest.mark.parametrize(("where", "text"), [one for one in SENTENCES if one[0] not in FOR_COUNSELLORS])
def test_no_text_uses_jargon(where: str, text: str) -> None:
    assert plain.jargon(re.sub(r"\{\w+\}", "", text)) == []


@pytest.mark.parametrize(
    "claim",
    ["자격증을 따면 취업률이 높아집니다.", "이 훈련의 효과로 취업합니다.", "월급이 원인입니다.", "취업을 보장합니다."],
)
def test_a_claim_would_be_seen(claim: str) -> None:
    assert plain.claims(claim) == [claim]


def test_pages_of_every_code_name_no_cause(seeker_pages: list[str], counsellor_pages: list[str]) -> None:
    assert [plain.claims(page) for page in (*seeker_pages, *counsellor_pages) if plain.claims(page)] == []


def test_pages_of_every_code_have_no_two_decimals(seeker_pages: list[str], counsellor_pages: list[str]) -> None:
    assert [found for page in (*seeker_pages, *counsellor_pages) for found in re.findall(r"\d\.\d\d", page)] == []


def test_a_seeker_reads_no_code_and_no_key(answered: list[dict[str, Any]], seeker_pages: list[str]) -> None:
    for answers, page in zip(answered, seeker_pages, strict=True):
        known = {answers["run_id"], *_titles(answers)}
        for name in sorted(known, key=len, reverse=True):
            page = page.replace(" ".join(name.split()), "")
        assert plain.jargon(page) == []
        assert not re.search(r"[0-9a-f]{32}|\b[A-Z]+_[A-Z_]+\b", page)


def _titles(answers: dict[str, Any]) -> set[str]:
    """Names that come from a source as they are: titles of postings and courses, skills without a name."""
    found = {place["title"] for place in answers["jobs"].get("places", []) if place["title"]}
    return {"".join(mark for mark in title) for title in found}


def test_protected_traits_stand_only_where_they_are_called_unused(
    seeker_pages: list[str], counsellor_pages: list[str]
) -> None:
    not_used = load("person")["data"]["not_used"]
    for page in (*seeker_pages, *counsellor_pages):
        rest = re.sub(rf"{not_used}: [^.]*\.", "", page)
        assert not_used in page
        assert plain.PROTECTED.findall(rest) == []


def test_no_advice_of_any_row_speaks_of_a_protected_trait(answered: list[dict[str, Any]]) -> None:
    for answers in answered:
        told = services(answers)
        advice = [change.title + change.said for service in told for change in service.changes]
        advice += [reason.action for service in told for group in service.reason_groups for reason in group.reasons]
        advice += checks(answers, {service.code: service.title for service in told})
        assert plain.PROTECTED.findall(" ".join(advice)) == []


def test_at_most_three_reasons_stand_on_each_side(answered: list[dict[str, Any]]) -> None:
    for answers in answered:
        reasons = [reason for group in services(answers)[0].reason_groups for reason in group.reasons]
        assert sum(reason.is_for for reason in reasons) <= 3
        assert sum(not reason.is_for for reason in reasons) <= 3
        assert all(reason.value and reason.reference and reason.usual for reason in reasons)


def test_only_what_a_person_can_change_is_called_changeable(answered: list[dict[str, Any]]) -> None:
    for answers in answered:
        for group in services(answers)[0].reason_groups:
            names = {reason.name for reason in group.reasons}
            own = {factor["name"] for factor in load("factors").values() if factor["group"] == group.code}
            assert names <= own


def test_an_employers_page_is_as_plain(settings: Settings, pointer: Pointer) -> None:
    page = _said(posting_page.render(explain_posting(settings, pointer, "P1")))
    assert plain.claims(page) == []
    assert not re.search(r"\d\.\d\d|[0-9a-f]{32}|\b[A-Z]+_[A-Z_]+\b", page)
    assert texts.day(pointer.as_of.isoformat()) in page
