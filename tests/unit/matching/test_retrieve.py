"""Retrieval is exact: it equals looking at every pair, for every person, in order and in number."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from lake.device import CpuDevice
from matching.eligibility import read_reach, read_seeker_conditions
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.retrieve import TOP, Best, retrieve_best
from matching.vectors import DIMENSIONS, embed_seekers

Drawn = Callable[[int, int], pa.Table]
Open = Callable[[pa.Table], PostingMarket]
AS_OF = datetime.date(2026, 1, 6)


@pytest.fixture
def open_market(learn_space: Callable[..., JobSpace]) -> Open:
    """The market of postings in the space learned from them."""
    return lambda postings: PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))


class EveryPair:
    """The oracle: one person against all postings, every condition straight from its definition."""

    def __init__(self, postings: pa.Table, as_of: datetime.date) -> None:
        rows = sorted(postings.to_pylist(), key=lambda row: row["posting_id"])
        self.ids = [row["posting_id"] for row in rows]
        self.region = np.array([row["region_code"] or "" for row in rows])
        self.education = np.array([row["min_education_code"] or "00" for row in rows])
        self.months = np.array([self.ask_months(row) for row in rows])
        self.licence = np.array([row["required_certificate_name"] or "" for row in rows])
        self.wage = np.array([row["wage_min_krw_month"] or 10**9 for row in rows])
        self.is_open = np.array([row["closing_date"] is None or row["closing_date"] >= as_of for row in rows])

    @staticmethod
    def ask_months(row: dict[str, Any]) -> int:
        months = row["min_career_months"] or 0
        return {"E": max(months, 1), None: months}.get(row["career_code"], 0)

    def find_eligible(self, seeker: dict[str, Any]) -> npt.NDArray[np.bool_]:
        wishes = {seeker[f"wanted_region_code_{place}"] for place in (1, 2, 3)} - {None}
        reach = wishes or ({seeker["home_region_code"]} - {None})
        held = (seeker["certificate_names_text"] or "").split(";")
        months, wish = seeker["career_months"], seeker["wanted_wage_krw_month"]
        eligible = self.is_open & np.isin(self.licence, [*held, ""]) & (self.wage * 100 >= (wish or 0) * 80)
        eligible &= ~np.isin(self.ids, (seeker["applied_posting_ids_text"] or "").split(";"))
        if reach:
            eligible &= np.isin(self.region, [*reach, ""])
        if seeker["education_code"]:
            eligible &= self.education <= seeker["education_code"]
        return eligible & (self.months <= (10**9 if months is None else months))

    def search(
        self, seekers: pa.Table, market: PostingMarket, queries: npt.NDArray[np.float32]
    ) -> tuple[list[list[str]], list[int]]:
        place = {name: number for number, name in enumerate(market.posting_ids.to_pylist())}
        vectors = np.array(
            [market.vectors[place[name]] if name in place else np.zeros(DIMENSIONS) for name in self.ids]
        )
        steps = np.floor((queries.astype(np.float64) @ vectors.T.astype(np.float64)) / 1e-6 + 0.5)
        best, counts = [], []
        for number, seeker in enumerate(seekers.to_pylist()):
            eligible = np.flatnonzero(self.find_eligible(seeker))
            order = eligible[
                np.argsort(-steps[number, eligible], kind="stable")
            ]  # ids are sorted: ties go to the lower
            best.append([self.ids[posting] for posting in order[:TOP]] if queries[number].any() else [])
            counts.append(len(eligible))
        return best, counts


def retrieve(seekers: pa.Table, market: PostingMarket) -> tuple[Best, npt.NDArray[np.float32]]:
    conditions = read_seeker_conditions(seekers, market.licence_names, market.posting_ids)
    queries = embed_seekers(seekers, market.space)
    reach = read_reach(seekers, market.region_codes, conditions)
    return retrieve_best(queries, reach, conditions, market=market, device=CpuDevice()), queries


def list_ids(best: Best, market: PostingMarket) -> list[list[str]]:
    ids = np.array(market.posting_ids.to_pylist(), dtype=object)
    return [list(ids[places[there]]) for places, there in zip(best.places, best.is_there, strict=True)]


@pytest.mark.parametrize(("people", "openings", "seed"), [(2000, 3000, 1), (300, 2500, 2), (50, 40, 3)])
def test_best_fifty_and_their_order_equal_a_search_of_every_pair(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn, people: int, openings: int, seed: int
) -> None:
    seekers, postings = draw_seekers(people, seed), draw_postings(openings, seed)
    market = open_market(postings)
    best, queries = retrieve(seekers, market)
    expected, counts = EveryPair(postings, AS_OF).search(seekers, market, queries)
    assert list_ids(best, market) == expected
    assert best.eligible.tolist() == counts


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


def test_float32_products_of_rounded_vectors_are_exact(
    open_market: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    market = open_market(draw_postings(500, 4))
    queries = embed_seekers(draw_seekers(300, 4), market.space)
    exact = queries.astype(np.float64) @ market.vectors.T.astype(np.float64)
    np.testing.assert_array_equal((queries @ market.vectors.T).astype(np.float64), exact)


def test_equal_postings_are_listed_by_id(open_market: Open, make_seekers: Any, make_postings: Any) -> None:
    market = open_market(make_postings([{"posting_id": f"K{n:03d}"} for n in range(99, -1, -1)]))
    best, _ = retrieve(make_seekers([{}]), market)
    assert list_ids(best, market) == [[f"K{number:03d}" for number in range(50)]]
    assert best.eligible.tolist() == [100]
