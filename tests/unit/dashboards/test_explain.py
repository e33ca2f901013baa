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
REVIEWED = f"{30:032x}"


def test_six_answers_with_names_are_json(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, SEOUL)
    assert json.loads(json.dumps(answers, ensure_ascii=False)) == answers
    assert answers["employment"]["probability_0_1"] == 0.6
    assert answers["occupations"]["places"][0]["occupation_name"] == "사회복지사"
    assert [place["posting_id"] for place in answers["jobs"]["places"]] == ["P1", "P2"]
    assert answers["courses"]["missing_skills"] == [
        {"skill_code": "02010101", "skill_name": "총무"},
        {"skill_code": "07010103", "skill_name": "사례관리"},
    ]
    assert answers["courses"]["places"][0]["course_name"] == "사회복지 실무"


def test_the_stored_parts_come_with_the_answer_and_add_up(settings: Settings, pointer: Pointer) -> None:
    found = explain_seeker(settings, pointer, SEOUL)["employment"]
    parts = found["usual_logit"] + sum(reason["logit"] for reason in found["reasons"]) + found["other_logit"]
    assert parts == pytest.approx(found["raw_logit"], abs=1e-9)
    assert found["peers"]["peer_group"] == "0231|11"
    assert {change["code"]: round(change["probability_0_1"], 3) for change in found["changes"]} == {
        "certificate": 0.64,
        "course": 0.58,
        "wage": 0.601,
    }


def test_the_models_own_inputs_come_from_its_drift_table(settings: Settings, pointer: Pointer) -> None:
    assert explain_seeker(settings, pointer, SEOUL)["model_inputs"] == ["education_code", "market_hires_ratio"]


def test_text_says_whom_one_is_compared_with_and_what_could_be_different(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, SEOUL))
    assert "▲ 일을 쉰 기간: 45일 (같은 희망직종·지역에서 보통 약 7개월)" in text
    assert "직종이 '사회복지사'이고 지역이 서울인 구직자 40명" in text
    assert "· 희망직종의 공고가 찾는 자격증: 사회조사분석사\n     이런 조건의 구직자는 100명 가운데 약 64명이" in text
    assert "확인되지 않은 역량: 총무" in text


def test_text_says_people_of_a_hundred_with_the_range(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, SEOUL))
    assert "비슷한 조건의 구직자 100명 가운데 약 60명이 6개월 안에 취업했습니다." in text
    assert "53명에서 67명 사이" in text


def test_jobs_come_with_their_basis_their_sharing_and_their_parts(settings: Settings, pointer: Pointer) -> None:
    jobs = explain_seeker(settings, pointer, SEOUL)["jobs"]
    assert (jobs["basis_code"], jobs["shared_out_count"], jobs["eligible_postings_count"]) == ("HISTORY", 1, 3)
    first = jobs["places"][0]
    assert first["pull_codes"] == ["DISTANCE", "CHANCE"]
    values = ("wage", "distance", "occupation", "permanence")
    assert [first[f"{name}_value_0_1"] for name in values] == [0.5, 1.0, 0.8, 0.25]


def test_text_tells_a_jobs_parts_and_that_crowded_postings_are_shared(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, SEOUL))
    assert "직무 적합 90점 · 유용성 70점 (임금 50점, 거리 100점, 희망직종 80점, 고용안정 25점)" in text
    assert "채용 가능성: 지원 100건 가운데 약 8건이 채용" in text
    assert "점수를 올린 것: 사는 곳에서 가까움" in text
    assert "추천한 2건 가운데 1건은" in text


def test_text_says_why_there_is_no_answer(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_seeker(settings, pointer, WITHOUT))
    assert "판단할 정보가 부족해 계산하지 않았습니다." in text
    assert "부족한 것이 확인되지 않아 추천하지 않았습니다." in text


def test_who_asked_for_a_review_reads_since_when_and_until_when(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, REVIEWED)
    told = {"review_requested_date": "2026-05-31", "review_due_date": "2026-06-30", "review_state_code": "OVERDUE"}
    assert answers["reviews"] == {"jobs": told}
    line = (
        "※ 사람의 재검토를 요구하셨습니다(지원해 볼 만한 일자리, 2026년 5월 31일). "
        "답을 드릴 기한(2026년 6월 30일)이 지났습니다."
    )
    assert line in as_text(answers)
    assert "재검토를 요구하셨습니다" not in as_text(explain_seeker(settings, pointer, SEOUL))


def test_text_drops_control_characters_of_a_source(settings: Settings, pointer: Pointer) -> None:
    assert "\x1b" not in as_text(explain_seeker(settings, pointer, SEOUL))


def test_unknown_key_is_an_error_that_does_not_repeat_it(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(UnknownSeeker) as caught:
        explain_seeker(settings, pointer, "9801011234567")
    assert "9801011234567" not in str(caught.value)
    assert "opted out" in str(caught.value)
