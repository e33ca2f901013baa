"""The vocabulary of skills: which codes are in it, under which name, at which level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lake.reference import read_skills
from tests.engine.conftest import AS_OF
from transforms.gold.certificates import certificate_level, dictionary_certificates
from transforms.gold.skill_phrases import count_phrases
from transforms.gold.skill_witnesses import Witnesses
from transforms.gold.skills import LEAST_PEOPLE, skills
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
Vocabulary = Callable[..., dict[str, Any]]
NOT_SHIPPED = "99010101"


@pytest.fixture
def vocabulary(people: Registers, frame: Frame) -> Vocabulary:
    """Skill code → row, from rows of the tables named."""
    tables = {
        "requirements": "silver__skill_requirements",
        "dictionary": "silver__occupations",
        "surveys": "silver__worker_surveys",
        "postings": "silver__job_postings",
        "courses": "silver__training_courses",
    }

    def make(**rows: list[dict[str, Any]]) -> dict[str, Any]:
        witnesses = Witnesses(**{name: frame(table, *rows.get(name, [])) for name, table in tables.items()})
        held = {name: frame(f"silver__{name}", *rows[name]) for name in rows if name in people.__dict__}
        made = skills(witnesses, known_by(replace(people, **held), AS_OF), as_of=AS_OF).collect()
        assert len({row.skill_code for row in made}) == len(made)
        return {row.skill_code: row for row in made}

    return make


def required(code: str, level: int | None, name: str | None = None) -> dict[str, Any]:
    return {"occupation_code": "1332", "skill_code": code, "skill_level": level, "skill_name": name}


def course(session: str, code: str, level: int | None) -> dict[str, Any]:
    row = {"session_id": session, "course_id": "c", "skill_code": code, "skill_level": level}
    return row | {"start_date": AS_OF, "end_date": AS_OF}


def held(people: int, name: str) -> list[dict[str, Any]]:
    return [{"seeker_key": str(n), "certificate_name": name} for n in range(people)]


def test_the_shipped_list_is_the_vocabulary_of_an_empty_lake(vocabulary: Vocabulary) -> None:
    assert {code: row.skill_name for code, row in vocabulary().items()} == {s.code: s.name for s in read_skills()}


def test_the_level_is_the_median_of_requirements_and_courses(vocabulary: Vocabulary) -> None:
    rows = vocabulary(
        requirements=[required("20010202", 6)],
        courses=[course("1", "20010202", 5), course("2", "20010202", 2), course("3", "20010204", None)],
    )
    assert (rows["20010202"].skill_level, rows["20010204"].skill_level) == (5, None)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("requirements", required(NOT_SHIPPED, 3)),
        ("courses", course("1", NOT_SHIPPED, 3)),
        ("postings", {"posting_id": "P", "registered_date": AS_OF, "skill_codes_text": f" {NOT_SHIPPED};"}),
        ("surveys", {"respondent_id": "1", "occupation_code": "1332", "used_skills_text": f"{NOT_SHIPPED}:4"}),
    ],
)
def test_a_code_that_a_register_about_work_names_is_in_the_vocabulary(
    vocabulary: Vocabulary, table: str, row: dict[str, Any]
) -> None:
    assert vocabulary(**{table: [row]})[NOT_SHIPPED].skill_kind_code == "NCS"


def test_the_shipped_name_comes_before_a_delivered_one(vocabulary: Vocabulary) -> None:
    rows = vocabulary(requirements=[required("20010202", 5, "응용 소프트웨어"), required(NOT_SHIPPED, 5, "새 역량")])
    assert (rows["20010202"].skill_name, rows[NOT_SHIPPED].skill_name) == ("응용SW엔지니어링", "새 역량")


def test_what_few_people_have_and_nothing_else_names_is_left_out(vocabulary: Vocabulary) -> None:
    rows = vocabulary(
        certificates=[
            *held(LEAST_PEOPLE - 1, "전기기사(오타"),
            *held(LEAST_PEOPLE, "바리스타 2급"),
            *held(1, "전기기사"),
        ],
        resumes=[
            {"seeker_key": str(n), "skill_codes_text": f"{NOT_SHIPPED};20010202"} for n in range(LEAST_PEOPLE - 1)
        ],
        dictionary=[
            {"occupation_title_id": "1", "title": "전기공", "occupation_code": "8411", "certificates_text": "전기기사"}
        ],
        postings=[
            {"posting_id": "P", "registered_date": date(2026, 1, 1), "required_certificate_name": "지게차운전기능사"}
        ],
    )
    papers = {code: row.skill_name for code, row in rows.items() if row.skill_kind_code == "CERTIFICATE"}
    assert papers == {
        "CERT:바리스타 2급": "바리스타 2급",
        "CERT:전기기사": "전기기사",
        "CERT:지게차운전기능사": "지게차운전기능사",
    }
    assert NOT_SHIPPED not in rows
    assert {rows[code].skill_level for code in papers} == {3, 5}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("지게차운전기능사", 3),
        ("염색기능사(날염)", 3),
        ("컬러리스트 산업기사", 4),
        ("전기 기사", 5),
        ("용접기능장", 6),
        ("정보통신기술사", 7),
        ("컴퓨터활용능력 1급", 4),
        ("바리스타 2급", 3),
        ("워드프로세서(3급)", 2),
        ("사회복지사 1급", None),
        ("청소년상담사(2급)", None),
        ("정수시설운영관리사(1급, 2급, 3급)", None),
        ("배관기능장/산업기사/기능사", None),
        ("자동차운전면허 1종 보통", None),
        ("간호사", None),
        (None, None),
    ],
)
def test_the_grade_in_a_certificate_s_name_says_its_level(frame: Frame, name: str | None, level: int | None) -> None:
    row = {"seeker_key": "a", "certificate_name": name}
    held_by_one = frame("silver__certificates", row | {"certificate_name": name or "x"})
    column = held_by_one["certificate_name"] if name else held_by_one["acquired_date"].cast("string")
    assert held_by_one.select(certificate_level(column).alias("level")).first()["level"] == level


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("전기기사, 전기산업기사", ["전기기사", "전기산업기사"]),
        ("소방설비기사(기계, 전기), 전기기사", ["소방설비기사(기계, 전기)", "전기기사"]),
        ("청소년상담사(1급, 2급", ["청소년상담사"]),
        (" , ", []),
        (None, []),
    ],
)
def test_names_in_the_dictionary_part_at_commas_outside_parentheses(
    frame: Frame, text: str | None, names: list[str]
) -> None:
    entry = {"occupation_title_id": "1", "title": "전기공", "occupation_code": "8411", "certificates_text": text}
    found = dictionary_certificates(frame("silver__occupations", entry)).collect()
    assert sorted(row.certificate_name for row in found) == sorted(names)


def test_phrases_are_counted_once_each_and_public_when_posted_or_common(frame: Frame) -> None:
    said = count_phrases(
        frame(
            "silver__resumes",
            {"seeker_key": "a", "keywords_text": "용접 가능; 배관;;" + "나는 " * 40},
            {"seeker_key": "b", "keywords_text": "배관"},
            {"seeker_key": "c"},
            *({"seeker_key": f"d{number}", "keywords_text": "미장"} for number in range(10)),
        ),
        frame("silver__job_postings", {"posting_id": "P", "registered_date": AS_OF, "keywords_text": "배관;도배"}),
    )
    assert [tuple(row) for row in said.collect()] == [
        ("미장", True),
        ("배관", True),
        ("도배", True),
        ("용접 가능", False),
    ]
