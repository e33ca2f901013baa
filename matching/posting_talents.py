"""Posting talents: matches__posting_talents rows, one a posting: its share of recommendations and up to twenty people.

Numbers of a pair are those of the person's own list: the same functions on the same graph. Do not put here: how
people are found (talents.py) or recommendations shared (capacity.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.contracts.answers import POSTING_TALENTS
from lake.contracts.render import arrow_schema
from matching import graph
from matching.blocks import Doubles, Flags, Ints, Longs, take_or_null
from matching.candidates import JobNight
from matching.capacity import Sharing, Vacancies
from matching.chances import ChanceTerms
from matching.explain import Pairs, explain_pairs
from matching.jobs import name_version
from matching.market import PostingMarket
from matching.rank import rate_candidates, read_wishes
from matching.selection import SCORE_STEP
from matching.talents import NOBODY, ROW_BITS, TALENTS, Talents, find_talents

SCHEMA = arrow_schema(POSTING_TALENTS)
KEY_BYTES = 64


class _Told(NamedTuple):
    """What is told of the people of each posting (m, 20): key, score, fit, chance, places in `texts` of the codes."""

    keys: npt.NDArray[np.bytes_]
    score: Doubles
    fit: Doubles
    chance: Doubles
    met: Ints
    unsettled: Ints


def offer_talents(night: JobNight, blocks: Sequence[str], sharing: Sharing, vacancies: Vacancies) -> pa.Table:
    """The rows of every open posting, by id."""
    market, chances = night.open_market(), night.open_chances()
    found = find_talents(night.graph_folder, blocks, vacancies, sharing.prices)
    told, texts = _tell_people(night, blocks, found, (market, chances))
    columns = _list_people(told, found, texts)
    is_empty = found.person[:, 0] == NOBODY
    rows = len(is_empty)
    columns |= {
        "as_of": pa.repeat(pa.scalar(market.as_of, pa.date32()), rows),
        "posting_id": market.posting_ids,
        "answer_code": pa.array(["OK", "NO_CANDIDATE"]).take(pa.array(is_empty.astype(np.int64))),
        "candidates_count": pa.array(sharing.candidates),
        "capacity_count": pa.array(np.round(sharing.capacity, 3)),
        "exposures_before_count": pa.array(sharing.before.exposures),
        "exposures_count": pa.array(sharing.after.exposures),
        "price_0_1": pa.array(np.round(sharing.prices * SCORE_STEP, 9)),
        "model_version": pa.repeat(name_version(chances), rows),
    }
    table = pa.table([columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA)
    return table.take(pa.array(market.place_by_id))


def _tell_people(
    night: JobNight, blocks: Sequence[str], found: Talents, world: tuple[PostingMarket, ChanceTerms]
) -> tuple[_Told, list[str]]:
    """What is told of everybody in the lists, block by block, and the distinct texts of codes."""
    shape = found.person.shape
    told = _Told(
        np.zeros(shape, f"S{KEY_BYTES}"),
        *(np.zeros(shape) for _ in range(3)),  # type: ignore[arg-type]
        *(np.zeros(shape, np.int32) for _ in range(2)),
    )
    texts: dict[str, int] = {}
    postings, slots = np.nonzero(found.person != NOBODY)
    people = found.person[postings, slots]
    order = np.argsort(people, kind="stable")
    postings, slots, people = postings[order], slots[order], people[order]
    bounds = np.searchsorted(people >> ROW_BITS, np.arange(len(blocks) + 1))
    for number, name in enumerate(blocks):
        here = slice(int(bounds[number]), int(bounds[number + 1]))
        if here.start < here.stop:
            _tell_block(night, name, (postings[here], slots[here], found), (told, texts, world))
    return told, list(texts)


def _tell_block(
    night: JobNight,
    name: str,
    listed: tuple[Longs, Longs, Talents],
    out: tuple[_Told, dict[str, int], tuple[PostingMarket, ChanceTerms]],
) -> None:
    """Fill what is told of the people of one block who stand in lists."""
    postings, slots, found = listed
    told, texts, (market, chances) = out
    rows = found.person[postings, slots] & ((1 << ROW_BITS) - 1)
    pool = graph.read_pool(night.graph_folder, name, with_fits=True)
    people = graph.read_people(night.graph_folder, name).take(pa.array(rows))
    wishes, places = read_wishes(people, market), postings[:, None].astype(np.int64)
    fit = np.clip(pool.fits[rows, found.pool_place[postings, slots]] * SCORE_STEP, 0.0, 1.0)
    rated = rate_candidates(places, wishes, market, chances)
    codes = explain_pairs(Pairs(places, np.ones(places.shape, bool), fit[:, None]), wishes, market, rated)
    told.keys[postings, slots] = np.array(people["seeker_key"].to_pylist(), f"S{KEY_BYTES}")
    told.score[postings, slots] = np.round(rated.score_steps[:, 0] * SCORE_STEP, 6)
    told.fit[postings, slots] = np.round(fit, 6)
    told.chance[postings, slots] = np.round(rated.chance[:, 0], 6)
    told.met[postings, slots] = _number_texts(codes["met_codes"], texts)
    told.unsettled[postings, slots] = _number_texts(codes["open_codes"], texts)


def _number_texts(column: pa.Array, texts: dict[str, int]) -> Ints:
    """The place (n,) of each text in `texts`, which grows; null is NOBODY."""
    encoded = column.dictionary_encode()
    numbers = [texts.setdefault(text, len(texts)) for text in encoded.dictionary.to_pylist()]
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    numbered: Ints = np.array([*numbers, NOBODY], np.int32)[places]
    return numbered


def _list_people(told: _Told, found: Talents, texts: list[str]) -> dict[str, pa.Array]:
    """The flat columns name_1 … name_20."""
    vocabulary = pa.array(texts, pa.string())
    columns: dict[str, pa.Array] = {}
    for slot in range(TALENTS):
        is_empty: Flags = found.person[:, slot] == NOBODY
        place = f"_{slot + 1}"
        keys: list[Any] = [None if empty else key for key, empty in zip(told.keys[:, slot], is_empty, strict=True)]
        columns["seeker_key" + place] = pa.array(keys, pa.binary()).cast(pa.string())
        for name in ("score", "fit", "chance"):
            columns[f"{name}_0_1{place}"] = pa.array(getattr(told, name)[:, slot], mask=is_empty)
        columns["is_recommended" + place] = pa.array(found.is_chosen[:, slot], mask=is_empty)
        for name, numbers in (("met_codes", told.met), ("open_codes", told.unsettled)):
            columns[name + place] = take_or_null(vocabulary, np.where(is_empty, NOBODY, numbers[:, slot]))
    return columns
