"""What is said about a chance: whom one is compared with, reasons that differ, changes as tendencies."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards import employment_words as words
from dashboards.employment_words import Chance


def _peers(kind: str = "occupation_region", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "occupation_name": "간호사", "region_code": "41", "peers_count": 1_069} | more


def _reason(code: str, logit: float, value: str | None, reference: str | None) -> dict[str, Any]:
    side = "for" if logit > 0 else "against"
    return {"side": side, "code": code, "logit": logit, "value": value, "reference": reference}


def _told(*reasons: dict[str, Any], kind: str = "occupation_region") -> list[words.Reason]:
    groups = words.reason_groups({"reasons": list(reasons), "peers": _peers(kind)})
    return [reason for group in groups for reason in group.reasons]


def _change(code: str, probability: float, **more: Any) -> dict[str, Any]:
    return {"code": code, "what": None, "name": None, "probability_0_1": probability} | more


def _changed(change: dict[str, Any], now: int = 47) -> words.Change:
    return words.changes({"changes": [change]}, Chance(now, now - 5, now + 5))[0]


@pytest.mark.parametrize(
    ("peer_group", "kind"),
    [
        ("0231|11", "occupation_region"),
        ("0231|*", "occupation"),
        ("02|11", "sub_group_region"),
        ("02|*", "sub_group"),
        ("*|*", "everyone"),
    ],
)
def test_a_stored_peer_group_is_one_of_five_kinds(peer_group: str, kind: str) -> None:
    assert words.peers_kind(peer_group) == kind


def test_peers_are_told_with_occupation_region_and_number() -> None:
    assert words.peers(_peers()) == "비교한 사람: 직종이 '간호사'이고 지역이 경기인 구직자 1,069명."


@pytest.mark.parametrize("kind", ["occupation", "sub_group_region", "sub_group", "everyone"])
def test_a_wider_group_is_said_to_be_wider(kind: str) -> None:
    assert "범위를 넓혀" in words.peers(_peers(kind))


def test_everyone_names_no_occupation() -> None:
    said = words.peers(_peers("everyone", occupation_name=None, region_code=None))
    assert said.startswith("비교한 사람: 일자리를 찾는 전국의 구직자 1,069명.")


def test_a_reason_stands_beside_what_is_usual_among_peers() -> None:
    found = _told(_reason("days_since_last_job", -0.3, "300", "60"))[0]
    assert (found.value, found.usual, found.reference) == ("약 10개월", "같은 희망직종·지역에서 보통", "약 2개월")


def test_a_wider_group_is_named_beside_the_usual_value() -> None:
    assert _told(_reason("certificates_count", 0.3, "2", "0"), kind="sub_group")[0].usual == "비슷한 직종에서 보통"


def test_a_market_number_is_compared_with_the_country() -> None:
    found = _told(_reason("market_hires_ratio", 0.3, "1.3", "0.9"))[0]
    assert (found.usual, found.value, found.reference) == ("전국에서 보통", "1.3배", "0.9배")


def test_a_market_code_is_compared_with_the_average_of_the_country() -> None:
    found = _told(_reason("home_region_code", -0.1, "26", None))[0]
    assert (found.value, found.usual, found.reference) == ("부산", "비교", "전국 평균")


@pytest.mark.parametrize(
    ("value", "reference"),
    [("1", "1"), (None, None), ("0.98", "0.98"), ("1.31", "1.28")],
)
def test_a_value_that_reads_like_the_usual_one_is_no_reason(value: str | None, reference: str | None) -> None:
    code = "wage_wish_ratio" if value and "." in value else "certificates_count"
    assert _told(_reason(code, 0.2, value, reference)) == []


def test_a_difference_of_nobody_in_a_hundred_is_no_reason() -> None:
    assert _told(_reason("career_months", -0.019, "0", "60")) == []
    assert len(_told(_reason("career_months", -0.02, "0", "60"))) == 1


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (_change("certificate", 0.5, what="간호사"), "희망직종의 공고가 찾는 자격증: 간호사"),
        (_change("course", 0.5, what="S1", name="보건교육"), "추천 훈련을 마침: 보건교육"),
        (_change("course", 0.5, what="S1"), "추천 훈련을 마침: S1"),
        (_change("region", 0.5, what="28"), "희망 근무지역에 가까운 지역을 더함: 인천"),
        (_change("wage", 0.5, what=3_410_000), "희망임금을 희망직종의 중간 수준으로 함: 월 341만원"),
        (_change("resume", 0.5), "이력서를 빈 항목 없이 채움"),
    ],
)
def test_a_change_says_what_it_is(change: dict[str, Any], title: str) -> None:
    assert _changed(change).title == title


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.486, "이런 조건의 구직자는 100명 가운데 약 49명이 6개월 안에 취업했습니다(지금 조건은 약 47명)."),
        (0.474, "차이가 거의 보이지 않습니다(100명 가운데 약 47명)"),
        (0.45, "취업한 비율이 높지 않습니다. 100명 가운데 약 45명이고, 지금 조건은 약 47명입니다."),
    ],
)
def test_only_a_whole_person_more_counts_as_more(probability: float, said: str) -> None:
    assert said in _changed(_change("resume", probability)).said


def test_a_course_is_never_told_without_how_to_read_it() -> None:
    assert "훈련의 효과로 읽으면 안 됩니다" in _changed(_change("course", 0.5, what="S1")).note
    assert _changed(_change("resume", 0.5)).note == ""
