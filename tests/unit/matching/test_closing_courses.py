"""Only sessions that close the gap: whoever finishes one holds the skill that the occupation needs.

Do not put here: reach, audience or scores (test_courses.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.matching.course_night import NEEDS, WELDING, list_sessions, match_courses

Make = Callable[[list[dict[str, Any]]], pa.Table]


@pytest.mark.parametrize(
    ("shown", "offered", "is_matched"),
    [  # welding is needed at level 4
        pytest.param("0", 4, False, id="shown, level unknown"),
        pytest.param("4", 5, False, id="shown at the level"),
        pytest.param("3", 4, False, id="shown one below"),
        pytest.param("2", 4, True, id="shown two below"),
        pytest.param("2", 3, True, id="above what is shown"),
        pytest.param("2", 2, False, id="no more than is shown"),
        pytest.param("2", None, False, id="shown too low, session's level unknown"),
        pytest.param("1", 2, False, id="above what is shown, two below what is needed"),
        pytest.param("1", 3, True, id="two above what is shown, one below what is needed"),
        pytest.param(None, 2, False, id="not shown, session two below what is needed"),
        pytest.param(None, 3, True, id="not shown, session one below what is needed"),
        pytest.param(None, 8, True, id="not shown, session far above"),
        pytest.param(None, None, True, id="not shown, session's level unknown"),
    ],
)
def test_only_a_session_after_which_the_skill_is_held_is_offered(
    make_seekers: Make, shown: str | None, offered: int | None, is_matched: bool
) -> None:
    seekers = make_seekers([{"skill_codes_text": shown and WELDING, "skill_levels_text": shown}])
    answer = match_courses(seekers, [{"skill_level": offered}])[0]
    assert bool(list_sessions(answer)) is is_matched
    assert (answer["answer_code"] == "OK") is is_matched


@pytest.mark.parametrize("offered", [None, 1, 8])
def test_any_session_closes_a_need_of_unknown_level(make_seekers: Make, offered: int | None) -> None:
    answer = match_courses(make_seekers([{}]), [{"skill_level": offered}], needs=[NEEDS[0] | {"skill_level": None}])[0]
    assert list_sessions(answer) == ["S0"]


def test_a_session_that_closes_comes_before_a_better_one_that_does_not(make_seekers: Make) -> None:
    sessions: list[dict[str, Any]] = [
        {"skill_level": 2, "expected_rate_0_1": 1.0, "self_payment_krw": 0},
        {"skill_level": 3, "expected_rate_0_1": 0.1, "self_payment_krw": 900_000},
    ]
    assert list_sessions(match_courses(make_seekers([{"education_code": "02"}]), sessions)[0]) == ["S1"]


@pytest.mark.parametrize("needed", [2, 4, 5, 8, None])
@pytest.mark.parametrize("offered", [1, 3, 4, 7, None])
@pytest.mark.parametrize("shown", ["1", "3", None])
def test_a_gap_is_closed_by_just_the_sessions_offered(
    make_seekers: Make, shown: str | None, offered: int | None, needed: int | None
) -> None:
    needs = [NEEDS[0] | {"skill_level": needed}]
    seeker = {"skill_codes_text": shown and WELDING, "skill_levels_text": shown}
    graduate = {"skill_codes_text": WELDING, "skill_levels_text": str(max(int(shown or 0), offered or 0))}  # 0 unknown
    before = match_courses(make_seekers([seeker]), [{"skill_level": offered}], needs=needs)[0]
    after = match_courses(make_seekers([graduate]), [], needs=needs)[0]
    expected = {"OK": "NO_GAP", "NO_GAP": "NO_GAP", "NO_COURSE_CLOSES_GAP": "NO_COURSE_CLOSES_GAP"}
    assert after["answer_code"] == expected[before["answer_code"]]


def test_a_skill_needed_at_an_unknown_level_is_held_by_who_shows_it(make_seekers: Make) -> None:
    seekers = make_seekers([{"skill_codes_text": WELDING, "skill_levels_text": "1"}])
    answer = match_courses(seekers, [{}], needs=[NEEDS[0] | {"skill_level": None}])[0]
    assert answer["answer_code"] == "NO_GAP"
