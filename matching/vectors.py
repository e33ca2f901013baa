"""Vectors: what a person looks for and what a posting offers, as 64 numbers whose inner product is the fit.

The first 32 are the occupation's place in the job space, the rest what words, skills and occupation say together.
Do not put here: what is learned (job_space_model.py), conditions (eligibility.py), ranks. Makes no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.tokens import find_words
from matching.blocks import NONE, Doubles, Floats, Ints, Longs, TokenLists, encode, find_places, split_tokens
from matching.compiled import compiled
from matching.job_space import JobSpace, Side

OCCUPATION_DIMENSIONS, CONTENT_DIMENSIONS = 32, 32
DIMENSIONS = OCCUPATION_DIMENSIONS + CONTENT_DIMENSIONS
STEPS = 4096

# Share of the squared length that the occupation takes where it is known; without one, content takes all.
OCCUPATION_SHARE = 0.5
# Share of the rest that who applies to what takes, where applications say anything.
MEETINGS_SHARE = 0.8

# How much each occupation of a person says about what is looked for.
SEEKER_OCCUPATIONS = {
    "wanted_occupation_code_1": 1.0,
    "wanted_occupation_code_2": 0.7,
    "wanted_occupation_code_3": 0.5,
    "career_occupation_code": 0.4,
    "last_occupation_code": 0.3,
}
POSTING_OCCUPATIONS = {"occupation_code": 1.0}
SEEKER_TEXTS, POSTING_TEXTS = ("keywords_text",), ("title", "keywords_text")
# Lists of ids stand among the words under a mark: skills, and postings as what people who applied to them look for.
SKILL_MARK, POSTING_MARK = "#", "@"
SEEKER_IDS = {"skill_codes_text": SKILL_MARK, "applied_posting_ids_text": POSTING_MARK}
POSTING_IDS = {"skill_codes_text": SKILL_MARK, "posting_id": POSTING_MARK}


Grid = npt.NDArray[np.int16]


class _Columns(NamedTuple):
    occupations: dict[str, float]
    texts: Sequence[str]
    ids: dict[str, str]


def embed_seekers(block: pa.Table, space: JobSpace) -> Floats:
    """What each seeker of a features__seekers block looks for, (n, DIMENSIONS)."""
    return _embed(block, _Columns(SEEKER_OCCUPATIONS, SEEKER_TEXTS, SEEKER_IDS), space, space.asked)


def embed_postings(postings: pa.Table, space: JobSpace) -> Floats:
    """What each posting of a features__job_postings table offers, (m, DIMENSIONS)."""
    return _embed(postings, _Columns(POSTING_OCCUPATIONS, POSTING_TEXTS, POSTING_IDS), space, space.offered)


def _embed(table: pa.Table, columns: _Columns, space: JobSpace, side: Side) -> Floats:
    """Vectors of length 1 (a little less after rounding), or 0 where nothing is known.

    The occupation's part depends on nothing else: its share is the same whatever else is known. The rest is never
    empty where an occupation is known, because the occupation has a row among the words too.
    """
    places = np.stack([find_codes(table[name], space.codes) for name in columns.occupations], axis=1)
    weights = np.array(list(columns.occupations.values()))
    occupation = scale_rows(sum_places(places, weights, space.occupations))
    content = sum_places(places, weights, side.occupations)
    for name in columns.texts:
        content += sum_words(table[name], space.words, side.words)
    for name, mark in columns.ids.items():
        content += sum_ids(table[name], mark, space.words, side.words)
    use, meetings = (scale_rows(part) for part in np.hsplit(content, [space.use_dimensions]))
    content = join_parts(meetings, use, MEETINGS_SHARE)
    return round_down(join_parts(occupation, content, OCCUPATION_SHARE))


def find_codes(column: pa.Array | pa.ChunkedArray, codes: Sequence[str]) -> Ints:
    """The place (n,) of each occupation in `codes`, or of its longest prefix there; NONE where there is neither."""
    known = {code: place for place, code in enumerate(codes)}
    rows, distinct = encode(column)
    found = [
        next((known[code[:length]] for length in range(len(code), 0, -1) if code[:length] in known), NONE)
        for code in distinct.to_pylist()
    ]
    return np.array([*found, NONE], np.int32)[rows]  # a null (NONE) takes the last


def sum_words(column: pa.Array | pa.ChunkedArray, words: pa.Array, table: Doubles) -> Doubles:
    """For each row the sum (n, d) over its semicolon-separated parts of the vectors of their known words."""
    lists = split_tokens(column)
    offsets, places = find_part_words(lists, words)
    return sum_lists(lists.offsets, lists.codes, sum_lists(offsets, places, table))


def sum_ids(column: pa.Array | pa.ChunkedArray, mark: str, words: pa.Array, table: Doubles) -> Doubles:
    """For each row the sum (n, d) of the vectors of its known ids."""
    lists = split_tokens(column)
    return sum_lists(lists.offsets, find_places(mark_ids(lists.vocabulary, mark), words)[lists.codes], table)


def mark_ids(ids: pa.Array, mark: str) -> pa.Array:
    """Ids as they stand among the words."""
    return pc.binary_join_element_wise(mark, ids.cast(pa.string()), "")


def list_part_words(parts: pa.Array) -> pa.ListArray:
    """The words of each distinct part of a text; a part without any ("2507", a code) stands for itself."""
    found = find_words(parts)
    alone = pc.binary_join_element_wise("=", parts, "")
    lengths = pc.list_value_length(found).to_numpy(zero_copy_only=False)
    own = pa.ListArray.from_arrays(pa.array(np.arange(len(parts) + 1, dtype=np.int32)), alone)
    return pc.if_else(pa.array(lengths == 0), own, found)


def find_part_words(lists: TokenLists, words: pa.Array) -> tuple[Longs, Ints]:
    """Where each distinct part's words begin (p + 1,), and their places in `words` (NONE: not known)."""
    found = list_part_words(lists.vocabulary)
    return found.offsets.to_numpy().astype(np.int64), find_places(found.flatten(), words)


def round_down(rows: Doubles) -> Floats:
    """Rows of length at most 1 in steps of 2^-12, towards zero, so that their float32 inner products are exact.

    A product of two steps is a multiple of 2^-24 and no partial sum exceeds 1 (Cauchy-Schwarz): float32 holds every
    one of them, in whatever order a library adds. The fit moves by at most 0.004.
    """
    return (np.trunc(rows * STEPS) / STEPS).astype(np.float32)


def to_grid(rows: Floats) -> Grid:
    """Rounded rows as whole numbers of 2^-12."""
    return (rows * np.float32(STEPS)).astype(np.int16)


@compiled
def sum_places(places: Ints, weights: Doubles, table: Doubles) -> Doubles:
    """For each row the weighted sum (n, d) of the table's rows at its places (n, w); NONE counts nothing."""
    total = np.zeros((places.shape[0], table.shape[1]))
    for row in range(places.shape[0]):
        for column in range(places.shape[1]):
            place = places[row, column]
            if place >= 0:
                for d in range(table.shape[1]):
                    total[row, d] += weights[column] * table[place, d]
    return total


@compiled
def sum_lists(offsets: Longs, places: Ints, table: Doubles) -> Doubles:
    """For each row the sum (n, d) of the table's rows at its list's places, always added in the list's own order."""
    total = np.zeros((len(offsets) - 1, table.shape[1]))
    for row in range(len(offsets) - 1):
        for position in range(offsets[row], offsets[row + 1]):
            place = places[position]
            if place >= 0:
                for d in range(table.shape[1]):
                    total[row, d] += table[place, d]
    return total


@compiled
def scale_rows(rows: Doubles) -> Doubles:
    """Rows scaled to length 1; a row of zeros stays."""
    scaled = np.zeros_like(rows)
    for row in range(rows.shape[0]):
        squares = 0.0
        for d in range(rows.shape[1]):
            squares += rows[row, d] * rows[row, d]
        if squares > 1e-18:
            for d in range(rows.shape[1]):
                scaled[row, d] = rows[row, d] / np.sqrt(squares)
    return scaled


@compiled
def join_parts(occupation: Doubles, content: Doubles, share: float) -> Doubles:
    """Both parts side by side (n, a + b): `share` of the squared length to the occupation where it is known."""
    first = occupation.shape[1]
    joined = np.empty((occupation.shape[0], first + content.shape[1]))
    for row in range(occupation.shape[0]):
        is_known = np.any(occupation[row] != 0.0)
        joined[row, :first] = occupation[row] * np.sqrt(share)
        joined[row, first:] = content[row] * (np.sqrt(1.0 - share) if is_known else 1.0)
    return joined
