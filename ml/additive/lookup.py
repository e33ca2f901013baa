"""Columns -> bin codes -> a term's part of the logit: table look-ups in an array module, numpy's or cupy's.

Must not hold: strings (ml/additive/encode.py turns them into codes), reasons, an import of a device library.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ml.additive.encode import MISSING_CODE, encode_mapping, infinite_value
from ml.additive.errors import ColumnTypeError
from ml.additive.model import AdditiveModel, Feature, Term


@dataclass(frozen=True, eq=False)
class TermTables:
    """One term on the device: `scores` (cells,) float64 and `spread` (cells, bags) float32 of its flattened table.

    `axis_maps`: for a pair, arrays from bin code to step in the flattened table; their sum is the cell.
    """

    feature_names: tuple[str, ...]
    axis_maps: tuple[Any, ...]
    scores: Any
    spread: Any


def term_contributions(model: AdditiveModel, columns: Mapping[str, Any], device_xp: ModuleType) -> Any:
    """Every term's part of each row's raw logit, (n, terms) float64: what a References is made of."""
    codes = code_columns(encode_mapping(columns, model.features), model.features, device_xp)
    rows = len(next(iter(codes.values())))
    parts = device_xp.empty((rows, len(model.terms)), dtype=device_xp.float64)
    for position, term in enumerate(model.terms):
        table = term_tables(model, term, device_xp)
        parts[:, position] = device_xp.take(table.scores, cells_of(table, codes, device_xp))
    return parts


def code_columns(arrays: Mapping[str, Any], features: Iterable[Feature], xp: ModuleType) -> dict[str, Any]:
    """Bin codes (n,) int64 of encoded columns, for the features named."""
    return {
        feature.name: bin_codes(feature, as_device(feature, arrays[feature.name], xp), xp.asarray(feature.edges), xp)
        for feature in features
    }


def as_device(feature: Feature, values: Any, xp: ModuleType) -> Any:
    """A column as a checked 1-d array of the device."""
    array = xp.asarray(values)
    kinds = "fiub" if feature.kind == "numeric" else "iu"
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise ColumnTypeError(
            f"column {feature.name}",
            found=f"{array.ndim}-d {array.dtype}",
            expected="1-d numbers" if feature.kind == "numeric" else "1-d integer codes",
            action="encode it with ml.additive.encode",
        )
    if array.dtype.kind == "f":
        infinite = int(xp.count_nonzero(xp.isinf(array)))
        if infinite:
            raise infinite_value(feature.name, infinite)
    return array


def bin_codes(feature: Feature, values: Any, edges: Any, xp: ModuleType) -> Any:
    """Bin codes (n,) int64 of one feature: 0 missing, then bins or categories, last 'other'."""
    if feature.kind == "numeric":
        numbers = values.astype(xp.float64)
        codes = xp.searchsorted(edges, numbers, side="right") + 1
        return xp.where(xp.isnan(numbers), 0, codes)
    count = len(feature.categories)
    codes = values.astype(xp.int64)
    return xp.where((codes < MISSING_CODE) | (codes >= count), count + 1, codes + 1)


def term_tables(model: AdditiveModel, term: Term, xp: ModuleType) -> TermTables:
    """A term's tables on the device; a main effect's tables are laid out by bin code, so it needs no map."""
    scores, spread, maps = term.scores, term.spread, [axis_map.astype(np.int64) for axis_map in term.axis_maps]
    if len(maps) == 1:
        scores, spread, maps = scores[maps[0]], spread[maps[0]], []
    else:
        maps[0] = maps[0] * scores.shape[1]
    flat = scores.ravel()
    return TermTables(
        feature_names=tuple(model.features[i].name for i in term.feature_indices),
        axis_maps=tuple(xp.asarray(axis_map) for axis_map in maps),
        scores=xp.asarray(flat),
        spread=xp.asarray(np.ascontiguousarray(spread.reshape(flat.size, -1))),
    )


def cells_of(table: TermTables, codes: Mapping[str, Any], xp: ModuleType) -> Any:
    """Positions (n,) in a term's flattened tables."""
    if not table.axis_maps:
        return codes[table.feature_names[0]]
    first, second = (xp.take(m, codes[name]) for m, name in zip(table.axis_maps, table.feature_names, strict=True))
    return first + second
