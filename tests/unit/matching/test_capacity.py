"""Capacity: the even share by hand, prices that empty crowded postings, and a stop before it costs too much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.capacity import MOST_LOSS, SEARCH_PASSES, SHARE_STEPS, Sharing, share_out, step_prices, survey_pool
from matching.choice import choose_five
from tests.unit.matching.small_graphs import draw_scores, make_pool, make_vacancies, write_graph


@pytest.mark.parametrize(
    ("candidates", "headcount", "even_share"),
    [
        # Two postings for three people: nobody applies twice to one posting, so each is sure of who has it.
        ([{0: 9, 1: 8}, {0: 9}, {1: 9}], [1, 3], [2.0, 2.0]),
        # Five applications over ten like postings: half an application each.
        ([dict.fromkeys(range(10), 9)], [1] * 10, [0.5] * 10),
        # Six of ten vacancies: five applications spread by vacancies would give it three; it takes one.
        ([dict.fromkeys(range(5), 9)], [6, 1, 1, 1, 1], [1.0, 0.5, 0.5, 0.5, 0.5]),
        ([dict.fromkeys(range(5), 9)] * 3 + [{4: 1}], [6, 1, 1, 1, 1], [3.0, 1.5, 1.5, 1.5, 2.5]),
        ([{}], [1], [0.0]),
    ],
)
def test_the_even_share_by_hand(
    candidates: list[dict[int, int]], headcount: list[int], even_share: list[float]
) -> None:
    people, expected, _ = survey_pool(make_pool(candidates), np.array(headcount, np.float64))
    assert (expected / SHARE_STEPS).tolist() == even_share
    assert people.tolist() == [sum(place in own for own in candidates) for place in range(len(headcount))]


def test_the_spread_of_scores_is_from_the_best_to_the_20th_or_last() -> None:
    """A person with 30 candidates falling by 1,000: 19,000 to the 20th; with six: 5,000; with five there is none."""
    falling = {place: 90_000 - 1000 * place for place in range(30)}
    few = {place: falling[place] for place in range(6)}
    fewer = {place: falling[place] for place in range(5)}
    _, _, spreads = survey_pool(make_pool([falling, few, fewer]), np.ones(30))
    assert np.flatnonzero(spreads).tolist() == [5, 19]


@pytest.fixture
def shared(tmp_path: Path) -> Sharing:
    """100 like people; A (one vacancy) is worth a little more to them than B to F (twenty vacancies each)."""
    blocks = write_graph(tmp_path, [{0: 100_000} | dict.fromkeys(range(1, 6), 98_000)] * 100)
    return share_out(tmp_path, blocks, make_vacancies([1, 20, 20, 20, 20, 20]))


def test_capacity_is_three_even_shares_but_never_less_than_ten_a_vacancy(shared: Sharing) -> None:
    """A: 100 people × 5 / 101 × 3 = 14.85; the others: 100 × min(1, 5 × 20 / 101) × 3 = 297."""
    assert shared.capacity == pytest.approx([14.85] + [297.03] * 5, abs=0.01)
    assert shared.candidates.tolist() == [100] * 6


def test_a_posting_that_everybody_prefers_is_kept_for_as_many_as_it_can_take(shared: Sharing) -> None:
    assert shared.before.exposures[0] == 100
    assert (shared.after.exposures <= shared.capacity).all()
    assert 1 <= shared.after.exposures[0] <= 14
    assert shared.after.exposures.sum() == shared.before.exposures.sum() == 500
    assert shared.after.short == 0


def test_what_sharing_costs_is_told_and_little(shared: Sharing) -> None:
    """Before: (100,000 + 4 × 98,000) / 5 = 98,400; each of those moved loses 2,000 in five places."""
    assert shared.before.mean_score == 98_400
    moved = 100 - shared.after.exposures[0]
    assert shared.after.mean_score == pytest.approx(98_400 - moved * 2000 / 500)
    assert shared.loss_0_1 == pytest.approx(1 - shared.after.mean_score / 98_400)
    assert 0 < shared.loss_0_1 <= MOST_LOSS


def test_who_would_lose_most_keeps_the_crowded_posting(tmp_path: Path) -> None:
    """The first of 100 people prefers A by nothing, the last by 3,960 of 100,000: A goes to at most 14 of the last."""
    scores = [{0: 98_000 + 40 * number} | dict.fromkeys(range(1, 6), 98_000) for number in range(100)]
    vacancies = make_vacancies([1, 20, 20, 20, 20, 20])
    sharing = share_out(tmp_path, write_graph(tmp_path, scores), vacancies)
    chosen = choose_five(make_pool(scores), sharing.prices, vacancies.keys, vacancies.rank_by_id)
    keepers = [number for number, own in enumerate(make_pool(scores).places) if 0 in own[chosen[number]]]
    assert len(keepers) == sharing.after.exposures[0]
    assert 1 <= len(keepers) <= 14
    assert min(keepers) >= 60


def test_sharing_stops_before_it_costs_too_much(tmp_path: Path) -> None:
    """A is worth ten times the others: moving one in twenty people already costs 3 % of the mean score."""
    blocks = write_graph(tmp_path, [{0: 100_000} | dict.fromkeys(range(1, 6), 10_000)] * 100)
    sharing = share_out(tmp_path, blocks, make_vacancies([1, 20, 20, 20, 20, 20]))
    assert sharing.loss_0_1 <= MOST_LOSS
    assert sharing.after.short == 0
    assert sharing.after.exposures[0] > sharing.capacity[0]


def test_where_nothing_is_crowded_there_are_no_prices(tmp_path: Path) -> None:
    blocks = write_graph(tmp_path, [dict.fromkeys(range(5), 9)] * 10)
    sharing = share_out(tmp_path, blocks, make_vacancies([1] * 5))
    assert not sharing.prices.any()
    assert sharing.passes == 1
    assert sharing.loss_0_1 == 0


@pytest.mark.parametrize("candidates", [[], [{}, {}]], ids=["nobody", "nobody has a candidate"])
def test_a_graph_without_candidates_is_shared_at_once(tmp_path: Path, candidates: list[dict[int, int]]) -> None:
    blocks = write_graph(tmp_path, candidates) if candidates else []
    sharing = share_out(tmp_path, blocks, make_vacancies([1, 1]))
    assert sharing.after.exposures.tolist() == [0, 0]
    assert sharing.loss_0_1 == 0


@pytest.mark.parametrize(("blocks", "order", "threads"), [(1, 1, 2), (4, 1, 1), (4, -1, 2), (9, -1, 3)])
def test_prices_are_the_same_bit_for_bit_in_any_order_of_blocks_and_threads(
    tmp_path: Path, blocks: int, order: int, threads: int
) -> None:
    scores, vacancies = draw_scores(900, 60, 3), make_vacancies([1, 2, 1] * 20)
    whole = share_out(tmp_path / "one", write_graph(tmp_path / "one", scores), vacancies)
    names = write_graph(tmp_path / "many", scores, blocks)[::order]
    found = share_out(tmp_path / "many", names, vacancies, threads=threads)
    assert whole.prices.any()
    assert found.prices.tobytes() == whole.prices.tobytes()
    assert found.after.exposures.tobytes() == whole.after.exposures.tobytes()
    assert found.after.scores.tobytes() == whole.after.scores.tobytes()
    assert found.passes == whole.passes


@pytest.mark.parametrize("seed", range(3))
def test_sharing_never_leaves_more_over_capacity_than_there_was(tmp_path: Path, seed: int) -> None:
    sharing = share_out(tmp_path, write_graph(tmp_path, draw_scores(900, 60, seed), 3), make_vacancies([1] * 60))
    before, after = (np.maximum(load.exposures - sharing.capacity, 0).sum() for load in (sharing.before, sharing.after))
    assert after <= before
    assert sharing.loss_0_1 <= MOST_LOSS
    assert sharing.after.short == 0
    assert sharing.after.exposures.sum() == sharing.before.exposures.sum()


def test_prices_rise_and_fall_while_searching_and_then_only_rise() -> None:
    """Twice the capacity, exactly it, half of it, nothing."""
    exposures, capacity = np.array([20, 10, 5, 0]), np.full(4, 10.0)
    assert np.sign(step_prices(exposures, capacity, 0)).tolist() == [1, 1, -1, -1]  # 10 is above 98 % of 10
    assert np.sign(step_prices(exposures, capacity, SEARCH_PASSES)).tolist() == [1, 0, 0, 0]
