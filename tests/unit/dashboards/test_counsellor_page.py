"""A counsellor's page: the seeker's numbers with their parts, the codes, and what to ask in the talk."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from dashboards import counsellor_page, counsellor_words, person_page, wording
from dashboards.counsellor_checks import checks
from dashboards.explain import explain_seeker
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.addresses import leading_out
from tests.unit.dashboards.conftest import OK_PEOPLE, REVIEWED, seeker_key
from tests.unit.dashboards.skill_rows import WITHOUT_WISH

Answers = dict[str, Any]


@pytest.fixture(scope="module")
def answers(settings: Settings, pointer: Pointer) -> Answers:
    return explain_seeker(settings, pointer, seeker_key(0))


@pytest.fixture(scope="module")
def page(answers: Answers) -> str:
    return counsellor_page.render(answers)


def _table(page: str, name: str) -> list[list[str]]:
    rows = html.fromstring(page).xpath(f"//table[@id='{name}-table']//tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td")] for row in rows]


def _checks(answers: Answers) -> tuple[str, ...]:
    return checks(answers, {service.code: service.title for service in wording.services(answers)})


def test_the_chance_and_its_range_stand_in_percent(answers: Answers) -> None:
    facts = dict(counsellor_words.chance_facts(answers["employment"]))
    assert facts["6개월 안에 취업할 확률"] == "60%"
    assert facts["오차를 감안한 범위"] == "53~67%"
    assert facts["비교 집단 코드"] == "0231|11"


def test_every_reason_stands_with_its_size_the_strongest_first_and_adds_up(page: str, answers: Answers) -> None:
    rows = _table(page, "parts")
    assert [row[:2] for row in rows[1:]] == [
        ["비교한 사람들의 보통 값", "−10"],
        ["일을 쉰 기간", "+70"],
        ["직전 직장의 월급", "−25"],
        ["사는 지역", "+10"],
        ["등록한 자격증", "−5"],
        ["적지 않은 나머지 요인", "+5"],
        ["모두 더한 값", "+45"],
    ]
    sizes = [int(row[1].replace("−", "-")) for row in rows[1:]]
    assert sum(sizes[:-1]) == sizes[-1]


def test_a_change_stands_with_the_percent_now_then_and_the_difference(page: str) -> None:
    assert [row[1:] for row in _table(page, "changes")[1:]] == [
        ["60%", "64%", "+4%p"],
        ["60%", "58%", "−2%p"],
        ["60%", "60%", "0%p"],
    ]


def test_every_posting_stands_with_its_codes(page: str) -> None:
    first, second = _table(page, "eligibility")[1:]
    assert first[1:4] == ["종합 5.6점", "8%", "REGION, CAREER"]
    assert first[4] == "임금 협의(공고에 금액이 없음) 또는 희망임금 없음 [WAGE_UNKNOWN]"
    assert second[2] == "1% 미만"


def test_every_service_stands_with_its_state_its_basis_and_its_version(page: str) -> None:
    rows = _table(page, "codes")[1:]
    assert rows[0] == ["6개월 안에 취업할 가능성", "결과 있음 [OK]", "없음", "m-1"]
    assert rows[2][2] == "희망직종이 없어 경력·마지막 직종 [HISTORY]"
    assert len(rows) == 6


def test_what_could_be_asked_comes_from_the_row(answers: Answers) -> None:
    said = _checks(answers)
    assert "희망직종이 없습니다. 무엇을 하고 싶은지 물어 등록하게 하세요." in said
    assert any(one.startswith("등록한 자격증: 본인 1개, 비교 1개. ") for one in said)
    assert any("총무" in one and "2가지" in one for one in said)
    assert any(one.startswith("가치관검사") for one in said)
    assert any(one.endswith("물어보세요: 1순위·2순위 일자리") for one in said)
    assert len(set(said)) == len(said)


def test_a_value_that_nobody_recorded_is_asked_for(answers: Answers) -> None:
    reasons = [answers["employment"]["reasons"][0] | {"value": None}]
    silent = answers | {"employment": answers["employment"] | {"reasons": reasons}}
    assert any(one.startswith("일을 쉰 기간: 기록이 없습니다.") for one in _checks(silent))


def test_a_wide_range_is_not_to_be_told_as_one_number(answers: Answers) -> None:
    wide = answers | {"employment": answers["employment"] | {"low_0_1": 0.35, "high_0_1": 0.851}}
    assert "범위가 51%p로 넓습니다. 확률을 한 값으로 말하지 마세요." in _checks(wide)
    assert not any("넓습니다. 확률" in one for one in _checks(answers))


def test_a_review_that_waits_comes_first(settings: Settings, pointer: Pointer) -> None:
    said = _checks(explain_seeker(settings, pointer, seeker_key(REVIEWED)))
    assert said[0] == "사람의 재검토 요구가 있습니다. 답할 기한부터 확인하세요."


@pytest.mark.parametrize("number", [WITHOUT_WISH, OK_PEOPLE])
def test_an_answer_without_a_result_says_why(settings: Settings, pointer: Pointer, number: int) -> None:
    answers = explain_seeker(settings, pointer, seeker_key(number))
    said = _checks(answers)
    silent = [service for service in wording.services(answers) if not service.has_result]
    assert silent
    assert all(any(one.startswith(f"{service.title}: {service.lead}") for one in said) for service in silent)


def test_without_a_chance_there_are_no_parts(settings: Settings, pointer: Pointer) -> None:
    page = counsellor_page.render(explain_seeker(settings, pointer, seeker_key(OK_PEOPLE)))
    assert _table(page, "parts") == []
    assert "결과 없음." in html.fromstring(page).text_content()


def test_nothing_to_ask_is_said_too(answers: Answers) -> None:
    quiet = {name: {**value} if isinstance(value, dict) else value for name, value in answers.items()}
    quiet["employment"] |= {"reasons": []}
    quiet["jobs"] |= {"places": [], "basis_code": "WISH"}
    quiet["courses"] |= {"missing_skills": []}
    quiet["occupations"] |= {"unused_test_codes": [], "places": []}
    quiet["certificates"] |= {"places": []}
    assert _checks(quiet) == ("기록에서 따로 확인할 것을 찾지 못했습니다.",)


def test_the_same_numbers_as_the_seekers_page_are_told(page: str, answers: Answers) -> None:
    seekers = html.fromstring(person_page.render(answers))
    for service in ("occupations", "gaps", "courses", "certificates"):
        where = f"//section[@id='{service}']"
        assert html.fromstring(page).xpath(f"string({where})") == seekers.xpath(f"string({where})")


def test_the_key_is_not_on_the_page_and_nothing_is_loaded(page: str, answers: Answers) -> None:
    assert answers["seeker_key"] not in page
    assert html.fromstring(page).xpath("//script | //*[@style]") == []
    assert leading_out(page) == []


def test_headings_go_down_one_level_at_a_time_and_links_lead_somewhere(page: str) -> None:
    tree = html.fromstring(page)
    levels = [int(found.tag[1]) for found in tree.iter("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    links = [link.removeprefix("#") for link in tree.xpath("//a/@href[.!='tel:1350']")]
    assert [link for link in links if not tree.xpath(f"//*[@id='{link}']")] == []


def test_the_terminal_tells_the_parts_and_the_checks(answers: Answers) -> None:
    text = counsellor_page.as_text(answers)
    assert "  □ 희망직종이 없습니다." in text
    assert "  일을 쉰 기간 · +70 · 45일 · 약 7개월 · 바꾸기 어려운 것" in text
    assert "\x1b" not in text
