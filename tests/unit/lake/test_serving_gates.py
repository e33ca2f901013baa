"""Gates on served tables: rows that are not tonight's answers stop the night, as do postings without people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake import tables
from lake.contracts.registry import table
from lake.contracts.serving import SOURCES
from lake.publication import Pointer, PublishedTable
from lake.quality import connect
from lake.serving_gates import audit_serving
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
ROWS = 20
Rows = list[dict[str, Any]]
Failed = Callable[..., dict[str, float]]
LOST = "gold__occupations occupations_lost"
ANSWERS, SERVED = "scores__employment_probability", "serving__seeker_employment_v1"


def _rows(serving_id: str) -> Rows:
    (key,) = table(serving_id).key
    return [{"as_of": AS_OF, key: f"K{number:02}"} for number in range(ROWS)]


@pytest.fixture
def failed(settings: Settings, write_rows: Callable[..., None]) -> Failed:
    """Write twenty rows of everything, and `changed` in place of some; returns what does not pass."""

    def audit(last: Pointer | None = None, **changed: Rows) -> dict[str, float]:
        for serving_id, source_id in SOURCES.items():
            write_rows(source_id, *changed.get(source_id, _rows(serving_id)))
            write_rows(serving_id, *changed.get(serving_id, _rows(serving_id)))
        with connect(settings) as db:
            db.register("postings", tables.dataset(settings, "features__job_postings", AS_OF))
            db.register("matches__posting_talents", tables.dataset(settings, "matches__posting_talents", AS_OF))
            checks = audit_serving(settings, db, as_of=AS_OF, last=last)
        return {f"{c.table_id} {c.name.split(':')[1]}": c.value for c in checks if not c.passed}

    return audit


def test_tables_served_as_they_were_answered_pass(failed: Failed) -> None:
    assert failed() == {}


@pytest.mark.parametrize("serving_id", SOURCES)
def test_half_a_served_table_blocks(failed: Failed, serving_id: str) -> None:
    assert failed(**{serving_id: _rows(serving_id)[::2]}) == {f"{serving_id} served_rows_that_differ": ROWS / 2}


def test_an_empty_served_table_blocks(failed: Failed) -> None:
    assert failed(**{SERVED: []}) == {f"{SERVED} served_rows_that_differ": ROWS}


def test_answers_served_under_the_keys_of_others_block(failed: Failed) -> None:
    """Each of twenty answers at the next person's key: twenty rows that are nobody's, twenty that are missing."""
    answers = [row | {"probability_0_1": number / 100} for number, row in enumerate(_rows(SERVED))]
    rotated = [row | {"probability_0_1": (number + 1) / 100} for number, row in enumerate(_rows(SERVED))]
    assert failed(**{ANSWERS: answers, SERVED: answers}) == {}
    # 0.19 at the last key and so on: only 0.20 is new, but no key has its own.
    assert failed(**{ANSWERS: answers, SERVED: rotated}) == {f"{SERVED} served_rows_that_differ": 2 * ROWS}


def test_a_row_served_twice_in_place_of_another_blocks(failed: Failed) -> None:
    rows = _rows(SERVED)
    assert failed(**{SERVED: [rows[0], *rows[:-1]]}) == {f"{SERVED} served_rows_that_differ": 2}


def test_answers_of_an_earlier_night_are_not_asked_for(failed: Failed) -> None:
    earlier = {"as_of": date(2026, 11, 19), "seeker_key": "gone"}
    assert failed(**{ANSWERS: [*_rows(SERVED), earlier]}) == {}


def test_every_open_posting_and_no_other_has_its_people(failed: Failed) -> None:
    """K00 closed yesterday and has people, K01 closes today and has, K02 is open and has none."""
    postings = _rows("serving__job_postings_v1")
    postings[0]["closing_date"], postings[1]["closing_date"] = date(2026, 11, 19), AS_OF
    talents = [row for row in _rows("serving__posting_talents_v1") if row["posting_id"] != "K02"]
    talents_of = dict.fromkeys(("matches__posting_talents", "serving__posting_talents_v1"), talents)
    postings_of = dict.fromkeys(("features__job_postings", "serving__job_postings_v1"), postings)
    told = {"unanswered_postings": 1, "answers_for_no_open_posting": 1}
    found = failed(**talents_of, **postings_of)
    assert found == {f"matches__posting_talents {gate}": value for gate, value in told.items()}


@pytest.mark.parametrize(("before", "lost"), [(22, {}), (25, {LOST: pytest.approx(0.2)}), (0, {})])
def test_losing_more_than_a_tenth_of_the_occupations_blocks(
    failed: Failed, before: int, lost: dict[str, float]
) -> None:
    entry = PublishedTable(0, before, "h", "c", {})
    last = Pointer("r", date(2026, 11, 19), {"serving__occupations_v1": entry}, {}, is_synthetic=True)
    assert failed(last) == lost
