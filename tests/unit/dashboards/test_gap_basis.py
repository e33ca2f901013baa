"""Gaps, courses and certificates say whether a wish or, without one, past work is what they are measured against."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from dashboards import person_page, wording
from dashboards.explain import as_text, explain_seeker
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards import skill_rows


def _said(page: str, name: str) -> str:
    return " ".join(html.fromstring(page).xpath(f"string(//section[@id='{name}'])").split())


def test_a_gap_without_a_wish_is_said_to_be_measured_against_past_work(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, f"{skill_rows.WITHOUT_WISH:032x}")
    assert answers["gaps"]["basis_code"] == "HISTORY"
    for said in (_said(person_page.render(answers), "gaps"), as_text(answers)):
        assert "해 온 일 기준: 사회복지사" in said
        assert "희망직종이 없어 해 온 일의 직종을 기준으로 보았습니다." in said
        assert "1순위 희망직종: 사회복지사" not in said
    told = {service.code: service for service in wording.services(answers)}
    assert any("해 온 일의 직종을 기준으로" in note for note in told["courses"].notes)
    assert not told["courses"].has_result
    assert "해 온 일의 직종에 필요하지만 확인되지 않은 역량: 총무" in as_text(answers)


@pytest.mark.parametrize(
    ("basis", "said"), [("WISH", "희망직종 '사회복지사'"), ("HISTORY", "해 온 일 기준 직종 '사회복지사'")]
)
@pytest.mark.parametrize("service", ["courses", "certificates"])
def test_courses_and_certificates_say_what_they_are_measured_against(
    settings: Settings, pointer: Pointer, service: str, basis: str, said: str
) -> None:
    answers: dict[str, Any] = explain_seeker(settings, pointer, f"{0:032x}")
    told = wording.services(answers | {service: answers[service] | {"basis_code": basis}})
    lead = next(one.lead for one in told if one.code == service)
    assert lead.startswith(said)
