"""What an occupation needs, by witnesses whose shares can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from transforms.gold.occupation_skills import MOST_NEEDS, occupation_skills
from transforms.gold.skill_witnesses import Witnesses

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
Needs = Callable[..., dict[tuple[str, str], Any]]
OPEN = {"registered_date": date(2026, 11, 1), "occupation_code": "1332"}
SW, DB, TEST = "20010202", "20010204", "20010304"
CERTIFICATE = "CERT:정보처리기사"
TABLES = {
    "requirements": "silver__skill_requirements",
    "dictionary": "silver__occupations",
    "surveys": "silver__worker_surveys",
    "postings": "silver__job_postings",
    "courses": "silver__training_courses",
}


def posting(name: str, codes: str | None = None, **columns: Any) -> dict[str, Any]:
    return OPEN | {"posting_id": name, "skill_codes_text": codes} | columns


def worker(name: str, used: str | None) -> dict[str, Any]:
    return {"respondent_id": name, "occupation_code": "1332", "used_skills_text": used}


def title(name: str, certificates: str | None) -> dict[str, Any]:
    return {"occupation_title_id": name, "title": name, "occupation_code": "1332", "certificates_text": certificates}


def taught(session: str, code: str) -> dict[str, Any]:
    days = {"start_date": AS_OF, "end_date": AS_OF}
    return {"session_id": session, "course_id": "c", "skill_code": code, "target_occupation_code": "1332"} | days


@pytest.fixture
def needs(frame: Frame) -> Needs:
    """(occupation, skill) → row, from rows of the tables named; `skills` are codes of the vocabulary with levels."""

    def make(
        skills: dict[str, int | None] | None = None, phrases: dict[str, str] | None = None, **rows: Any
    ) -> dict[tuple[str, str], Any]:
        witnesses = Witnesses(**{name: frame(table, *rows.get(name, ())) for name, table in TABLES.items()})
        vocabulary = [
            {
                "skill_code": code,
                "skill_kind_code": "CERTIFICATE" if code.startswith("CERT:") else "NCS",
                "skill_name": code.removeprefix("CERT:"),
                "skill_level": level,
            }
            for code, level in (skills or dict.fromkeys((SW, DB, TEST, CERTIFICATE))).items()
        ]
        said = [{"phrase": phrase, "skill_code": code} for phrase, code in (phrases or {}).items()]
        made = occupation_skills(
            witnesses, frame("gold__skill_phrases", *said), frame("gold__skills", *vocabulary), as_of=AS_OF
        )
        return {(row.occupation_code, row.skill_code): row for row in made.collect()}

    return make


def told(code: str, importance: float | None = None, level: int | None = None) -> dict[str, Any]:
    return {"occupation_code": "1332", "skill_code": code, "importance_0_1": importance, "skill_level": level}


def test_the_dictionary_outranks_what_postings_ask_for(needs: Needs) -> None:
    rows = needs(requirements=[told(SW, 0.4)], postings=[posting("P", f"{SW};{DB}")])
    assert {code: row.importance_0_1 for (_, code), row in rows.items()} == {SW: 0.4, DB: 0.8}
    assert [rows["1332", code].evidence_codes_text for code in (SW, DB)] == ["DICTIONARY;POSTING", "POSTING"]
    assert [rows["1332", code].evidence_count for code in (SW, DB)] == [2, 1]


def test_a_need_told_without_importance_is_neutral(needs: Needs) -> None:
    assert needs(requirements=[told(SW)])["1332", SW].importance_0_1 == 0.5


def test_the_share_of_workers_counts_those_who_were_asked(needs: Needs) -> None:
    rows = needs(
        surveys=[
            worker("1", f"{SW}:5; {DB}:3"),
            worker("2", f"{SW}:4;{SW}:4"),
            worker("3", f"{SW}"),
            worker("4", "모름"),
            worker("5", None),
        ]
    )
    assert (rows["1332", SW].importance_0_1, rows["1332", DB].importance_0_1) == (0.75, 0.25)
    assert (rows["1332", SW].skill_level, rows["1332", DB].skill_level) == (5, 3)  # the median of 5 and 4 is 4.5
    assert rows["1332", SW].evidence_count == 3


def test_workers_outrank_postings_and_courses(needs: Needs) -> None:
    rows = needs(
        surveys=[worker("1", SW), worker("2", DB), worker("3", DB), worker("4", DB)],
        postings=[posting("P", SW)],
        courses=[taught("1", SW)],
    )
    assert rows["1332", SW].importance_0_1 == 0.25
    assert rows["1332", SW].evidence_codes_text == "SURVEY;POSTING;COURSE"


def test_a_posting_asks_by_code_phrase_or_certificate_and_each_once(needs: Needs) -> None:
    rows = needs(
        phrases={"응용SW 개발": SW},
        postings=[
            posting("P1", SW, keywords_text="응용SW 개발;성실"),
            posting("P2", DB, required_certificate_name="정보처리기사"),
            posting("P3", keywords_text=" 응용SW 개발 "),
            posting("P4", keywords_text="성실"),
            posting("P5"),
        ],
    )
    shares = {code: row.importance_0_1 for (_, code), row in rows.items()}
    # NCS: of the four postings that list anything. The certificate: of all five.
    assert shares == {SW: 0.5, DB: 0.25, CERTIFICATE: 0.2}
    assert rows["1332", CERTIFICATE].skill_kind_code == "CERTIFICATE"
    assert rows["1332", CERTIFICATE].skill_name == "정보처리기사"


def test_the_share_of_openings_is_of_heads_in_open_postings(needs: Needs) -> None:
    rows = needs(
        requirements=[told(TEST, 0.9)],
        postings=[
            posting("P1", SW, headcount=3),
            posting("P2", f"{SW};{DB}"),
            posting("P3", DB, headcount=9, closing_date=date(2026, 11, 19)),
            posting("P4", headcount=4),
        ],
    )
    shares = {code: row.openings_share_0_1 for (_, code), row in rows.items()}
    assert shares == {SW: 0.5, DB: 0.125, TEST: 0.0}


def test_without_open_postings_the_share_of_openings_is_unknown(needs: Needs) -> None:
    rows = needs(requirements=[told(SW, 0.9)], postings=[posting("P", SW, status_code="CLOSED")])
    assert rows["1332", SW].openings_share_0_1 is None


def test_titles_of_the_dictionary_name_certificates(needs: Needs) -> None:
    rows = needs(
        skills={"CERT:소방설비기사(기계, 전기)": 5, CERTIFICATE: 5},
        dictionary=[
            title("웹개발자", "정보처리기사, 소방설비기사(기계, 전기)"),
            title("앱개발자", "정보처리기사"),
            title("게임개발자", None),
            title("보안개발자", "정보처리기사,정보처리기사"),
        ],
    )
    assert {code: row.importance_0_1 for (_, code), row in rows.items()} == {
        CERTIFICATE: 0.75,
        "CERT:소방설비기사(기계, 전기)": 0.25,
    }
    assert {row.evidence_codes_text for row in rows.values()} == {"DICTIONARY"}


def test_courses_witness_by_their_share_of_sessions(needs: Needs) -> None:
    sessions = [taught(str(n), DB) for n in range(50)] + [taught("x", TEST)]
    rows = needs(courses=sessions)
    assert {code: row.importance_0_1 for (_, code), row in rows.items()} == {DB: 0.8}  # 1 of 51 is below MIN_SHARE


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        pytest.param({"requirements": [told(SW, 0.9, 6)], "surveys": [worker("1", f"{SW}:3")]}, 6, id="dictionary"),
        pytest.param({"requirements": [told(SW, 0.9)], "surveys": [worker("1", f"{SW}:3")]}, 3, id="workers"),
        pytest.param({"requirements": [told(SW, 0.9)]}, 5, id="the vocabulary's usual level"),
    ],
)
def test_the_level_is_the_best_witness_s(needs: Needs, rows: dict[str, Any], level: int) -> None:
    assert needs(skills={SW: 5}, **rows)["1332", SW].skill_level == level


def test_the_most_important_of_each_kind_are_kept(needs: Needs) -> None:
    codes = [f"2001{n:04d}" for n in range(MOST_NEEDS + 5)]
    rows = needs(
        skills=dict.fromkeys([*codes, CERTIFICATE]),
        requirements=[told(code, 0.5) for code in reversed(codes)] + [told(CERTIFICATE, 0.1)],
    )
    assert sorted(code for _, code in rows) == [*codes[:MOST_NEEDS], CERTIFICATE]


def test_a_posting_without_an_occupation_witnesses_nothing(needs: Needs) -> None:
    assert needs(postings=[posting("P", SW, occupation_code=None)]) == {}


def test_rows_in_another_order_give_the_same_needs(needs: Needs) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "requirements": [told(SW, 0.4, 5), told(TEST)],
        "surveys": [worker("1", f"{SW}:5;{DB}:3"), worker("2", f"{DB}:4"), worker("3", TEST)],
        "postings": [posting(f"P{n}", f"{SW};{DB}" if n % 3 else DB, headcount=n + 1) for n in range(7)],
        "courses": [taught(str(n), (SW, DB, TEST)[n % 3]) for n in range(10)],
        "dictionary": [title("가", "정보처리기사"), title("나", None)],
    }
    assert needs(**rows) == needs(**{name: part[::-1] for name, part in rows.items()})
