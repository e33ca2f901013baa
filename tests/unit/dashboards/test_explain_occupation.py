"""An occupation by a title in free text or by its code: facts, needs and coming sessions from the published rows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import html

from dagster_project import cli, report
from dashboards import occupation_page
from dashboards.explain_occupation import (
    UnknownOccupation,
    UnlinkableTitle,
    as_text,
    explain_occupation,
    is_certain,
)
from lake import publication
from lake.publication import Pointer
from lake.settings import Settings


def test_a_title_of_the_dictionary_is_certain_and_comes_with_its_facts(settings: Settings, pointer: Pointer) -> None:
    answers = explain_occupation(settings, pointer, "사회복지사")
    assert json.loads(json.dumps(answers, ensure_ascii=False)) == answers
    assert answers["is_certain"]
    assert answers["occupation"]["occupation_code"] == "0231"
    assert answers["titles"] == ["상담원", "복지상담원", "사회복지사"]
    assert [need["skill_name"] for need in answers["skills"]] == ["총무", "사례관리"]
    assert [need["skill_name"] for need in answers["certificates"]] == ["사회조사분석사 2급"]


def test_spelling_and_spaces_do_not_matter(settings: Settings, pointer: Pointer) -> None:
    assert explain_occupation(settings, pointer, " 홈페이지 제작자 ")["occupation"]["occupation_code"] == "0261"


def test_sessions_with_a_known_rate_come_first(settings: Settings, pointer: Pointer) -> None:
    sessions = explain_occupation(settings, pointer, "0231")["sessions"]
    assert [(one["rank"], one["session_id"], one["expected_rate_0_1"]) for one in sessions] == [
        (1, "S1", 0.62),
        (2, "S2", None),
    ]


def test_a_title_that_two_groups_know_is_not_certain_and_shows_both(settings: Settings, pointer: Pointer) -> None:
    answers = explain_occupation(settings, pointer, "상담원")
    assert not answers["is_certain"]
    assert [(one["occupation_code"], one["score_0_1"]) for one in answers["candidates"][:2]] == [
        ("0231", 1.0),
        ("0232", 1.0),
    ]
    text = as_text(answers)
    assert "꼭 맞는 직업명은" in text
    assert "직업상담사 (0232) — 닮은 정도 100점" in text
    assert "■ 사회복지사 (0231)" in text


@pytest.mark.parametrize(("scores", "sure"), [([1.0], True), ([1.0, 0.9], True), ([1.0, 1.0], False), ([0.9], False)])
def test_only_the_very_title_of_one_group_is_certain(scores: list[float], sure: bool) -> None:
    assert is_certain(scores) is sure


def test_text_tells_every_number_of_the_rows(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_occupation(settings, pointer, "사회복지사"))
    for said in (
        "통상 학력: 대졸(4년)",
        "지금 모집(전국): 공고 3건, 9명",
        "희망 구직자(전국): 72명",
        "구인배수: 0.1배",
        "제시임금 중간값: 월 285만원",
        "취업 추이: 늘고 있음(그 전 12개월 1,050명 → 최근 12개월 1,200명)",
        "총무 — 중요도 80점 · NCS 5수준 · 모집인원의 25%가 찾음 · 근거: 직업사전·직무데이터, 구인공고",
        "사례관리 — 중요도 30점 · 수준 자료 없음 · 찾는 모집인원 자료 없음 · 근거: 훈련과정",
        "사회조사분석사 2급 — 중요도 50점 · NCS 5수준 · 모집인원의 1% 미만이 찾음",
        "1. 사회복지 실무 — 추정 취업률 62%",
        "2. 사례관리 입문 — 추정 취업률 자료 없음",
        "약속이 아닙니다",
    ):
        assert said in text


def test_fewer_than_ten_people_are_hidden_with_what_gives_them_away(settings: Settings, pointer: Pointer) -> None:
    answers = explain_occupation(settings, pointer, "0261")
    facts = answers["occupation"]
    assert (facts["seekers_count"], facts["tightness_ratio"], facts["same_people_hires_12m_count"]) == (
        None,
        None,
        None,
    )
    text = as_text(answers)
    assert "희망 구직자(전국): 비공개" in text
    assert "구인배수: 비공개" in text


def test_an_occupation_without_needs_says_no_data(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_occupation(settings, pointer, "0232"))
    assert "필요한 역량은 자료 없음." in text
    assert "제시임금 중간값: 자료 없음" in text


@pytest.mark.parametrize("title", ["ㅋㅋ", "   ", "12", "등대지기"])
def test_a_title_that_nothing_resembles_is_an_error(settings: Settings, pointer: Pointer, title: str) -> None:
    with pytest.raises(UnlinkableTitle, match="nothing like the title") as caught:
        explain_occupation(settings, pointer, title)
    assert cli._exit_code(caught.value) == 1


def test_a_code_that_was_not_published_is_an_error(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(UnknownOccupation, match="no occupation '9999'") as caught:
        explain_occupation(settings, pointer, "9999")
    assert cli._exit_code(caught.value) == 1


def test_the_page_is_korean_has_no_script_and_asks_nobody(settings: Settings, pointer: Pointer) -> None:
    page = occupation_page.render(explain_occupation(settings, pointer, "상담원"))
    tree = html.fromstring(page)
    assert tree.get("lang") == "ko"
    assert tree.xpath("//script | //*[@style]") == []
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']+""", page) == []
    assert tree.xpath("//main//section/@id") == ["facts", "needs-1", "needs-2", "sessions"]
    levels = [int(found.tag[1]) for found in tree.iter("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_command_prints_text_or_json_or_writes_a_page(
    settings: Settings, pointer: Pointer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "current", lambda _: pointer)
    page = tmp_path / "occupation.html"
    assert "■ 사회복지사 (0231)" in report.explain_occupation(settings, "사회복지사", as_json=False, html=None)
    assert json.loads(report.explain_occupation(settings, "0231", as_json=True, html=None))["asked"] == "0231"
    assert report.explain_occupation(settings, "0231", as_json=False, html=page) == f"wrote {page}"
    assert "직업 알아보기: 사회복지사" in page.read_text(encoding="utf-8")
