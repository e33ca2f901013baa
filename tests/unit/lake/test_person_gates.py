"""The gates that an answer is about the person under whose key it stands: two people whose answers change places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.person_gates import audit_people
from lake.quality import connect
from lake.settings import Settings
from lake.tables import dataset

AS_OF = date(2026, 11, 20)
ANSWERS = ("matches__seeker_occupations", "matches__seeker_skill_gaps")
OCCUPATIONS, GAPS = "gate:occupations_of_somebody_else", "gate:gaps_of_somebody_else"
Row = dict[str, Any]
Audited = Callable[..., dict[str, tuple[float, str]]]
GRADUATE: Row = {"education_code": "05", "tested_date": AS_OF, "wanted_occupation_code_2": "0131"}
"""Tested, wishes 0131; meets 0131's usual education."""
WORKER: Row = {"education_code": "03", "career_occupation_code": "0616"}
"""Has worked as 0616 and wishes nothing; is below 0131's usual education."""
OF_GRADUATE: tuple[Row, Row] = (
    {"basis_code": "TEST_AND_HISTORY", "occupation_code_1": "0131", "education_fit_code_1": "MEETS"},
    {"basis_code": "WISH", "gap_occupation_code_1": "0131"},
)
OF_WORKER: tuple[Row, Row] = (
    {"basis_code": "HISTORY", "occupation_code_1": "0131", "education_fit_code_1": "BELOW"},
    {"basis_code": "HISTORY", "gap_occupation_code_1": "0616"},
)


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Audited:
    """Gate → value and detail for the graduate `a` and the worker `b` with these answers (occupations, gaps) each."""

    def audit(of_a: tuple[Row, Row], of_b: tuple[Row, Row], usual: str | None = "05") -> dict[str, tuple[float, str]]:
        night: Row = {"as_of": AS_OF}
        write_rows("features__seekers", night | GRADUATE | {"seeker_key": "a"}, night | WORKER | {"seeker_key": "b"})
        write_rows("gold__occupations", night | {"occupation_code": "0131", "typical_education_code": usual})
        for place, table_id in enumerate(ANSWERS):
            told = night | {"answer_code": "OK"}
            write_rows(table_id, told | {"seeker_key": "a"} | of_a[place], told | {"seeker_key": "b"} | of_b[place])
        with connect(settings) as db:
            for table_id in ANSWERS:
                db.register(table_id, dataset(settings, table_id, AS_OF))
            return {check.name: (check.value, check.detail) for check in audit_people(settings, db, as_of=AS_OF)}

    return audit


def test_answers_under_their_own_keys_pass(audited: Audited) -> None:
    assert audited(OF_GRADUATE, OF_WORKER) == {OCCUPATIONS: (0, ""), GAPS: (0, "")}


def test_answers_that_changed_places_are_found(audited: Audited) -> None:
    found = audited(OF_WORKER, OF_GRADUATE)
    assert found == {OCCUPATIONS: (2, "TEST 1, EDUCATION 2"), GAPS: (2, "WISH 1, HISTORY 1")}


def test_gaps_from_the_past_of_somebody_who_wishes_are_found(audited: Audited) -> None:
    history = (OF_GRADUATE[0], {"basis_code": "HISTORY", "gap_occupation_code_1": "0131"})
    assert audited(history, OF_WORKER)[GAPS] == (1, "HISTORY 1")


def test_one_gap_of_several_that_nobody_wished_is_found(audited: Audited) -> None:
    more = (OF_GRADUATE[0], OF_GRADUATE[1] | {"gap_occupation_code_2": "0616"})
    assert audited(more, OF_WORKER)[GAPS] == (1, "WISH 1")


@pytest.mark.parametrize(("usual", "fits"), [(None, "NO_DATA"), ("00", "MEETS"), ("03", "MEETS"), ("05", "BELOW")])
def test_education_is_compared_with_the_usual_one(audited: Audited, usual: str | None, fits: str) -> None:
    worker = (OF_WORKER[0] | {"education_fit_code_1": fits}, OF_WORKER[1])
    graduate = (OF_GRADUATE[0] | {"education_fit_code_1": fits if usual is None else "MEETS"}, OF_GRADUATE[1])
    assert audited(graduate, worker, usual)[OCCUPATIONS] == (0, "")
