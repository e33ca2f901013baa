"""Past applications: which teach, with the person's words of that day and what was known of the occupation before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from tests.engine.people import seeker
from transforms.features.application_pairs import PairSources, application_pairs

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]

EVERYBODY = "seeker_key is not null"
COLUMNS = ("wanted_occupation_code_1", "career_months")


@pytest.fixture
def sources(frame: Frame) -> PairSources:
    """Seeker a, who applied to posting P1 half a year ago and was hired."""
    return PairSources(
        applications=frame("silver__applications", applied()),
        postings=frame("silver__job_postings", posting("P1")),
        companies=frame("silver__companies", {"company_id": "c1", "company_size_code": "L"}),
        seekers=frame("silver__seekers", seeker("a", wanted_occupation_code_1="0131")),
        seeker_versions=frame("silver__seeker_versions"),
        certificates=frame("silver__certificates"),
    )


def applied(key: str = "a", posting_id: str = "P1", day: date = date(2026, 5, 20), result: str = "HIRED") -> Any:
    return {"seeker_key": key, "posting_id": posting_id, "applied_date": day, "result_code": result}


def posting(posting_id: str, **columns: Any) -> Any:
    row = {"posting_id": posting_id, "company_id": "c1", "occupation_code": "0131", "registered_date": date(2026, 5, 1)}
    return row | columns


def rows(sources: PairSources, people: str = EVERYBODY) -> list[Any]:
    found: list[Any] = application_pairs(sources, COLUMNS, people, as_of=AS_OF).orderBy("posting_id").collect()
    return found


def test_an_application_stands_beside_person_posting_and_outcome(sources: PairSources) -> None:
    (row,) = rows(sources)
    assert (row.as_of, row.seeker_key, row.posting_id, row.is_hired) == (AS_OF, "a", "P1", True)
    assert (row.wanted_occupation_code_1, row.company_size_code) == ("0131", "L")


@pytest.mark.parametrize(
    ("application", "is_taught"),
    [
        (applied(result="REJECTED"), True),
        (applied(result="PENDING"), False),
        (applied(result="UNKNOWN"), False),
        (applied(day=date(2026, 9, 21)), True),  # 60 days ago: refusals have arrived by now
        (applied(day=date(2026, 9, 22)), False),
        (applied(day=date(2024, 11, 21)), True),
        (applied(day=date(2024, 11, 20)), False),  # two years ago
        (applied(posting_id="P9"), False),  # not in the lake
        (applied(key="z"), False),
    ],
)
def test_only_settled_applications_of_the_last_two_years_teach(
    sources: PairSources, frame: Frame, application: Any, is_taught: bool
) -> None:
    found = rows(replace(sources, applications=frame("silver__applications", application)))
    assert len(found) == is_taught


def test_only_the_people_of_the_sample_are_taken(sources: PairSources) -> None:
    assert rows(sources, "seeker_key < 'a'") == []


def test_the_person_has_the_words_of_the_day_of_the_application(sources: PairSources, frame: Frame) -> None:
    """Today 9010, since after being hired; before that 0131, and 0211 in the beginning."""
    words = [
        seeker("a", wanted_occupation_code_1=code, updated_at=datetime(2026, month, 1, tzinfo=UTC), row_number=month)
        for code, month in (("0211", 1), ("0131", 4), ("9010", 7))
    ]
    known = replace(
        sources,
        seekers=frame("silver__seekers", words[2]),
        seeker_versions=frame("silver__seeker_versions", *words[:2]),
    )
    assert [row.wanted_occupation_code_1 for row in rows(known)] == ["0131"]
    early = replace(known, applications=frame("silver__applications", applied(day=date(2025, 12, 1))))
    assert [row.wanted_occupation_code_1 for row in rows(early)] == ["0211"]


@pytest.mark.parametrize(
    ("certificates", "is_taught"),
    [
        ([], False),
        ([("전기기사", None)], True),
        ([(" 전기기사", date(2026, 5, 20))], True),
        ([("전기기사", date(2026, 5, 21))], False),
        ([("조리기능사", None)], False),
    ],
)
def test_an_application_without_the_licence_asked_teaches_nothing(
    sources: PairSources, frame: Frame, certificates: list[Any], is_taught: bool
) -> None:
    held = [{"seeker_key": "a", "certificate_name": name, "acquired_date": day} for name, day in certificates]
    asked = frame("silver__job_postings", posting("P1", required_certificate_name="전기기사 "))
    known = replace(sources, postings=asked, certificates=frame("silver__certificates", *held))
    assert len(rows(known)) == is_taught


def test_the_occupations_rate_is_that_of_the_months_before(sources: PairSources, frame: Frame) -> None:
    """In March 1 of 2 was hired (0131), in April 0 of 2 (9010): the whole 1/2, then 1/4.

    May, 0131: (1 + 50 × .25) / (2 + 50) = .259615. April, 9010: nothing of its own, the whole of March: .5.
    March has nothing before it.
    """
    made = [
        applied("a", "P1", date(2026, 3, 1)),
        applied("a", "P2", date(2026, 3, 2), "REJECTED"),
        applied("a", "P3", date(2026, 4, 1), "REJECTED"),
        applied("a", "P4", date(2026, 4, 9), "REJECTED"),
        applied("a", "P5", date(2026, 5, 1)),
    ]
    offers = [posting(f"P{n}", occupation_code="9010" if n in (3, 4) else "0131") for n in range(1, 6)]
    known = replace(
        sources,
        applications=frame("silver__applications", *made),
        postings=frame("silver__job_postings", *offers),
    )
    found = [row.fill_chance_0_1 for row in rows(known)]
    assert found[:2] == [None, None]
    assert found[2:] == pytest.approx([0.5, 0.5, 0.259615], abs=1e-6)
