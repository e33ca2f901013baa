"""Several tests of a person become one row, items become scores, and what is not used says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lake.contracts.scales import ITEM_LETTERS, SCALE_NAMES
from tests.engine.conftest import AS_OF, arrow_rows
from transforms.gold import seeker_tests as gold
from transforms.gold import test_norms as norms_of
from transforms.registers import Registers, known_by

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]

INTERESTS = dict(zip(SCALE_NAMES[:6], (90.0, 100.0, 110.0, 120.0, 95.0, 105.0), strict=True))
EQUAL = dict.fromkeys(SCALE_NAMES[:6], 100.0)
SOCIAL, REALISTIC = "interest_social", "interest_realistic"
BEFORE, LATER, LAST = date(2025, 3, 1), date(2026, 3, 1), date(2026, 9, 1)


def result(day: date = LATER, key: str = "a", **columns: Any) -> dict[str, Any]:
    return {"seeker_key": key, "tested_date": day} | columns


def items(answers: dict[str, str]) -> str:
    """Letter → answers to its first items in order: {"R": "43"} is R01:4;R02:3."""
    return ";".join(f"{letter}{n:02}:{v}" for letter, text in answers.items() for n, v in enumerate(text, 1))


def norm(scale: str, form: str = "SHORT", **columns: Any) -> dict[str, Any]:
    row = {"scale_name": scale, "test_form_code": form, "respondents_count": 100}
    return row | {"answer_mean": 3.0, "answer_deviation": 0.5} | columns


@pytest.fixture
def told(people: Registers, frame: Frame) -> Callable[..., list[dict[str, Any]]]:
    """gold__seeker_tests of some rows of silver__test_results, with norms."""

    def make(*tests: dict[str, Any], norms: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
        known = known_by(replace(people, test_results=frame("silver__test_results", *tests)), AS_OF)
        judged = gold.judge_tests(known, arrow_rows("gold__test_norms", list(norms)))
        return [row.asDict() for row in gold.seeker_tests(judged, as_of=AS_OF).orderBy("seeker_key").collect()]

    return make


@pytest.fixture
def normed(people: Registers, frame: Frame) -> Callable[..., dict[tuple[str, str], Any]]:
    """gold__test_norms of some rows of silver__test_results, by scale and form."""

    def make(*tests: dict[str, Any]) -> dict[tuple[str, str], Any]:
        known = known_by(replace(people, test_results=frame("silver__test_results", *tests)), AS_OF)
        rows = norms_of.test_norms(known, as_of=AS_OF).collect()
        return {(row.scale_name, row.test_form_code): row for row in rows}

    return make


def test_the_newest_result_of_each_instrument_counts(told: Callable[..., Any]) -> None:
    """Interest was taken twice, values only the first time; a scale that lacks is not filled from the older test."""
    older = result(BEFORE, value_service=130.0, **EQUAL | {SOCIAL: 80.0, REALISTIC: 77.0})
    (row,) = told(older, result(LATER, **INTERESTS | {REALISTIC: None}))
    assert (row[SOCIAL], row[REALISTIC], row["value_service"], row["aptitude_verbal"]) == (120.0, None, 130.0, None)
    assert (row["tested_date"], row["tests_count"], row["unused_test_codes"]) == (LATER, 2, None)
    assert row["as_of"] == AS_OF


def test_a_newer_test_that_contradicts_itself_leaves_the_older_one_and_says_why(told: Callable[..., Any]) -> None:
    (row,) = told(result(BEFORE, **INTERESTS), result(LATER, **EQUAL), result(LAST, answer_seconds=9, **INTERESTS))
    assert (row[SOCIAL], row["tested_date"]) == (120.0, BEFORE)
    assert row["unused_test_codes"] == "interest:TOO_FAST"  # of the two refused ones the newer


def test_an_older_contradiction_is_not_worth_telling(told: Callable[..., Any]) -> None:
    (row,) = told(result(BEFORE, **EQUAL), result(LATER, **INTERESTS))
    assert (row[SOCIAL], row["unused_test_codes"]) == (120.0, None)


def test_someone_whose_tests_all_contradict_themselves_has_no_scales(told: Callable[..., Any]) -> None:
    (row,) = told(result(LATER, answer_seconds=90_000, value_service=99.0, **EQUAL))
    assert row["unused_test_codes"] == "interest:ALL_EQUAL|value:TOO_LONG"
    assert {row[name] for name in SCALE_NAMES} == {None}
    assert (row["tested_date"], row["tests_count"]) == (LATER, 1)


def test_a_test_after_the_date_is_not_known(told: Callable[..., Any]) -> None:
    assert told(result(date(2026, 11, 21), **INTERESTS)) == []


def test_the_order_of_rows_changes_nothing(told: Callable[..., Any]) -> None:
    tests = [
        result(BEFORE, "a", value_service=130.0, **INTERESTS),
        result(LATER, "a", **EQUAL),
        result(LAST, "a", item_answers_text=items({"S": "44444"})),
        result(LATER, "b", answer_seconds=5, value_service=80.0),
        result(BEFORE, "b", value_service=81.0),
    ]
    rows = told(*tests, norms=(norm(SOCIAL),))
    assert rows == told(*tests[::-1], norms=(norm(SOCIAL),)) == told(*tests[2:], *tests[:2], norms=(norm(SOCIAL),))
    assert [(row[SOCIAL], row["value_service"], row["unused_test_codes"]) for row in rows] == [
        (130.0, 130.0, None),
        (None, 81.0, "value:TOO_FAST"),
    ]


def test_people_do_not_share_tests(told: Callable[..., Any]) -> None:
    rows = told(result(key="a", **INTERESTS), result(key="b", value_service=88.0))
    assert [(row["seeker_key"], row[SOCIAL], row["value_service"]) for row in rows] == [
        ("a", 120.0, None),
        ("b", None, 88.0),
    ]


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ("4444455555", 145.0),  # mean 4.5, three deviations above 3.0
        ("33333", 100.0),
        ("1313131313", 70.0),
        ("5555555555", 160.0),
        ("4443", 100 + 15 * 1.5),  # mean 3.75, but four of ten are too few
    ],
)
def test_items_become_scores(told: Callable[..., Any], answers: str, score: float) -> None:
    """100 + 15 · (mean answer - 3.0) / .5."""
    sent = items({"S": answers, "R": "12345"})
    (row,) = told(result(item_answers_text=sent), norms=(norm(SOCIAL), norm(REALISTIC)))
    assert row[SOCIAL] == (None if len(answers) < 5 else score)
    assert row[REALISTIC] == 100.0


def test_a_score_stays_on_the_scale(told: Callable[..., Any]) -> None:
    """(5 - 3) / .2 = 10 deviations: 250 becomes 180."""
    sent = items({"S": "55555", "R": "12345"})
    (row,) = told(result(item_answers_text=sent), norms=(norm(SOCIAL, answer_deviation=0.2),))
    assert (row[SOCIAL], row[REALISTIC]) == (180.0, None)


@pytest.mark.parametrize(
    ("answers", "norms", "code"),
    [
        ({"S": "4342"}, (norm(SOCIAL),), "TOO_FEW_ITEMS"),
        ({"S": "43424"}, (norm(SOCIAL, respondents_count=99),), "NO_NORM"),
        ({"S": "43424"}, (norm(SOCIAL, "LONG"),), "NO_NORM"),
        ({"S": "43424"}, (norm(SOCIAL, answer_deviation=0.0),), "NO_NORM"),
        (dict.fromkeys(ITEM_LETTERS, "3333"), (norm(SOCIAL),), "ALL_EQUAL"),
    ],
)
def test_items_that_give_no_score_say_why(
    told: Callable[..., Any], answers: dict[str, str], norms: tuple[dict[str, Any], ...], code: str
) -> None:
    (row,) = told(result(item_answers_text=items(answers)), norms=norms)
    assert (row["unused_test_codes"], row[SOCIAL]) == (f"interest:{code}", None)


def test_delivered_scores_are_taken_as_they_are(told: Callable[..., Any]) -> None:
    sent = items({"S": "55555", "R": "12345"})
    (row,) = told(result(item_answers_text=sent, **{SOCIAL: 123.25}), norms=(norm(SOCIAL), norm(REALISTIC)))
    assert (row[SOCIAL], row[REALISTIC]) == (123.25, 100.0)


def test_a_norm_is_mean_and_deviation_of_the_mean_answer(normed: Callable[..., Any]) -> None:
    """Mean answers 4, 3 and 2: mean 3, deviation 1. Interest without items teaches nothing."""
    tests = [
        result(key=key, item_answers_text=items({"S": text}))
        for key, text in {"a": "44444", "b": "33333", "c": "22222"}.items()
    ]
    rows = normed(*tests, result(key="d", **INTERESTS))
    row = rows[SOCIAL, "SHORT"]
    assert (row.respondents_count, row.answer_mean, row.answer_deviation) == (3, 3.0, 1.0)
    assert set(rows) == {(SOCIAL, "SHORT")}


def test_a_norm_hears_everybody_once_and_no_contradictory_test(normed: Callable[..., Any]) -> None:
    """The older test of a, the careless one of b and the four items of c do not count."""
    rows = normed(
        result(BEFORE, "a", item_answers_text=items({"S": "11112"})),
        result(LATER, "a", item_answers_text=items({"S": "44444"})),
        result(LATER, "b", item_answers_text=items({"S": "22222"}), answer_seconds=4),
        result(LATER, "c", item_answers_text=items({"S": "2222"})),
        result(LATER, "d", item_answers_text=items({"S": "33333"})),
    )
    row = rows[SOCIAL, "SHORT"]
    assert (row.respondents_count, row.answer_mean) == (2, 3.5)


def test_each_form_has_its_own_norm(normed: Callable[..., Any]) -> None:
    long = {letter: "34" * 17 for letter in ITEM_LETTERS}
    rows = normed(
        result(key="a", item_answers_text=items(long)), result(key="b", item_answers_text=items({"S": "55551"}))
    )
    assert rows[SOCIAL, "LONG"].answer_mean == 3.5
    assert rows[SOCIAL, "SHORT"].answer_mean == 4.2
    assert rows[SOCIAL, "SHORT"].answer_deviation is None  # one person has none
