"""What rests on one to nine people is neither on a page nor in the JSON of a person or an occupation."""

from __future__ import annotations

import pytest

from dashboards import person_page
from dashboards.explain import as_text, explain_seeker
from dashboards.few_people import hide_few, is_few
from lake.publication import Pointer
from lake.settings import Settings

SEOUL = 0
FEW = "자료 없음(또는 희망 구직자 10명 미만)"


@pytest.mark.parametrize(("count", "few"), [(None, False), (0, False), (1, True), (9, True), (10, False)])
def test_one_to_nine_are_few(count: int | None, few: bool) -> None:
    assert is_few(count) is few


def test_a_count_of_few_takes_with_it_what_gives_it_away() -> None:
    facts = {"seekers_count": 9, "tightness_ratio": 0.5, "hires_count": 10, "name": "사회복지사"}
    found = hide_few(facts, {"seekers_count": ("tightness_ratio",), "hires_count": ()})
    assert found == {
        "seekers_count": None,
        "tightness_ratio": None,
        "hires_count": 10,
        "name": "사회복지사",
        "hidden": ["seekers_count", "tightness_ratio"],
    }
    assert facts["seekers_count"] == 9


def test_a_place_without_a_ratio_says_that_seekers_are_few_or_unknown(settings: Settings, pointer: Pointer) -> None:
    """Matching leaves the ratio out where fewer than ten people look for the occupation in the region."""
    answers = explain_seeker(settings, pointer, f"{SEOUL:032x}")
    answers["occupations"]["places"][0]["tightness_ratio"] = None
    for said in (person_page.render(answers), as_text(answers)):
        assert FEW in said


def test_few_hires_are_not_in_the_json_of_a_person(settings: Settings, pointer: Pointer) -> None:
    places = explain_seeker(settings, pointer, f"{SEOUL:032x}")["occupations"]["places"]
    counts = {place["occupation_code"]: place["same_people_hires_12m_count"] for place in places}
    assert counts == {"0231": 1_200, "0261": None}
    assert places[1]["hidden"] == ["same_people_hires_12m_count"]
