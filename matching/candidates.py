"""Candidates: everybody's 50 best eligible postings with their scores, written as blocks of the graph.

Eligibility, then the search (only new postings for who is unchanged since last night), then scores. A function from
batches to batches that an engine spreads; it carries paths, not arrays. Do not put here: any of those steps, the
choice of five (jobs.py).
"""

from __future__ import annotations

import datetime
import functools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.device import open_device
from lake.threads import one_thread
from matching import graph
from matching.blocks import Flags, Floats, Ints, gather_blocks, is_null, split_tokens, take_or_null
from matching.carry import COMPLETE, Carry, Found, is_enough, note_found, open_carry, restore_lists
from matching.census import count_eligible
from matching.chances import ChanceTerms, load_chances
from matching.eligibility import Seekers, read_reach, read_seeker_conditions
from matching.graph import NO_SCORE, POOL, Pool
from matching.hashed import Keys, hash_texts, print_rows
from matching.market import PostingMarket, load_market
from matching.rank import rate_scores, read_wishes
from matching.retrieve import Best, retrieve_best
from matching.selection import EMPTY, make_lists
from matching.vectors import SEEKER_OCCUPATIONS, embed_seekers, to_grid

log = logging.getLogger("goyong.candidates")

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
WISH_COLUMNS = tuple(name for name in JOB_COLUMNS if name not in ("seeker_key", "is_opted_out", "is_profile_public"))
"""What a search depends on: while these and the month's space stay, only new postings can change what is found."""
BLOCK_SCHEMA = pa.schema([pa.field("block_name", pa.string(), nullable=False)])
BLOCK_PEOPLE = 16_384  # the search shares its products among the people of a block: about 200 MB


@dataclass(frozen=True)
class JobNight:
    """What matching reads besides people: exported tables, the month's space, folders of the graph and the carry.

    `rules` names the code that searches: a carry made by other rules is not used.
    """

    as_of: datetime.date
    postings_file: Path
    chances_file: Path
    space_folder: Path
    graph_folder: Path
    carry_folder: Path | None
    rules: str
    device: str = "cpu"

    def open_market(self) -> PostingMarket:
        """The night's postings, built once a process."""
        return load_market(self.postings_file, self.as_of, self.space_folder)

    def open_chances(self) -> ChanceTerms:
        """The terms of the chance of an application, read once a process."""
        return load_chances(self.chances_file)

    def open_carry(self) -> Carry | None:
        """Last night's lists, read once a process."""
        return _load_carry(self)

    def name_search(self) -> str:
        """What a carry must have been made by: the rules and the space."""
        return f"{self.rules}-{self.open_market().space.version}"


@functools.lru_cache(maxsize=1)
def _load_carry(night: JobNight) -> Carry | None:
    if night.carry_folder is None:
        return None
    return open_carry(night.carry_folder, night.open_market(), night.name_search())


def gather_graph(batches: Iterator[pa.RecordBatch], night: JobNight) -> Iterator[pa.RecordBatch]:
    """Write the candidates of the seekers in `batches` (JOB_COLUMNS) as blocks; one row (BLOCK_SCHEMA) a block."""
    for block in gather_blocks(batches, JOB_COLUMNS, block_rows=BLOCK_PEOPLE):
        with one_thread():
            people, pool, found = find_candidates(block, night)
        name = graph.write_block(night.graph_folder, people, pool)
        graph.write_arrays(night.graph_folder, name, found._asdict())
        yield pa.record_batch([pa.array([name])], schema=BLOCK_SCHEMA)


def find_candidates(block: pa.Table, night: JobNight) -> tuple[pa.Table, Pool, Found]:
    """The people of a block with what is said about them so far, their candidates, and what tomorrow may build on."""
    market, keys = night.open_market(), hash_texts(block["seeker_key"])
    conditions = read_seeker_conditions(block, market.licence_names, market.posting_ids)
    reach = read_reach(block, market.region_codes, conditions)
    has_wish = _has_wish(block)
    queries = np.where(has_wish[:, None], embed_seekers(block, market.space), np.float32(0))
    eligible = count_eligible(reach, conditions, market.conditions, market.census)
    best, floors, prints = search(block, keys, Seekers(queries, reach, conditions), night)
    places, is_there = best.places[:, :POOL], best.is_there[:, :POOL]
    scores = rate_scores(places, read_wishes(block, market), market, night.open_chances())
    pool = graph.order_pool(keys, places, np.where(is_there, scores, NO_SCORE), best.steps[:, :POOL])
    people = block.drop_columns(list(SEARCH_ONLY))
    people = people.append_column("eligible_postings_count", pa.array(eligible))
    people = people.append_column("answer_code", _find_answers(eligible, has_wish, queries))
    people = people.append_column("basis_code", _find_basis(block, has_wish))
    return people, pool, note_found(best, floors, prints)


def search(block: pa.Table, keys: Keys, seekers: Seekers, night: JobNight) -> tuple[Best, Ints, Keys]:
    """The best postings of everybody, the floors (n,) above which the lists are whole, and prints of the wishes."""
    market, carry, device = night.open_market(), night.open_carry(), open_device(night.device)
    lists, prints = make_lists(block.num_rows), print_rows(block, WISH_COLUMNS)
    is_known, floors = np.zeros(block.num_rows, bool), np.full(block.num_rows, COMPLETE, np.int32)
    if carry is not None:
        is_known, before = carry.take(keys, prints)
        floors = np.where(is_known, before.floors, COMPLETE).astype(np.int32)
        rows = np.flatnonzero(is_known).astype(np.int32)
        restore_lists(lists, rows, before.lists, to_grid(seekers.queries), market.stock)
        conditions = read_seeker_conditions(block, carry.fresh.licence_names, carry.fresh.posting_ids)
        unchanged = seekers._replace(queries=_only(is_known, seekers.queries), conditions=conditions)
        best = retrieve_best(unchanged, carry.fresh, device, lists)
        is_known &= is_enough(best, floors)
        log.info("carry: %d of %d people met only new postings", is_known.sum(), block.num_rows)
    floors = np.where(is_known, floors, COMPLETE).astype(np.int32)
    lists.filled[~is_known], lists.least[~is_known] = 0, EMPTY
    anew = seekers._replace(queries=_only(~is_known, seekers.queries))
    return retrieve_best(anew, market, device, lists), floors, prints


def _only(chosen: Flags, queries: Floats) -> Floats:
    """The queries of the chosen; nobody else searches."""
    return np.where(chosen[:, None], queries, np.float32(0))


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
