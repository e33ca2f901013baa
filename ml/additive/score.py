"""Scores rows with an additive model, the same code for numpy and cupy: probability, interval, reasons.

Must not hold: look-ups (ml/additive/lookup.py), file access, an import of a device library. Reasons are the model's
own terms: with the baseline they add up to the raw logit, exactly.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ml.additive.encode import encode_mapping
from ml.additive.lookup import TermTables, as_device, bin_codes, cells_of, term_tables
from ml.additive.model import AdditiveModel, Calibration
from ml.additive.reasons import REASONS, Peers, References, decode, open_references, order_keys, push

_HOST_CHUNK_ROWS = 32_768
_DEVICE_CHUNK_ROWS = 4_194_304


@dataclass(frozen=True, eq=False)
class Scores:
    """Answers of n rows in the array module they were computed with.

    logit, probability, low, high (n,) float64: the raw logit, and the calibrated probability with its interval.
    baseline (n,) float64: the raw logit at the usual values of the row's peers; without references the intercept.
    contributions (n, terms) float32, column-major, None when not asked for: each term's part of logit - baseline.
    positive_terms and negative_terms (n, 3) int16 hold term positions, strongest first, ties by position, NO_TERM
    where fewer than 3 push that way; positive_values and negative_values (n, 3) float32 their contributions (0
    beside NO_TERM). unknown_counts, missing_counts: rows per feature with an unlisted category, or with no value.
    """

    logit: Any
    probability: Any
    low: Any
    high: Any
    baseline: Any
    contributions: Any | None
    positive_terms: Any
    positive_values: Any
    negative_terms: Any
    negative_values: Any
    unknown_counts: dict[str, int]
    missing_counts: dict[str, int]


@dataclass(frozen=True, eq=False)
class _Work:
    """What every chunk of one batch reads, and the result arrays into which each chunk writes its own rows."""

    model: AdditiveModel
    xp: ModuleType
    arrays: Mapping[str, Any]
    edges: Mapping[str, Any]
    tables: list[TermTables]
    peers: Peers | None
    scores: Scores


def score_batch(
    model: AdditiveModel,
    columns: Mapping[str, Any],
    device_xp: ModuleType,
    *,
    with_contributions: bool = True,
    chunk_rows: int | None = None,
    references: References | None = None,
    threads: int = 1,
) -> Scores:
    """Scores rows given as one array per feature.

    Numeric columns are arrays of numbers, NaN = missing; categorical ones int codes (position in the feature's
    list, -1 missing, anything else 'other') or Arrow strings or dictionaries. With `references` contributions and
    reasons are against the usual values of the row's peers. Neither `chunk_rows` nor `threads` (of the host; a
    device has its own) changes a bit of the answers. Raises InfiniteValueError.
    """
    xp = device_xp
    arrays = encode_mapping(columns, model.features)
    arrays = {feature.name: as_device(feature, arrays[feature.name], xp) for feature in model.features}
    rows = len(next(iter(arrays.values())))
    work = _Work(
        model=model,
        xp=xp,
        arrays=arrays,
        edges={feature.name: xp.asarray(feature.edges) for feature in model.features},
        tables=[term_tables(model, term, xp) for term in model.terms],
        peers=None if references is None else open_references(model, references, rows, xp),
        scores=_empty_scores(model, rows, with_contributions, xp),
    )
    step = chunk_rows or (_HOST_CHUNK_ROWS if xp is np else _DEVICE_CHUNK_ROWS)
    parts = [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
    for missing, unknown in _run_chunks(lambda part: _score_chunk(work, part), parts, threads if xp is np else 1):
        for counts, found in ((work.scores.missing_counts, missing), (work.scores.unknown_counts, unknown)):
            for name, count in found.items():
                counts[name] += count
    return work.scores


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


def probability_from_logit(model: AdditiveModel, raw_logit: Any, xp: ModuleType) -> Any:
    """Calibrated probability (n,) float64 of raw logits (n,)."""
    return probability_of(calibrate_logit(model.calibration, raw_logit, xp), xp)


Counts = tuple[dict[str, int], dict[str, int]]


def _run_chunks(score: Callable[[slice], Counts], parts: list[slice], threads: int) -> list[Counts]:
    """Every chunk's counts in the order of chunks; numpy lets go of Python's lock, so threads share the cores."""
    if threads <= 1 or len(parts) <= 1:
        return [score(part) for part in parts]
    with ThreadPoolExecutor(threads, thread_name_prefix="score") as pool:
        return list(pool.map(score, parts))


def _score_chunk(work: _Work, part: slice) -> Counts:
    """Adds up the terms of one chunk, keeping the three largest and smallest keys as it goes."""
    model, xp, scores, rows = work.model, work.xp, work.scores, part.stop - part.start
    codes = {
        feature.name: bin_codes(feature, work.arrays[feature.name][part], work.edges[feature.name], xp)
        for feature in model.features
    }
    cell = None if work.peers is None else work.peers.cell[part].astype(xp.int64)
    logit = xp.full(rows, model.intercept, dtype=xp.float64)
    bags = xp.zeros((rows, len(model.intercept_spread)), dtype=xp.float32) + xp.asarray(model.intercept_spread)
    highest = [xp.zeros(rows, dtype=xp.float64) for _ in range(REASONS)]
    lowest = [xp.zeros(rows, dtype=xp.float64) for _ in range(REASONS)]
    for position, table in enumerate(work.tables):
        place = cells_of(table, codes, xp)
        contribution = xp.take(table.scores, place)
        logit += contribution
        bags += xp.take(table.spread, place, axis=0)
        if work.peers is not None:
            contribution -= xp.take(work.peers.usual[position], cell)
        if scores.contributions is not None:
            scores.contributions[part, position] = contribution
        key = order_keys(contribution, position, xp)
        push(highest, key, xp.maximum, xp.minimum)
        push(lowest, key, xp.minimum, xp.maximum)
    scores.baseline[part] = model.intercept if work.peers is None else xp.take(work.peers.baseline, cell)
    band = model.interval_z * (model.spread_scale * _standard_deviation(bags, xp))
    scores.logit[part] = logit
    scores.probability[part] = probability_from_logit(model, logit, xp)
    scores.low[part] = probability_from_logit(model, logit - band, xp)
    scores.high[part] = probability_from_logit(model, logit + band, xp)
    for rank in range(REASONS):
        scores.positive_terms[part, rank], scores.positive_values[part, rank] = decode(highest[rank], xp)
        scores.negative_terms[part, rank], scores.negative_values[part, rank] = decode(lowest[rank], xp)
    return _count(model, codes, xp)


def _count(model: AdditiveModel, codes: Mapping[str, Any], xp: ModuleType) -> Counts:
    """A chunk's rows per feature with no value, and with an unlisted category."""
    missing, unknown = {}, {}
    for feature in model.features:
        code = codes[feature.name]
        missing[feature.name] = int(xp.count_nonzero(code == 0))
        if feature.kind == "categorical":
            unknown[feature.name] = int(xp.count_nonzero(code == feature.bin_count - 1))
    return missing, unknown


def _empty_scores(model: AdditiveModel, rows: int, with_contributions: bool, xp: ModuleType) -> Scores:
    """Result arrays to be filled chunk by chunk."""
    logit, probability, low, high, baseline = (xp.empty(rows, dtype=xp.float64) for _ in range(5))
    return Scores(
        logit=logit,
        probability=probability,
        low=low,
        high=high,
        baseline=baseline,
        contributions=xp.empty((len(model.terms), rows), dtype=xp.float32).T if with_contributions else None,
        positive_terms=xp.empty((REASONS, rows), dtype=xp.int16).T,
        positive_values=xp.empty((REASONS, rows), dtype=xp.float32).T,
        negative_terms=xp.empty((REASONS, rows), dtype=xp.int16).T,
        negative_values=xp.empty((REASONS, rows), dtype=xp.float32).T,
        unknown_counts={feature.name: 0 for feature in model.features if feature.kind == "categorical"},
        missing_counts={feature.name: 0 for feature in model.features},
    )


def _standard_deviation(bags: Any, xp: ModuleType) -> Any:
    """Standard deviation (n,) over bags (n, bags), summed bag by bag so that every device adds in one order."""
    count = bags.shape[1]
    if count < 2:
        return xp.zeros(bags.shape[0], dtype=xp.float64)
    values = [bags[:, bag].astype(xp.float64) for bag in range(count)]
    mean = sum(values[1:], values[0]) / count
    squares = [(value - mean) * (value - mean) for value in values]
    return xp.sqrt(sum(squares[1:], squares[0]) / (count - 1))
