"""Jobs: the night's matching of everybody with every open posting, in three steps over one graph.

`gather_graph` finds everyone's candidates (eligibility, retrieve, rank) and writes them as blocks; capacity.share_out
puts prices on crowded postings; `choose_jobs` makes matches__seeker_jobs rows of a block. The first and the last are
functions from batches to batches that an engine spreads; they carry paths, not arrays. `offer_talents` is the other
side of the same graph (posting_talents.py). Do not put here: any of the steps themselves.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.contracts.answers import PLACES, SEEKER_JOBS
from lake.contracts.render import arrow_schema
from lake.device import open_device
from lake.threads import one_thread
from matching import graph
from matching.blocks import Doubles, Flags, Floats, Ints, Longs, gather_blocks, is_null, split_tokens, take_or_null
from matching.capacity import Vacancies
from matching.census import count_eligible
from matching.chances import ChanceTerms, load_chances
from matching.choice import choose_five
from matching.eligibility import read_reach, read_seeker_conditions
from matching.explain import Pairs, explain_pairs
from matching.graph import NO_SCORE, POOL, Pool
from matching.market import PostingMarket, load_market
from matching.rank import rate_candidates, rate_scores, read_wishes
from matching.retrieve import Seekers, retrieve_best
from matching.selection import SCORE_STEP
from matching.vectors import SEEKER_OCCUPATIONS, embed_seekers

JOB_COLUMNS = (
    "seeker_key",
    "is_opted_out",
    "is_profile_public",
    "education_code",
    "career_months",
    "home_region_code",
    *SEEKER_OCCUPATIONS,
    "wanted_region_code_1",
    "wanted_region_code_2",
    "wanted_region_code_3",
    "wanted_wage_krw_month",
    "wanted_employment_type_code",
    "keywords_text",
    "skill_codes_text",
    "certificate_names_text",
    "applied_posting_ids_text",
)
SEARCH_ONLY = (
    "is_opted_out",
    "keywords_text",
    "skill_codes_text",
    "certificate_names_text",
    "applied_posting_ids_text",
)
"""Columns that only the search for candidates reads; the rest of a person's row stays with the graph."""
MODEL_VERSION = "jobs-2"
"""Raised by hand when the rules or weights of matching change."""
SCHEMA = arrow_schema(SEEKER_JOBS)
BLOCK_SCHEMA = pa.schema([pa.field("block_name", pa.string(), nullable=False)])
BLOCK_PEOPLE = 65_536  # the search shares its products among the people of a block: about 250 MB


@dataclass(frozen=True)
class JobNight:
    """What matching reads besides people: exported tables, the month's space, and the folder of the graph."""

    as_of: datetime.date
    postings_file: Path
    chances_file: Path
    space_folder: Path
    graph_folder: Path
    device: str = "cpu"

    def open_market(self) -> PostingMarket:
        """The night's postings, built once a process."""
        return load_market(self.postings_file, self.as_of, self.space_folder)

    def open_chances(self) -> ChanceTerms:
        """The terms of the chance of an application, read once a process."""
        return load_chances(self.chances_file)


def gather_graph(batches: Iterator[pa.RecordBatch], night: JobNight) -> Iterator[pa.RecordBatch]:
    """Write the candidates of the seekers in `batches` (JOB_COLUMNS) as blocks; one row (BLOCK_SCHEMA) a block."""
    market, chances = night.open_market(), night.open_chances()
    for block in gather_blocks(batches, JOB_COLUMNS, block_rows=BLOCK_PEOPLE):
        with one_thread():
            people, pool = find_candidates(block, market, chances, night.device)
        name = graph.write_block(night.graph_folder, people, pool)
        yield pa.record_batch([pa.array([name])], schema=BLOCK_SCHEMA)


def find_candidates(block: pa.Table, market: PostingMarket, chances: ChanceTerms, device: str) -> tuple[pa.Table, Pool]:
    """The people of a block with what is said about them so far, and their candidates."""
    conditions = read_seeker_conditions(block, market.licence_names, market.posting_ids)
    reach = read_reach(block, market.region_codes, conditions)
    has_wish = _has_wish(block)
    queries = np.where(has_wish[:, None], embed_seekers(block, market.space), np.float32(0))
    eligible = count_eligible(reach, conditions, market.conditions, market.census)
    best = retrieve_best(Seekers(queries, reach, conditions), market, open_device(device))
    places, is_there = best.places[:, :POOL], best.is_there[:, :POOL]
    scores = np.where(is_there, rate_scores(places, read_wishes(block, market), market, chances), NO_SCORE)
    pool = graph.order_pool(graph.hash_texts(block["seeker_key"]), places, scores, best.steps[:, :POOL])
    people = block.drop_columns(list(SEARCH_ONLY))
    people = people.append_column("eligible_postings_count", pa.array(eligible))
    people = people.append_column("answer_code", _find_answers(eligible, has_wish, queries))
    return people.append_column("basis_code", _find_basis(block, has_wish)), pool


def choose_jobs(batches: Iterator[pa.RecordBatch], night: JobNight, prices_file: Path) -> Iterator[pa.RecordBatch]:
    """matches__seeker_jobs rows of the blocks named in `batches` (BLOCK_SCHEMA), at the prices in a .npy file."""
    market, chances, prices = night.open_market(), night.open_chances(), np.load(prices_file)
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
    return Vacancies(market.facts.headcount, graph.hash_texts(market.posting_ids), market.rank_by_id)


def _has_wish(block: pa.Table) -> Flags:
    """Whether a wanted, career or last occupation or a keyword says what the person looks for."""
    known = [~is_null(block[name]) for name in SEEKER_OCCUPATIONS]
    has_keyword = np.diff(split_tokens(block["keywords_text"]).offsets) > 0
    has_wish: Flags = np.any([*known, has_keyword], axis=0)
    return has_wish


def _find_basis(block: pa.Table, has_wish: Flags) -> pa.Array:
    """What the search went by: a wanted occupation, else the career or last one, else words of the résumé."""
    has_wanted = np.any([~is_null(block[f"wanted_occupation_code_{place}"]) for place in (1, 2, 3)], axis=0)
    has_past = ~is_null(block["career_occupation_code"]) | ~is_null(block["last_occupation_code"])
    basis = np.select([has_wanted, has_past, has_wish], [0, 1, 2], default=-1)
    return take_or_null(pa.array(["WISH", "HISTORY", "RESUME"]), basis)


def _find_answers(eligible: Ints, has_wish: Flags, queries: Floats) -> pa.Array:
    """NO_WISH also when no word of the wish occurs in any posting: there is nothing to search by."""
    has_query = np.any(queries != 0, axis=1)
    place = np.select([~has_wish, eligible == 0, ~has_query], [0, 1, 0], default=2)
    return pa.array(["NO_WISH", "NO_ELIGIBLE_POSTING", "OK"]).take(pa.array(place))


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
