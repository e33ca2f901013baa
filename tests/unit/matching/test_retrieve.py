"""Retrieval is exact: it equals looking at every pair, for every person, in order and in number."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from lake.device import CpuDevice
from matching import retrieve as module
from matching.eligibility import Seekers, read_reach, read_seeker_conditions
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.retrieve import Best, retrieve_best
from matching.selection import TOP, make_lists
from matching.vectors import embed_seekers
from tests.unit.matching.every_pair import EveryPair

Drawn = Callable[[int, int], pa.Table]
Open = Callable[[pa.Table], PostingMarket]
AS_OF = datetime.date(2026, 1, 6)


@pytest.fixture
def open_market(learn_space: Callable[..., JobSpace]) -> Open:
    """The market of postings in the space learned from them."""
    return lambda postings: PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))


def retrieve(seekers: pa.Table, market: PostingMarket, top: int = TOP) -> tuple[Best, npt.NDArray[np.float32]]:
    conditions = read_seeker_conditions(seekers, market.licence_names, market.posting_ids)
    queries = embed_seekers(seekers, market.space)
    people = Seekers(queries, read_reach(seekers, market.region_codes, conditions), conditions)
    return retrieve_best(people, market, CpuDevice(), make_lists(seekers.num_rows, top)), queries


def list_ids(best: Best, market: PostingMarket) -> list[list[str]]:
    ids = np.array(market.posting_ids.to_pylist(), dtype=object)
    return [list(ids[places[there]]) for places, there in zip(best.places, best.is_there, strict=True)]


def shuffle(table: pa.Table, seed: int) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    order = np.random.default_rng(seed).permutation(table.num_rows)
    return table.take(pa.array(order)).combine_chunks(), order


@pytest.mark.parametrize(
    ("people", "openings", "seed", "top"),
    [(2000, 3000, 1, 100), (300, 2500, 2, 100), (300, 2500, 2, 7), (50, 40, 3, 100), (50, 40, 3, 7), (40, 0, 4, 7)],
)
def test_the_best_and_their_order_equal_a_search_of_every_pair(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn, people: int, openings: int, seed: int, top: int
) -> None:
    seekers, postings = draw_seekers(people, seed), draw_postings(openings, seed)
    market = open_market(postings)
    best, queries = retrieve(seekers, market, top)
    expected, _ = EveryPair(postings, AS_OF).search(seekers, market, queries, top)
    assert list_ids(best, market) == expected
    assert best.places.shape == (people, top)


@pytest.mark.parametrize("top", [7, 100])
def test_postings_and_people_of_whom_nothing_is_known_are_searched_exactly_too(
    open_market: Open, make_postings: Any, draw_seekers: Drawn, draw_postings: Drawn, top: int
) -> None:
    """Every third posting and every third person say nothing: vectors of zeros, a fit of 0 and no answer."""
    nothing = {"occupation_code": None, "keywords_text": None, "skill_codes_text": None}
    rows = draw_postings(900, 6).to_pylist()
    postings = make_postings([row | (nothing if place % 3 == 0 else {}) for place, row in enumerate(rows)])
    market = open_market(postings)
    assert (~market.vectors.any(axis=1)).sum() >= 250  # some closed before
    seekers = draw_seekers(200, 6)
    conditions = read_seeker_conditions(seekers, market.licence_names, market.posting_ids)
    queries = embed_seekers(seekers, market.space)
    queries[::3] = 0
    people = Seekers(queries, read_reach(seekers, market.region_codes, conditions), conditions)
    best = retrieve_best(people, market, CpuDevice(), make_lists(200, top))
    expected, _ = EveryPair(postings, AS_OF).search(seekers, market, queries, top)
    assert list_ids(best, market) == expected
    assert not best.is_there[::3].any()


def test_the_fit_is_the_inner_product_in_millionths(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    market = open_market(draw_postings(400, 8))
    best, queries = retrieve(draw_seekers(100, 8), market)
    products = np.einsum("nd,nkd->nk", queries.astype(np.float64), market.vectors[best.places].astype(np.float64))
    expected = np.floor(products * 1e6 + 0.5) / 1e6
    np.testing.assert_allclose(best.fit, np.where(best.is_there, expected, 0.0), atol=1e-12)


def test_result_does_not_depend_on_who_is_searched_together(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    seekers = draw_seekers(400, 5)
    market = open_market(draw_postings(2500, 5))
    whole, _ = retrieve(seekers, market)
    shuffled = np.random.default_rng(0).permutation(400)
    parts = [retrieve(seekers.take(pa.array(rows)).combine_chunks(), market)[0] for rows in np.split(shuffled, 8)]
    np.testing.assert_array_equal(np.concatenate([part.places for part in parts]), whole.places[shuffled])
    np.testing.assert_array_equal(np.concatenate([part.fit for part in parts]), whole.fit[shuffled])


def test_result_does_not_depend_on_the_order_of_postings(
    learn_space: Callable[..., JobSpace], draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    seekers, postings = draw_seekers(200, 10), draw_postings(1500, 10)
    space = learn_space(postings)
    markets = [PostingMarket.from_arrow(rows, AS_OF, space) for rows in (postings, shuffle(postings, 1)[0])]
    one, other = ((retrieve(seekers, market)[0], market) for market in markets)
    assert list_ids(*one) == list_ids(*other)


@pytest.mark.parametrize("people", [1, 11])
def test_result_does_not_depend_on_how_many_are_bounded_at_once(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn, monkeypatch: pytest.MonkeyPatch, people: int
) -> None:
    seekers, market = draw_seekers(60, 11), open_market(draw_postings(700, 11))
    whole, _ = retrieve(seekers, market, 20)
    monkeypatch.setattr(module, "BOUNDED_SEEKERS", people)
    again, _ = retrieve(seekers, market, 20)
    np.testing.assert_array_equal(again.places, whole.places)
    np.testing.assert_array_equal(again.steps, whole.steps)


def test_result_does_not_depend_on_the_number_of_threads(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    seekers, market = draw_seekers(300, 12), open_market(draw_postings(1500, 12))
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            found.append(retrieve(seekers, market)[0])
    np.testing.assert_array_equal(found[0].places, found[1].places)
    np.testing.assert_array_equal(found[0].steps, found[1].steps)


def test_float32_products_of_rounded_vectors_are_exact(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    market = open_market(draw_postings(500, 4))
    queries = embed_seekers(draw_seekers(300, 4), market.space)
    exact = queries.astype(np.float64) @ market.vectors.T.astype(np.float64)
    np.testing.assert_array_equal((queries @ market.vectors.T).astype(np.float64), exact)


def test_equal_postings_are_listed_by_id(open_market: Open, make_seekers: Any, make_postings: Any) -> None:
    """130 postings of the same occupation, so with the same vector."""
    market = open_market(make_postings([{"posting_id": f"K{n:03d}"} for n in range(129, -1, -1)]))
    best, _ = retrieve(make_seekers([{}]), market)
    assert list_ids(best, market) == [[f"K{number:03d}" for number in range(100)]]
