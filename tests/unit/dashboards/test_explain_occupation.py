"""An occupation by a title in free text or by its code: facts, needs and coming sessions from the published rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
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
    owners,
    session_order,
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


def _session(name: str, **values: Any) -> dict[str, Any]:
    return {"session_id": name, "skill_level": None, "expected_rate_0_1": None} | values


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((_session("B", skill_level=1), 0, 5), (_session("A", skill_level=5, expected_rate_0_1=0.9), 1, 5)),
        ((_session("B", skill_level=4), 0, 5), (_session("A", skill_level=3, expected_rate_0_1=0.9), 0, 5)),
        ((_session("B", skill_level=4), 0, 5), (_session("A", expected_rate_0_1=0.9), 0, 5)),
        ((_session("B"), 0, 5), (_session("A", skill_level=3, expected_rate_0_1=0.9), 0, 5)),
        ((_session("B", expected_rate_0_1=0.7), 0, None), (_session("A", expected_rate_0_1=0.6), 0, None)),
        ((_session("B", expected_rate_0_1=0.0), 0, None), (_session("A"), 0, None)),
        ((_session("A"), 0, None), (_session("B"), 0, None)),
    ],
)
def test_sessions_go_by_importance_then_level_then_rate(before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
    assert session_order(*before) < session_order(*after)


def test_sessions_of_the_most_important_skill_come_first(settings: Settings, pointer: Pointer) -> None:
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
    assert "직업사전에서 '상담원'에 해당하는 직업이 둘 이상입니다." in text
    assert "직업상담사 (0232) — 닮은 정도 100점" in text
    assert text.index("직업상담사 (0232)") < text.index("■ 가장 가까운 직업: 사회복지사 (0231)")


@pytest.mark.parametrize("asked", ["홈페이지제작자", "홈 페이지 제작자", "직업 상담사"])
def test_blanks_do_not_make_a_title_uncertain(settings: Settings, pointer: Pointer, asked: str) -> None:
    answers = explain_occupation(settings, pointer, asked)
    assert answers["is_certain"]
    assert (answers["candidates"][0]["score_0_1"], answers["candidates"][0]["is_exact"]) == (1.0, True)


def test_a_title_that_is_only_alike_shows_the_candidates_before_the_nearest(
    settings: Settings, pointer: Pointer
) -> None:
    answers = explain_occupation(settings, pointer, "웹퍼블리셔 보조")
    text = as_text(answers)
    assert not answers["is_certain"]
    assert "직업사전에 '웹퍼블리셔 보조' 그대로의 직업명은 없습니다." in text
    assert text.index("웹개발자 (0261) — 닮은 정도") < text.index("■ 가장 가까운 직업: 웹개발자 (0261)")
    page = html.fromstring(occupation_page.render(answers))
    assert page.xpath("string(//h1)") == "직업 알아보기: 웹퍼블리셔 보조"
    assert page.xpath("string(//section[@id='facts']/h2)") == "가장 가까운 직업: 웹개발자 (0261)"


@pytest.mark.parametrize(
    ("exact", "sure"), [([True], True), ([True, False], True), ([True, True], False), ([False, False], False)]
)
def test_only_the_very_title_of_one_group_is_certain(exact: list[bool], sure: bool) -> None:
    assert is_certain([{"is_exact": one} for one in exact]) is sure


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("요양보호사", {"5501"}),
        ("요양 보호사", {"5501"}),
        ("간병인", {"5501", "5502"}),
        ("간병인, 요양보호사", {"5501"}),
        ("요양보호사 보조", set()),
        ("12", set()),
    ],
)
def test_a_group_owns_a_text_whose_every_title_it_knows_but_for_blanks(asked: str, codes: set[str]) -> None:
    columns: dict[str, list[Any]] = {
        "occupation_code": ["5501", "5502"],
        "occupation_name": ["요양 보호사 및 간병인", "육아 도우미"],
        "title": ["요양 보호사", "육아 도우미"],
        "similar_titles_text": ["간병인", "간병인"],
    }
    assert owners(pa.table(columns), asked) == codes


def test_text_tells_every_number_of_the_rows(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_occupation(settings, pointer, "사회복지사"))
    for said in (
        "통상 학력: 대졸(4년)",
        "지금 모집(전국): 공고 3건, 9명",
        "희망 구직자(전국): 72명",
        "구인배수: 구직자 1명에 0.1개",
        "제시임금 중간값: 월 285만원",
        "취업 추이: 늘고 있음(그 전 12개월 1,050명 → 최근 12개월 1,200명)",
        "총무 — 중요도 80점 · 수준 5단계(8단계 가운데) · 모집인원의 25%가 찾음 · 근거: 직업사전·직무데이터, 구인공고",
        "사례관리 — 중요도 30점 · 수준 자료 없음 · 찾는 모집인원 자료 없음 · 근거: 훈련과정",
        "사회조사분석사 2급 — 중요도 50점 · 수준 5단계(8단계 가운데) · 모집인원의 1% 미만이 찾음",
        "1. 사회복지 실무 — 채우는 역량: 총무",
        "6개월 취업률: 수료자 100명 가운데 약 62명",
        "2. 사례관리 입문 — 채우는 역량: 사례관리",
        "6개월 취업률: 자료 없음",
        "두 해가 시작되기 전에 등록한 구직자",
        "5% 이상이고 우연으로 보기 어려울 때만",
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
