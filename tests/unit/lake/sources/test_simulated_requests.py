"""Synthetic requests by right: of every kind, some withdrawn, most answered in time, a few waiting for too long."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest

from lake.sources.simulated import people
from lake.sources.simulated.requests import KINDS, rights_requests
from lake.sources.simulated.world import Size, make_world

FIRST_DAY = date(2026, 11, 20)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def parts() -> tuple[Rows, Rows]:
    """Rows as requests were made and as they ended, of 20,000 people over three nights, with the day they are sent."""
    world = make_world(1, FIRST_DAY, Size(20_000, 300, 100, 3))
    person = people.attributes(world, np.arange(20_000))
    made, ended = (
        [row | {"sent": day} for row, day in zip(part.rows.to_pylist(), part.day.tolist(), strict=True)]
        for part in rights_requests(world, person)
    )
    return made, ended


def test_about_two_in_a_hundred_ask_for_something_of_every_kind(parts: tuple[Rows, Rows]) -> None:
    newest = {row["요구번호"]: row for part in parts for row in part}
    assert 350 < len(newest) < 450
    assert min(Counter(row["요구종류"] for row in newest.values())[kind] for kind in KINDS) > 40


def test_no_day_is_impossible_and_nothing_is_told_before_it_happened(parts: tuple[Rows, Rows]) -> None:
    epoch = date(1970, 1, 1).toordinal()
    for row in (*parts[0], *parts[1]):
        days = [row[name] for name in ("철회일", "답변일") if row[name]]
        assert all(row["요구일"] < day for day in days)
        assert row["sent"] >= max([row["요구일"], *days]).toordinal() - epoch
        assert row["최종수정일시"].date() == max([row["요구일"], *days])


def test_a_request_that_ended_says_how_and_one_that_waits_does_not(parts: tuple[Rows, Rows]) -> None:
    assert {row["결과"] for row in parts[0]} == {None}
    assert all((row["철회일"] is None) != (row["답변일"] is None) for row in parts[1])
    assert {row["결과"] for row in parts[1] if row["답변일"]} == {"수용", "변경", "유지", "거절"}


def test_some_reviews_wait_longer_than_thirty_days(parts: tuple[Rows, Rows]) -> None:
    waiting = [row for row in parts[0] if row["요구종류"] == "재검토" and row["연장일수"] is None]
    assert [row for row in waiting if (FIRST_DAY - row["요구일"]).days > 30]
