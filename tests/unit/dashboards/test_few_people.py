"""What rests on one to nine people is neither on a page nor in the JSON of a person or an occupation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboards import person_page
from dashboards.explain import as_text, explain_seeker
from dashboards.few_people import hide_few, is_few
from dashboards.seeker_occupations import occupations
from lake.publication import Pointer
from lake.settings import Settings

SEOUL, JEJU = 0, 56
FEW = "희망 구직자가 적어 비공개"


def _first_place(settings: Settings, pointer: Pointer, number: int) -> dict[str, Any]:
    found: dict[str, Any] = explain_seeker(settings, pointer, f"{number:032x}")["occupations"]["places"][0]
    return found


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


def test_a_ratio_of_forty_seekers_is_told(settings: Settings, pointer: Pointer) -> None:
    assert _first_place(settings, pointer, SEOUL)["tightness_ratio"] == 0.1


def test_a_ratio_of_eight_seekers_is_neither_on_the_page_nor_in_the_json(settings: Settings, pointer: Pointer) -> None:
    answers = explain_seeker(settings, pointer, f"{JEJU:032x}")
    place = answers["occupations"]["places"][0]
    assert (place["tightness_ratio"], place["hidden"]) == (None, ["tightness_ratio"])
    for said in (person_page.render(answers), as_text(answers)):
        assert FEW in said


def test_a_ratio_that_is_of_no_known_cell_is_not_told(settings: Settings, pointer: Pointer) -> None:
    names = ("answer_code", "basis_code", "model_version", "unused_test_codes")
    columns = ("occupation_code", "score_0_1", "past_nearness_0_1", "education_fit_code", "tightness_ratio")
    columns += ("wage_median_krw_month", "trait_codes", "unlike_trait_codes", "twin_codes")
    row = dict.fromkeys([*names, *(f"{name}_{place}" for name in columns for place in range(1, 6))])
    row |= {"seeker_key": f"{SEOUL:032x}", "occupation_code_1": "0231", "tightness_ratio_1": 0.25}
    assert occupations(settings, pointer, row)["places"][0]["tightness_ratio"] is None


def test_a_lake_without_the_market_tells_no_ratio(pointer: Pointer, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "serving").symlink_to(settings.tables_dir / "serving")
    lake = Settings(lake_dir=tmp_path, threads=1)
    names = ("seeker_key", "answer_code", "basis_code", "model_version", "unused_test_codes")
    columns = ("occupation_code", "score_0_1", "past_nearness_0_1", "education_fit_code", "tightness_ratio")
    columns += ("wage_median_krw_month", "trait_codes", "unlike_trait_codes", "twin_codes")
    row = dict.fromkeys([*names, *(f"{name}_{place}" for name in columns for place in range(1, 6))])
    row |= {"occupation_code_1": "0231", "tightness_ratio_1": 0.1}
    assert occupations(lake, pointer, row)["places"][0]["hidden"] == ["tightness_ratio"]


def test_few_hires_are_not_in_the_json_of_a_person(settings: Settings, pointer: Pointer) -> None:
    places = explain_seeker(settings, pointer, f"{SEOUL:032x}")["occupations"]["places"]
    counts = {place["occupation_code"]: place["same_people_hires_12m_count"] for place in places}
    assert counts == {"0231": 1_200, "0261": None}
    assert places[1]["hidden"] == ["same_people_hires_12m_count"]
