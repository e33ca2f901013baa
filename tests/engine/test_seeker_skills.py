"""What a person has shown and how well, on one person whose evidence can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from tests.engine.people import seeker, spell
from transforms.gold.seeker_skills import seeker_skills
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
APPLIED_SW, DATABASES, TESTING = "20010202", "20010204", "20010304"


def need(code: str, importance: float, level: int | None = 5, occupation: str = "0231") -> dict[str, Any]:
    return {
        "occupation_code": occupation,
        "skill_code": code,
        "skill_kind_code": "CERTIFICATE" if code.startswith("CERT:") else "NCS",
        "importance_0_1": importance,
        "skill_level": level,
    }


def training(session: str, code: str | None, *, is_completed: bool = True) -> dict[str, Any]:
    return {
        "seeker_key": "a",
        "session_id": session,
        "skill_code": code,
        "is_completed": is_completed,
        "end_date": date(2025, 1, 1),
    }


def course(session: str, code: str, level: int | None) -> dict[str, Any]:
    days = {"start_date": date(2024, 10, 1), "end_date": date(2025, 1, 1)}
    return {"session_id": session, "course_id": "c", "skill_code": code, "skill_level": level} | days


@pytest.fixture
def shown(people: Registers, frame: Frame) -> Callable[..., dict[str, tuple[str, str, str, int]]]:
    """Person → (codes, levels, evidence, count) from rows of the tables named."""

    def make(**rows: list[dict[str, Any]]) -> dict[str, tuple[str, str, str, int]]:
        registers = {name: frame(f"silver__{name}", *rows[name]) for name in rows if name in people.__dict__}
        known = known_by(replace(people, **registers), AS_OF)
        needs = frame("gold__occupation_skills", *rows.get("needs", []))
        courses = frame("silver__training_courses", *rows.get("courses", []))
        phrases = frame("gold__skill_phrases", *rows.get("phrases", []))
        found = seeker_skills(known, needs, courses, phrases, as_of=AS_OF).collect()
        return {
            row.seeker_key: (row.skill_codes_text, row.skill_levels_text, row.evidence_codes_text, row.skills_count)
            for row in found
        }

    return make


Shown = Callable[..., dict[str, tuple[str, str, str, int]]]


def test_skills_come_from_career_training_and_resume(shown: Shown) -> None:
    rows = shown(
        employment_spells=[spell("s1", date(2024, 1, 1), date(2025, 1, 1))],
        needs=[need("20010101", 0.9), need("20010102", 0.2)],
        resumes=[{"seeker_key": "a", "skill_codes_text": "20010103;20010101"}],
        training_history=[training("1", "20010104"), training("2", "20010105", is_completed=False)],
    )
    assert rows == {"a": ("20010101;20010103;20010104", "400", "CAREER;TRAINING;RESUME", 3)}


@pytest.mark.parametrize(
    ("end", "level"),
    [
        pytest.param(date(2022, 12, 31), None, id="364 days show nothing"),
        pytest.param(date(2023, 1, 1), "4", id="a year shows one level below the needed one"),
        pytest.param(date(2024, 12, 30), "4", id="a day short of three years"),
        pytest.param(date(2024, 12, 31), "5", id="three years show the needed level"),
    ],
)
def test_years_of_work_show_a_level(shown: Shown, end: date, level: str | None) -> None:
    rows = shown(employment_spells=[spell("s1", date(2022, 1, 1), end)], needs=[need(APPLIED_SW, 0.5)])
    assert rows == ({"a": (APPLIED_SW, level, "CAREER", 1)} if level else {})


@pytest.mark.parametrize(("needed", "level"), [(None, "0"), (1, "1")])
def test_a_year_of_work_never_shows_less_than_level_1_and_an_unknown_need_no_level(
    shown: Shown, needed: int | None, level: str
) -> None:
    rows = shown(
        employment_spells=[spell("s1", date(2024, 1, 1), date(2025, 1, 1))], needs=[need(APPLIED_SW, 0.9, needed)]
    )
    assert rows == {"a": (APPLIED_SW, level, "CAREER", 1)}


def test_two_jobs_of_one_occupation_are_added(shown: Shown) -> None:
    halves = [spell("s1", date(2023, 1, 1), date(2023, 7, 3)), spell("s2", date(2024, 1, 1), date(2024, 7, 2))]
    assert shown(employment_spells=halves, needs=[need(APPLIED_SW, 0.9)]) == {"a": (APPLIED_SW, "4", "CAREER", 1)}


def test_a_certificate_that_an_occupation_needs_is_no_skill_its_workers_show(shown: Shown) -> None:
    spells = [spell("s1", date(2020, 1, 1), date(2025, 1, 1))]
    assert shown(employment_spells=spells, needs=[need("CERT:정보처리기사", 0.9)]) == {}


def test_a_session_shows_its_skill_at_its_level_and_one_no_longer_delivered_at_none(shown: Shown) -> None:
    rows = shown(
        training_history=[training("1", APPLIED_SW), training("2", None), training("gone", TESTING)],
        courses=[course("1", APPLIED_SW, 4), course("2", DATABASES, 3)],
    )
    assert rows == {"a": (f"{APPLIED_SW};{DATABASES};{TESTING}", "430", "TRAINING", 3)}


def test_a_session_now_delivered_with_another_skill_says_no_level(shown: Shown) -> None:
    rows = shown(training_history=[training("1", APPLIED_SW)], courses=[course("1", DATABASES, 4)])
    assert rows == {"a": (APPLIED_SW, "0", "TRAINING", 1)}


def test_phrases_of_a_resume_show_the_skills_they_name_and_others_vanish(shown: Shown) -> None:
    rows = shown(
        resumes=[{"seeker_key": "a", "keywords_text": "응용 SW 엔지니어링 실무; 성실함 ;데이터베이스 관리"}],
        phrases=[
            {"phrase": "응용 SW 엔지니어링 실무", "skill_code": APPLIED_SW, "similarity_0_1": 1.0},
            {"phrase": "데이터베이스 관리", "skill_code": DATABASES, "similarity_0_1": 0.8},
        ],
    )
    assert rows == {"a": (f"{APPLIED_SW};{DATABASES}", "00", "RESUME", 2)}


def test_the_highest_known_level_counts(shown: Shown) -> None:
    rows = shown(
        resumes=[{"seeker_key": "a", "skill_codes_text": APPLIED_SW}],
        training_history=[training("1", APPLIED_SW), training("2", APPLIED_SW)],
        courses=[course("1", APPLIED_SW, 3), course("2", APPLIED_SW, 6)],
        employment_spells=[spell("s1", date(2024, 1, 1), date(2025, 1, 1))],
        needs=[need(APPLIED_SW, 0.9, 5)],
    )
    assert rows == {"a": (APPLIED_SW, "6", "CAREER;TRAINING;RESUME", 1)}


def test_what_is_no_ncs_code_is_left_out(shown: Shown) -> None:
    codes = f"CERT:운전면허; ;2001;{APPLIED_SW} "
    assert shown(resumes=[{"seeker_key": "a", "skill_codes_text": codes}]) == {"a": (APPLIED_SW, "0", "RESUME", 1)}


def test_a_person_who_has_shown_nothing_has_no_row(shown: Shown) -> None:
    assert shown(resumes=[{"seeker_key": "a"}]) == {}


def test_rows_in_another_order_give_the_same_answer(shown: Shown) -> None:
    registers: dict[str, list[dict[str, Any]]] = {
        "seekers": [seeker("a"), seeker("b")],
        "employment_spells": [
            spell("s1", date(2020, 1, 1), date(2025, 1, 1)),
            spell("s2", date(2024, 1, 1), date(2025, 1, 1), seeker_key="b"),
            spell("s3", date(2025, 2, 1), date(2026, 3, 1), occupation_code="0232"),
        ],
        "needs": [need(APPLIED_SW, 0.9), need(DATABASES, 0.6, 3), need(TESTING, 0.7, 4, "0232")],
        "resumes": [{"seeker_key": key, "skill_codes_text": f"{TESTING};{DATABASES}"} for key in "ab"],
        "training_history": [training("1", APPLIED_SW), training("2", TESTING)],
        "courses": [course("1", APPLIED_SW, 6), course("2", TESTING, 2)],
    }
    turned = {name: rows[::-1] for name, rows in registers.items()}
    first = shown(**registers)
    assert first == shown(**turned)
    assert first == {
        "a": (f"{APPLIED_SW};{DATABASES};{TESTING}", "633", "CAREER;TRAINING;RESUME", 3),
        "b": (f"{APPLIED_SW};{DATABASES};{TESTING}", "420", "CAREER;RESUME", 3),
    }
