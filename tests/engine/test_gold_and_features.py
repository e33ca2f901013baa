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
from transforms.features.seekers import seekers
from transforms.gold.course_outcomes import course_outcomes
from transforms.gold.labour_market import labour_market
from transforms.gold.occupation_skills import occupation_skills
from transforms.gold.occupations import occupations
from transforms.gold.seeker_skills import seeker_skills
from transforms.gold.seeker_snapshots import seeker_snapshots
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]


def _snapshot(people: Registers, as_of: date = AS_OF) -> Any:
    return seeker_snapshots(known_by(people, as_of), as_of=as_of).collect()[0]


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
    skills, tests = frame("gold__seeker_skills"), frame("gold__seeker_tests")
    for as_of, band in ((date(2020, 11, 20), "25-29"), (date(2020, 11, 21), "30-39")):
        known = known_by(
            replace(people, seekers=frame("silver__seekers", seeker(registered_date=date(2019, 1, 1)))), as_of
        )
        row = seekers(known, seeker_snapshots(known, as_of=as_of), skills, tests, as_of=as_of).collect()[0]
        assert row.age_band_code == band


def test_someone_born_after_the_day_has_no_age_on_it(people: Registers, frame: Frame) -> None:
    born = seeker(registered_date=date(2019, 1, 1), birth_date=date(2021, 1, 1))
    known = known_by(replace(people, seekers=frame("silver__seekers", born)), date(2020, 6, 1))
    snapshots = seeker_snapshots(known, as_of=date(2020, 6, 1))
    skills, tests = frame("gold__seeker_skills"), frame("gold__seeker_tests")
    row = seekers(known, snapshots, skills, tests, as_of=date(2020, 6, 1)).collect()[0]
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


def test_a_small_course_is_pulled_to_its_institution(frame: Frame) -> None:
    def session(course: str, graduates: int, rate: float) -> dict[str, Any]:
        return {
            "session_id": f"{course}-1",
            "course_id": course,
            "skill_code": "20010202",
            "institution_name": "가",
            "start_date": date(2025, 1, 1),
            "end_date": date(2025, 3, 1),
            "completed_count": graduates,
            "employment_rate_6m_0_1": rate,
            "rate_status_code": "OBSERVED",
        }

    rows = course_outcomes(
        frame("silver__training_courses", session("big", 100, 0.5), session("small", 2, 1.0)), as_of=AS_OF
    )
    rates = {row.course_id: row for row in rows.collect()}
    whole = 52 / 102  # one institution, one field: every prior is the whole
    assert rates["small"].shrunk_rate_0_1 == pytest.approx((2 + 20 * whole) / 22, abs=1e-6)
    assert rates["small"].raw_rate_0_1 == 1.0


def test_a_course_without_an_observed_rate_has_no_raw_rate(frame: Frame) -> None:
    running = {
        "session_id": "c-1",
        "course_id": "c",
        "start_date": AS_OF,
        "end_date": AS_OF,
        "rate_status_code": "RUNNING",
    }
    (row,) = course_outcomes(frame("silver__training_courses", running), as_of=AS_OF).collect()
    assert (row.raw_rate_0_1, row.shrunk_rate_0_1, row.observed_sessions_count) == (None, None, 0)


def test_skills_come_from_resume_training_and_a_year_of_work(people: Registers, frame: Frame) -> None:
    needs = frame(
        "gold__occupation_skills",
        {"occupation_code": "0231", "skill_code": "20010101", "importance_0_1": 0.9},
        {"occupation_code": "0231", "skill_code": "20010102", "importance_0_1": 0.2},
    )
    shown = replace(
        people,
        employment_spells=frame("silver__employment_spells", spell("s1", date(2024, 1, 1), date(2025, 1, 1))),
        resumes=frame("silver__resumes", {"seeker_key": "a", "skill_codes_text": "20010103;20010101"}),
        training_history=frame(
            "silver__training_history",
            {"seeker_key": "a", "session_id": "1", "skill_code": "20010104", "is_completed": True, "end_date": AS_OF},
            {"seeker_key": "a", "session_id": "2", "skill_code": "20010105", "is_completed": False, "end_date": AS_OF},
        ),
    )
    (row,) = seeker_skills(known_by(shown, AS_OF), needs, as_of=AS_OF).collect()
    assert row.skill_codes_text == "20010101;20010103;20010104"
    assert row.evidence_codes_text == "CAREER;RESUME;TRAINING"


def test_the_dictionary_outranks_what_postings_ask_for(frame: Frame) -> None:
    told = {"occupation_code": "0231", "skill_code": "20010101", "importance_0_1": 0.4, "skill_name": "응용SW"}
    posting = {
        "posting_id": "P",
        "registered_date": AS_OF,
        "occupation_code": "0231",
        "skill_codes_text": "20010101;20010102",
    }
    rows = occupation_skills(
        frame("silver__skill_requirements", told),
        frame("silver__job_postings", posting),
        frame("silver__training_courses"),
        as_of=AS_OF,
    )
    assert {row.skill_code: row.importance_0_1 for row in rows.collect()} == {"20010101": 0.4, "20010102": 0.8}


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
        as_of=AS_OF,
    )
    assert {row.session_id: row.seats_left_count for row in rows.collect()} == {"free": 1, "unknown": None}


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


def test_a_posting_without_a_region_is_open_in_its_occupation(frame: Frame) -> None:
    posting = {"occupation_code": "0243", "registered_date": date(2026, 11, 1), "status_code": "OPEN"}
    rows = occupations(
        frame(
            "silver__occupations",
            {"occupation_title_id": "T1", "title": "엠디", "occupation_name": "상품 기획자", "occupation_code": "0243"},
        ),
        frame("silver__job_postings", posting | {"posting_id": "P1"}, posting | {"posting_id": "P2", "headcount": 3}),
        frame("silver__seekers", seeker(wanted_occupation_code_1="0243"), seeker("b")),
        as_of=AS_OF,
    ).collect()
    assert [row.asDict() for row in rows] == [
        {
            "as_of": AS_OF,
            "occupation_code": "0243",
            "occupation_name": "상품 기획자",
            "typical_education_code": None,
            "open_postings_count": 2,
            "openings_count": 4,
            "seekers_count": 1,
            "wage_median_krw_month": None,
        }
    ]


def test_an_application_without_a_date_still_keeps_its_posting_away(people: Registers, frame: Frame) -> None:
    applied = frame("silver__applications", {"seeker_key": "a", "posting_id": "P1"})
    known = known_by(replace(people, applications=applied), AS_OF)
    skills, tests = frame("gold__seeker_skills"), frame("gold__seeker_tests")
    row = seekers(known, seeker_snapshots(known, as_of=AS_OF), skills, tests, as_of=AS_OF).first()
    assert row["applied_posting_ids_text"] == "P1"
    assert row["applications_90d_count"] == 0


def test_a_seeker_carries_the_scales_and_why_a_test_is_not_used(people: Registers, frame: Frame) -> None:
    told = {"unused_test_codes": "aptitude:TOO_FAST", "interest_social": 121.5, "tested_date": date(2026, 3, 2)}
    known = known_by(people, AS_OF)
    tests = frame("gold__seeker_tests", {"seeker_key": "a"} | told)
    row = seekers(known, seeker_snapshots(known, as_of=AS_OF), frame("gold__seeker_skills"), tests, as_of=AS_OF).first()
    assert {name: row[name] for name in told} == told
    assert row["aptitude_verbal"] is None
