"""Scores rows with an additive model: table look-ups in an array module, the same code for numpy and cupy.

Must not hold: strings (ml/additive/encode.py turns them into codes), file access, an import of a device library.
Reasons are the model's own terms: contributions plus the intercept are the raw logit, exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ml.additive.encode import MISSING_CODE, encode_mapping, infinite_value
from ml.additive.errors import ColumnTypeError
from ml.additive.model import AdditiveModel, Calibration, Feature, Term

REASONS = 3
NO_TERM = -1
_HOST_CHUNK_ROWS = 16_384
_DEVICE_CHUNK_ROWS = 4_194_304
_INDEX_BITS = 16


@dataclass(frozen=True, eq=False)
class Scores:
    """Answers of n rows in the array module they were computed with.

    logit, probability, low, high (n,) float64: the raw logit, and the calibrated probability with its interval.
    contributions (n, terms) float32, column-major; None when not asked for. positive_terms and negative_terms
    (n, 3) int16 hold term positions, strongest first, ties by position, NO_TERM where fewer than 3 push that way;
    positive_values and negative_values (n, 3) float32 their contributions (0 beside NO_TERM).
    unknown_counts, missing_counts: rows per feature with an unlisted category, or with no value.
    """

    logit: Any
    probability: Any
    low: Any
    high: Any
    contributions: Any | None
    positive_terms: Any
    positive_values: Any
    negative_terms: Any
    negative_values: Any
    unknown_counts: dict[str, int]
    missing_counts: dict[str, int]


@dataclass(frozen=True, eq=False)
class _TermTables:
    """One term on the device: flattened look-up tables of its cells."""

    feature_names: tuple[str, ...]
    axis_maps: tuple[Any, ...]
    columns: int
    scores: Any
    spread: Any
    keys: Any


def score_batch(
    model: AdditiveModel,
    columns: Mapping[str, Any],
    device_xp: ModuleType,
    *,
    with_contributions: bool = True,
    chunk_rows: int | None = None,
) -> Scores:
    """Scores rows given as one array per feature.

    Numeric columns are arrays of numbers, NaN = missing; categorical ones int codes (position in the feature's
    list, -1 missing, anything else 'other') or Arrow strings or dictionaries. Raises InfiniteValueError.
    """
    xp = device_xp
    arrays = encode_mapping(columns, model.features)
    arrays = {feature.name: _as_device(feature, arrays[feature.name], xp) for feature in model.features}
    rows = len(next(iter(arrays.values())))
    step = chunk_rows or (_HOST_CHUNK_ROWS if xp is np else _DEVICE_CHUNK_ROWS)
    scores, se = _empty_scores(model, rows, with_contributions, xp), xp.empty(rows, dtype=xp.float64)
    edges = {feature.name: xp.asarray(feature.edges) for feature in model.features}
    tables = [_term_tables(model, term, position, xp) for position, term in enumerate(model.terms)]
    for start in range(0, rows, step):
        part = slice(start, min(start + step, rows))
        codes = {
            feature.name: _bin_codes(feature, arrays[feature.name][part], edges[feature.name], xp)
            for feature in model.features
        }
        _count(model, codes, scores, xp)
        _score_chunk(model, tables, codes, (scores, se, part), xp)
    band = model.interval_z * se
    _fill(scores.probability, scores.logit, model.calibration, xp)
    _fill(scores.low, scores.logit - band, model.calibration, xp)
    _fill(scores.high, scores.logit + band, model.calibration, xp)
    return scores


def calibrate_logit(calibration: Calibration, logit: Any, xp: ModuleType) -> Any:
    """Calibrated logit of raw logits (n,), by linear pieces; the end pieces go on beyond the knots."""
    x, y = xp.asarray(calibration.knots_x), xp.asarray(calibration.knots_y)
    piece = xp.clip(xp.searchsorted(x, logit, side="right") - 1, 0, len(calibration.knots_x) - 2)
    slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    return xp.take(y, piece) + (logit - xp.take(x, piece)) * xp.take(slope, piece)


def probability_of(logit: Any, xp: ModuleType) -> Any:
    """Logistic function without overflow."""
    small = xp.exp(-xp.abs(logit))
    return xp.where(logit >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def _fill(target: Any, raw_logit: Any, calibration: Calibration, xp: ModuleType) -> None:
    """Writes the calibrated probability of raw logits into a result array."""
    target[:] = probability_of(calibrate_logit(calibration, raw_logit, xp), xp)


def _as_device(feature: Feature, values: Any, xp: ModuleType) -> Any:
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
        infinite = int(xp.isinf(array).sum())
        if infinite:
            raise infinite_value(feature.name, infinite)
    return array


def _bin_codes(feature: Feature, values: Any, edges: Any, xp: ModuleType) -> Any:
    """Bin codes (n,) int64 of one feature: 0 missing, then bins or categories, last 'other'."""
    if feature.kind == "numeric":
        numbers = values.astype(xp.float64)
        codes = xp.searchsorted(edges, numbers, side="right") + 1
        return xp.where(xp.isnan(numbers), 0, codes)
    count = len(feature.categories)
    codes = values.astype(xp.int64)
    return xp.where((codes < MISSING_CODE) | (codes >= count), count + 1, codes + 1)


def _count(model: AdditiveModel, codes: Mapping[str, Any], scores: Scores, xp: ModuleType) -> None:
    """Adds a chunk's missing and unlisted values to the counts."""
    for feature in model.features:
        code = codes[feature.name]
        scores.missing_counts[feature.name] += int(xp.count_nonzero(code == 0))
        if feature.kind == "categorical":
            scores.unknown_counts[feature.name] += int(xp.count_nonzero(code == feature.bin_count - 1))


def _empty_scores(model: AdditiveModel, rows: int, with_contributions: bool, xp: ModuleType) -> Scores:
    """Result arrays to be filled chunk by chunk."""
    unknown = {feature.name: 0 for feature in model.features if feature.kind == "categorical"}
    missing = {feature.name: 0 for feature in model.features}
    return Scores(
        logit=xp.empty(rows, dtype=xp.float64),
        probability=xp.empty(rows, dtype=xp.float64),
        low=xp.empty(rows, dtype=xp.float64),
        high=xp.empty(rows, dtype=xp.float64),
        contributions=xp.empty((len(model.terms), rows), dtype=xp.float32).T if with_contributions else None,
        positive_terms=xp.empty((REASONS, rows), dtype=xp.int16).T,
        positive_values=xp.empty((REASONS, rows), dtype=xp.float32).T,
        negative_terms=xp.empty((REASONS, rows), dtype=xp.int16).T,
        negative_values=xp.empty((REASONS, rows), dtype=xp.float32).T,
        unknown_counts=unknown,
        missing_counts=missing,
    )


def _term_tables(model: AdditiveModel, term: Term, position: int, xp: ModuleType) -> _TermTables:
    """A term's tables on the device; a main effect's tables are laid out by bin code, so it needs no map."""
    scores, spread, maps = term.scores, term.spread, term.axis_maps
    if len(maps) == 1:
        scores, spread, maps = scores[maps[0]], spread[maps[0]], ()
    flat = scores.ravel()
    return _TermTables(
        feature_names=tuple(model.features[i].name for i in term.feature_indices),
        axis_maps=tuple(xp.asarray(axis_map.astype(np.int64)) for axis_map in maps),
        columns=scores.shape[-1],
        scores=xp.asarray(flat),
        spread=xp.asarray(np.ascontiguousarray(spread.reshape(flat.size, -1))),
        keys=xp.asarray(_reason_keys(flat, position)),
    )


def _reason_keys(scores: Any, position: int) -> Any:
    """Sortable int64 keys (cells,): the float32 contribution's bits above, the term's position below.

    Bits of positive floats sort like the floats, so the largest keys are the strongest positive terms and the
    smallest the strongest negative ones, ties to the lower position: selection is pure max and min, on any device.
    """
    contribution = scores.astype(np.float32)
    size = np.abs(contribution).view(np.int32).astype(np.int64)
    key = (size << _INDEX_BITS) | ((1 << _INDEX_BITS) - 1 - position)
    return np.where(contribution > 0, key, np.where(contribution < 0, -key, 0))


def _score_chunk(
    model: AdditiveModel,
    tables: list[_TermTables],
    codes: Mapping[str, Any],
    target: tuple[Scores, Any, slice],
    xp: ModuleType,
) -> None:
    """Adds up the terms of one chunk, keeping the three largest and smallest keys as it goes."""
    scores, se, part = target
    rows = part.stop - part.start
    logit = xp.full(rows, model.intercept, dtype=xp.float64)
    bags = xp.zeros((rows, len(model.intercept_spread)), dtype=xp.float32) + xp.asarray(model.intercept_spread)
    highest = [xp.zeros(rows, dtype=xp.int64) for _ in range(REASONS)]
    lowest = [xp.zeros(rows, dtype=xp.int64) for _ in range(REASONS)]
    for position, table in enumerate(tables):
        cell = _cells(table, codes, xp)
        contribution = xp.take(table.scores, cell)
        logit += contribution
        if scores.contributions is not None:
            scores.contributions[part, position] = contribution
        bags += xp.take(table.spread, cell, axis=0)
        key = xp.take(table.keys, cell)
        _push(highest, key, xp.maximum, xp.minimum)
        _push(lowest, key, xp.minimum, xp.maximum)
    scores.logit[part] = logit
    se[part] = model.spread_scale * _standard_deviation(bags, xp)
    for rank in range(REASONS):
        _decode(highest[rank], (scores.positive_terms, scores.positive_values), (part, rank), xp)
        _decode(lowest[rank], (scores.negative_terms, scores.negative_values), (part, rank), xp)


def _cells(table: _TermTables, codes: Mapping[str, Any], xp: ModuleType) -> Any:
    """Positions (n,) in a term's flattened tables."""
    if not table.axis_maps:
        return codes[table.feature_names[0]]
    first, second = (xp.take(m, codes[name]) for m, name in zip(table.axis_maps, table.feature_names, strict=True))
    return first * table.columns + second


def _push(best: list[Any], key: Any, stronger: Any, weaker: Any) -> None:
    """Inserts keys into three sorted rows of best keys."""
    for rank in range(REASONS):
        kept = stronger(best[rank], key)
        if rank < REASONS - 1:
            key = weaker(best[rank], key)
        best[rank] = kept


def _decode(key: Any, target: tuple[Any, Any], cell: tuple[slice, int], xp: ModuleType) -> None:
    """Writes term positions and contributions of keys into the result arrays."""
    size = xp.abs(key)
    position = ((1 << _INDEX_BITS) - 1) - (size & ((1 << _INDEX_BITS) - 1))
    target[0][cell] = xp.where(key == 0, NO_TERM, position)
    value = (size >> _INDEX_BITS).astype(xp.int32).view(xp.float32)
    target[1][cell] = xp.where(key < 0, -value, value)


def _standard_deviation(bags: Any, xp: ModuleType) -> Any:
    """Standard deviation (n,) over bags (n, bags), summed bag by bag so that every device adds in one order."""
    count = bags.shape[1]
    if count < 2:
        return xp.zeros(bags.shape[0], dtype=xp.float64)
    values = [bags[:, bag].astype(xp.float64) for bag in range(count)]
    mean = sum(values[1:], values[0]) / count
    squares = [(value - mean) * (value - mean) for value in values]
    return xp.sqrt(sum(squares[1:], squares[0]) / (count - 1))
