"""A person's page: whole numbers from the row, reasons in three groups, rights, no script, nothing unescaped."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest
from lxml import html

from dashboards import employment_words, person_page, wording
from dashboards.explain import explain_seeker
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.addresses import leading_out


@pytest.fixture(scope="module")
def answers(settings: Settings, pointer: Pointer) -> dict[str, Any]:
    return explain_seeker(settings, pointer, f"{0:032x}")


@pytest.fixture(scope="module")
def page(answers: dict[str, Any]) -> str:
    return person_page.render(answers)


def _said(page: str) -> str:
    return " ".join(html.fromstring(page).xpath("string(//body)").split())


def test_chance_and_range_are_those_of_the_row(page: str) -> None:
    said = _said(page)
    assert "비슷한 조건의 구직자 100명 가운데 약 60명이 6개월 안에 취업했습니다." in said
    assert "100명 가운데 53명에서 67명 사이로 봅니다." in said


def test_as_many_people_are_filled_as_the_sentence_says(page: str) -> None:
    drawn = html.fromstring(page).xpath("//svg[@class='people']/circle/@class")
    assert (drawn.count("yes"), drawn.count("maybe"), len(drawn)) == (60, 7, 100)


def test_reasons_show_the_persons_value_and_the_usual_one(page: str) -> None:
    said = _said(page)
    assert "일을 쉰 기간 나: 45일 · 같은 희망직종·지역에서 보통: 약 7개월" in said
    assert "직전 직장의 월급 나: 월 250만원 · 같은 희망직종·지역에서 보통: 월 210만원" in said
    assert "사는 지역 나: 서울 · 비교: 전국 평균" in said
    assert "등록한 자격증 나" not in said  # one, as usual: no reason
    assert "원인이라는 뜻이 아닙니다" in said


def test_a_title_with_a_script_is_shown_as_text(page: str) -> None:
    assert html.fromstring(page).xpath("//script") == []
    assert "<script>alert(1)</script>" in _said(page)


def test_the_page_says_that_ai_was_used_and_what_rights_there_are(page: str) -> None:
    said = _said(page)
    for words in ("인공지능(AI)", "제37조의2", "정정", "거부", "사람의 재검토", "1350", "합성 데이터"):
        assert words in said


def test_a_review_that_was_asked_for_stands_before_the_answers(answers: dict[str, Any]) -> None:
    review = {"review_requested_date": "2026-06-30", "review_due_date": "2026-07-30", "review_state_code": "OPEN"}
    said = _said(person_page.render(answers | {"reviews": {"employment": review}}))
    line = (
        "사람의 재검토를 요구하셨습니다(취업할 가능성, 2026년 6월 30일). 2026년 7월 30일까지 답을 드립니다(29일 남음)."
    )
    assert line in said
    assert said.index(line) < said.index("비슷한 조건의 구직자 100명")


def test_protected_traits_are_named_as_not_used_and_nowhere_else(page: str) -> None:
    said = _said(page)
    assert "넣지 않은 것: 성별, 나이(연령대), 외국인, 장애." in said
    assert all(said.count(trait) == 1 for trait in ("성별", "나이", "연령대", "외국인", "장애"))


def test_age_is_not_called_left_out_where_the_model_reads_it(answers: dict[str, Any]) -> None:
    said = _said(person_page.render(answers | {"model_inputs": [*answers["model_inputs"], "age_years"]}))
    assert "넣지 않은 것: 성별, 외국인, 장애." in said


def test_whom_one_is_compared_with_is_said(page: str) -> None:
    assert "비교한 사람: 직종이 '사회복지사'이고 지역이 서울인 구직자 40명." in _said(page)


def test_what_would_be_different_is_told_with_its_number(page: str) -> None:
    said = _said(page)
    assert "자격증: 사회조사분석사 이런 조건의 구직자는 100명 가운데 약 64명이" in said
    assert (
        "추천 훈련을 마침: 사회복지 실무 이런 조건의 구직자는 지금 조건의 구직자보다 취업한 비율이 높지 않습니다"
        in said
    )
    assert "월 285만원 이런 조건의 구직자와 지금 조건의 구직자 사이에 차이가 거의 보이지 않습니다" in said
    assert "약속이 아닙니다" in said
    assert "지역을 더함" not in said
    assert "이력서를 빈 항목 없이" not in said


def test_a_jobs_chance_is_told_of_a_hundred_applications_and_never_of_people(page: str) -> None:
    jobs = " ".join(html.fromstring(page).xpath("string(//section[@id='jobs'])").split())
    assert "채용 가능성지원 100건 가운데 약 8건이 채용" in jobs
    assert "지원 100건 가운데 채용은 1건 미만" in jobs
    assert "100명 가운데" not in jobs


def test_a_jobs_score_and_the_parts_of_its_usefulness_are_shown(page: str) -> None:
    place = html.fromstring(page).xpath("//section[@id='jobs']//li[@class='card']")[0]
    drawn = place.xpath(".//*[name()='svg']/@aria-label")
    told = ("직무 적합 90", "유용성 70", "임금 50", "거리 100", "희망직종 80", "고용안정 25")
    assert drawn == [f"{name}점, 100점 만점" for name in told]
    assert "종합 5.6점" in place.text_content()


def test_what_fits_what_is_open_and_what_pulled_a_job_up_is_said(page: str) -> None:
    said = " ".join(html.fromstring(page).xpath("string(//section[@id='jobs'])").split())
    assert "맞는 조건✓ 희망 근무지역, 경력 조건" in said
    assert "확인할 조건 ! 임금 협의(공고에 금액이 없음) 또는 희망임금 없음" in said
    assert "점수를 올린 것▲ 사는 곳에서 가까움, 이 직종의 보통 지원보다 채용 가능성이 높음" in said


def test_how_many_postings_were_looked_at_and_on_what_basis_is_said(page: str) -> None:
    said = _said(page)
    assert "모집중 공고 3건을 모두 살펴" in said
    assert "희망직종이 없어 지금까지의 경력과 마지막 직종을 기준으로" in said


@pytest.mark.parametrize(("count", "is_said"), [(1, True), (0, False), (None, False)])
def test_sharing_is_told_only_where_it_changed_something(
    answers: dict[str, Any], count: int | None, is_said: bool
) -> None:
    said = _said(person_page.render(answers | {"jobs": answers["jobs"] | {"shared_out_count": count}}))
    assert ("추천한 2건 가운데 1건은 점수만으로 고른 것과 다릅니다" in said) is is_said
    assert ("맞는 공고가 다섯 건 이상이면 나누기 때문에 다섯 건보다 적게 받는 사람은 없습니다" in said) is is_said


def test_what_is_missing_for_the_wanted_occupation_is_named(page: str) -> None:
    assert "희망직종에 필요하지만 확인되지 않은 역량: 총무" in _said(page)


def test_nothing_protected_is_ever_advice(answers: dict[str, Any]) -> None:
    told = wording.services(answers)[0]
    advice = " ".join([*(change.title + change.said for change in told.changes), told.missing])
    assert not any(trait in advice for trait in ("성별", "나이", "국적", "외국인", "장애", "가족", "결혼"))


def test_no_number_has_two_decimals(page: str) -> None:
    assert re.findall(r"\d\.\d\d", _said(page)) == []


def test_the_key_is_not_on_the_page(page: str, answers: dict[str, Any]) -> None:
    assert answers["seeker_key"] not in page


def test_policy_allows_only_the_style_sheet_that_is_there(page: str) -> None:
    tree = html.fromstring(page)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = tree.xpath("//style/text()")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"style-src 'sha256-{digest}'" in policy
    assert tree.xpath("//*[@style] | //@*[starts-with(name(), 'on')]") == []


def test_nothing_is_loaded_from_outside(page: str) -> None:
    assert leading_out(page) == []
    assert "url(" not in page


def test_headings_go_down_one_level_at_a_time(page: str) -> None:
    levels = [int(found.tag[1]) for found in html.fromstring(page).iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_service_has_its_landmark_and_language_is_korean(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.get("lang") == "ko"
    assert len(tree.xpath("//main")) == 1
    assert tree.xpath("//main//section/@id") == [
        *("employment", "occupations", "jobs", "gaps", "courses", "certificates"),
        *("data", "rights"),
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("NO_EMPLOYMENT_HISTORY_SOURCE", "고용보험 이력 자료가 들어오지 않아"),
        ("THIN_FILE", "판단할 정보가 부족해"),
        ("CURRENTLY_EMPLOYED", "재직 중"),
        ("NO_MODEL", "점검을 통과한 모형이 없어"),
    ],
)
def test_without_a_result_the_reason_stands_there(answers: dict[str, Any], answer: str, why: str) -> None:
    silent = answers | {"employment": answers["employment"] | {"answer_code": answer, "probability_0_1": None}}
    said = _said(person_page.render(silent))
    assert why in said
    assert "약 60명" not in said


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.004, "1명이 되지 않았습니다"), (0.683, "약 68명이"), (0.996, "99명 넘게")],
)
def test_extreme_chances_are_not_called_nobody_or_everybody(
    answers: dict[str, Any], probability: float, said: str
) -> None:
    row = answers["employment"] | {"probability_0_1": probability, "low_0_1": 0.0, "high_0_1": 1.0}
    assert said in wording.services(answers | {"employment": row})[0].lead


def test_range_is_rounded_outwards() -> None:
    row = {"probability_0_1": 0.683, "low_0_1": 0.611, "high_0_1": 0.742}
    assert employment_words.chance(row) == employment_words.Chance(of_100=68, low=61, high=75)
