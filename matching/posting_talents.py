"""Posting talents: matches__posting_talents rows, one a posting: its share of recommendations and up to twenty people.

Numbers of a pair are those of the person's own list: the same functions on the same graph. Do not put here: how
people are found (talents.py) or recommendations shared (capacity.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import POSTING_TALENTS
from lake.contracts.render import arrow_schema
from matching import graph
from matching.blocks import Flags, Ints, Longs, MatchingInputError, take_or_null
from matching.candidates import JobNight
from matching.capacity import Sharing, Vacancies
from matching.chances import ChanceTerms
from matching.explain import Pairs, explain_pairs
from matching.jobs import name_version
from matching.market import PostingMarket
from matching.rank import rate_candidates, read_wishes
from matching.selection import SCORE_STEP, STEPS_PER_ONE
from matching.talents import NOBODY, ROW_BITS, TALENTS, Talents, find_talents

SCHEMA = arrow_schema(POSTING_TALENTS)
KEY_BYTES = 32  # of a pseudonym (lake/contracts/columns.py)
ROWS_AT_ONCE = 16_384  # postings with twenty people each: about 60 MB


class _Told(NamedTuple):
    """Told of the people of each posting (m, 20): key, fit and chance in millionths, places in `texts` of the codes."""

    keys: npt.NDArray[np.bytes_]
    fit: Ints
    chance: Ints
    met: Ints
    unsettled: Ints


def offer_talents(
    night: JobNight, blocks: Sequence[str], sharing: Sharing, vacancies: Vacancies
) -> Iterator[pa.RecordBatch]:
    """The rows of every open posting, by id, some at a time."""
    market, chances = night.open_market(), night.open_chances()
    found = find_talents(night.graph_folder, blocks, vacancies, sharing.prices)
    told, texts = _tell_people(night, blocks, found, (market, chances))
    version, vocabulary = name_version(chances), pa.array(texts, pa.string())
    for first in range(0, len(market.place_by_id), ROWS_AT_ONCE):
        places = market.place_by_id[first : first + ROWS_AT_ONCE]
        columns = _list_people(places, told, found, vocabulary) | _list_shares(places, sharing)
        columns |= {
            "as_of": pa.repeat(pa.scalar(market.as_of, pa.date32()), len(places)),
            "posting_id": market.posting_ids.take(pa.array(places)),
            "answer_code": pa.array(["OK", "NO_CANDIDATE"]).take(
                pa.array(found.person[places, 0] == NOBODY).cast("int8")
            ),
            "model_version": pa.repeat(version, len(places)),
        }
        arrays = [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _list_shares(places: Longs, sharing: Sharing) -> dict[str, pa.Array]:
    """How the recommendations of some postings were shared."""
    return {
        "candidates_count": pa.array(sharing.candidates[places]),
        "capacity_count": pa.array(np.round(sharing.capacity[places], 3)),
        "exposures_before_count": pa.array(sharing.before.exposures[places]),
        "exposures_count": pa.array(sharing.after.exposures[places]),
        "price_0_1": pa.array(np.round(sharing.prices[places] * SCORE_STEP, 9)),
    }


def _tell_people(
    night: JobNight, blocks: Sequence[str], found: Talents, world: tuple[PostingMarket, ChanceTerms]
) -> tuple[_Told, list[str]]:
    """What is told of everybody in the lists, block by block, and the distinct texts of codes."""
    shape = found.person.shape
    told = _Told(
        np.zeros(shape, f"S{KEY_BYTES}"),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
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
    told.keys[postings, slots] = _read_keys(people["seeker_key"])
    told.fit[postings, slots] = np.rint(fit * STEPS_PER_ONE)
    told.chance[postings, slots] = np.rint(rated.chance[:, 0] * STEPS_PER_ONE)
    told.met[postings, slots] = _number_texts(codes["met_codes"], texts)
    told.unsettled[postings, slots] = _number_texts(codes["open_codes"], texts)


def _number_texts(column: pa.Array, texts: dict[str, int]) -> Ints:
    """The place (n,) of each text in `texts`, which grows; null is NOBODY."""
    encoded = column.dictionary_encode()
    numbers = [texts.setdefault(text, len(texts)) for text in encoded.dictionary.to_pylist()]
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    numbered: Ints = np.array([*numbers, NOBODY], np.int32)[places]
    return numbered


def _read_keys(column: pa.ChunkedArray) -> npt.NDArray[np.bytes_]:
    """Pseudonyms (n,) as bytes; raises where one is longer than a pseudonym is."""
    keys = np.array(column.to_pylist(), np.bytes_)
    if keys.dtype.itemsize > KEY_BYTES:
        raise MatchingInputError(
            f"features__seekers: a seeker_key of {keys.dtype.itemsize} characters found, at most {KEY_BYTES} expected"
        )
    return keys


def _list_people(places: Longs, told: _Told, found: Talents, texts: pa.Array) -> dict[str, pa.Array]:
    """The flat columns name_1 … name_20 of some postings."""
    columns: dict[str, pa.Array] = {}
    steps = found.order[places] >> 32
    for slot in range(TALENTS):
        is_empty: Flags = found.person[places, slot] == NOBODY
        place = f"_{slot + 1}"
        columns["seeker_key" + place] = _name_keys(told.keys[places, slot], is_empty)
        numbers = {"score": steps[:, slot], "fit": told.fit[places, slot], "chance": told.chance[places, slot]}
        for name, values in numbers.items():
            columns[f"{name}_0_1{place}"] = pa.array(np.round(values * SCORE_STEP, 6), mask=is_empty)
        columns["is_recommended" + place] = pa.array(found.is_chosen[places, slot], mask=is_empty)
        for name, codes in (("met_codes", told.met), ("open_codes", told.unsettled)):
            columns[name + place] = take_or_null(texts, np.where(is_empty, NOBODY, codes[places, slot]))
    return columns


def _name_keys(keys: npt.NDArray[np.bytes_], is_empty: Flags) -> pa.Array:
    """Pseudonyms as text; null where there is nobody."""
    lengths = np.where(is_empty, 0, np.char.str_len(keys))
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
    letters = np.frombuffer(b"".join(keys[~is_empty].tolist()), np.uint8)
    texts = pa.StringArray.from_buffers(len(keys), pa.py_buffer(offsets), pa.py_buffer(letters))
    return pc.if_else(pa.array(is_empty), pa.scalar(None, pa.string()), texts)
