"""Jobs: the five postings of everybody, chosen from the graph at the prices of crowded postings.

Makes matches__seeker_jobs rows of a block, as a function from batches to batches that an engine spreads; it carries
paths, not arrays. Do not put here: candidates (candidates.py), prices (capacity.py), the other side
(posting_talents.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.array_files import read_array
from lake.contracts.answers import PLACES, SEEKER_JOBS
from lake.contracts.render import arrow_schema
from lake.threads import one_thread
from matching import graph
from matching.blocks import Doubles, Longs, take_or_null
from matching.candidates import JobNight
from matching.capacity import Vacancies
from matching.chances import ChanceTerms
from matching.choice import choose_five
from matching.explain import Pairs, explain_pairs
from matching.graph import NO_SCORE, Pool
from matching.market import PostingMarket
from matching.rank import rate_candidates, read_wishes
from matching.selection import SCORE_STEP

MODEL_VERSION = "jobs-2"
"""Raised by hand when the rules or weights of matching change."""
SCHEMA = arrow_schema(SEEKER_JOBS)


def choose_jobs(batches: Iterator[pa.RecordBatch], night: JobNight, prices_file: Path) -> Iterator[pa.RecordBatch]:
    """matches__seeker_jobs rows of the blocks named in `batches` (BLOCK_SCHEMA), at the prices in a .npy file."""
    market, chances, prices = night.open_market(), night.open_chances(), read_array(prices_file)
    for batch in batches:
        for name in batch["block_name"].to_pylist():
            people = graph.read_people(night.graph_folder, name)
            pool = graph.read_pool(night.graph_folder, name, with_fits=True)
            with one_thread():
                yield choose_block(people, pool, prices, market=market, chances=chances)


def choose_block(
    people: pa.Table, pool: Pool, prices: Doubles, *, market: PostingMarket, chances: ChanceTerms
) -> pa.RecordBatch:
    """matches__seeker_jobs rows of one block."""
    vacancies = list_vacancies(market)
    chosen = choose_five(pool, prices, vacancies.keys, vacancies.rank_by_id)
    unshared = choose_five(pool, np.zeros(len(prices)), vacancies.keys, vacancies.rank_by_id)
    shown = _order_by_score(chosen, pool, vacancies.rank_by_id)
    columns = _list_places(people, pool, shown, (market, chances))
    columns |= {name: people[name].combine_chunks() for name in ("seeker_key", "answer_code", "basis_code")}
    columns |= {
        "as_of": pa.repeat(pa.scalar(market.as_of, pa.date32()), people.num_rows),
        "eligible_postings_count": people["eligible_postings_count"].combine_chunks(),
        "shared_out_count": pa.array(_count_new(chosen, unshared)),
        "model_version": pa.repeat(name_version(chances), people.num_rows),
    }
    return pa.RecordBatch.from_arrays(
        [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA
    )


def name_version(chances: ChanceTerms) -> str:
    """The version that answers carry: the rules of matching and the learned chance."""
    return f"{MODEL_VERSION}-{chances.model_version}"


def list_vacancies(market: PostingMarket) -> Vacancies:
    """What sharing reads of the postings; an unknown headcount counts as one."""
    return Vacancies(market.facts.headcount, market.keys, market.rank_by_id)


def _order_by_score(chosen: Longs, pool: Pool, rank_by_id: Longs) -> Longs:
    """The chosen (n, 5) from the best score down; equal scores by the lower id."""
    held = np.maximum(chosen, 0)
    scores = np.where(chosen >= 0, np.take_along_axis(pool.scores, held, axis=1), NO_SCORE)
    ranks = rank_by_id[np.take_along_axis(pool.places, held, axis=1)] if len(rank_by_id) else np.zeros_like(held)
    order = np.lexsort((ranks, -scores), axis=1)
    return np.take_along_axis(chosen, order, axis=1)


def _count_new(chosen: Longs, unshared: Longs) -> Longs:
    """How many of the chosen (n, 5) are not among those of the score alone."""
    is_old = (chosen[:, :, None] == unshared[:, None, :]).any(axis=2)
    counts: Longs = ((chosen >= 0) & ~is_old).sum(axis=1)
    return counts


def _list_places(
    people: pa.Table, pool: Pool, shown: Longs, world: tuple[PostingMarket, ChanceTerms]
) -> dict[str, pa.Array]:
    """The flat columns name_1 … name_5."""
    market, chances = world
    is_there, held = shown >= 0, np.maximum(shown, 0)
    places = np.take_along_axis(pool.places, held, axis=1).astype(np.int64)
    fit = np.clip(np.take_along_axis(pool.fits, held, axis=1) * SCORE_STEP, 0.0, 1.0)
    wishes = read_wishes(people, market)
    rated = rate_candidates(places, wishes, market, chances)
    codes = explain_pairs(Pairs(places, is_there, fit), wishes, market, rated)
    numbers = {
        "score_0_1": rated.score_steps * SCORE_STEP,
        "fit_0_1": fit,
        "chance_0_1": rated.chance,
        "usefulness_0_1": rated.usefulness,
        "wage_value_0_1": rated.wage,
        "distance_value_0_1": rated.distance,
        "occupation_value_0_1": rated.occupation,
        "permanence_value_0_1": rated.permanence,
    }
    columns: dict[str, pa.Array] = {}
    for place in range(PLACES):
        there = is_there[:, place]
        columns[f"posting_id_{place + 1}"] = take_or_null(market.posting_ids, np.where(there, places[:, place], -1))
        for name, values in numbers.items():
            columns[f"{name}_{place + 1}"] = pa.array(np.round(values[:, place], 6), mask=~there)
        for name, texts in codes.items():
            columns[f"{name}_{place + 1}"] = texts.take(pa.array(np.arange(place, places.size, PLACES)))
    return columns
