"""Histories, market and outcomes on a handful of people whose numbers can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from tests.engine.people import seeker, spell
from transforms.features.courses import courses
from transforms.features.job_postings import job_postings
from transforms.features.seekers import SeekerFacts, seekers
from transforms.gold.labour_market import labour_market
from transforms.gold.seeker_snapshots import seeker_snapshots
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]


def _snapshot(people: Registers, as_of: date = AS_OF) -> Any:
    return seeker_snapshots(known_by(people, as_of), as_of=as_of).collect()[0]


def _facts(known: Registers, frame: Frame, as_of: date = AS_OF) -> SeekerFacts:
    """What features read beside the registers: a snapshot, and nothing else known."""
    others = (frame(f"gold__{noun}") for noun in ("seeker_skills", "seeker_tests", "seeker_rights"))
    return SeekerFacts(seeker_snapshots(known, as_of=as_of), *others)


def test_history_counts_spells_days_and_the_last_job(people: Registers, frame: Frame) -> None:
    spells = frame(
        "silver__employment_spells",
        spell("s1", date(2022, 1, 1), date(2022, 7, 1), wage_krw_month=1_000_000),
        spell("s2", date(2025, 1, 1), date(2025, 3, 2), separation_reason_code="32"),
    )
    row = _snapshot(replace(people, employment_spells=spells))
    assert (row.is_employed, row.spells_3y_count, row.insured_days_3y) == (False, 1, 60)
    assert (row.last_tenure_days, row.last_wage_krw_month, row.last_separation_reason_code) == (60, 2_500_000, "32")
    assert row.days_since_last_job == (AS_OF - date(2025, 3, 2)).days


def test_a_job_reported_later_is_not_known_yet(people: Registers, frame: Frame) -> None:
    one = spell("s1", date(2026, 11, 1), None, start_reported_date=date(2026, 12, 10))
    row = _snapshot(replace(people, employment_spells=frame("silver__employment_spells", one)))
    assert (row.is_employed, row.spells_3y_count) == (False, 0)


def test_an_end_reported_later_leaves_the_person_in_work(people: Registers, frame: Frame) -> None:
    one = spell("s1", date(2026, 1, 1), date(2026, 11, 10), end_reported_date=date(2026, 12, 10))
    row = _snapshot(replace(people, employment_spells=frame("silver__employment_spells", one)))
    assert row.is_employed is True
    assert row.days_since_last_job is None


def test_daily_work_does_not_make_a_person_employed(people: Registers, frame: Frame) -> None:
    one = spell("s1", date(2026, 11, 1), None, insurance_type_code="DAILY")
    row = _snapshot(replace(people, employment_spells=frame("silver__employment_spells", one)))
    assert row.is_employed is False


def test_age_band_changes_on_the_birthday(people: Registers, frame: Frame) -> None:
    for as_of, band in ((date(2020, 11, 20), "25-29"), (date(2020, 11, 21), "30-39")):
        known = known_by(
            replace(people, seekers=frame("silver__seekers", seeker(registered_date=date(2019, 1, 1)))), as_of
        )
        row = seekers(known, _facts(known, frame, as_of), as_of=as_of).collect()[0]
        assert row.age_band_code == band


def test_someone_born_after_the_day_has_no_age_on_it(people: Registers, frame: Frame) -> None:
    born = seeker(registered_date=date(2019, 1, 1), birth_date=date(2021, 1, 1))
    known = known_by(replace(people, seekers=frame("silver__seekers", born)), date(2020, 6, 1))
    row = seekers(known, _facts(known, frame, date(2020, 6, 1)), as_of=date(2020, 6, 1)).collect()[0]
    assert (row.age_years, row.age_band_code) == (None, None)


def test_tightness_is_openings_perseeker(people: Registers, frame: Frame) -> None:
    posting = {"region_code": "11", "occupation_code": "0231", "registered_date": date(2026, 11, 1)}
    postings = frame(
        "silver__job_postings",
        posting | {"posting_id": "P1", "headcount": 3, "wage_min_krw_month": 2_000_000},
        posting | {"posting_id": "P2", "headcount": 1, "wage_min_krw_month": 3_000_000},
        posting | {"posting_id": "P3", "headcount": 9, "status_code": "SUSPENDED"},
        posting | {"posting_id": "P4", "headcount": 9, "closing_date": date(2026, 11, 19)},
    )
    two = replace(people, seekers=frame("silver__seekers", seeker("a"), seeker("b", wanted_wage_krw_month=4_000_000)))
    (row,) = labour_market(postings, known_by(two, AS_OF), as_of=AS_OF).collect()
    assert (row.open_postings_count, row.openings_count, row.seekers_count, row.tightness_ratio) == (2, 4, 2, 2.0)
    assert (row.wage_median_krw_month, row.wage_wish_median_krw_month) == (2_500_000, 3_000_000)


def test_only_sessions_that_start_later_and_have_a_seat_are_offered(frame: Frame) -> None:
    def session(name: str, start: date, seats: int | None, enrolled: int | None) -> dict[str, Any]:
        row = {"session_id": name, "course_id": "c", "start_date": start, "end_date": date(2027, 3, 1)}
        return row | {"seats_count": seats, "enrolled_count": enrolled}

    rows = courses(
        frame(
            "silver__training_courses",
            session("today", AS_OF, 10, 0),
            session("full", date(2026, 12, 1), 10, 10),
            session("free", date(2026, 12, 1), 10, 9),
            session("unknown", date(2026, 12, 1), None, None),
        ),
        frame("gold__course_outcomes"),
        frame("scores__course_outcomes"),
        as_of=AS_OF,
    )
    assert {row.session_id: row.seats_left_count for row in rows.collect()} == {"free": 1, "unknown": None}


def test_the_expected_rate_is_the_models_else_the_past_of_the_course_else_unknown(frame: Frame) -> None:
    def session(name: str, course: str) -> dict[str, Any]:
        return {"session_id": name, "course_id": course, "start_date": date(2026, 12, 1), "end_date": date(2027, 3, 1)}

    past = {"shrunk_rate_0_1": 0.5, "shrunk_low_0_1": 0.4, "shrunk_high_0_1": 0.6, "graduates_count": 30}
    model = {"predicted_rate_0_1": 0.7, "predicted_low_0_1": 0.3, "predicted_high_0_1": 0.9, "model_version": "m"}
    rows = courses(
        frame("silver__training_courses", session("both", "c"), session("past", "c"), session("new", "n")),
        frame("gold__course_outcomes", {"course_id": "c"} | past, {"course_id": "n"}),
        frame("scores__course_outcomes", {"session_id": "both"} | model),
        as_of=AS_OF,
    )
    found = {
        row.session_id: (row.expected_rate_0_1, row.expected_low_0_1, row.expected_high_0_1, row.outcome_basis_code)
        for row in rows.collect()
    }
    assert found == {
        "both": (0.7, 0.3, 0.9, "MODEL"),
        "past": (0.5, 0.4, 0.6, "COURSE"),
        "new": (None, None, None, "NO_DATA"),
    }


def test_the_chance_of_an_application_is_shrunk_to_the_whole(frame: Frame) -> None:
    posting = {"registered_date": date(2026, 1, 1), "occupation_code": "0231"}
    postings = frame("silver__job_postings", posting | {"posting_id": "P1"}, posting | {"posting_id": "P2"})
    results = ["HIRED", "REJECTED", "REJECTED", "PENDING"]
    applications = [
        {"seeker_key": str(n), "posting_id": "P1", "applied_date": date(2026, 2, 1), "result_code": result}
        for n, result in enumerate(results)
    ]
    rows = job_postings(postings, frame("silver__companies"), frame("silver__applications", *applications), as_of=AS_OF)
    assert [row.fill_chance_0_1 for row in rows.collect()] == pytest.approx([1 / 3, 1 / 3], abs=1e-6)


def test_an_application_without_a_date_still_keeps_its_posting_away(people: Registers, frame: Frame) -> None:
    applied = frame("silver__applications", {"seeker_key": "a", "posting_id": "P1"})
    known = known_by(replace(people, applications=applied), AS_OF)
    row = seekers(known, _facts(known, frame), as_of=AS_OF).first()
    assert row["applied_posting_ids_text"] == "P1"
    assert row["applications_90d_count"] == 0


def test_a_seeker_carries_the_scales_and_why_a_test_is_not_used(people: Registers, frame: Frame) -> None:
    told = {"unused_test_codes": "aptitude:TOO_FAST", "interest_social": 121.5, "tested_date": date(2026, 3, 2)}
    known = known_by(people, AS_OF)
    tests = frame("gold__seeker_tests", {"seeker_key": "a"} | told)
    row = seekers(known, replace(_facts(known, frame), tests=tests), as_of=AS_OF).first()
    assert {name: row[name] for name in told} == told
    assert row["aptitude_verbal"] is None


@pytest.mark.parametrize(
    ("sent", "right", "expected"),
    [
        ((None, True), {}, (False, True)),
        ((False, True), {"is_opted_out": True}, (True, True)),
        ((True, True), {}, (False, True)),  # gold__seeker_rights decides alone: it has read the registration
        ((False, True), {"is_withheld_from_employers": True}, (False, False)),
        ((False, None), {}, (False, None)),
    ],
)
def test_features_follow_the_rights_in_force(
    people: Registers, frame: Frame, sent: tuple[Any, Any], right: dict[str, bool], expected: tuple[Any, Any]
) -> None:
    one = seeker(is_opted_out=sent[0], is_profile_public=sent[1])
    known = known_by(replace(people, seekers=frame("silver__seekers", one)), AS_OF)
    no = dict.fromkeys(("is_opted_out", "is_restricted", "is_withheld_from_employers"), False)
    rights = frame("gold__seeker_rights", *([{"seeker_key": "a"} | no | right] if right else []))
    row = seekers(known, replace(_facts(known, frame), rights=rights), as_of=AS_OF).first()
    assert (row["is_opted_out"], row["is_profile_public"]) == expected
