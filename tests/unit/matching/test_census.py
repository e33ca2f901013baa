"""Census: the number of postings a person may take equals counting them one by one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from matching.census import count_eligible
from matching.eligibility import read_reach, read_seeker_conditions
from matching.job_space import JobSpace
from matching.market import PostingMarket
from tests.unit.matching.every_pair import EveryPair

Drawn = Callable[[int, int], pa.Table]
Make = Callable[[list[dict[str, Any]]], pa.Table]
AS_OF = datetime.date(2026, 1, 6)


@pytest.fixture
def count(learn_space: Callable[..., JobSpace]) -> Callable[[pa.Table, pa.Table], list[int]]:
    """How many postings each seeker may take, by the census."""

    def counted(seekers: pa.Table, postings: pa.Table) -> list[int]:
        market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
        conditions = read_seeker_conditions(seekers, market.licence_names, market.posting_ids)
        reach = read_reach(seekers, market.region_codes, conditions)
        counts: list[int] = count_eligible(reach, conditions, market.conditions, market.census).tolist()
        return counts

    return counted


Count = Callable[[pa.Table, pa.Table], list[int]]


@pytest.mark.parametrize(("people", "openings", "seed"), [(1500, 2500, 1), (400, 300, 2), (300, 37, 3), (50, 1, 4)])
def test_the_count_equals_looking_at_every_posting(
    count: Count, draw_seekers: Drawn, draw_postings: Drawn, people: int, openings: int, seed: int
) -> None:
    seekers, postings = draw_seekers(people, seed), draw_postings(openings, seed)
    oracle = EveryPair(postings, AS_OF)
    assert count(seekers, postings) == [int(oracle.find_eligible(row).sum()) for row in seekers.to_pylist()]


def test_without_postings_everybody_counts_none(count: Count, make_seekers: Make, make_postings: Make) -> None:
    assert count(make_seekers([{}, {"home_region_code": None}]), make_postings([])) == [0, 0]


def test_a_posting_applied_to_is_taken_off_only_where_it_would_have_counted(
    count: Count, make_seekers: Make, make_postings: Make
) -> None:
    """Three postings in Seoul (one of them asks a licence) and one in Busan; each person applied to two of them."""
    postings = [{}, {}, {"required_certificate_name": "전기기사"}, {"region_code": "26"}]
    seekers = [
        {"applied_posting_ids_text": "K0000;K0001"},  # both would have counted: none is left
        {"applied_posting_ids_text": "K0002;K0003"},  # neither did
        {"applied_posting_ids_text": "K0002;K9999", "certificate_names_text": "전기기사"},  # the first of them
        {"applied_posting_ids_text": "K0000;K0000"},  # named twice, taken off once
    ]
    assert count(make_seekers(seekers), make_postings(postings)) == [0, 2, 2, 1]
