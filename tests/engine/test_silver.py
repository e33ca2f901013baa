"""Bronze to silver: what is refused and why, which correction wins, what the wage is a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.contracts.registry import table
from tests.engine.conftest import AS_OF
from transforms.silver.clean import accepted, judge, refused
from transforms.silver.conform import superseded

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]

GOOD = {"posting_id": "P1", "registered_date": "2026-11-01", "updated_at": "2026-11-01 09:00:00"}


def _cleaned(frame: Frame, *rows: dict[str, Any], noun: str = "job_postings") -> tuple[list[Any], list[Any]]:
    judged = judge(frame(f"bronze__{noun}", *rows), noun, as_of=AS_OF)
    return accepted(judged, noun, as_of=AS_OF).collect(), refused(judged, noun).collect()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"registered_date": "2026-02-30"}, "registered_date:NOT_A_DATE"),
        ({"registered_date": None}, "registered_date:MISSING"),
        ({"posting_id": " "}, "posting_id:MISSING"),
        ({"career_code": "Q"}, "career_code:UNKNOWN_CODE"),
        ({"closing_date": "2026.10.01"}, "closing_date:BEFORE_REGISTRATION"),
        ({"headcount": "-1"}, "headcount:OUT_OF_RANGE"),
        ({"headcount": "NaN"}, "headcount:NOT_A_INT32"),
        ({"headcount": "2.5"}, "headcount:NOT_A_INT32"),
        ({"weekly_hours": "Infinity"}, "weekly_hours:NOT_A_FLOAT64"),
        ({"updated_at": "2026-11-22 00:00:00"}, "updated_at:IN_THE_FUTURE"),
        ({"updated_at": "2999-01-01T00:00:00Z"}, "updated_at:IN_THE_FUTURE"),
        ({"updated_at": "2026-11-21T15:00:00Z", "is_deleted": True}, "updated_at:IN_THE_FUTURE"),
        ({"landing_error": "3 columns, expected 22"}, "row:UNREADABLE 3 columns, expected 22"),
    ],
)
def test_a_bad_value_sends_the_row_to_quarantine_with_its_reason(
    frame: Frame, sent: dict[str, Any], reason: str
) -> None:
    silver, quarantine = _cleaned(frame, GOOD | sent)
    assert silver == []
    assert [row.reason_codes for row in quarantine] == [reason]


@pytest.mark.parametrize("stamp", ["2026-11-21 23:59:59", "2026-11-21T14:59:59Z", None])
def test_a_stamp_up_to_the_day_after_the_delivery_is_good(frame: Frame, stamp: str | None) -> None:
    """P13: another office's clock may be ahead."""
    silver, quarantine = _cleaned(frame, GOOD | {"updated_at": stamp})
    assert (len(silver), quarantine) == (1, [])


def test_people_from_the_future_or_of_another_century_are_refused(frame: Frame) -> None:
    """P13."""
    good = {"seeker_key": "S", "registered_date": "2026-11-20", "birth_date": "1900-01-01"}
    wrong = {
        "registered_date:IN_THE_FUTURE": {"registered_date": "2026-11-21"},
        "birth_date:IN_THE_FUTURE": {"birth_date": "2026-11-21"},
        "birth_date:OUT_OF_RANGE": {"birth_date": "1899-12-31"},
    }
    bad = [good | change | {"row_number": number} for number, change in enumerate(wrong.values(), 2)]
    silver, quarantine = _cleaned(frame, good, *bad, noun="seekers")
    assert [str(row.birth_date) for row in silver] == ["1900-01-01"]
    assert sorted(row.reason_codes for row in quarantine) == sorted(wrong)


LIES = [
    ({"weekly_hours": "1e999"}, "weekly_hours:NOT_A_FLOAT64"),
    ({"weekly_hours": "0x1p3"}, "weekly_hours:NOT_A_FLOAT64"),
    ({"weekly_hours": "37,5"}, "weekly_hours:NOT_A_FLOAT64"),
    ({"weekly_hours": "1.000,5"}, "weekly_hours:NOT_A_FLOAT64"),
    ({"weekly_hours": "3 5"}, "weekly_hours:NOT_A_FLOAT64"),
    ({"registered_date": "0000-00-00"}, "registered_date:NOT_A_DATE"),
    ({"registered_date": "26-11-01"}, "registered_date:NOT_A_DATE"),
    ({"registered_date": "46327"}, "registered_date:NOT_A_DATE"),
    ({"registered_date": "2026-11-011"}, "registered_date:NOT_A_DATE"),
    ({"registered_date": "2026-11-01 밤"}, "registered_date:NOT_A_DATE"),
    ({"closing_date": "2026-12-31T23:00:00Z"}, "closing_date:NOT_A_DATE"),
    ({"updated_at": "2026-11-01 09:00 PM"}, "updated_at:NOT_A_INSTANT"),
    ({"updated_at": "2026-11-01 오후 09:00"}, "updated_at:NOT_A_INSTANT"),
    ({"updated_at": "2026-11-01 25:00:00"}, "updated_at:NOT_A_INSTANT"),
    ({"title": "가" * 333_334}, "title:TOO_LONG"),
]


def test_every_value_that_lies_is_refused_with_its_reason(frame: Frame) -> None:
    """P13: one frame for all, a posting each."""
    rows = [GOOD | {"posting_id": f"P{number}"} | sent for number, (sent, _) in enumerate(LIES)]
    silver, quarantine = _cleaned(frame, *(row | {"row_number": at} for at, row in enumerate(rows)))
    assert silver == []
    found = {row.row_number: row.reason_codes for row in quarantine}
    assert [found[number] for number in range(len(LIES))] == [reason for _, reason in LIES]


def test_a_leap_day_is_a_date_and_the_day_after_it_is_not(frame: Frame) -> None:
    silver, quarantine = _cleaned(
        frame,
        GOOD | {"registered_date": "20280229", "closing_date": None},
        GOOD | {"posting_id": "P2", "registered_date": "20270229"},
    )
    assert [row.registered_date for row in silver] == [date(2028, 2, 29)]
    assert [row.reason_codes for row in quarantine] == ["registered_date:NOT_A_DATE"]


@pytest.mark.case("P10")
def test_the_newest_correction_wins_even_when_it_arrived_first(frame: Frame) -> None:
    newer_first = GOOD | {"title": "new", "updated_at": "2026-11-05 09:00:00", "delivery_date": date(2026, 11, 18)}
    older_later = GOOD | {"title": "old", "updated_at": "2026-11-02 09:00:00", "delivery_date": date(2026, 11, 20)}
    silver, quarantine = _cleaned(frame, newer_first, older_later)
    assert [row.title for row in silver] == ["new"]
    assert quarantine == []


def test_a_corrected_key_keeps_the_day_it_first_came_and_what_it_said_before(frame: Frame) -> None:
    first = GOOD | {"title": "first", "delivery_date": date(2026, 11, 17)}
    second = GOOD | {"title": "second", "updated_at": "2026-11-03 09:00:00", "delivery_date": date(2026, 11, 19)}
    third = GOOD | {"title": "third", "updated_at": "2026-11-02 09:00:00", "delivery_date": date(2026, 11, 20)}
    judged = judge(frame("bronze__job_postings", third, first, second), "job_postings", as_of=AS_OF)
    (newest,) = accepted(judged, "job_postings", as_of=AS_OF).collect()
    assert (newest.title, newest.delivery_date, newest.first_delivery_date) == (
        "second",
        date(2026, 11, 19),
        date(2026, 11, 17),
    )
    before = superseded(judged, table("silver__job_postings")).collect()
    assert sorted(row.title for row in before) == ["first", "third"]


def test_a_delete_mark_that_is_the_newest_row_removes_its_key(frame: Frame) -> None:
    """P10: the mark needs only key and time; one that is older than a later row, or arrives late, removes nothing."""
    mark = {"is_deleted": True, "registered_date": None, "delivery_date": date(2026, 11, 19)}
    gone, back, kept = (GOOD | {"posting_id": key} for key in ("GONE", "BACK", "KEPT"))
    silver, quarantine = _cleaned(
        frame,
        gone,
        gone | mark | {"updated_at": "2026-11-02 09:00:00"},
        back | mark | {"updated_at": "2026-11-02 09:00:00"},
        back | {"updated_at": "2026-11-03 09:00:00"},
        kept,
        kept | mark | {"updated_at": "2026-10-30 09:00:00"},
        GOOD | mark | {"posting_id": None},
    )
    assert sorted(row.posting_id for row in silver) == ["BACK", "KEPT"]
    assert [row.reason_codes for row in quarantine] == ["posting_id:MISSING"]


def test_of_a_deleted_key_no_older_version_is_kept(frame: Frame) -> None:
    mark = GOOD | {"is_deleted": True, "updated_at": "2026-11-05 09:00:00"}
    judged = judge(frame("bronze__job_postings", GOOD, GOOD | {"title": "second"}, mark), "job_postings", as_of=AS_OF)
    assert superseded(judged, table("silver__job_postings")).collect() == []


def test_rows_delivered_after_the_business_date_do_not_exist_yet(frame: Frame) -> None:
    silver, _ = _cleaned(frame, GOOD | {"delivery_date": date(2026, 11, 21)})
    assert silver == []


def test_korean_time_is_stored_as_utc(frame: Frame) -> None:
    silver, _ = _cleaned(frame, GOOD | {"updated_at": "20261101083000"})
    assert f"{silver[0].updated_at:%Y-%m-%d %H:%M}" == "2026-10-31 23:30"


def test_no_birthday_moves_and_the_end_of_time_is_a_day(frame: Frame) -> None:
    """P13."""
    days = {"1990-05-05": date(1990, 5, 5), "1990-05-05 00:00:00": date(1990, 5, 5)}
    people = [
        {"seeker_key": f"S{number}", "registered_date": "2026-11-01", "birth_date": sent, "row_number": number}
        for number, sent in enumerate(days)
    ]
    silver, quarantine = _cleaned(frame, *people, noun="seekers")
    assert quarantine == []
    assert [row.birth_date for row in sorted(silver, key=lambda row: row.seeker_key)] == list(days.values())
    (endless,), _ = _cleaned(frame, GOOD | {"closing_date": "9999-12-31"})
    assert endless.closing_date == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("wage_type", "wage", "hours", "month"),
    [
        ("H", "10,320", "40", 2_152_339),  # 2026 minimum wage: 10,320 x 48 paid hours x 4.345 weeks
        ("H", "10320", "10", 448_404),  # under 15 hours a week there is no paid weekly holiday
        ("D", "100000", None, 2_090_000),
        ("M", "2500000", None, 2_500_000),
        ("Y", "36,000,000", None, 3_000_000),
        ("M", "0", None, None),
    ],
)
def test_wages_are_compared_by_the_month(
    frame: Frame, wage_type: str, wage: str, hours: str | None, month: int | None
) -> None:
    silver, _ = _cleaned(frame, GOOD | {"wage_type_code": wage_type, "wage_min_krw": wage, "weekly_hours": hours})
    assert silver[0].wage_min_krw_month == month


COURSE = {"session_id": "C1-1", "course_id": "C1", "start_date": "2025-01-02", "end_date": "2025-06-30"}


@pytest.mark.parametrize(
    ("end_date", "sent", "rate", "status"),
    [
        ("2025-06-30", "71.4", 0.714, "OBSERVED"),
        ("2026-10-30", "0", None, "TOO_EARLY"),  # three weeks after the end, 0 % means not yet
        ("2025-06-30", "D", None, "NO_GRADUATE"),
        ("2026-12-30", "B", None, "RUNNING"),
        ("2025-06-30", None, None, "NOT_DELIVERED"),
    ],
)
def test_an_employment_rate_is_known_only_six_months_after_the_end(
    frame: Frame, end_date: str, sent: str | None, rate: float | None, status: str
) -> None:
    row = COURSE | {"end_date": end_date, "employment_rate_6m_text": sent}
    silver, _ = _cleaned(frame, row, noun="training_courses")
    assert (silver[0].employment_rate_6m_0_1, silver[0].rate_status_code) == (rate, status)


def test_a_rate_above_one_hundred_is_a_fault(frame: Frame) -> None:
    _, quarantine = _cleaned(frame, COURSE | {"employment_rate_6m_text": "104.2"}, noun="training_courses")
    assert [row.reason_codes for row in quarantine] == ["employment_rate_6m_text:OUT_OF_RANGE"]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("R01:4;C34:1", None),
        ("R01:4;R35:2", "item_answers_text:UNKNOWN_ITEM"),
        ("R00:4", "item_answers_text:UNKNOWN_ITEM"),
        ("X01:4;R01:2", "item_answers_text:UNKNOWN_ITEM"),
        ("R1:4", "item_answers_text:UNKNOWN_ITEM"),
        ("R01:4;", "item_answers_text:UNKNOWN_ITEM"),
        ("R01:6;R02:3", "item_answers_text:OUT_OF_RANGE"),
        ("R01:0", "item_answers_text:OUT_OF_RANGE"),
        ("R01:4;R02:", "item_answers_text:OUT_OF_RANGE"),
        ("R01:10", "item_answers_text:OUT_OF_RANGE"),
        ("R01:4;R02:3;R01:4", "item_answers_text:ANSWERED_TWICE"),
        ("R35:9", "item_answers_text:UNKNOWN_ITEM|item_answers_text:OUT_OF_RANGE"),
    ],
)
def test_answers_to_items_that_cannot_be_are_quarantined(frame: Frame, sent: str, reason: str | None) -> None:
    row = {"seeker_key": "a", "tested_date": "2026-11-01", "item_answers_text": sent}
    silver, quarantine = _cleaned(frame, row, noun="test_results")
    assert [row.reason_codes for row in quarantine] == ([reason] if reason else [])
    assert [row.item_answers_text for row in silver] == ([] if reason else [sent])


def test_a_scale_out_of_range_is_quarantined(frame: Frame) -> None:
    row = {"seeker_key": "a", "tested_date": "2026-11-01", "value_service": "181"}
    _, quarantine = _cleaned(frame, row, noun="test_results")
    assert [row.reason_codes for row in quarantine] == ["value_service:OUT_OF_RANGE"]
