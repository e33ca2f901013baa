"""Jobs: five open postings for every seeker, with chance, usefulness and the conditions met and open.

Makes matches__seeker_jobs from features__seekers batches and the night's PostingMarket: eligibility and retrieve,
then rank, then explain. Do not put here: any of those steps, capacity of postings (a later issue).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.contracts.answers import PLACES, SEEKER_JOBS
from lake.contracts.render import arrow_schema
from lake.device import CpuDevice, Device
from lake.threads import one_thread
from matching.blocks import Flags, gather_blocks, is_null, split_tokens
from matching.eligibility import read_reach, read_seeker_conditions
from matching.explain import explain_matches
from matching.market import PostingMarket, load_market
from matching.rank import Ranked, rank_best, rank_nothing, read_wishes
from matching.retrieve import Best, retrieve_best
from matching.vectors import SEEKER_OCCUPATIONS, embed_seekers

JOB_COLUMNS = (
    "seeker_key",
    "is_opted_out",
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
MODEL_VERSION = "jobs-space-1"
"""Raised by hand when the rules or weights of this module change."""
SCHEMA = arrow_schema(SEEKER_JOBS)
PART_ROWS = 8_192  # what one thread works on at a time: about 40 MB


def match_batches(
    batches: Iterator[pa.RecordBatch],
    market: PostingMarket,
    *,
    model_version: str,
    device: Device | None = None,
    threads: int = 1,
) -> Iterator[pa.RecordBatch]:
    """matches__seeker_jobs rows of the seekers in `batches` (JOB_COLUMNS), in their order.

    The engine already runs one call a partition; `threads` above 1 is for a caller that has the machine to itself.
    Results do not depend on it, nor on the size or order of batches.
    """
    chosen = device or CpuDevice()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for block in gather_blocks(batches, JOB_COLUMNS):
            parts = [block.slice(first, PART_ROWS) for first in range(0, block.num_rows, PART_ROWS)]
            with one_thread():
                answers = list(pool.map(lambda part: match_block(part, market, model_version, chosen), parts))
            yield from answers


def match_from_file(
    batches: Iterator[pa.RecordBatch],
    market_path: Path,
    as_of: datetime.date,
    *,
    space_folder: Path,
    model_version: str,
    device: Device | None = None,
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the paths of postings and space, not the arrays."""
    market = load_market(market_path, as_of, space_folder)
    yield from match_batches(batches, market, model_version=model_version, device=device)


def match_block(block: pa.Table, market: PostingMarket, model_version: str, device: Device) -> pa.RecordBatch:
    """matches__seeker_jobs rows of one block of seekers."""
    conditions = read_seeker_conditions(block, market.licence_names, market.posting_ids)
    reach = read_reach(block, market.region_codes, conditions)
    has_wish = _has_wish(block)
    queries = np.where(has_wish[:, None], embed_seekers(block, market.space), np.float32(0))
    best = retrieve_best(queries, reach, conditions, market=market, device=device)
    wishes = read_wishes(block, market)
    ranked = rank_best(best, wishes, market) if len(market.posting_ids) else rank_nothing(block.num_rows)
    met, unsettled = explain_matches(ranked, wishes, market)
    columns = _list_places(ranked, market, {"met_codes": met, "open_codes": unsettled})
    columns |= {
        "as_of": pa.repeat(pa.scalar(market.as_of, pa.date32()), block.num_rows),
        "seeker_key": block["seeker_key"].combine_chunks(),
        "answer_code": _find_answers(best, has_wish, np.any(queries != 0, axis=1)),
        "eligible_postings_count": pa.array(best.eligible),
        "model_version": pa.repeat(model_version, block.num_rows),
    }
    return pa.RecordBatch.from_arrays(
        [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA
    )


def _has_wish(block: pa.Table) -> Flags:
    """Whether a wanted, career or last occupation or a keyword says what the person looks for."""
    known = [~is_null(block[name]) for name in SEEKER_OCCUPATIONS]
    has_keyword = np.diff(split_tokens(block["keywords_text"]).offsets) > 0
    has_wish: Flags = np.any([*known, has_keyword], axis=0)
    return has_wish


def _find_answers(best: Best, has_wish: Flags, has_query: Flags) -> pa.Array:
    """NO_WISH also when no word of the wish occurs in any posting: there is nothing to search by."""
    states = [~has_wish, best.eligible == 0, ~has_query]
    answers = np.select(states, ["NO_WISH", "NO_ELIGIBLE_POSTING", "NO_WISH"], default="OK")
    return pa.array(answers.astype(object), pa.string())


def _list_places(ranked: Ranked, market: PostingMarket, codes: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """The flat columns name_1 … name_5."""
    columns: dict[str, pa.Array] = {}
    numbers = {
        "score_0_1": ranked.score,
        "fit_0_1": ranked.fit,
        "chance_0_1": ranked.chance,
        "usefulness_0_1": ranked.usefulness,
    }
    for place in range(PLACES):
        is_empty = ~ranked.is_there[:, place]
        ids = market.posting_ids.take(pa.array(ranked.places[:, place], mask=is_empty))
        columns[f"posting_id_{place + 1}"] = ids
        for name, values in numbers.items():
            columns[f"{name}_{place + 1}"] = pa.array(values[:, place], mask=is_empty)
        every_fifth = pa.array(np.arange(place, ranked.places.size, PLACES))
        for name, texts in codes.items():
            columns[f"{name}_{place + 1}"] = texts.take(every_fifth)
    return columns
