"""The search of a card, run on numpy: the same lists as the compiled loops of the processor."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from lake.device import CpuDevice
from matching import retrieve_arrays
from matching.eligibility import Seekers, read_reach, read_seeker_conditions
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.retrieve import read_lists, retrieve_best
from matching.selection import make_lists
from matching.vectors import embed_seekers

Drawn = Callable[[int, int], pa.Table]


@pytest.fixture
def world(
    draw_seekers: Drawn, draw_postings: Drawn, learn_space: Callable[[pa.Table], JobSpace]
) -> tuple[Seekers, PostingMarket]:
    seekers, postings = draw_seekers(300, 11), draw_postings(900, 11)
    market = PostingMarket.from_arrow(postings, datetime.date(2026, 1, 6), learn_space(postings))
    conditions = read_seeker_conditions(seekers, market.licence_names, market.posting_ids)
    reach = read_reach(seekers, market.region_codes, conditions)
    return Seekers(embed_seekers(seekers, market.space), reach, conditions), market


@pytest.mark.parametrize(("people", "postings"), [(2_048, 16_384), (64, 100)])
@pytest.mark.parametrize("top", [5, 100])
def test_array_code_finds_the_same_lists(
    world: tuple[Seekers, PostingMarket], monkeypatch: pytest.MonkeyPatch, people: int, postings: int, top: int
) -> None:
    seekers, market = world
    monkeypatch.setattr(retrieve_arrays, "PEOPLE_AT_ONCE", people)
    monkeypatch.setattr(retrieve_arrays, "POSTINGS_AT_ONCE", postings)
    expected = retrieve_best(seekers, market, CpuDevice(), make_lists(300, top))
    lists = make_lists(300, top)
    retrieve_arrays.search_arrays(seekers, market, np, lists)
    found = read_lists(lists, market)
    assert expected.is_there.sum() > 1_000
    for name in ("steps", "is_there"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    assert np.array_equal(found.places[found.is_there], expected.places[expected.is_there])
