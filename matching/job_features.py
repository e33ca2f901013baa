"""The sample of the job space as sparse matrices: which row holds which words, skills and occupations, who applied.

Do not put here: what is learned from them (job_space_model.py). Makes no table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix as Sparse

from matching.blocks import NONE, encode, find_places, flat, split_tokens
from matching.job_sample import JobSample
from matching.vectors import (
    POSTING_OCCUPATIONS,
    POSTING_TEXTS,
    SEEKER_OCCUPATIONS,
    SEEKER_TEXTS,
    SKILL_MARK,
    find_codes,
    list_part_words,
    mark_ids,
)

MOST_WORDS = 30_000
LEAST_PEOPLE = 10  # a word that no posting uses is kept only where so many people do: a space names nobody
HIRED_WEIGHT = 3.0  # a hire says more than an application


class Described(NamedTuple):
    """Rows by feature: words and skills (n, v), counted; occupations (n, k), weighted."""

    words: Sparse
    occupations: Sparse


class JobFeatures(NamedTuple):
    """Postings and people by the same words (v,) and occupations (k,); weighted applications (people, postings)."""

    words: tuple[str, ...]
    codes: tuple[str, ...]
    postings: Described
    seekers: Described
    applied: Sparse


def read_features(sample: JobSample, codes: Sequence[str]) -> JobFeatures:
    """The matrices of a sample; `codes` adds occupations that nobody named."""
    sides = ((sample.postings, POSTING_OCCUPATIONS), (sample.seekers, SEEKER_OCCUPATIONS))
    named = {code for table, names in sides for name in names for code in encode(table[name])[1].to_pylist()}
    units = tuple(sorted({*codes, *named}))
    words, counts = _count_words(sample)
    postings, seekers = (
        Described(counted, _weigh_codes(table, names, units))
        for counted, (table, names) in zip(counts, sides, strict=True)
    )
    return JobFeatures(words, units, postings, seekers, _read_applications(sample))


def _weigh_codes(table: pa.Table, names: Mapping[str, float], units: Sequence[str]) -> Sparse:
    """(n, k): how much each occupation of a row counts."""
    total = Sparse((table.num_rows, len(units)))
    for name, weight in names.items():
        places = find_codes(table[name], units)
        rows = np.flatnonzero(places != NONE)
        total += Sparse((np.full(len(rows), weight), (rows, places[rows])), shape=total.shape)
    return Sparse(total)


def _count_words(sample: JobSample) -> tuple[tuple[str, ...], tuple[Sparse, Sparse]]:
    """The words and skills that most rows hold, sorted, and how often each posting and each person holds them."""
    counted = []
    for table, texts in ((sample.postings, POSTING_TEXTS), (sample.seekers, SEEKER_TEXTS)):
        parts = [_count_column(table[name], list_part_words) for name in texts]
        counted.append([*parts, _count_column(table["skill_codes_text"], _list_skills)])
    offered, asked = (_count_rows(parts) for parts in counted)
    frequency = offered + Counter(
        {name: rows for name, rows in asked.items() if name in offered or rows >= LEAST_PEOPLE}
    )
    words = tuple(sorted(sorted(frequency, key=lambda name: (-frequency[name], name))[:MOST_WORDS]))
    postings, seekers = (sum(_move(counts, names, words) for names, counts in parts) for parts in counted)
    return words, (Sparse(postings), Sparse(seekers))


def _count_rows(parts: Sequence[tuple[pa.Array, Sparse]]) -> Counter[str]:
    """In how many rows each word stands, a row counting once a column."""
    frequency: Counter[str] = Counter()
    for names, counts in parts:
        frequency.update(dict(zip(names.to_pylist(), counts.getnnz(axis=0).tolist(), strict=True)))
    return frequency


def _list_skills(codes: pa.Array) -> pa.ListArray:
    """Each skill code as a list of itself."""
    return pa.ListArray.from_arrays(pa.array(np.arange(len(codes) + 1, dtype=np.int32)), mark_ids(codes, SKILL_MARK))


def _count_column(column: pa.ChunkedArray, split: Callable[[pa.Array], pa.ListArray]) -> tuple[pa.Array, Sparse]:
    """Distinct words of a column and how often each row holds them (n, v)."""
    lists = split_tokens(column)
    found = split(lists.vocabulary)
    places, names = encode(found.flatten())
    in_part = _count_lists(found.offsets.to_numpy(), places, len(names))
    return names, Sparse(_count_lists(lists.offsets, lists.codes, len(lists.vocabulary)) @ in_part)


def _count_lists(offsets: npt.NDArray[Any], places: npt.NDArray[Any], width: int) -> Sparse:
    counted = Sparse((np.ones(len(places)), places.copy(), offsets.copy()), shape=(len(offsets) - 1, width))
    counted.sum_duplicates()
    return counted


def _move(counts: Sparse, names: pa.Array, words: Sequence[str]) -> Sparse:
    """The same counts by place in `words`."""
    places = find_places(names, pa.array(words, pa.string()))
    kept = np.flatnonzero(places != NONE)
    move = Sparse((np.ones(len(kept)), (kept, places[kept])), shape=(len(names), len(words)))
    return Sparse(counts @ move)


def _read_applications(sample: JobSample) -> Sparse:
    """(people, postings): the weight of each application."""
    applied = sample.applications
    people = find_places(flat(applied["seeker_key"]), flat(sample.seekers["seeker_key"]))
    places = find_places(flat(applied["posting_id"]), flat(sample.postings["posting_id"]))
    is_hired = np.array(applied["result_code"].to_pylist(), dtype=object) == "HIRED"
    weights = np.where(is_hired, HIRED_WEIGHT, 1.0)
    return Sparse((weights, (people, places)), shape=(sample.seekers.num_rows, sample.postings.num_rows))
