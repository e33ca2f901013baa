"""Selection: the running list keeps exactly the best, whatever the order in which products come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from matching.eligibility import (
    EDUCATION_CODES,
    EITHER_TIME,
    UNKNOWN_CAREER,
    PostingConditions,
    SeekerConditions,
)
from matching.selection import (
    EMPTY,
    LOW_BITS,
    PRODUCT_ONE,
    ROOM,
    Group,
    Lists,
    Stock,
    Visits,
    count_steps,
    find_cutoff,
    keep_best,
    make_lists,
    order_key,
    sort_lists,
    visit_segments,
)
from matching.vectors import DIMENSIONS, STEPS, Grid

Longs = npt.NDArray[np.int64]
HALF = PRODUCT_ONE // 2


def everybody() -> SeekerConditions:
    """One person who may take anything."""
    none = np.zeros(0, np.int32)
    return SeekerConditions(
        career_months=np.full(1, UNKNOWN_CAREER, np.int32),
        wage_floor_krw_month=np.zeros(1, np.int32),
        working_time=np.full(1, EITHER_TIME, np.int32),
        licence_offsets=np.zeros(2, np.int64),
        licences=none,
        applied_offsets=np.zeros(2, np.int64),
        applied=none,
    )


def anything(postings: int) -> PostingConditions:
    """Postings that ask for nothing."""
    zeros = np.zeros(postings, np.int32)
    return PostingConditions(zeros, zeros, zeros, np.full(postings, EITHER_TIME, np.int32))


def write_offers(products: Sequence[int]) -> tuple[Grid, Grid]:
    """A query (1, d) and offers (m, d) whose products are these numbers of 2^-24."""
    query, offers = np.zeros((1, DIMENSIONS), np.int16), np.zeros((len(products), DIMENSIONS), np.int16)
    query[0, 0], query[0, -1] = STEPS, 1
    offers[:, 0], offers[:, -1] = np.divmod(np.array(products, np.int64), STEPS)
    return query, offers


def visit(
    products: Sequence[int],
    top: int,
    ids: Longs,
    width: int,
    *,
    turns: Sequence[Sequence[int]] | None = None,
    bounds: Sequence[float] | None = None,
) -> Lists:
    """One person visits all postings in segments of `width`: all in one turn, or some in each."""
    query, offers = write_offers(products)
    first = np.arange(0, len(products), width)
    ends = np.repeat(np.minimum(first + width, len(products))[:, None], len(EDUCATION_CODES), axis=1)
    chosen = np.zeros((len(turns or [0]), len(first)), np.int64)
    for turn, segments in enumerate(turns or [range(len(first))]):
        chosen[turn, list(segments)] = 1
    visits = Visits(np.zeros(int(chosen.sum()), np.int32), np.concatenate([[0], np.cumsum(chosen.ravel())]))
    most = np.array([bounds if bounds is not None else [2.0] * len(first)], np.float32)
    nobody = np.zeros(1, np.int32)
    lists = make_lists(1, top)
    group = Group(nobody, query, nobody, most, first, ends)
    visit_segments(visits, group, lists, (everybody(), anything(len(products)), Stock(offers, ids)))
    return lists


def list_best(lists: Lists) -> list[int]:
    return [int(key) for key in sort_lists(lists)[0] if key != EMPTY]


def list_ids(lists: Lists) -> list[int]:
    return [LOW_BITS - (key & LOW_BITS) for key in list_best(lists)]


@pytest.mark.parametrize("top", [1, 7, 100])
@pytest.mark.parametrize("width", [1, 13, 1000])
@pytest.mark.parametrize("postings", [3, 100, 1000])
def test_the_list_is_the_front_of_a_sort(top: int, width: int, postings: int) -> None:
    """Scores in hundredths, so that many tie; ids in another order than places."""
    random = np.random.default_rng(postings + top)
    products = random.integers(0, 100, postings) * PRODUCT_ONE // 100
    ids = random.permutation(postings).astype(np.int64)
    steps = np.floor(products / PRODUCT_ONE * 1e6 + 0.5).astype(np.int64)
    expected = sorted(order_key(steps, ids).tolist(), reverse=True)[:top]
    assert list_best(visit(products.tolist(), top, ids, width)) == expected


@pytest.mark.parametrize("order", [1, -1], ids=["worst first", "best first"])
def test_a_buffer_that_overflows_again_and_again_loses_nothing(order: int) -> None:
    """10,000 rising scores and a list of 7: the buffer of 30 keys is cut hundreds of times."""
    products = np.linspace(0, PRODUCT_ONE, 10_000).astype(np.int64)[::order].tolist()
    best = list_ids(visit(products, 7, np.arange(10_000), 512))
    assert best == ([*range(9_999, 9_992, -1)] if order == 1 else [*range(7)])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_visits_changes_nothing(seed: int) -> None:
    """Forty segments, visited in one turn or in three."""
    random = np.random.default_rng(seed)
    products = random.integers(-PRODUCT_ONE // 4, PRODUCT_ONE, 400).tolist()
    turns = np.split(random.permutation(40), [7, 30])
    at_once = visit(products, 9, np.arange(400), 10)
    in_turns = visit(products, 9, np.arange(400), 10, turns=[part.tolist() for part in turns])
    assert list_best(in_turns) == list_best(at_once)


@pytest.mark.case("P19")
def test_scores_within_one_step_tie_and_go_to_the_lower_id() -> None:
    """A step is 16.8 products: 3 above and 2 below a half both round to 500,000 steps, 17 below is one less."""
    kept = list_best(visit([HALF + 3, HALF - 17, HALF - 2], 2, np.array([2, 0, 1]), 3))
    assert [(key >> 32, LOW_BITS - (key & LOW_BITS)) for key in kept] == [(500_000, 1), (500_000, 2)]


def test_a_segment_whose_bound_does_not_beat_the_list_is_not_looked_at() -> None:
    """The first holds a half; the second says it has at most .4 (it has .9), the third at most .6 (it has .55)."""
    products = [HALF, PRODUCT_ONE * 9 // 10, PRODUCT_ONE * 55 // 100]
    assert list_ids(visit(products, 1, np.arange(3), 1, bounds=[2.0, 0.4, 0.6])) == [2]


@pytest.mark.parametrize("product", [0, 1, 8, 9, 16, 17, HALF, PRODUCT_ONE - 1, PRODUCT_ONE, -1, -HALF])
def test_a_product_is_counted_in_rounded_millionths(product: int) -> None:
    assert count_steps(product) == (product * 1_000_000 * 2 + PRODUCT_ONE) // (2 * PRODUCT_ONE)


@pytest.mark.parametrize("steps", [-400_000, -1, 0, 1, 2, 123_457, 500_000, 999_999, 1_000_000])
def test_what_may_still_win_by_its_id_beats_the_cutoff(steps: int) -> None:
    """The lowest product that rounds to the last one's step is above the cutoff; two steps less is not."""
    cutoff = find_cutoff((steps << 32) | 5)
    lowest = next(p for p in range(cutoff, cutoff + 60) if count_steps(p) == steps)
    assert lowest > cutoff
    assert count_steps(cutoff) <= steps - 1


@pytest.mark.parametrize("top", [1, 2, 50, 115])
def test_the_best_are_put_in_front_and_their_least_is_told(top: int) -> None:
    keys = np.random.default_rng(top).integers(0, 60, 116).astype(np.int64)
    expected = sorted(keys.tolist(), reverse=True)[:top]
    assert keep_best(keys, len(keys), top) == expected[-1]
    assert sorted(keys[:top].tolist(), reverse=True) == expected


def test_a_fresh_list_is_empty_and_everything_beats_it() -> None:
    lists = make_lists(2, 5)
    assert lists.keys.shape == (2, 2 * 5 + ROOM)
    assert (lists.least == EMPTY).all()
    assert find_cutoff(EMPTY) < -PRODUCT_ONE
    assert (sort_lists(lists) == EMPTY).all()
