"""What is usual among peers: medians and most frequent codes, and who is compared with whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from transforms.features.peer_references import EVERYONE, SMALLEST_GROUP, peer_references

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]


def person(number: int, occupation: str | None = "0231", region: str = "11", **columns: Any) -> dict[str, Any]:
    return {
        "seeker_key": f"{number:032x}",
        "is_employed": False,
        "wanted_occupation_code_1": occupation,
        "home_region_code": region,
    } | columns


def references(frame: Frame, *people: dict[str, Any]) -> dict[str, Any]:
    rows = peer_references(frame("features__seekers", *people), as_of=AS_OF).collect()
    return {row.peer_group: row for row in rows}


def test_a_group_needs_thirty_people(frame: Frame) -> None:
    """29 in Seoul and 1 in Busan: too few for each place, enough for the occupation, its group and everyone."""
    people = [person(n) for n in range(29)] + [person(29, region="26")]
    assert SMALLEST_GROUP == 30
    assert sorted(references(frame, *people)) == [EVERYONE, "0231|*", "02|*"]


def test_usual_is_the_median_of_numbers_and_the_most_frequent_code(frame: Frame) -> None:
    people = [person(n, career_months=n, education_code="05" if n < 20 else "03") for n in range(31)]
    row = references(frame, *people)["0231|11"]
    assert (row.peers_count, row.career_months, row.education_code) == (31, 15, "05")


def test_a_flag_is_usual_when_half_have_it(frame: Frame) -> None:
    people = [person(n, is_same_occupation=n < 15) for n in range(30)]
    assert references(frame, *people)["0231|11"].is_same_occupation is True


def test_people_in_work_are_no_peers(frame: Frame) -> None:
    people = [person(n) for n in range(30)] + [person(n, is_employed=True) for n in range(30, 40)]
    assert references(frame, *people)["0231|11"].peers_count == 30


def test_someone_without_an_occupation_is_compared_with_everyone(frame: Frame) -> None:
    people = [person(n, occupation=None) for n in range(40)]
    assert sorted(references(frame, *people)) == [EVERYONE]


def test_unknown_values_are_left_out_of_what_is_usual(frame: Frame) -> None:
    people = [person(n, career_months=10 if n < 3 else None) for n in range(30)]
    assert references(frame, *people)["0231|11"].career_months == 10
