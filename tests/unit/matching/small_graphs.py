"""Small graphs of people and postings, written by hand or drawn from a seed.

Do not put here: expectations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from matching.capacity import Vacancies
from matching.graph import NO_SCORE, POOL, Pool, order_pool, write_block
from matching.hashed import hash_texts


def make_vacancies(headcount: Sequence[int]) -> Vacancies:
    """Postings K000, K001 … with these headcounts, in the order of their ids."""
    ids = pa.array([f"K{number:03d}" for number in range(len(headcount))])
    return Vacancies(np.array(headcount, np.float64), hash_texts(ids), np.arange(len(headcount)))


def make_pool(scores: Sequence[dict[int, int]], first: int = 0) -> Pool:
    """The candidates of people `first`, `first` + 1 …: posting → score in steps."""
    shape = (len(scores), POOL)
    places, steps = np.zeros(shape, np.int64), np.full(shape, NO_SCORE, np.int64)
    for row, own in enumerate(scores):
        places[row, : len(own)], steps[row, : len(own)] = list(own), list(own.values())
    keys = pa.array([f"{number:032x}" for number in range(first, first + len(scores))])
    return order_pool(hash_texts(keys), places, steps, np.zeros(shape, np.int64))


def draw_scores(people: int, postings: int, seed: int) -> list[dict[int, int]]:
    """Up to 40 candidates each; the first postings are everybody's favourites, some have fewer than five."""
    random = np.random.default_rng(seed)
    quality = 60_000 + 40_000 * np.linspace(1, 0, postings)
    found = []
    for _ in range(people):
        chosen = random.choice(postings, min(int(random.integers(0, 41)), postings), replace=False)
        scores = quality[chosen] + random.integers(0, 9, len(chosen)) * 1000
        found.append(dict(zip(chosen.tolist(), scores.astype(int).tolist(), strict=True)))
    return found


def write_graph(folder: Path, scores: Sequence[dict[int, int]], blocks: int = 1) -> list[str]:
    """The people in blocks of about equal size; returns their names in the order written."""
    names, bounds = [], np.linspace(0, len(scores), blocks + 1).astype(int).tolist()
    for first, end in zip(bounds, bounds[1:], strict=False):
        keys = [f"{number:032x}" for number in range(first, end)]
        names.append(write_block(folder, pa.table({"seeker_key": keys}), make_pool(scores[first:end], first)))
    return names
