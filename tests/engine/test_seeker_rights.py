"""Requests by right: what is in force on a day, until when an answer is due, and who may not be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from tests.engine.people import seeker
from transforms.gold.human_reviews import human_reviews
from transforms.gold.seeker_rights import seeker_rights, without_restricted
from transforms.serving.reviews import mark_reviews
from transforms.silver.clean import accepted, judge, refused

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
TODAY, YESTERDAY, TOMORROW = AS_OF, AS_OF - timedelta(days=1), AS_OF + timedelta(days=1)


def request(kind: str, number: int = 1, **columns: Any) -> dict[str, Any]:
    """A request of person "a", made yesterday, about everything."""
    made = {"request_id": f"R{number}", "seeker_key": "a", "request_kind_code": kind, "requested_date": YESTERDAY}
    return made | {"request_service_code": "ALL"} | columns


def rights(frame: Frame, *requests: dict[str, Any], people: tuple[dict[str, Any], ...] = (), on: date = AS_OF) -> Any:
    """Person → row of gold__seeker_rights."""
    made = seeker_rights(frame("silver__rights_requests", *requests), frame("silver__seekers", *people), as_of=on)
    return {row.seeker_key: row for row in made.collect()}


def flags(row: Any) -> tuple[bool, bool, bool]:
    """Opted out, restricted, withheld from employers."""
    return row.is_opted_out, row.is_restricted, row.is_withheld_from_employers


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        ("AUTOMATED_DECISION_OPT_OUT", "ALL", (True, False, False)),
        ("AUTOMATED_DECISION_OPT_OUT", None, (True, False, False)),
        ("AUTOMATED_DECISION_OPT_OUT", "JOBS", (True, False, False)),
        ("AUTOMATED_DECISION_OPT_OUT", "TALENTS", (False, False, True)),
        ("PROCESSING_RESTRICTION", "ALL", (False, True, False)),
        ("HUMAN_REVIEW", "ALL", (False, False, True)),
        ("HUMAN_REVIEW", "TALENTS", (False, False, True)),
        ("HUMAN_REVIEW", "JOBS", (False, False, False)),
    ],
)
def test_a_request_is_honoured_as_its_kind_and_service_say(
    frame: Frame, kind: str, service: str | None, expected: tuple[bool, bool, bool]
) -> None:
    assert flags(rights(frame, request(kind, request_service_code=service))["a"]) == expected


def test_an_explanation_changes_nothing_that_is_computed(frame: Frame) -> None:
    assert rights(frame, request("EXPLANATION")) == {}


@pytest.mark.parametrize(
    ("columns", "in_force"),
    [
        ({"requested_date": TODAY}, True),
        ({"requested_date": TOMORROW}, False),
        ({"withdrawn_date": TOMORROW}, True),
        ({"withdrawn_date": TODAY}, False),
        ({"withdrawn_date": YESTERDAY}, False),
        ({"answered_date": TODAY, "request_outcome_code": "ACCEPTED"}, True),
        ({"answered_date": TODAY, "request_outcome_code": "REJECTED"}, False),
        ({"answered_date": TOMORROW, "request_outcome_code": "REJECTED"}, True),
        ({"answered_date": TODAY, "request_outcome_code": None}, True),
    ],
)
@pytest.mark.parametrize("kind", ["AUTOMATED_DECISION_OPT_OUT", "PROCESSING_RESTRICTION"])
def test_a_request_counts_from_its_day_until_it_is_withdrawn_or_rejected(
    frame: Frame, kind: str, columns: dict[str, Any], in_force: bool
) -> None:
    assert ("a" in rights(frame, request(kind, **columns))) is in_force


def test_a_refusal_at_registration_counts_like_a_request(frame: Frame) -> None:
    people = (seeker("a", is_opted_out=True), seeker("b", is_opted_out=False), seeker("c", is_opted_out=None))
    found = rights(frame, people=people)
    assert {key: flags(row) for key, row in found.items()} == {"a": (True, False, False)}


def test_withdrawing_a_request_does_not_undo_the_refusal_at_registration(frame: Frame) -> None:
    withdrawn = request("AUTOMATED_DECISION_OPT_OUT", withdrawn_date=TODAY)
    assert rights(frame, withdrawn, people=(seeker("a", is_opted_out=True),))["a"].is_opted_out


def test_several_requests_of_one_person_add_up(frame: Frame) -> None:
    kinds = ("AUTOMATED_DECISION_OPT_OUT", "PROCESSING_RESTRICTION", "HUMAN_REVIEW")
    found = rights(frame, *(request(kind, number) for number, kind in enumerate(kinds)))
    assert flags(found["a"]) == (True, True, True)


def test_of_two_reviews_the_waiting_one_with_the_earlier_day_is_told(frame: Frame) -> None:
    answered = request("HUMAN_REVIEW", 1, requested_date=date(2026, 10, 1), answered_date=date(2026, 11, 1))
    later = request("HUMAN_REVIEW", 2, requested_date=date(2026, 11, 10))
    first = request("HUMAN_REVIEW", 3, requested_date=date(2026, 11, 2))
    row = rights(frame, answered, later, first)["a"]
    assert (row.review_requested_date, row.review_due_date) == (date(2026, 11, 2), date(2026, 12, 2))
    assert row.review_state_code == "OPEN"


@pytest.mark.parametrize(
    ("requested", "extension", "due"),
    [
        (date(2026, 1, 31), None, date(2026, 3, 2)),  # February 2026 has 28 days
        (date(2028, 1, 30), None, date(2028, 2, 29)),  # a leap day
        (date(2028, 2, 29), None, date(2028, 3, 30)),
        (date(2026, 12, 31), 0, date(2027, 1, 30)),
        (date(2026, 11, 1), 30, date(2026, 12, 31)),
        (date(2026, 11, 1), 60, date(2027, 1, 30)),
    ],
)
def test_an_answer_is_due_thirty_days_after_the_request_and_longer_when_extended(
    frame: Frame, requested: date, extension: int | None, due: date
) -> None:
    asked = request("HUMAN_REVIEW", requested_date=requested, extension_days=extension)
    states = []
    for on, left in ((requested, (due - requested).days), (due, 0), (due + timedelta(days=1), -1)):
        (row,) = human_reviews(frame("silver__rights_requests", asked), as_of=on).collect()
        assert (row.review_due_date, row.days_left) == (due, left)
        states.append(row.review_state_code)
    assert states == ["OPEN", "OPEN", "OVERDUE"]


def test_an_answered_request_is_listed_thirty_days_more(frame: Frame) -> None:
    answered = request("EXPLANATION", answered_date=date(2026, 11, 1), requested_date=date(2026, 9, 1))
    requests = frame("silver__rights_requests", answered)
    (row,) = human_reviews(requests, as_of=date(2026, 11, 30)).collect()
    assert (row.review_state_code, row.days_left) == ("ANSWERED", None)
    assert human_reviews(requests, as_of=date(2026, 12, 1)).collect() == []
    (before,) = human_reviews(requests, as_of=date(2026, 10, 31)).collect()
    assert (before.review_state_code, before.answered_date) == ("OVERDUE", None)


def test_only_reviews_and_explanations_wait_for_somebody(frame: Frame) -> None:
    asked = [request(kind, number) for number, kind in enumerate(("AUTOMATED_DECISION_OPT_OUT", "EXPLANATION"))]
    rows = human_reviews(frame("silver__rights_requests", *asked), as_of=AS_OF).collect()
    assert [row.request_kind_code for row in rows] == ["EXPLANATION"]


def test_nobody_asking_for_anything_leaves_empty_tables(frame: Frame) -> None:
    assert rights(frame) == {}
    assert human_reviews(frame("silver__rights_requests"), as_of=AS_OF).collect() == []


def test_rows_of_somebody_whose_processing_is_stopped_are_not_read(frame: Frame) -> None:
    held = frame("silver__certificates", *({"seeker_key": key, "certificate_name": "기사"} for key in "aab"))
    made = seeker_rights(
        frame("silver__rights_requests", request("PROCESSING_RESTRICTION")), frame("silver__seekers"), as_of=AS_OF
    )
    assert [row.seeker_key for row in without_restricted(held, made).collect()] == ["b"]


def test_an_answer_is_marked_when_a_review_concerns_its_service(frame: Frame) -> None:
    asked = [
        request("HUMAN_REVIEW", 1, seeker_key="a", request_service_code="JOBS"),
        request("HUMAN_REVIEW", 2, seeker_key="b", request_service_code="COURSES"),
        request("HUMAN_REVIEW", 3, seeker_key="c", request_service_code="ALL"),
        request("EXPLANATION", 4, seeker_key="d", request_service_code="JOBS"),
    ]
    reviews = human_reviews(frame("silver__rights_requests", *asked), as_of=AS_OF)
    told = {"answer_code": "OK", "model_version": "m"}
    answers = frame("matches__seeker_jobs", *(told | {"seeker_key": key} for key in "abcd"))
    marked = {row.seeker_key: row for row in mark_reviews(answers, reviews, "JOBS").collect()}
    assert {key: row.review_state_code for key, row in marked.items()} == {
        "a": "OPEN",
        "b": None,
        "c": "OPEN",
        "d": None,
    }
    assert marked["a"].review_due_date == YESTERDAY + timedelta(days=30)


SENT = {
    "request_id": "R1",
    "seeker_key": "a",
    "request_kind_code": "HUMAN_REVIEW",
    "requested_date": "2026-11-10",
    "updated_at": "2026-11-10 09:00:00",
}


def cleaned(frame: Frame, *rows: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """Good rows and the reasons of refused ones."""
    judged = judge(frame("bronze__rights_requests", *rows), "rights_requests", as_of=AS_OF)
    good = accepted(judged, "rights_requests", as_of=AS_OF).collect()
    return good, [row.reason_codes for row in refused(judged, "rights_requests").collect()]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"requested_date": "2026-11-31"}, "requested_date:NOT_A_DATE"),
        ({"requested_date": "2026-11-21"}, "requested_date:AFTER_DELIVERY"),
        ({"withdrawn_date": "2026-11-09"}, "withdrawn_date:BEFORE_REQUEST"),
        ({"answered_date": "2026-11-09"}, "answered_date:BEFORE_REQUEST"),
        ({"extension_days": "61"}, "extension_days:OUT_OF_RANGE"),
        ({"request_kind_code": "DELETE"}, "request_kind_code:UNKNOWN_CODE"),
        ({"request_service_code": "TAXES"}, "request_service_code:UNKNOWN_CODE"),
    ],
)
def test_a_request_that_cannot_be_is_refused_with_its_reason(frame: Frame, sent: dict[str, str], reason: str) -> None:
    assert cleaned(frame, SENT | sent) == ([], [reason])


def test_a_later_row_of_the_same_request_withdraws_it(frame: Frame) -> None:
    withdrawn = SENT | {"withdrawn_date": "2026-11-12", "updated_at": "2026-11-12 09:00:00", "row_number": "2"}
    (good,), reasons = cleaned(frame, SENT, withdrawn | {"row_number": 2})
    assert (good.withdrawn_date, reasons) == (date(2026, 11, 12), [])
