"""Segments: like postings side by side, and a bound that no fit exceeds."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from matching import segments
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.retrieve import bound_fits
from matching.segments import describe_segments, order_postings
from matching.vectors import DIMENSIONS, embed_seekers, round_down

Drawn = Callable[[int, int], pa.Table]
AS_OF = datetime.date(2026, 1, 6)


def ints(*values: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, np.int32)


def test_postings_lie_by_bucket_then_occupation_then_education_then_as_they_were() -> None:
    layout = order_postings(
        bucket=ints(1, 0, 0, 0, 0),
        occupation=ints(0, 1, 0, 0, 0),
        group=ints(0, 1, 0, 0, 0),
        education=ints(0, 0, 5, 3, 3),
    )
    assert layout.order.tolist() == [3, 4, 2, 1, 0]
    assert layout.bucket.tolist() == [0, 0, 0, 0, 1]
    assert layout.segment.tolist() == [0, 0, 0, 1, 2]


def test_an_occupation_has_a_segment_of_its_own_from_a_number_of_postings_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Occupation 0 has two postings, 1 and 2 have one each and share the rest of their group."""
    monkeypatch.setattr(segments, "LEAST_POSTINGS", 2)
    layout = order_postings(
        bucket=ints(0, 0, 0, 0), occupation=ints(0, 1, 2, 0), group=ints(0, 0, 0, 0), education=ints(0, 0, 0, 0)
    )
    assert layout.order.tolist() == [1, 2, 0, 3]
    assert layout.segment.tolist() == [0, 0, 1, 1]


def test_a_segment_says_where_each_education_ends() -> None:
    """Postings that ask 00, 03, 03 and 07 (ranks 0, 3, 3, 7): rank 2 sees one, rank 3 three, rank 7 all four."""
    layout = order_postings(
        bucket=ints(0, 0, 0, 0), occupation=ints(0, 0, 0, 0), group=ints(0, 0, 0, 0), education=ints(0, 3, 3, 7)
    )
    described = describe_segments(np.zeros((4, DIMENSIONS), np.float32), layout, buckets=2)
    assert described.ends.tolist() == [[1, 1, 1, 3, 3, 3, 3, 4]]
    assert described.first.tolist() == [0, 4]
    assert described.of_bucket.tolist() == [0, 1, 1]


def test_no_postings_make_no_segments() -> None:
    none = ints()
    layout = order_postings(bucket=none, occupation=none, group=none, education=none)
    described = describe_segments(np.zeros((0, DIMENSIONS), np.float32), layout, buckets=2)
    assert described.first.tolist() == [0]
    assert described.of_bucket.tolist() == [0, 0, 0]


def check_bounds(market: PostingMarket, queries: np.ndarray) -> None:  # type: ignore[type-arg]
    """No fit of a query with a posting is above the bound on its segment."""
    first = market.segments.first
    _, bounds = bound_fits(queries, market.segments, slice(0, len(first) - 1))
    fits = queries.astype(np.float64) @ market.vectors.T.astype(np.float64)
    for segment in range(len(first) - 1):
        within = fits[:, first[segment] : first[segment + 1]]
        assert (within <= bounds[:, segment, None]).all()


@pytest.mark.parametrize(("openings", "seed", "least"), [(3000, 1, 128), (500, 2, 2), (60, 3, 1)])
def test_no_fit_exceeds_the_bound_of_its_segment(
    learn_space: Callable[..., JobSpace],
    draw_seekers: Drawn,
    draw_postings: Drawn,
    monkeypatch: pytest.MonkeyPatch,
    openings: int,
    seed: int,
    least: int,
) -> None:
    monkeypatch.setattr(segments, "LEAST_POSTINGS", least)
    postings = draw_postings(openings, seed)
    market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
    check_bounds(market, embed_seekers(draw_seekers(500, seed), market.space))


@pytest.mark.parametrize("seed", range(5))
def test_no_fit_exceeds_the_bound_for_any_vectors_of_length_one_or_less(
    learn_space: Callable[..., JobSpace], draw_postings: Drawn, seed: int
) -> None:
    """Random directions, postings themselves, their opposites, and nothing at all."""
    postings = draw_postings(400, seed)
    market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
    random = np.random.default_rng(seed)
    market.vectors[:] = _unit(random, len(market.vectors))
    market.vectors[::7] = 0
    layout = order_postings(
        bucket=ints(*(random.integers(0, 4, len(market.vectors)))),
        occupation=ints(*(random.integers(0, 5, len(market.vectors)))),
        group=np.zeros(len(market.vectors), np.int32),
        education=np.zeros(len(market.vectors), np.int32),
    )
    described = describe_segments(market.vectors[layout.order], layout, buckets=4)
    queries = np.concatenate([_unit(random, 100), market.vectors[:50], -market.vectors[:50], np.zeros((1, DIMENSIONS))])
    fits = queries.astype(np.float64) @ market.vectors[layout.order].T.astype(np.float64)
    likely, bounds = bound_fits(queries.astype(np.float32), described, slice(0, len(described.first) - 1))
    assert (fits <= bounds[:, layout.segment]).all()
    centres = queries.astype(np.float64) @ described.centres.T.astype(np.float64)
    np.testing.assert_allclose(likely, centres, atol=1e-5)


def _unit(random: np.random.Generator, count: int) -> np.ndarray:  # type: ignore[type-arg]
    rows = random.normal(size=(count, DIMENSIONS))
    return round_down(rows / np.linalg.norm(rows, axis=1, keepdims=True))
