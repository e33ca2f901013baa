"""The choice of five: by score without prices, past crowded postings with them, and never fewer places."""

from __future__ import annotations

import numpy as np
import pytest

from matching.capacity import Vacancies
from matching.choice import add_exposures, choose_five, draw_lot
from matching.graph import NO_SCORE, Pool
from tests.unit.matching.small_graphs import draw_scores, make_pool, make_vacancies


def choose(pool: Pool, vacancies: Vacancies, prices: dict[int, float]) -> list[list[int]]:
    """The postings chosen by each person, best value first."""
    every = np.zeros(len(vacancies.headcount))
    every[list(prices)] = list(prices.values())
    chosen = choose_five(pool, every, vacancies.keys, vacancies.rank_by_id)
    return [
        [int(pool.places[row, place]) for place in places if place >= 0] for row, places in enumerate(chosen.tolist())
    ]


def test_without_prices_the_best_scores_are_chosen_and_ties_go_to_the_lower_id() -> None:
    pool = make_pool([{6: 10, 5: 30, 4: 20, 3: 20, 2: 50, 1: 20, 0: 20}, {3: 7, 1: 7}, {}])
    assert choose(pool, make_vacancies([1] * 7), {}) == [[2, 5, 0, 1, 3], [1, 3], []]


@pytest.mark.parametrize("seed", range(4))
def test_the_choice_equals_a_sort_of_all_values(seed: int) -> None:
    """Values are the score less the price times a factor from .85 to 1.15 that belongs to the pair."""
    vacancies, pool = make_vacancies([1] * 30), make_pool(draw_scores(300, 30, seed))
    random = np.random.default_rng(seed)
    prices = dict(enumerate((random.integers(0, 3, 30) * random.integers(0, 40_000, 30)).tolist()))
    expected = []
    for row in range(300):
        values = []
        for posting, score in zip(pool.places[row].tolist(), pool.scores[row].tolist(), strict=True):
            if score != NO_SCORE:
                lot = draw_lot(pool.keys[row], vacancies.keys[posting])
                price = prices[posting] * (1.0 + 0.15 * (2.0 * lot - 1.0)) if prices[posting] else 0.0
                values.append((-(score - price), posting))
        expected.append([posting for _, posting in sorted(values)[:5]])
    assert choose(pool, vacancies, prices) == expected


def test_a_price_on_the_favourite_moves_about_half_of_people_alike() -> None:
    """1,000 people for whom posting 0 is worth 2,000 more than each of five others, at a price of 2,000."""
    pool = make_pool([{0: 100_000} | dict.fromkeys(range(1, 6), 98_000)] * 1000)
    five = choose(pool, make_vacancies([1] * 6), {0: 2000.0})
    assert 440 < sum(0 not in places for places in five) < 560


@pytest.mark.parametrize(("price", "keepers"), [(0.0, 1000), (1700.0, 1000), (2400.0, 0)])
def test_a_price_below_the_advantage_moves_nobody_and_one_above_it_everybody(price: float, keepers: int) -> None:
    """The advantage is 2,000; lots make 1,700 at most 1,955 and 2,400 at least 2,040."""
    pool = make_pool([{0: 100_000} | dict.fromkeys(range(1, 6), 98_000)] * 1000)
    five = choose(pool, make_vacancies([1] * 6), {0: price})
    assert sum(0 in places for places in five) == keepers


@pytest.mark.parametrize("price", [0.0, 1e3, 1e6, 1e9])
def test_who_has_five_candidates_gets_five_and_who_has_fewer_gets_all(price: float) -> None:
    scores = draw_scores(500, 30, 7)
    five = choose(make_pool(scores), make_vacancies([1] * 30), dict.fromkeys(range(0, 30, 2), price))
    assert [len(set(places)) for places in five] == [min(len(own), 5) for own in scores]


def test_lots_are_spread_evenly_between_0_and_1() -> None:
    """100,000 lots of 1,000 people and 100 postings: each tenth holds a tenth, each person's mean is about a half."""
    people, postings = make_pool([{}] * 1000).keys, make_vacancies([1] * 100).keys
    lots = np.array([[draw_lot(person, posting) for posting in postings] for person in people])
    assert lots.min() >= 0
    assert lots.max() < 1
    assert np.histogram(lots, 10, (0, 1))[0] / lots.size == pytest.approx(0.1, abs=0.004)
    assert lots.mean(axis=0) == pytest.approx(0.5, abs=0.05)
    assert lots.mean(axis=1) == pytest.approx(0.5, abs=0.15)


def test_recommendations_and_their_scores_are_added_up() -> None:
    """The first person's five are postings 0 to 4, the second has two candidates and gets both."""
    pool = make_pool([{place: 60 - place for place in range(6)}, {0: 5, 5: 7}])
    vacancies = make_vacancies([1] * 6)
    chosen = choose_five(pool, np.zeros(6), vacancies.keys, vacancies.rank_by_id)
    exposures, scores = np.zeros(6, np.int64), np.zeros(6, np.int64)
    assert add_exposures(pool, chosen, exposures, scores) == 0
    assert exposures.tolist() == [2, 1, 1, 1, 1, 1]
    assert scores.tolist() == [65, 59, 58, 57, 56, 7]


def test_who_was_left_with_too_few_is_counted() -> None:
    pool = make_pool([dict.fromkeys(range(6), 9), {0: 5, 5: 7}, {}])
    chosen = np.array([[0, 1, 2, 3, -1], [0, -1, -1, -1, -1], [-1] * 5])
    assert add_exposures(pool, chosen, np.zeros(6, np.int64), np.zeros(6, np.int64)) == 2
