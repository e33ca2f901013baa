"""A person's page about occupations, gaps, courses and certificates: every number re-computes from the row."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from dashboards import course_words, gap_words, occupation_words, person_page, wording
from dashboards.explain import as_text, explain_seeker
from dashboards.few_people import hide_few
from dashboards.lookups import IncompleteAnswers, NotPublished
from dashboards.seeker_skills import missing_skills
from lake.publication import Pointer
from lake.settings import Settings
from matching import course_fit
from tests.unit.dashboards import skill_rows

WEIGHTS = {
    "job_fit_0_1": 0.35,
    "region_fit_0_1": 0.2,
    "level_fit_0_1": 0.2,
    "outcome_0_1": 0.15,
    "cost_fit_0_1": 0.1,
}


@pytest.fixture(scope="module")
def answers(settings: Settings, pointer: Pointer) -> dict[str, Any]:
    return explain_seeker(settings, pointer, f"{0:032x}")


@pytest.fixture(scope="module")
def page(answers: dict[str, Any]) -> str:
    return person_page.render(answers)


def _section(page: str, name: str) -> Any:
    return html.fromstring(page).xpath(f"//section[@id='{name}']")[0]


def _said(page: str, name: str) -> str:
    return " ".join(_section(page, name).text_content().split())


def _facts(page: str, name: str, place: int) -> dict[str, str]:
    card = _section(page, name).xpath(".//li[@class='card']")[place - 1]
    names = [found.text_content().strip() for found in card.xpath(".//dt")]
    return dict(zip(names, [found.text_content().strip() for found in card.xpath(".//dd")], strict=True))


def _parts(page: str, name: str, place: int) -> dict[str, str]:
    card = _section(page, name).xpath(".//li[@class='card']")[place - 1]
    return {part.xpath("string(span[1])"): part.xpath("string(span[2])") for part in card.xpath(".//ul/li")}


def test_an_occupation_says_what_fits_what_does_not_and_its_twins(page: str) -> None:
    facts = _facts(page, "occupations", 1)
    assert facts["함께 볼 직업"] == "직업상담사, 청소년지도사"
    assert "사람을 돕고 가르치는 일(사회형)" in facts["맞는 특성"]
    assert facts["맞지 않는 특성"] == "가치: 많은 보수(금전적 보상) — 낮은 편"


def test_an_occupations_numbers_are_those_of_the_row(page: str) -> None:
    facts = _facts(page, "occupations", 1)
    assert "일치 점수 90점" in _said(page, "occupations")
    assert facts["해 온 일과의 가까움"] == "해 온 일과 아주 가까운 직업"
    assert facts["통상 학력"] == "대졸(4년) — 갖추었습니다"
    assert facts["제시임금 중간값"] == "월 270만원"
    assert facts["구인배수"] == "구직자 1명에 0.1개"
    assert facts["취업 추이"] == "늘고 있음(그 전 12개월 1,050명 → 최근 12개월 1,200명)"


def test_a_score_is_said_to_be_no_probability(page: str) -> None:
    assert "50점은 맞다고도 안 맞다고도 할 수 없음을 뜻하며, 확률이 아닙니다." in _said(page, "occupations")


def test_a_trend_is_said_to_be_of_those_registered_before_and_beyond_chance(page: str) -> None:
    said = _said(page, "occupations")
    assert "두 해가 시작되기 전에 등록한 구직자만 셉니다" in said
    assert "두 해의 차이가 5% 이상이고 우연으로 보기 어려울 때만" in said


def test_what_is_unknown_of_an_occupation_is_no_data_and_never_nothing(page: str) -> None:
    facts = _facts(page, "occupations", 2)
    assert {facts[name] for name in ("통상 학력", "제시임금 중간값", "취업 추이")} == {"자료 없음"}
    assert facts["구인배수"].startswith("자료 없음")
    assert "해 온 일과의 가까움" not in facts


def test_a_test_that_was_left_out_is_said_with_its_reason(page: str) -> None:
    assert "가치관검사: 답하는 데 하루가 넘게 걸려 쓰지 않았습니다." in _said(page, "occupations")


def test_a_contradictory_test_gives_no_occupation_but_the_reason_and_what_to_do(
    settings: Settings, pointer: Pointer
) -> None:
    answers = explain_seeker(settings, pointer, f"{skill_rows.CARELESS:032x}")
    assert answers["occupations"]["places"] == []
    for said in (_said(person_page.render(answers), "occupations"), as_text(answers)):
        assert "심리검사의 답을 믿고 쓸 수 없어" in said
        assert "흥미검사: 답이 모두 같아 쓰지 않았습니다." in said
        assert "적성검사: 읽고 답하기에는 너무 짧은 시간에 답해 쓰지 않았습니다." in said
        assert "검사를 다시 받으면" in said


def test_each_wish_says_its_readiness_and_what_is_open_already(page: str) -> None:
    said = _said(page, "gaps")
    assert "1순위 희망직종: 사회복지사 필요 역량 6가지 가운데 중요도로 본 62%를 갖추었습니다." in said
    assert "모집인원의 40%가 이미 열려 있습니다" in said
    assert "2순위 희망직종: 웹개발자 필요 역량 3가지 가운데 중요도로 본 99% 초과를 갖추었습니다." in said
    assert "3순위 희망직종: 직업상담사 이 직종에 필요한 역량은 자료 없음." in said


def test_work_is_said_to_count_from_a_year_on(page: str) -> None:
    assert "경력은 같은 직종에서 1년 이상 일한 것만 셉니다." in _said(page, "gaps")


def test_a_missing_skill_says_its_level_and_what_it_would_open(page: str) -> None:
    missing = [" ".join(found.text_content().split()) for found in _section(page, "gaps").xpath(".//ol/li")]
    assert missing == [
        "총무 필요 수준 5단계(8단계 가운데)이것을 갖추면 모집인원의 12%가 더 열립니다",
        "사례관리 필요 수준 자료 없음더 열리는 모집인원 자료 없음",
        "총무 필요 수준 3단계(8단계 가운데)더 열리는 모집인원 자료 없음",
    ]


def test_a_course_shows_five_parts_that_add_up_to_its_score(answers: dict[str, Any], page: str) -> None:
    for place in answers["courses"]["places"]:
        total = sum(weight * (0.5 if place[name] is None else place[name]) for name, weight in WEIGHTS.items())
        assert place["score_0_1"] == pytest.approx(total, abs=0.001)
    assert _parts(page, "courses", 1) == {
        "직무 적합": "90점",
        "지역 적합": "100점",
        "수준 적합": "50점",
        "취업 성과": "62점",
        "비용 적합": "73점",
    }
    assert "종합 추천점수 78점" in _said(page, "courses")


def test_the_weights_told_are_the_weights_checked_here() -> None:
    told = course_words.reading()[0]
    for name, share in zip(("직무", "지역", "수준"), (35, 20, 20), strict=True):
        assert f"{name} 적합 {share}%" in told
    assert "취업 성과 15%, 비용 적합 10%" in told
    assert [round(weight * 100) for weight in WEIGHTS.values()] == [35, 20, 20, 15, 10]
    assert tuple(WEIGHTS) == course_words.PARTS


def test_the_weights_told_are_those_of_matching() -> None:
    names = ("JOB_WEIGHT", "REGION_WEIGHT", "LEVEL_WEIGHT", "OUTCOME_WEIGHT", "COST_WEIGHT")
    assert [getattr(course_fit, name) for name in names] == list(WEIGHTS.values())


def test_a_course_says_its_rate_with_the_interval_and_what_it_costs(page: str) -> None:
    facts = _facts(page, "courses", 1)
    rate = "수료자 100명 가운데 약 62명, 오차 범위 48~75명 (이 과정·기관·분야의 지난 취업률, 수료 40명의 기록)"
    assert facts["6개월 취업률"] == rate
    assert facts["본인부담금"] == "110,000원 (수강비 800,000원)"
    assert facts["훈련 유형"] == "구직자"
    assert (facts["장소"], facts["채우는 역량"]) == ("서울", "총무")


def test_a_course_that_nobody_measured_has_no_data_and_never_nothing(page: str) -> None:
    facts = _facts(page, "courses", 2)
    assert facts["6개월 취업률"] == "자료 없음"
    assert facts["본인부담금"] == "자료 없음 (수강비 300,000원)"
    assert (facts["훈련 유형"], facts["장소"]) == ("자료 없음", "원격")
    parts = _parts(page, "courses", 2)
    assert (parts["취업 성과"], parts["비용 적합"]) == ("자료 없음", "자료 없음")
    assert "0명" not in _said(page, "courses").replace("100명", "").replace("40명", "")


def test_a_courses_rate_is_said_to_describe_and_not_to_promise(page: str) -> None:
    said = _said(page, "courses")
    assert "우연이 아닙니다" in said
    assert "약속이 아닙니다" in said


def test_certificates_say_how_many_openings_ask_for_them(answers: dict[str, Any], page: str) -> None:
    first, second = _facts(page, "certificates", 1), _facts(page, "certificates", 2)
    assert first == {"찾는 공고": "모집인원의 1% 미만", "통상 수준": "5단계(8단계 가운데)"}
    assert second == {
        "찾는 공고": "자료 없음",
        "통상 수준": "자료 없음",
        "확인할 것": "면허는 응시 자격을 먼저 확인하세요",
    }
    for place in answers["certificates"]["places"]:
        total = 0.7 * place["job_fit_0_1"] + 0.3 * place["level_fit_0_1"]
        assert place["score_0_1"] == pytest.approx(total, abs=0.001)


def test_the_terminal_tells_the_same_as_the_page(answers: dict[str, Any]) -> None:
    text = as_text(answers)
    assert "· 총무 — 필요 수준 5단계(8단계 가운데) · 이것을 갖추면 모집인원의 12%가 더 열립니다" in text
    assert "취업 성과 자료 없음 · 비용 적합 자료 없음" in text
    assert "1. 사회조사분석사 2급 — 종합 추천점수 64점" in text


@pytest.mark.parametrize(
    ("nearness", "said"),
    [
        (1.0, "해 온 일과 같은 직업"),
        (0.6, "해 온 일과 아주 가까운 직업"),
        (0.2, "해 온 일과 가까운 직업"),
        (0.1, "해 온 일과 먼 직업"),
        (0.0, "해 온 일과 먼 직업"),
        (None, None),
    ],
)
def test_nearness_to_the_past_is_told_in_words(nearness: float | None, said: str | None) -> None:
    assert occupation_words.past(nearness) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(0.0, "구직자 1명에 0.0개"), (0.04, "구직자 1명에 0.1개 미만"), (0.81, "구직자 1명에 0.8개"), (None, "자료 없음")],
)
def test_few_openings_are_not_called_none(ratio: float | None, said: str) -> None:
    assert occupation_words.tightness(ratio) == said


def test_traits_are_explained_only_where_there_are_any(answers: dict[str, Any]) -> None:
    plain = [place | {"trait_codes": [], "unlike_trait_codes": []} for place in answers["occupations"]["places"]]
    told = wording.services(answers | {"occupations": answers["occupations"] | {"places": plain}})[1]
    assert not any("맞는 특성은" in note for note in told.notes)


@pytest.mark.parametrize(
    ("own", "fee", "said"),
    [
        (0, 500_000, "없음 (수강비 500,000원)"),
        (90_000, None, "90,000원"),
        (None, None, "자료 없음"),
    ],
)
def test_cost_is_what_the_person_pays(own: int | None, fee: int | None, said: str) -> None:
    assert course_words.cost({"self_payment_krw": own, "fee_krw": fee}) == said


def test_the_end_of_an_interval_is_rounded_outwards() -> None:
    session = {"expected_low_0_1": 0.489, "expected_high_0_1": 0.741, "outcome_basis_code": "MODEL"}
    said = course_words.expected(session | {"graduates_count": None, "hidden": []}, rate=0.617)
    assert said == "수료자 100명 가운데 약 62명, 오차 범위 48~75명 (지난 훈련 기록으로 추정)"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "자료"), (9, "수료 10명 미만의 기록"), (10, "수료 10명의 기록"), (1_200, "수료 1,200명의 기록")],
)
def test_a_record_of_few_who_finished_is_not_counted_out_loud(count: int, said: str) -> None:
    session = {"expected_low_0_1": None, "expected_high_0_1": None, "outcome_basis_code": "COURSE"}
    hidden = hide_few(session | {"graduates_count": count}, {"graduates_count": ()})
    told = course_words.expected(hidden, rate=0.6)
    assert (said in told) is (count > 0)
    assert "9명" not in told


def test_a_long_list_of_missing_skills_is_cut_and_counted() -> None:
    skill = {"skill_code": "1", "skill_name": "역량", "skill_level": 2, "unlocked_share_0_1": 0.0}
    wish = {"rank": 1, "gap_occupation_code": "0231", "gap_occupation_name": None, "needed_skills_count": 13}
    told = gap_words.gap(wish | {"readiness_0_1": 0.0, "open_share_0_1": 0.0, "missing": [skill] * 13})
    assert (len(told.missing), told.more) == (10, "그 밖에 3가지")
    assert told.missing[0].opens == "이것 하나로 더 열리는 모집인원은 없습니다"
    assert told.title == "1순위 희망직종: 직업코드 0231"


def test_a_readiness_that_nobody_knows_is_not_called_nothing() -> None:
    wish = {"rank": 1, "gap_occupation_code": "0231", "gap_occupation_name": "사회복지사", "needed_skills_count": 2}
    told = gap_words.gap(wish | {"readiness_0_1": None, "open_share_0_1": None, "missing": []})
    assert told.readiness is None
    assert told.said[0] == "필요 역량 2가지. 중요도를 몰라 갖춘 정도는 자료 없음."
    assert told.said[-1] == "부족한 역량이 확인되지 않습니다."


def test_missing_skills_levels_and_shares_must_be_as_many() -> None:
    with pytest.raises(IncompleteAnswers, match="2 missing skills of a wish stand with 1 levels and 2 shares"):
        missing_skills("A|B", "5", "0.1|0.2", names={})


def test_no_gap_says_so_for_each_service(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, f"{40:032x}")
    told = {service.code: service for service in wording.services(answers)}
    assert "확인되지 않아" in told["gaps"].lead
    assert "더 딸 것이 없어" in told["certificates"].lead
    assert not told["courses"].has_result


def test_a_night_older_than_an_answer_says_so(settings: Settings, pointer: Pointer) -> None:
    from dataclasses import replace

    tables = {name: entry for name, entry in pointer.tables.items() if "certificates" not in name}
    with pytest.raises(NotPublished, match="serving__seeker_certificates_v1: run 20260701-test did not publish it"):
        explain_seeker(settings, replace(pointer, tables=tables), f"{0:032x}")
