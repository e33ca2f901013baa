"""Occupations: five KECO unit groups for every seeker, from test scales and from wishes and work done.

Makes matches__seeker_occupations from features__seekers batches and an OccupationModel. The evidence for an
occupation is a sum: the log-likelihood ratio of the person's scales (workers of that occupation against all workers)
plus, for each wished or worked occupation, its weight times how near the two occupations are. score_0_1 is the
logistic of it: .5 says neither for nor against, and the same evidence gives the same number to everyone. The weights
are stated judgements until a later issue learns them. Do not put here: learning the model (occupation_model.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from lake.contracts.answers import PLACES, SEEKER_OCCUPATIONS
from lake.contracts.render import arrow_schema
from lake.contracts.silver import SCALE_NAMES
from lake.device import CpuDevice, Device, open_device
from lake.threads import one_thread
from matching.blocks import Doubles, Flags, Ints, Longs, encode, gather_blocks
from matching.occupation_model import (
    INSTRUMENTS,
    PREFIX_LENGTHS,
    OccupationModel,
    load_occupation_model,
    standardise,
)

OCCUPATION_COLUMNS = (
    "seeker_key",
    "is_opted_out",
    "wanted_occupation_code_1",
    "wanted_occupation_code_2",
    "wanted_occupation_code_3",
    "career_occupation_code",
    "last_occupation_code",
    *SCALE_NAMES,
)
SCHEMA = arrow_schema(SEEKER_OCCUPATIONS)
BLOCK_ROWS = 16_384  # a block's queries are about 650 numbers a person: 43 MB

# Evidence (log-odds) that a wished or worked occupation gives to itself; another one gets its nearness's share.
HISTORY_WEIGHTS = {
    "wanted_occupation_code_1": 4.0,
    "wanted_occupation_code_2": 3.0,
    "wanted_occupation_code_3": 2.5,
    "career_occupation_code": 2.0,
    "last_occupation_code": 1.5,
}
# Nearness adds up over what two codes share; alike workers (cosine of the means) break ties within a group.
NEARNESS = {1: 0.05, 2: 0.15, 3: 0.3, 4: 0.4}
ALIKE_WORKERS = 0.1
CANDIDATES = 32  # searched by the device in float32, then scored again in float64 in one fixed order
SCORE_STEPS = 1e6
TRAITS = 3
LEAST_TRAIT = 0.05


class _Evidence(NamedTuple):
    """What is known of each seeker of a block.

    `scores` (n, 17) standardised, NaN missing; `history` (n, 5) places in `nearness` (c + 1, k), whose last row is 0.
    """

    scores: Doubles
    history: Ints
    nearness: Doubles
    has_history: Flags


class _Found(NamedTuple):
    """The five of each seeker (n, 5), best first: place in the model, log-odds, traits (n, 5, 3), whether there."""

    places: Longs
    evidence: Doubles
    traits: Longs
    is_there: Flags


def match_batches(
    batches: Iterator[pa.RecordBatch],
    model: OccupationModel,
    as_of: datetime.date,
    *,
    model_version: str,
    device: Device | None = None,
) -> Iterator[pa.RecordBatch]:
    """matches__seeker_occupations rows of the seekers in `batches` (OCCUPATION_COLUMNS), in their order."""
    chosen = device or CpuDevice()
    for block in gather_blocks(batches, OCCUPATION_COLUMNS, block_rows=BLOCK_ROWS):
        with one_thread():
            answered = match_block(block, model, chosen)
        fixed = {"as_of": pa.scalar(as_of, pa.date32()), "model_version": pa.scalar(model_version)}
        columns = answered | {name: pa.repeat(value, block.num_rows) for name, value in fixed.items()}
        arrays = [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def match_from_file(
    batches: Iterator[pa.RecordBatch], folder: Path, as_of: datetime.date, *, device: str = "cpu"
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the model's folder and the device's name."""
    model = load_occupation_model(folder)
    yield from match_batches(batches, model, as_of, model_version=model.version, device=open_device(device))


def match_block(block: pa.Table, model: OccupationModel, device: Device) -> dict[str, pa.Array]:
    """The answer columns of one block; people are worked on by the test instruments they took."""
    known = read_evidence(block, model)
    usable = model.find_usable(known.scores)
    n = block.num_rows
    found = _Found(
        np.zeros((n, PLACES), np.int64),
        np.full((n, PLACES), -np.inf),
        np.full((n, PLACES, TRAITS), len(SCALE_NAMES)),
        np.zeros((n, PLACES), bool),
    )
    group = sum((usable[name].astype(np.int64) << bit for bit, name in enumerate(INSTRUMENTS)), np.zeros(n, np.int64))
    for number in np.unique(group[(group > 0) | known.has_history]):
        rows = np.flatnonzero((group == number) & ((group > 0) | known.has_history))
        used = np.zeros(len(SCALE_NAMES), bool)
        for bit, part in enumerate(INSTRUMENTS.values()):
            used[part] = bool(number >> bit & 1) & model.is_learned[part]
        part_found = find_best(
            _Evidence(known.scores[rows], known.history[rows], known.nearness, known.has_history[rows]),
            used,
            model=model,
            device=device,
        )
        for whole, mine in zip(found, part_found, strict=True):
            whole[rows, : mine.shape[1]] = mine
    return _write_columns(block, model, found, (group > 0, known.has_history))


def read_evidence(block: pa.Table, model: OccupationModel) -> _Evidence:
    """Scores and history of one features__seekers block."""
    columns = [block[name] for name in HISTORY_WEIGHTS]
    places, codes = encode(pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string()))
    history = places.reshape(len(columns), block.num_rows).T
    nearness = measure_nearness(codes.to_pylist(), model)
    is_near = np.append((nearness > 0).any(axis=1), False)
    padded = np.vstack([nearness, np.zeros((1, len(model.codes)))])
    has_history: Flags = np.any(is_near[history], axis=1)
    return _Evidence(standardise(block), history, padded, has_history)


def measure_nearness(codes: list[str], model: OccupationModel) -> Doubles:
    """How near each code is to each occupation of the model (c, k), 1 for itself; a code of no known group is 0."""
    nearness = np.zeros((len(codes), len(model.codes)))
    for length in PREFIX_LENGTHS:
        theirs = np.array([code[:length] for code in model.codes], dtype=object)
        mine = np.array([code[:length] for code in codes], dtype=object)
        nearness += NEARNESS[length] * (mine[:, None] == theirs[None, :])
    lengths = np.linalg.norm(model.means, axis=1)
    directions = model.means / np.where(lengths > 0, lengths, 1.0)[:, None]
    place = {code: number for number, code in enumerate(model.codes)}
    for row, code in enumerate(codes):
        if code in place:
            alike = directions @ directions[place[code]] if lengths[place[code]] > 0 else np.zeros(len(model.codes))
            nearness[row] += ALIKE_WORKERS * np.round(alike, 9)
            nearness[row, place[code]] = 1.0
    return nearness


def find_best(known: _Evidence, used: Flags, *, model: OccupationModel, device: Device) -> _Found:
    """The five occupations with the most evidence, for people who took the same instruments.

    The device searches all occupations with one inner product: scales against weights, 1 against the bias, and the
    weights of wished and worked occupations against nearness. Equal evidence goes to the lower code.
    """
    weights, bias, quadratic, constant = model.weigh(used)
    scales = model.fill(known.scores, used)
    queries = np.zeros((len(scales), len(SCALE_NAMES) + 1 + len(known.nearness)), np.float32)
    queries[:, : len(SCALE_NAMES)] = scales
    queries[:, len(SCALE_NAMES)] = 1
    for slot, weight in enumerate(HISTORY_WEIGHTS.values()):
        queries[np.arange(len(scales)), len(SCALE_NAMES) + 1 + known.history[:, slot] % len(known.nearness)] += weight
    items = np.vstack([weights, bias[None, :], known.nearness]).T.astype(np.float32)
    places = device.top_k(queries, items, min(CANDIDATES, len(model.codes)))[1]
    evidence = bias[places] - (_square(scales, quadratic) + constant)[:, None]
    for scale in np.flatnonzero(used):
        evidence += scales[:, scale, None] * weights[scale][places]
    for slot, weight in enumerate(HISTORY_WEIGHTS.values()):
        evidence += weight * known.nearness[known.history[:, slot, None], places]
    steps = np.floor(evidence * SCORE_STEPS + 0.5)
    order = np.lexsort((places, -steps), axis=1)[:, :PLACES]
    best, log_odds = np.take_along_axis(places, order, axis=1), np.take_along_axis(evidence, order, axis=1)
    is_there = (log_odds > 0) | bool(used.any())
    is_measured = ~np.isnan(known.scores) & used
    return _Found(best, log_odds, find_traits(scales, best, is_measured, (weights, model.means)), is_there)


def find_traits(scales: Doubles, best: Longs, is_measured: Flags, shape: tuple[Doubles, Doubles]) -> Longs:
    """The measured scales (n, 5, 3) that add most to each occupation's evidence, most first; 17 where there is none."""
    weights, means = shape
    added = np.empty((*best.shape, len(SCALE_NAMES)))
    for scale in range(len(SCALE_NAMES)):
        gained = (scales[:, scale, None] - 0.5 * means[best, scale]) * weights[scale][best]
        added[:, :, scale] = np.where(is_measured[:, scale, None], gained, -np.inf)
    order = np.argsort(-np.round(added, 9), axis=2, kind="stable")[:, :, :TRAITS]
    return np.where(np.take_along_axis(added, order, axis=2) >= LEAST_TRAIT, order, len(SCALE_NAMES))


def _square(scales: Doubles, quadratic: Doubles) -> Doubles:
    """x·Q·x of each row, added in one fixed order."""
    total = np.zeros(len(scales))
    for first, second in zip(*np.nonzero(quadratic), strict=True):
        total += quadratic[first, second] * scales[:, first] * scales[:, second]
    return total


def _write_columns(
    block: pa.Table, model: OccupationModel, found: _Found, has: tuple[Flags, Flags]
) -> dict[str, pa.Array]:
    """The Arrow columns of the block but for as_of and model_version."""
    has_test, has_history = has
    is_there = found.is_there & (found.evidence > -np.inf)
    basis = np.select(
        [has_test & has_history, has_test, has_history], ["TEST_AND_HISTORY", "TEST", "HISTORY"], default=""
    )
    is_answered = is_there.any(axis=1)
    columns = {
        "seeker_key": block["seeker_key"].combine_chunks(),
        "answer_code": pa.array(np.where(is_answered, "OK", "NO_EVIDENCE").astype(object), pa.string()),
        "basis_code": pa.array(basis.astype(object), pa.string(), mask=~is_answered),
    }
    score = np.round(1 / (1 + np.exp(-np.clip(found.evidence, -30, 30))), 6)
    codes = pa.array(model.codes, pa.string())
    for place in range(PLACES):
        is_empty = ~is_there[:, place]
        columns[f"occupation_code_{place + 1}"] = codes.take(pa.array(found.places[:, place], mask=is_empty))
        columns[f"score_0_1_{place + 1}"] = pa.array(score[:, place], mask=is_empty)
        columns[f"trait_codes_{place + 1}"] = name_traits(found.traits[:, place], ~is_empty)
    return columns


def name_traits(traits: Longs, is_there: Flags) -> pa.Array:
    """The scale names of each row (n, 3), joined by |; null where there is none."""
    base = len(SCALE_NAMES) + 1
    numbers = (traits[:, 0] * base + traits[:, 1]) * base + traits[:, 2]
    distinct, inverse = np.unique(numbers, return_inverse=True)
    names = (*SCALE_NAMES, "")
    texts = [
        "|".join(filter(None, (names[number // base**2], names[number // base % base], names[number % base])))
        for number in distinct.tolist()
    ]
    return pa.array([text or None for text in texts], pa.string()).take(pa.array(inverse, mask=~is_there))
