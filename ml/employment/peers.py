"""The usual values of a person's peers, as the scorer and the row need them.

Reads features__peer_references. A market factor is the same for all peers, so its reference is the whole country: of a
number everyone's usual value, which is the one shown; of a code, which has none, the average of all.
Do not put here: how usual values are found (transforms/features/peer_references.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ml.additive.encode import encode_table
from ml.additive.lookup import term_contributions
from ml.additive.model import AdditiveModel, Feature
from transforms.features.peer_references import EVERYONE

Cells = npt.NDArray[np.int32]


class PeersMissing(LookupError):
    """The table of usual values has no row for everyone."""


@dataclass(frozen=True, eq=False)
class PeerTable:
    """Peer groups in order; `usual` (cells, terms) float64 their parts of the logit; `shown` cells × features texts."""

    groups: pa.Array
    peers_count: pa.Array
    usual: npt.NDArray[np.float64]
    shown: pa.Array
    features_count: int

    def cell_of(self, people: pa.Table) -> Cells:
        """Each person's peer group (n,): the narrowest that is there."""
        occupation = pc.coalesce(people["wanted_occupation_code_1"], people["career_occupation_code"])
        region = pc.coalesce(people["wanted_region_code_1"], people["home_region_code"])
        wide = pc.utf8_slice_codeunits(occupation, 0, 2)
        every = pa.array(["*"] * people.num_rows)
        names = [pc.binary_join_element_wise(a, b, "|") for a in (occupation, wide) for b in (region, every)]
        places = [pc.index_in(name, value_set=self.groups) for name in names]
        found = reduce(pc.coalesce, [*places, pc.index_in(pa.scalar(EVERYONE), value_set=self.groups)])
        return np.asarray(found, dtype=np.int32)

    def texts(self, cell: Cells, feature: npt.NDArray[np.int64], absent: npt.NDArray[np.bool_]) -> pa.Array:
        """The usual value (n,) of one feature per row as text, null where absent."""
        index = cell.astype(np.int64) * self.features_count + np.where(absent, 0, feature)
        return self.shown.take(pa.array(index, mask=absent))


def read_peers(model: AdditiveModel, file: Path) -> PeerTable:
    """The peer table of an export of features__peer_references for one model; raises PeersMissing."""
    rows = pq.read_table(file).sort_by("peer_group")
    groups = rows["peer_group"].combine_chunks()
    everyone = pc.index(groups, EVERYONE).as_py()
    if everyone < 0:
        raise PeersMissing(f"{file.name}: no row for everyone ({EVERYONE}); compute features__peer_references again")
    usual = np.asarray(term_contributions(model, encode_table(rows, model.features), np), dtype=np.float64)
    for place, term in enumerate(model.terms):
        parts = [model.features[index] for index in term.feature_indices]
        if all(part.factor == "market" for part in parts):
            usual[:, place] = usual[everyone, place] if all(part.kind == "numeric" for part in parts) else 0.0
    columns = [_texts(feature, rows[feature.name], everyone) for feature in model.features]
    by_cell = pa.array([text for row in zip(*columns, strict=True) for text in row], pa.string())
    return PeerTable(groups, rows["peers_count"].combine_chunks(), usual, by_cell, len(columns))


def shown_values(feature: Feature, column: pa.ChunkedArray) -> pa.Array:
    """A feature's values as text for the row: codes as they are, numbers without needless digits."""
    values = column.combine_chunks()
    if feature.kind == "categorical":
        return pc.cast(values, pa.string())
    if pa.types.is_floating(values.type):
        return pc.cast(pc.round(values, 2), pa.string())
    return pc.cast(pc.cast(values, pa.int64()), pa.string())


def _texts(feature: Feature, column: pa.ChunkedArray, everyone: int) -> list[Any]:
    """The text of each cell; of a market factor the number of the whole country, and no text for its codes."""
    texts: list[Any] = shown_values(feature, column).to_pylist()
    if feature.factor != "market":
        return texts
    return [None if feature.kind == "categorical" else texts[everyone]] * len(texts)
