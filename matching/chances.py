"""The learned chance of an application as arrays: scores__application_chances, read from its exported Parquet.

A pair's logit is the intercept plus one term an input; terms are whole millionths, so that a sum is exact in any
order and on any machine. Do not put here: learning (ml/application_chance), the sum itself (rank.py).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lake.contracts import chances
from matching.blocks import Doubles, Flags, Longs, MatchingInputError
from matching.pairs import CODED, VALUES

TABLE = chances.APPLICATION_CHANCES.id
MICRO = 1_000_000
MOST_EDGES = 8
_COLUMNS = ("input_name", "bin_number", "value_code", "value_from", "value_to", "logit", "basis_code", "model_version")
_REDO = "run the night again from scores__application_chances"

Row = Mapping[str, Any]


class Terms(NamedTuple):
    """What the loop of rank.py adds up, inputs in the order of PAIR_INPUTS.

    `logits` (inputs, bins) and `intercept` (1,) in millionths; bin 0 is not known. A code is in bin place + 1, a
    number in bin 1 + how many of its `edges` (inputs, MOST_EDGES) it reaches; edges that are not there are infinite.
    """

    intercept: Longs
    logits: Longs
    edges: Doubles
    is_learned: Flags  # (1,); otherwise the chance is the posting's own rate


@dataclass(frozen=True, eq=False)
class ChanceTerms:
    """The terms and the version of the model they come from."""

    terms: Terms
    model_version: str

    @classmethod
    def from_arrow(cls, table: pa.Table) -> ChanceTerms:
        """The terms of scores__application_chances rows; raises MatchingInputError where they are not whole."""
        absent = sorted(set(_COLUMNS) - set(table.schema.names))
        if absent:
            raise MatchingInputError(f"{TABLE}: columns {absent} not found; {_REDO}")
        rows = table.select(list(_COLUMNS)).to_pylist()
        by_input: dict[str, list[Row]] = {}
        for row in sorted(rows, key=lambda row: (str(row["input_name"]), row["bin_number"])):
            by_input.setdefault(str(row["input_name"]), []).append(row)
        intercept = by_input.pop(chances.INTERCEPT, [])
        if len(intercept) != 1:
            raise MatchingInputError(
                f"{TABLE}: {len(intercept)} rows of {chances.INTERCEPT} found, 1 expected; {_REDO}"
            )
        is_learned = intercept[0]["basis_code"] == "LEARNED"
        expected = set(chances.PAIR_INPUTS) if is_learned else set()
        if set(by_input) != expected:
            raise MatchingInputError(f"{TABLE}: inputs {sorted(by_input)} found, {sorted(expected)} expected; {_REDO}")
        return cls(_read_terms(intercept[0], by_input, is_learned=is_learned), str(intercept[0]["model_version"]))


@functools.lru_cache(maxsize=2)
def load_chances(path: Path) -> ChanceTerms:
    """The terms in one Parquet file, read once a process. A file must not change under its name."""
    return ChanceTerms.from_arrow(pq.ParquetFile(path).read())


def _read_terms(intercept: Row, by_input: Mapping[str, Sequence[Row]], *, is_learned: bool) -> Terms:
    most = max([len(rows) for rows in by_input.values()] or [1])
    logits, edges = np.zeros((VALUES, most), np.int64), np.full((VALUES, MOST_EDGES), np.inf)
    for place, name in enumerate(chances.PAIR_INPUTS if is_learned else ()):
        rows = by_input[name]
        logits[place, : len(rows)] = [_read_micro(row) for row in rows]
        if [row["bin_number"] for row in rows] != list(range(len(rows))):
            raise MatchingInputError(f"{TABLE}: bins of {name} are not numbered 0, 1, 2 …; {_REDO}")
        if place < CODED:
            _check_codes(name, rows)
        else:
            found = _read_edges(name, rows)
            edges[place, : len(found)] = found
    return Terms(
        intercept=np.array([_read_micro(intercept)]),
        logits=logits,
        edges=edges,
        is_learned=np.array([is_learned]),
    )


def _read_micro(row: Row) -> int:
    """The logit in whole millionths; raises where it is none."""
    logit = row["logit"]
    if logit is None or not np.isfinite(logit) or abs(logit * MICRO - round(logit * MICRO)) > 1e-3:
        where = f"{row['input_name']} bin {row['bin_number']}"
        raise MatchingInputError(f"{TABLE}: logit {logit} of {where} found, a number of six decimals expected; {_REDO}")
    return int(round(logit * MICRO))


def _check_codes(name: str, rows: Sequence[Row]) -> None:
    codelist = chances.APPLICATION_PAIRS.column(name).codes
    expected = [None, *(codelist.codes if codelist else ())]
    found = [row["value_code"] for row in rows]
    if found != expected:
        raise MatchingInputError(f"{TABLE}: codes {found} of {name} found, {expected} expected; {_REDO}")


def _read_edges(name: str, rows: Sequence[Row]) -> list[float]:
    """Where the bins of a number meet; each begins where the one before it ends, the outer ones are open."""
    starts = [row["value_from"] for row in rows[1:]]
    ends = [row["value_to"] for row in rows[1:]]
    edges = starts[1:]
    is_whole = len(rows) > 1 and starts[0] is None and ends == [*edges, None] and None not in edges
    is_whole = is_whole and len(edges) <= MOST_EDGES
    if not is_whole or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise MatchingInputError(
            f"{TABLE}: bins of {name} from {starts} to {ends} do not join, or are too many; {_REDO}"
        )
    return [float(edge) for edge in edges]
