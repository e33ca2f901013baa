"""Selection: the running list keeps exactly the best, whatever the order in which products come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from matching.eligibility import EITHER_TIME, UNKNOWN_CAREER, PostingConditions, SeekerConditions
from matching.selection import (
    CHUNK,
    EMPTY,
    LOW_BITS,
    STEPS_PER_ONE,
    Lists,
    Tile,
    keep_best,
    make_lists,
    order_key,
    scan_tile,
    settle,
)

Longs = npt.NDArray[np.int64]


def everybody(people: int) -> SeekerConditions:
    """People who may take anything."""
    none = np.zeros(0, np.int32)
    return SeekerConditions(
        career_months=np.full(people, UNKNOWN_CAREER, np.int32),
        wage_floor_krw_month=np.zeros(people, np.int32),
        working_time=np.full(people, EITHER_TIME, np.int32),
        licence_offsets=np.zeros(people + 1, np.int64),
        licences=none,
        applied_offsets=np.zeros(people + 1, np.int64),
        applied=none,
    )


def anything(postings: int) -> PostingConditions:
    """Postings that ask for nothing."""
    zeros = np.zeros(postings, np.int32)
    return PostingConditions(zeros, zeros, zeros, np.full(postings, EITHER_TIME, np.int32))


def scan(scores: npt.NDArray[np.float32], top: int, rank_by_id: Longs, width: int) -> Lists:
    """One person and all postings, `width` of them at a time."""
    lists = make_lists(1, top)
    for first in range(0, scores.shape[1], width):
        part = np.ascontiguousarray(scores[:, first : first + width])
        tile = Tile(part, np.zeros(1, np.int32), np.array([scores.shape[1]]), first)
        scan_tile(tile, lists, everybody(1), anything(scores.shape[1]), rank_by_id)
        settle(lists, np.zeros(1, np.int32))
    return lists


def best_of(lists: Lists) -> list[int]:
    return sorted(lists.keys[0, : lists.filled[0]].tolist(), reverse=True)


@pytest.mark.parametrize("top", [1, 7, 100])
@pytest.mark.parametrize("width", [1, 13, 16, 1000])
@pytest.mark.parametrize("postings", [3, 100, 1000])
def test_the_list_is_the_front_of_a_sort(top: int, width: int, postings: int) -> None:
    """Scores in hundredths, so that many tie; ids in another order than places."""
    random = np.random.default_rng(postings + top)
    scores = (random.integers(0, 100, (1, postings)) / 100).astype(np.float32)
    ids = random.permutation(postings).astype(np.int64)
    steps = np.floor(scores[0].astype(np.float64) * STEPS_PER_ONE + 0.5).astype(np.int64)
    expected = sorted(order_key(steps, ids).tolist(), reverse=True)[:top]
    assert best_of(scan(scores, top, ids, width)) == expected


@pytest.mark.parametrize("order", [1, -1], ids=["worst first", "best first"])
def test_a_buffer_that_overflows_again_and_again_loses_nothing(order: int) -> None:
    """10,000 rising scores and a list of 7: the buffer of 30 keys is cut hundreds of times."""
    scores = np.linspace(0, 1, 10_000, dtype=np.float32)[None, ::order]
    ids = np.arange(10_000, dtype=np.int64)
    best = [LOW_BITS - (key & LOW_BITS) for key in best_of(scan(np.ascontiguousarray(scores), 7, ids, 512))]
    assert best == ([*range(9_999, 9_992, -1)] if order == 1 else [*range(7)])


def test_scores_within_one_step_tie_and_go_to_the_lower_id() -> None:
    """.5000002 and .4999999 both round to 500,000 steps; .499999 is one step less."""
    scores = np.array([[0.5000002, 0.499999, 0.4999999]], np.float32)
    kept = best_of(scan(scores, 2, np.array([2, 0, 1]), 3))
    assert [(key >> 32, LOW_BITS - (key & LOW_BITS)) for key in kept] == [(500_000, 1), (500_000, 2)]


def test_products_after_the_end_of_a_row_do_not_count() -> None:
    lists = make_lists(2, 3)
    tile = Tile(np.ones((2, 4), np.float32), np.array([0, 1], np.int32), np.array([1, 3]), 0)
    scan_tile(tile, lists, everybody(2), anything(4), np.arange(4))
    assert lists.filled.tolist() == [1, 3]


@pytest.mark.parametrize("top", [1, 2, 50, 115])
def test_the_best_are_put_in_front_and_their_least_is_told(top: int) -> None:
    keys = np.random.default_rng(top).integers(0, 60, 100 + CHUNK).astype(np.int64)
    expected = sorted(keys.tolist(), reverse=True)[:top]
    assert keep_best(keys, len(keys), top) == expected[-1]
    assert sorted(keys[:top].tolist(), reverse=True) == expected


def test_a_fresh_list_is_empty_and_everything_beats_it() -> None:
    lists = make_lists(2, 5)
    assert lists.keys.shape == (2, 2 * 5 + CHUNK)
    assert (lists.least == EMPTY).all()
    assert np.isneginf(lists.cutoffs).all()
