"""A posting's page: facts, sharing, talents in words, rights of the people shown, nothing unescaped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html

from dashboards import posting_page
from dashboards.explain_posting import explain_posting
from lake.contracts import features
from lake.contracts.answers import TALENT_PLACES
from lake.contracts.model import Privacy
from lake.publication import Pointer
from lake.settings import Settings
from matching.candidates import JOB_COLUMNS
from tests.unit.dashboards.addresses import leading_out


@pytest.fixture(scope="module")
def answers(settings: Settings, pointer: Pointer) -> dict[str, Any]:
    return explain_posting(settings, pointer, "P1")


@pytest.fixture(scope="module")
def page(answers: dict[str, Any]) -> str:
    return posting_page.render(answers)


def _said(page: str, section: str = "") -> str:
    where = f"//section[@id='{section}']" if section else "//body"
    return " ".join(html.fromstring(page).xpath(f"string({where})").split())


def test_sections_stand_in_order_and_the_language_is_korean(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.get("lang") == "ko"
    assert tree.xpath("//main//section/@id") == ["posting", "sharing", "talents", "data", "rights"]


def test_the_postings_own_facts_are_told(page: str) -> None:
    said = _said(page, "posting")
    for words in ("직업사회복지사", "근무지역서울", "모집인원3명", "최소 학력대졸(4년)", "경력 조건경력 2년 이상"):
        assert words in said
    assert "이 직종의 지난 지원지원 100건 가운데 약 6건이 채용" in said


def test_candidates_share_and_exposure_before_and_after_are_told(page: str) -> None:
    said = _said(page, "sharing")
    for words in (
        "후보에 든 구직자80명",
        "모집인원에 맞춘 몫36명",
        "점수만으로 골랐다면72명",
        "추천받은 구직자36명",
    ):
        assert words in said
    assert "점수에서 1.2점을 빼고" in said


def test_each_talent_has_its_place_its_numbers_and_its_conditions_in_words(page: str) -> None:
    first, second = html.fromstring(page).xpath("//section[@id='talents']//li[@class='card']")
    said = " ".join(first.text_content().split())
    assert "1. 인재" in said
    assert "종합 5.6점" in said
    assert "지원 100건 가운데 약 8건이 채용" in said
    assert "공고가 요구한 자격증이 있음" in said
    assert "희망임금을 적지 않음(임금 협의)" in said
    assert "구직자에게이 공고를 추천했음" in said
    assert "구직자에게이 공고를 추천하지 않았음" in " ".join(second.text_content().split())
    assert "확인할 조건" not in second.text_content()


def test_ai_data_rights_and_contact_are_there(page: str) -> None:
    said = _said(page)
    for words in (
        "인공지능(AI)",
        "공개에 스스로 동의한",
        "동의 철회",
        "제37조의2",
        "사람의 재검토",
        "1350",
        "합성 데이터",
    ):
        assert words in said


def test_what_is_called_left_out_is_read_by_no_step_of_matching(page: str) -> None:
    assert "넣지 않은 것: 성별, 나이(연령대), 외국인, 장애." in _said(page, "data")
    protected = {column.name for column in features.SEEKERS.columns if column.privacy is Privacy.SENSITIVE}
    assert protected.isdisjoint(JOB_COLUMNS)


def test_without_a_candidate_the_reason_stands_there(settings: Settings, pointer: Pointer) -> None:
    silent = posting_page.render(explain_posting(settings, pointer, "P2"))
    assert "결과가 없습니다. 조건이 맞고 인재정보 공개에 동의한 구직자가 없습니다." in _said(silent, "talents")
    assert html.fromstring(silent).xpath("//li[@class='card']") == []


def test_a_title_with_a_script_is_shown_as_text_and_nothing_is_loaded(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.xpath("//script | //*[@style] | //@*[starts-with(name(), 'on')]") == []
    assert "<script>alert(1)</script>" in _said(page)
    assert leading_out(page) == []


def test_headings_go_down_one_level_at_a_time(page: str) -> None:
    levels = [int(found.tag[1]) for found in html.fromstring(page).iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_no_key_of_a_person_is_on_the_page(page: str) -> None:
    assert not re.search("[0-9a-f]{32}", page)


def test_a_page_of_twenty_talents_is_small(answers: dict[str, Any]) -> None:
    talents = [answers["talents"][0] | {"rank": rank} for rank in range(1, TALENT_PLACES + 1)]
    full = posting_page.render(answers | {"talents": talents})
    assert len(html.fromstring(full).xpath("//li[@class='card']")) == TALENT_PLACES
    assert len(full.encode()) < 300_000
