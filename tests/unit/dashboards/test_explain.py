"""One person's answers come from the published rows, with names, and are told in plain Korean."""

from __future__ import annotations

import json

import pytest

from dashboards.explain import UnknownSeeker, as_text, explain_seeker
from lake.publication import Pointer
from lake.settings import Settings

SEOUL = f"{0:032x}"
JEJU = f"{56:032x}"
WITHOUT = f"{71:032x}"


def test_four_answers_with_names_are_json(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, SEOUL)
    assert json.loads(json.dumps(answers, ensure_ascii=False)) == answers
    assert answers["employment"]["probability_0_1"] == 0.6
    assert answers["occupations"]["places"][0]["occupation_name"] == "사회복지사"
    assert [place["posting_id"] for place in answers["jobs"]["places"]] == ["P1", "P2"]
    assert answers["courses"]["missing_skills"] == [{"skill_code": "02010101", "skill_name": "총무"}]
    assert answers["courses"]["places"][0]["course_name"] == "사회복지 실무"


def test_text_says_people_of_a_hundred_with_the_range(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, SEOUL))
    assert "비슷한 조건의 구직자 100명 가운데 약 60명이 6개월 안에 취업했습니다." in text
    assert "53명에서 67명 사이" in text


def test_text_says_why_there_is_no_answer(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, WITHOUT))
    assert "판단할 정보가 부족해 계산하지 않았습니다." in text
    assert "부족한 것이 확인되지 않아 추천하지 않았습니다." in text


def test_text_drops_control_characters_of_a_source(settings: Settings, pointer: Pointer) -> None:
    assert "\x1b" not in as_text(explain_seeker(settings, pointer, SEOUL))


def test_unknown_key_is_an_error_that_does_not_repeat_it(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(UnknownSeeker) as caught:
        explain_seeker(settings, pointer, "9801011234567")
    assert "9801011234567" not in str(caught.value)
    assert "opted out" in str(caught.value)
