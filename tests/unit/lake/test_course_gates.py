"""The gates on courses and certificates: each rule looked at anew in SQL, closed by one row that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.course_gates import audit_courses
from lake.quality import Check, connect
from lake.settings import Settings
from lake.tables import dataset

AS_OF, LATER = date(2026, 11, 20), date(2026, 12, 1)
ANSWERS = ("matches__seeker_courses", "matches__seeker_certificates")
WELDING, CAD = "15010101", "15010202"
Row = dict[str, Any]
Failed = Callable[..., dict[str, tuple[float, str]]]


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Callable[..., list[Check]]:
    """The gates of a night of one seeker in Seoul, told of one welding session there and of one certificate.

    Each argument is put over the row of its table; `second` over a CAD session of another course.
    """

    def audit(
        seeker: Row | None = None,
        session: Row | None = None,
        answer: Row | None = None,
        certificates: Row | None = None,
        need: Row | None = None,
        second: Row | None = None,
    ) -> list[Check]:
        person = {"as_of": AS_OF, "seeker_key": "a", "home_region_code": "11", "is_employed": False}
        open_session = {"skill_level": 4, "region_code": "11", "start_date": LATER, "end_date": LATER}
        open_session |= {"seats_count": 20, "enrolled_count": 19, "training_type_code": "SEEKER"}
        one = open_session | {"session_id": "S1", "course_id": "C1", "skill_code": WELDING}
        other = open_session | {"session_id": "S2", "course_id": "C2", "skill_code": CAD}
        told = {"as_of": AS_OF, "seeker_key": "a", "answer_code": "OK", "gap_occupation_code": "0131"}
        needed = {"as_of": AS_OF, "occupation_code": "0131"}
        write_rows("features__seekers", person | (seeker or {}))
        write_rows("silver__training_courses", one | (session or {}), other | (second or {}))
        write_rows("matches__seeker_courses", told | {"session_id_1": "S1", "skill_code_1": WELDING} | (answer or {}))
        write_rows("matches__seeker_certificates", told | {"certificate_name_1": "용접기사"} | (certificates or {}))
        write_rows(
            "gold__occupation_skills",
            needed | {"skill_code": WELDING, "skill_level": 4} | (need or {}),
            needed | {"skill_code": CAD, "skill_level": 4},
            *(needed | {"skill_code": f"CERT:{name}"} for name in ("용접기사", "용접기능사", "사회복지사(2급)")),
        )
        with connect(settings) as db:
            for table_id in ANSWERS:
                db.register(table_id, dataset(settings, table_id, AS_OF))
            return audit_courses(settings, db, as_of=AS_OF)

    return audit


def test_a_clean_night_passes_every_gate(audited: Callable[..., list[Check]]) -> None:
    assert [(check.table_id, check.name, check.value) for check in audited()] == [
        ("matches__seeker_courses", "gate:courses_for_held_skills", 0),
        ("matches__seeker_courses", "gate:courses_that_do_not_close_the_gap", 0),
        ("matches__seeker_courses", "gate:sessions_begun_or_full", 0),
        ("matches__seeker_courses", "gate:ineligible_courses", 0),
        ("matches__seeker_courses", "gate:courses_teaching_the_same", 0),
        ("matches__seeker_certificates", "gate:certificates_already_held", 0),
        ("matches__seeker_certificates", "gate:certificates_of_one_family", 0),
    ]


def show(level: str | None) -> Row:
    """Somebody who shows welding at this level, beside another skill at 7."""
    return {"skill_codes_text": f"10000000;{WELDING}", "skill_levels_text": level and f"7{level}"}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        pytest.param({"seeker": show(None)}, "HELD", id="levels not told"),
        pytest.param({"seeker": show("0")}, "HELD", id="held at an unknown level"),
        pytest.param({"seeker": show("4")}, "HELD", id="held at the level"),
        pytest.param({"seeker": show("3")}, "HELD", id="held one below"),
        pytest.param({"seeker": show("1"), "need": {"skill_level": None}}, "HELD", id="needed at an unknown level"),
        pytest.param({"need": {"skill_code": "99999999"}}, "NOT_NEEDED", id="nobody needs it"),
        pytest.param({"answer": {"gap_occupation_code": "0132"}}, "NOT_NEEDED", id="another occupation needs it"),
        pytest.param({"session": {"skill_code": CAD}}, "OTHER_SKILL", id="teaches something else"),
    ],
)
def test_a_session_for_no_gap_blocks(failed: Failed, rows: dict[str, Row], rule: str) -> None:
    assert failed(**rows) == {"courses_for_held_skills": (1.0, f"{rule} 1")}


@pytest.mark.parametrize(
    ("seeker", "level", "broken"),
    [
        pytest.param({}, 2, "TOO_LOW 1", id="not shown, two below"),
        pytest.param({}, 1, "TOO_LOW 1", id="not shown, three below"),
        pytest.param(show("1"), 2, "TOO_LOW 1", id="above what is shown, two below"),
        pytest.param(show("2"), 2, "TOO_LOW 1, NOT_HIGHER 1", id="as low as is shown"),
        pytest.param(show("2"), None, "NOT_HIGHER 1", id="shown too low, level unknown"),
    ],
)
def test_a_session_that_does_not_close_the_gap_blocks(
    failed: Failed, seeker: Row, level: int | None, broken: str
) -> None:
    found = failed(seeker=seeker, session={"skill_level": level})
    assert found == {"courses_that_do_not_close_the_gap": (1.0, broken)}


@pytest.mark.parametrize(
    ("seeker", "session", "need"),
    [
        pytest.param(show("2"), {"skill_level": 3}, {}, id="shown too low, one below"),
        pytest.param({}, {"skill_level": 3}, {}, id="not shown, one below"),
        pytest.param({}, {"skill_level": 8}, {}, id="far above"),
        pytest.param({}, {"skill_level": None}, {}, id="not shown, level unknown"),
        pytest.param({}, {"skill_level": 1}, {"skill_level": None}, id="needed at an unknown level"),
    ],
)
def test_a_session_that_closes_the_gap_passes(failed: Failed, seeker: Row, session: Row, need: Row) -> None:
    assert failed(seeker=seeker, session=session, need=need) == {}


@pytest.mark.parametrize(
    ("session", "rule"),
    [
        pytest.param({"start_date": AS_OF}, "BEGUN", id="begins today"),
        pytest.param({"start_date": None}, "BEGUN", id="no start told"),
        pytest.param({"enrolled_count": 20}, "FULL", id="full"),
        pytest.param({"session_id": "S9"}, "UNKNOWN", id="no such session"),
    ],
)
def test_a_session_that_cannot_be_joined_blocks(failed: Failed, session: Row, rule: str) -> None:
    assert failed(session=session) == {"sessions_begun_or_full": (1.0, f"{rule} 1")}


@pytest.mark.parametrize("session", [{"seats_count": None}, {"enrolled_count": None}], ids=["seats", "enrolled"])
def test_unknown_numbers_of_seats_pass(failed: Failed, session: Row) -> None:
    assert failed(session=session) == {}


@pytest.mark.parametrize(
    ("seeker", "session", "rule"),
    [
        pytest.param({}, {"region_code": "26"}, "REGION", id="far from home"),
        pytest.param({"wanted_region_code_2": "26"}, {"region_code": "28"}, "REGION", id="near home beside a wish"),
        pytest.param({"wanted_region_code_2": "26", "home_region_code": None}, {}, "REGION", id="not wished"),
        pytest.param({}, {"training_type_code": "WORKER"}, "TRAINING_TYPE", id="for workers"),
        pytest.param({"is_employed": True}, {}, "TRAINING_TYPE", id="for seekers"),
        pytest.param({"is_employed": True}, {"training_type_code": "STRATEGIC"}, "TRAINING_TYPE", id="strategic"),
    ],
)
def test_a_session_that_is_not_open_to_the_person_blocks(failed: Failed, seeker: Row, session: Row, rule: str) -> None:
    assert failed(seeker=seeker, session=session) == {"ineligible_courses": (1.0, f"{rule} 1")}


@pytest.mark.parametrize(
    ("seeker", "session"),
    [
        pytest.param({}, {"region_code": "28"}, id="near home"),
        pytest.param({}, {"region_code": "26", "is_online": True}, id="online"),
        pytest.param({}, {"region_code": None}, id="region unknown"),
        pytest.param({"home_region_code": None}, {"region_code": "26"}, id="home unknown"),
        pytest.param({"wanted_region_code_3": "26"}, {"region_code": "26"}, id="wished"),
        pytest.param({"wanted_region_code_3": "26"}, {}, id="home beside a wish"),
        pytest.param({"is_employed": True}, {"training_type_code": "WORKER"}, id="for workers"),
        pytest.param({"is_employed": True}, {"training_type_code": "DIGITAL"}, id="for everybody"),
        pytest.param({"is_employed": True}, {"training_type_code": None}, id="type unknown"),
        pytest.param({"is_employed": None}, {"training_type_code": "WORKER"}, id="employment unknown"),
    ],
)
def test_a_session_in_reach_that_is_open_to_the_person_passes(failed: Failed, seeker: Row, session: Row) -> None:
    assert failed(seeker=seeker, session=session) == {}


TWO = {"session_id_4": "S2", "skill_code_4": CAD}


def test_two_sessions_of_different_courses_and_skills_pass(failed: Failed) -> None:
    assert failed(answer=TWO) == {}


def test_two_sessions_of_one_course_block(failed: Failed) -> None:
    assert failed(answer=TWO, second={"course_id": "C1"}) == {"courses_teaching_the_same": (1.0, "COURSE 1")}


def test_two_sessions_of_one_skill_block(failed: Failed) -> None:
    found = failed(answer=TWO | {"skill_code_4": WELDING}, second={"skill_code": WELDING})
    assert found == {"courses_teaching_the_same": (1.0, "SKILL 1")}


@pytest.mark.parametrize("place", range(2, 6))
def test_every_place_is_looked_at(failed: Failed, place: int) -> None:
    found = failed(answer={f"session_id_{place}": "S9", f"skill_code_{place}": CAD})
    assert found == {"sessions_begun_or_full": (1.0, "UNKNOWN 1")}


@pytest.mark.parametrize(
    ("held", "told", "rule"),
    [
        ("용접기사", "용접기사", "HELD"),
        ("지게차; 용접기사 ", "용접기사", "HELD"),
        ("용접 기사", "용접기사", "HELD"),
        ("용접기술사", "용접기사", "HELD_HIGHER"),
        ("용접기능장", "용접기사", "HELD_HIGHER"),
        ("용접산업기사", "용접기능사", "HELD_HIGHER"),
        ("사회복지사 1급", "사회복지사(2급)", "HELD_HIGHER"),
        (None, "배관기사", "NOT_ASKED"),
    ],
)
def test_a_certificate_that_opens_nothing_blocks(failed: Failed, held: str | None, told: str, rule: str) -> None:
    found = failed(seeker={"certificate_names_text": held}, certificates={"certificate_name_1": told})
    assert found == {"certificates_already_held": (1.0, f"{rule} 1")}


@pytest.mark.parametrize("held", ["용접산업기사", "배관기술사", "용접기사(특수)", None])
def test_a_lower_or_another_certificate_passes(failed: Failed, held: str | None) -> None:
    assert failed(seeker={"certificate_names_text": held}) == {}


def test_two_grades_of_one_family_block(failed: Failed) -> None:
    found = failed(certificates={"certificate_name_3": "용접기능사"})
    assert found == {"certificates_of_one_family": (1.0, "FAMILY 1")}
