"""Bins: every pair input as a bin number, the same bins that scores__application_chances lists.

Bin 0 is not known; a code has the bin of its place in the contract + 1; a number lies in bin 1 + how many edges it
reaches. Do not put here: what a bin is worth (train.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts import chances

EDGES: Mapping[str, tuple[float, ...]] = {
    "distance_km": (1.0, 50.0, 100.0, 200.0),
    "offer_wish_ratio": (0.8, 0.9, 1.0, 1.1, 1.25, 1.5),
    "headcount": (2.0, 3.0, 5.0, 10.0),
}
"""Stated, so that every month's terms can be compared; the past hire chance is cut into fifths of what is found."""
FIFTHS = "fill_chance_0_1"

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Bins:
    """How one input is cut: codes in order, or rising edges."""

    name: str
    codes: tuple[str, ...]
    edges: tuple[float, ...]

    @property
    def count(self) -> int:
        """Bins, with the one for not known."""
        return 1 + (len(self.codes) or len(self.edges) + 1)

    def number(self, column: pa.ChunkedArray) -> Codes:
        """Bin (n,) of each value."""
        if self.codes:
            places = pc.index_in(column.cast(pa.string()), value_set=pa.array(self.codes))
            return np.asarray(pc.fill_null(places, -1), dtype=np.int32) + np.int32(1)
        values = np.asarray(pc.fill_null(pc.cast(column, pa.float64()), np.nan))
        bins = 1 + np.searchsorted(np.array(self.edges), values, side="right")
        return np.where(np.isnan(values), 0, bins).astype(np.int32)


def cut_inputs(pairs: pa.Table) -> tuple[Bins, ...]:
    """The bins of every input, in order, for applications that teach."""
    found = []
    for name in chances.PAIR_INPUTS:
        codelist = chances.APPLICATION_PAIRS.column(name).codes
        edges = _fifths(pairs[name]) if name == FIFTHS else EDGES.get(name, ())
        found.append(Bins(name, tuple(codelist.codes) if codelist else (), edges))
    return tuple(found)


def number_bins(pairs: pa.Table, inputs: tuple[Bins, ...]) -> Codes:
    """Bins (n, inputs) of applications."""
    return np.stack([each.number(pairs[each.name]) for each in inputs], axis=1)


def _fifths(column: pa.ChunkedArray) -> tuple[float, ...]:
    values = np.asarray(pc.drop_null(column.combine_chunks()), dtype=np.float64)
    if not len(values):
        return (0.1,)
    cuts = np.unique(np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf"))
    return tuple(cuts.tolist())
