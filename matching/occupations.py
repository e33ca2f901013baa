"""Occupations: five KECO unit groups for every seeker, from test scales and from wishes and work done.

Makes matches__seeker_occupations from features__seekers batches, an OccupationModel and OccupationFacts. The evidence
for an occupation is a sum: the log-likelihood ratio of the person's known scales (workers of that occupation against
all workers) plus, for each wished or worked occupation, its weight times how near the two occupations are. score_0_1 is
the logistic of a third of it (SCORE_SCALE): .5 says neither for nor against, and the same evidence gives the same
number to everyone. Sex and age are not read. Do not put here: learning the model (occupation_model.py), choosing the
five (heads.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts import codes
from lake.contracts.answers import PLACES, SEEKER_OCCUPATIONS
from lake.contracts.render import arrow_schema
from lake.contracts.silver import SCALE_NAMES
from lake.device import CpuDevice, Device, open_device
from lake.threads import one_thread
from matching.blocks import NONE, Doubles, Flags, Ints, encode_in, flat, gather_blocks, join_tokens, take_or_null
from matching.eligibility import EDUCATION_CODES
from matching.evidence import Asked
from matching.nearness import HISTORY_WEIGHTS, WORKED, History, read_history
from matching.occupation_facts import OccupationFacts, load_occupation_facts
from matching.occupation_model import OccupationModel, load_occupation_model, standardise
from matching.places import Found, find_places, list_empty
from matching.scale_patterns import number_patterns, weigh_patterns

SCALE_LEVELS = tuple(f"{scale}:{level}" for scale in SCALE_NAMES for level in codes.TRAIT_LEVEL.codes)
# Undivided, most of a five would stand between .97 and 1: workers of the occupation are that many times likelier to
# have such scales than workers of any. Divided by three they can be told apart; the order is the same.
SCORE_SCALE = 3.0
OCCUPATION_COLUMNS = (
    "seeker_key",
    "is_opted_out",
    *HISTORY_WEIGHTS,
    "education_code",
    "home_region_code",
    "wanted_region_code_1",
    "unused_test_codes",
    *SCALE_NAMES,
)
SCHEMA = arrow_schema(SEEKER_OCCUPATIONS)
BLOCK_ROWS = 16_384  # a block's queries are about 750 numbers a person: 49 MB
PATTERNS_AT_ONCE = 256  # 23 kB each
# Problems that say that the answers are not to be believed; too few items or no norm say nothing about the person.
CONTRADICTIONS = ":(ALL_EQUAL|TOO_FAST|TOO_LONG)"
ANY_EDUCATION = "00"


@dataclass(frozen=True)
class OccupationNight:
    """What one night's answers are made with, besides people."""

    as_of: datetime.date
    model: OccupationModel
    facts: OccupationFacts
    model_version: str


def match_batches(
    batches: Iterator[pa.RecordBatch], night: OccupationNight, *, device: Device | None = None
) -> Iterator[pa.RecordBatch]:
    """matches__seeker_occupations rows of the seekers in `batches` (OCCUPATION_COLUMNS), in their order."""
    chosen = device or CpuDevice()
    for block in gather_blocks(batches, OCCUPATION_COLUMNS, block_rows=BLOCK_ROWS):
        with one_thread():
            answered = match_block(block, night, chosen)
        fixed = {"as_of": pa.scalar(night.as_of, pa.date32()), "model_version": pa.scalar(night.model_version)}
        columns = answered | {name: pa.repeat(value, block.num_rows) for name, value in fixed.items()}
        arrays = [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def match_from_files(
    batches: Iterator[pa.RecordBatch], folder: Path, facts: tuple[Path, Path], as_of: datetime.date, *, device: str
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the folder of the model and the device's name.

    `facts` are exports of gold__occupations and gold__labour_market.
    """
    model = load_occupation_model(folder)
    night = OccupationNight(as_of, model, load_occupation_facts(*facts, model.codes), model.version)
    yield from match_batches(batches, night, device=open_device(device))


def match_block(block: pa.Table, night: OccupationNight, device: Device) -> dict[str, pa.Array]:
    """The answer columns of one block but for as_of and model_version; people with equal patterns lie together."""
    model = night.model
    scores = standardise(block)
    history = read_history(block, model)
    is_known = ~np.isnan(scores) & model.is_learned
    centred = np.where(is_known, scores - model.centre, 0.0)
    has_test: Flags = np.any(is_known, axis=1)
    has_history: Flags = np.any(history.places != NONE, axis=1)
    is_contradictory = find_contradictory(block, np.any(~np.isnan(scores), axis=1))
    found = list_empty(block.num_rows)
    rows = np.flatnonzero((has_test | has_history) & ~is_contradictory) if model.codes else np.empty(0, np.int64)
    pattern, patterns = number_patterns(is_known[rows])
    order = np.argsort(pattern, kind="stable")
    for start in range(0, len(patterns), PATTERNS_AT_ONCE):
        first, last = np.searchsorted(pattern[order], (start, start + PATTERNS_AT_ONCE))
        mine = rows[order[first:last]]
        asked = Asked(centred[mine], pattern[order[first:last]] - start, history.places[mine])
        weights = weigh_patterns(model, patterns[start : start + PATTERNS_AT_ONCE])
        found.put(mine, find_places(asked, history.nearness, weights, model=model, device=device))
    answers = _write_answers(block, found, is_contradictory, (has_test, has_history))
    return answers | _write_places(found, model, centred) | _write_facts(block, found, night, history)


def find_contradictory(block: pa.Table, has_scale: Flags) -> Flags:
    """Who (n,) took tests of which none can be believed."""
    refused = pc.match_substring_regex(flat(block["unused_test_codes"]), CONTRADICTIONS)
    flags: Flags = pc.fill_null(refused, False).to_numpy(zero_copy_only=False) & ~has_scale
    return flags


def _write_answers(
    block: pa.Table, found: Found, is_contradictory: Flags, has: tuple[Flags, Flags]
) -> dict[str, pa.Array]:
    """Who is answered from what, or why not."""
    has_test, has_history = has
    is_answered = found.heads[:, 0] != NONE
    basis = np.select(
        [has_test & has_history, has_test, has_history], ["TEST_AND_HISTORY", "TEST", "HISTORY"], default=""
    )
    answer = np.select([is_contradictory, is_answered], ["CONTRADICTORY_TEST", "OK"], default="NO_EVIDENCE")
    return {
        "seeker_key": flat(block["seeker_key"]),
        "answer_code": pa.array(answer.astype(object), pa.string()),
        "basis_code": pa.array(basis.astype(object), pa.string(), mask=~is_answered),
        "unused_test_codes": flat(block["unused_test_codes"]),
    }


def _write_places(found: Found, model: OccupationModel, centred: Doubles) -> dict[str, pa.Array]:
    """Occupation, score, twins and scales of each place, these with where the person stands beside all workers."""
    columns = {}
    score = np.round(1 / (1 + np.exp(-np.clip(found.evidence, -30, 30) / SCORE_SCALE)), 6)
    names, levels = pa.array(model.codes, pa.string()), pa.array(SCALE_LEVELS)
    for place in range(PLACES):
        end, is_empty = f"_{place + 1}", found.heads[:, place] == NONE
        columns[f"occupation_code{end}"] = take_or_null(names, found.heads[:, place])
        columns[f"score_0_1{end}"] = pa.array(score[:, place], mask=is_empty)
        columns[f"trait_codes{end}"] = join_names(levels, with_level(found.likes[:, place], centred))
        columns[f"unlike_trait_codes{end}"] = join_names(levels, with_level(found.unlikes[:, place], centred))
        columns[f"twin_codes{end}"] = join_names(names, found.twins[:, place])
    return columns


def _write_facts(block: pa.Table, found: Found, night: OccupationNight, history: History) -> dict[str, pa.Array]:
    """Nearness to the person's own past, education, and the market of the first wished region, else of home."""
    facts, columns = night.facts, {}
    region = encode_in(
        pc.coalesce(flat(block["wanted_region_code_1"]), flat(block["home_region_code"])), facts.region_codes
    )
    own = encode_in(block["education_code"], EDUCATION_CODES)
    usual = np.append(facts.education, np.int32(NONE))
    worked = history.places[:, [list(HISTORY_WEIGHTS).index(name) for name in WORKED]]
    padded = np.pad(history.nearness, ((0, 1), (0, 1)), constant_values=np.nan)
    for place in range(PLACES):
        heads, end = found.heads[:, place], f"_{place + 1}"
        past = np.fmax(padded[worked[:, 0], heads], padded[worked[:, 1], heads])
        fit = compare_education(own, usual[heads])
        columns[f"past_nearness_0_1{end}"] = known_numbers(np.round(np.clip(past, 0, 1), 6))
        columns[f"education_fit_code{end}"] = pa.array(fit.astype(object), pa.string(), mask=heads == NONE)
        columns[f"tightness_ratio{end}"] = known_numbers(facts.tightness_ratio[heads, region])
        columns[f"wage_median_krw_month{end}"] = known_numbers(facts.wage_krw_month[heads, region])
    return columns


def compare_education(own: Ints, usual: Ints) -> npt.NDArray[np.str_]:
    """MEETS, BELOW or NO_DATA (n,) of places in EDUCATION_CODES; an occupation that asks for none is met by everybody.

    A person whose education is "any" has not said which.
    """
    none_asked = usual == EDUCATION_CODES.to_pylist().index(ANY_EDUCATION)
    is_unsaid = (own == NONE) | (own == EDUCATION_CODES.to_pylist().index(ANY_EDUCATION))
    conditions = [usual == NONE, none_asked, is_unsaid, own >= usual]
    fit: npt.NDArray[np.str_] = np.select(conditions, ["NO_DATA", "MEETS", "NO_DATA", "MEETS"], default="BELOW")
    return fit


def known_numbers(values: Doubles) -> pa.Array:
    """The column of `values` (n,); NaN is null."""
    return pa.array(values, mask=np.isnan(values))


def with_level(scales: Ints, centred: Doubles) -> Ints:
    """Places in SCALE_LEVELS (n, 3) of `scales` (n, 3; NONE) of people whose scales around all workers' are (n, 35)."""
    is_low = np.take_along_axis(centred, np.maximum(scales, 0).astype(np.int64), axis=1) < 0
    levels: Ints = np.where(scales == NONE, NONE, 2 * scales + is_low).astype(np.int32)
    return levels


def join_names(names: pa.Array, places: Ints) -> pa.Array:
    """The names at `places` (n, 3) of each row, joined by |; null where there is none."""
    is_there = places != NONE
    offsets = np.append(0, np.cumsum(is_there.sum(axis=1)))
    return join_tokens(offsets, places[is_there], names)
