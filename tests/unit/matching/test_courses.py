"""TOP5 courses: only for missing skills, open, in reach, one of a course and one of a skill, with their parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matching import courses
from matching.blocks import MatchingInputError
from tests.unit.matching.course_night import (
    AS_OF,
    CAD,
    NEEDS,
    SAFETY,
    WELDING,
    list_sessions,
    make_courses,
    make_needs,
    match_courses,
)

Make = Callable[[list[dict[str, Any]]], pa.Table]


@pytest.mark.parametrize(
    ("seeker", "session", "is_matched"),
    [
        pytest.param({}, {}, True, id="missing skill at home"),
        pytest.param({}, {"skill_code": "99999999"}, False, id="skill nobody needs"),
        pytest.param({}, {"skill_code": None}, False, id="session without a skill"),
        pytest.param({}, {"start_date": AS_OF}, False, id="began today"),
        pytest.param({}, {"seats_left_count": 0}, False, id="full"),
        pytest.param({}, {"seats_left_count": None}, True, id="seats unknown"),
    ],
)
def test_which_session_is_offered(
    make_seekers: Make, seeker: dict[str, Any], session: dict[str, Any], is_matched: bool
) -> None:
    answer = match_courses(make_seekers([seeker]), [session])[0]
    assert (list_sessions(answer) == ["S0"]) is is_matched


def test_levels_of_another_length_than_the_skills_are_refused(make_seekers: Make) -> None:
    seekers = make_seekers([{"skill_codes_text": f"{WELDING};{CAD}", "skill_levels_text": "3"}])
    with pytest.raises(MatchingInputError, match=r"skill_levels_text .* in 1 rows"):
        match_courses(seekers, [{}])


@pytest.mark.parametrize(
    ("seeker", "session", "is_matched"),
    [
        pytest.param({}, {"region_code": "26"}, False, id="far from home"),
        pytest.param({}, {"region_code": "28"}, True, id="27 km from home"),
        pytest.param({"wanted_region_code_2": "26"}, {"region_code": "26"}, True, id="wished region"),
        pytest.param({"wanted_region_code_2": "26"}, {}, True, id="home beside a wish"),
        pytest.param({"wanted_region_code_2": "26"}, {"region_code": "28"}, False, id="near home beside a wish"),
        pytest.param({}, {"region_code": "26", "is_online": True}, True, id="online elsewhere"),
        pytest.param({}, {"region_code": None}, True, id="session without region"),
        pytest.param({"home_region_code": None}, {"region_code": "26"}, True, id="person without region"),
    ],
)
def test_which_region_is_in_reach(
    make_seekers: Make, seeker: dict[str, Any], session: dict[str, Any], is_matched: bool
) -> None:
    answer = match_courses(make_seekers([seeker]), [session])[0]
    assert (list_sessions(answer) == ["S0"]) is is_matched


@pytest.mark.parametrize(
    ("kind", "employed", "not_employed"),
    [
        ("GENERAL", True, True),
        ("DIGITAL", True, True),
        (None, True, True),
        ("WORKER", True, False),
        ("SEEKER", False, True),
        ("STRATEGIC", False, True),
    ],
)
def test_who_may_take_a_training_type(make_seekers: Make, kind: str | None, employed: bool, not_employed: bool) -> None:
    seekers = make_seekers([{"is_employed": True}, {"is_employed": False}, {"is_employed": None}])
    answers = match_courses(seekers, [{"training_type_code": kind}])
    assert [bool(list_sessions(answer)) for answer in answers] == [employed, not_employed, True]


def test_score_is_the_weighted_sum_of_its_parts(make_seekers: Make) -> None:
    # Welding is .6 of 1.0 missing, 40 % of openings ask for it: .6 × (.5 + .2) = .42. At home; level 4 for 4 (high
    # school, 2, can climb to 4); 70 % employed; 300,000 won halve the cost fit:
    # .35×.42 + .2×1 + .2×1 + .15×.7 + .1×.5 = .702
    needs = [NEEDS[0] | {"openings_share_0_1": 0.4}, *NEEDS[1:]]
    answer = match_courses(make_seekers([{"education_code": "03"}]), [{}], needs=needs)[0]
    names = ("job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "cost_fit_0_1", "score_0_1")
    assert [answer[f"{name}_1"] for name in names] == pytest.approx([0.42, 1.0, 1.0, 0.7, 0.5, 0.702])


def test_without_openings_the_demand_is_three_quarters(make_seekers: Make) -> None:
    answer = match_courses(make_seekers([{"skill_codes_text": f"{CAD};{SAFETY}"}]), [{}])[0]
    assert (answer["job_fit_0_1_1"], answer["missing_skill_codes"], answer["needed_skills_count"]) == (0.75, WELDING, 3)


@pytest.mark.parametrize(
    ("column", "part", "weight"), [("expected_rate_0_1", "outcome", 0.15), ("self_payment_krw", "cost_fit", 0.1)]
)
def test_what_is_unknown_counts_half_and_stays_unknown(
    make_seekers: Make, column: str, part: str, weight: float
) -> None:
    seekers, known = make_seekers([{}]), {"expected_rate_0_1": 1.0, "self_payment_krw": 0}
    best, unknown = (match_courses(seekers, [row])[0] for row in (known, known | {column: None}))
    assert unknown[f"{part}_0_1_1"] is None
    assert best["score_0_1_1"] - unknown["score_0_1_1"] == pytest.approx(weight / 2, abs=2e-6)


@pytest.mark.parametrize(("payment", "fit"), [(0, 1.0), (100_000, 0.75), (300_000, 0.5), (900_000, 0.25)])
def test_a_session_is_worth_less_the_more_it_costs(make_seekers: Make, payment: int, fit: float) -> None:
    assert match_courses(make_seekers([{}]), [{"self_payment_krw": payment}])[0]["cost_fit_0_1_1"] == fit


@pytest.mark.parametrize(
    ("seeker", "session", "fit"),
    [
        ({}, {}, 1.0),
        ({}, {"region_code": "28"}, 0.688),  # Seoul to Incheon: ½ ^ (27 km / 50 km)
        ({}, {"region_code": "26", "is_online": True}, 0.8),
        ({}, {"is_online": True}, 1.0),
        ({}, {"region_code": None}, 0.5),
        ({"home_region_code": None}, {}, 0.5),
        ({}, {"region_code": None, "is_online": True}, 0.8),
    ],
)
def test_region_fit_halves_every_fifty_kilometres(
    make_seekers: Make, seeker: dict[str, Any], session: dict[str, Any], fit: float
) -> None:
    answer = match_courses(make_seekers([seeker]), [session])[0]
    assert answer["region_fit_0_1_1"] == pytest.approx(fit, abs=1e-3)


@pytest.mark.parametrize(
    ("seeker", "offered", "fit"),
    [
        ({}, 4, 1.0),
        ({}, 6, 0.5),
        ({}, 3, 0.75),
        ({}, 8, 0.0),
        ({}, None, 0.5),
        ({"education_code": "00"}, 4, 1.0),
        ({"education_code": "02"}, 4, 0.75),  # below high school: level 1, so 3 is aimed at
        ({"education_code": "02"}, 3, 1.0),
        ({"education_code": "07"}, 4, 1.0),
        ({"skill_codes_text": WELDING, "skill_levels_text": "1"}, 4, 0.75),
        ({"skill_codes_text": WELDING, "skill_levels_text": "1", "education_code": "07"}, 3, 1.0),
    ],
)
def test_level_fit_falls_with_the_distance_to_what_can_be_climbed(
    make_seekers: Make, seeker: dict[str, Any], offered: int | None, fit: float
) -> None:
    assert match_courses(make_seekers([seeker]), [{"skill_level": offered}])[0]["level_fit_0_1_1"] == fit


def test_missing_skills_are_listed_by_importance(make_seekers: Make) -> None:
    assert match_courses(make_seekers([{}]), [{}])[0]["missing_skill_codes"] == f"{WELDING}|{CAD}|{SAFETY}"


def test_one_session_a_skill_and_one_a_course(make_seekers: Make) -> None:
    sessions: list[dict[str, Any]] = [
        {"expected_rate_0_1": 0.6},
        {"expected_rate_0_1": 0.9},
        {"skill_code": CAD, "course_id": "C1", "skill_level": 5, "expected_rate_0_1": 0.9},
        {"skill_code": CAD, "skill_level": 4},
        {"skill_code": SAFETY, "skill_level": 2},
    ]
    assert list_sessions(match_courses(make_seekers([{}]), sessions)[0]) == ["S1", "S3", "S4"]


def test_a_course_of_two_skills_is_taken_for_one_and_gives_way_for_the_other(make_seekers: Make) -> None:
    sessions: list[dict[str, Any]] = [
        {"course_id": "C9", "expected_rate_0_1": 0.9},
        {"course_id": "C9", "skill_code": CAD, "skill_level": 5, "expected_rate_0_1": 0.9},
        {"course_id": "C8", "skill_code": CAD, "skill_level": 5, "expected_rate_0_1": 0.2},
    ]
    assert list_sessions(match_courses(make_seekers([{}]), sessions)[0]) == ["S0", "S2"]


def test_equal_sessions_go_to_the_lower_id(make_seekers: Make) -> None:
    sessions = [{"session_id": name} for name in ("S7", "S3", "S9")]
    assert list_sessions(match_courses(make_seekers([{}]), sessions)[0]) == ["S3"]


@pytest.mark.parametrize(
    ("seeker", "answer_code"),
    [
        ({"wanted_occupation_code_1": None}, "NO_WISH"),
        ({"wanted_occupation_code_1": "8710"}, "NO_SKILL_DATA"),
        ({"skill_codes_text": f"{WELDING};{CAD};{SAFETY}"}, "NO_GAP"),
        ({"home_region_code": "50"}, "NO_COURSE_CLOSES_GAP"),
        ({}, "OK"),
    ],
)
def test_answer_code(make_seekers: Make, seeker: dict[str, Any], answer_code: str) -> None:
    assert match_courses(make_seekers([seeker]), [{}])[0]["answer_code"] == answer_code


@pytest.mark.parametrize(
    "seeker",
    [
        {"wanted_occupation_code_1": None, "wanted_occupation_code_3": "0131", "last_occupation_code": "8710"},
        {"wanted_occupation_code_1": None, "career_occupation_code": "0131", "last_occupation_code": "8710"},
        {"wanted_occupation_code_1": None, "last_occupation_code": "0131"},
    ],
)
def test_career_and_last_occupation_stand_in_for_a_wish(make_seekers: Make, seeker: dict[str, Any]) -> None:
    answer = match_courses(make_seekers([seeker]), [{}])[0]
    assert (answer["gap_occupation_code"], answer["answer_code"]) == ("0131", "OK")


@pytest.mark.parametrize(
    ("seeker", "basis_code"),
    [
        ({}, "WISH"),
        ({"career_occupation_code": "8710"}, "WISH"),
        ({"wanted_occupation_code_1": None, "wanted_occupation_code_3": "0131"}, "WISH"),
        ({"wanted_occupation_code_1": "8710", "career_occupation_code": "0131"}, "WISH"),
        ({"wanted_occupation_code_1": None, "career_occupation_code": "0131"}, "HISTORY"),
        ({"wanted_occupation_code_1": None, "last_occupation_code": "8710"}, "HISTORY"),
        ({"wanted_occupation_code_1": None}, None),
    ],
)
def test_basis_says_where_the_occupation_comes_from(
    make_seekers: Make, seeker: dict[str, Any], basis_code: str | None
) -> None:
    answer = match_courses(make_seekers([seeker]), [{}])[0]
    assert answer["basis_code"] == basis_code
    assert (answer["answer_code"] == "NO_WISH") is (basis_code is None)


@pytest.mark.parametrize(
    ("seeker", "occupation_code", "answer_code"),
    [
        ({"wanted_occupation_code_1": "8710", "wanted_occupation_code_2": "0131"}, "0131", "OK"),
        ({"wanted_occupation_code_1": "8710", "career_occupation_code": "0131"}, "8710", "NO_SKILL_DATA"),
    ],
)
def test_second_wish_counts_when_nobody_says_what_the_first_needs(
    make_seekers: Make, seeker: dict[str, Any], occupation_code: str, answer_code: str
) -> None:
    answer = match_courses(make_seekers([seeker]), [{}])[0]
    assert (answer["gap_occupation_code"], answer["answer_code"]) == (occupation_code, answer_code)


@pytest.mark.parametrize("batch", [1, 3])
def test_answers_do_not_depend_on_batches(make_seekers: Make, batch: int) -> None:
    held = [None, WELDING, f"{CAD};{WELDING}", CAD]
    rows = [{"skill_codes_text": held[n % 4], "home_region_code": ["11", "26", None][n % 3]} for n in range(24)]
    sessions: list[dict[str, Any]] = [
        {},
        {"skill_code": CAD, "region_code": "26"},
        {"skill_code": SAFETY, "is_online": True},
    ]
    assert match_courses(make_seekers(rows), sessions, batch) == match_courses(make_seekers(rows), sessions)


@pytest.mark.parametrize("sessions", [[], [{"skill_code": None}]])
def test_a_night_without_courses_is_said(make_seekers: Make, sessions: list[dict[str, Any]]) -> None:
    assert match_courses(make_seekers([{}]), sessions)[0]["answer_code"] == "NO_COURSE_CLOSES_GAP"


def test_market_is_read_from_files_for_the_engine(tmp_path: Path, make_seekers: Make) -> None:
    paths = (tmp_path / "courses.parquet", tmp_path / "skills.parquet")
    for path, table in zip(paths, (make_courses([{}]), make_needs(NEEDS)), strict=True):
        pq.write_table(table, path)
    seekers = make_seekers([{}])
    answers = courses.match_from_files(iter(seekers.to_batches()), paths, AS_OF)
    assert pa.Table.from_batches(list(answers)).to_pylist() == match_courses(seekers, [{}])
