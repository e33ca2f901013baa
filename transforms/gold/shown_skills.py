"""What each person has shown as lists of numbers, merged to texts in Arrow blocks (a step of gold__seeker_skills).

One number says one thing shown: code × 100 + level × 10 + place of the evidence in EVIDENCE. No native functions
here: a row per person and skill took a second shuffle and more than twice the time (500,000 people, 2 shared cores,
embedded engine: 26.6 s against 12.8 s). Do not put here: what shows a skill. Makes no table.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column
from pyspark.sql import functions as F

from lake.contracts.codes import SKILL_EVIDENCE

Longs = npt.NDArray[np.int64]

EVIDENCE = tuple(SKILL_EVIDENCE.codes)
CODE_STEP, LEVEL_STEP = 100, 10
CODE_DIGITS = 8
MERGED = (
    "seeker_key string, skill_codes_text string, skill_levels_text string, evidence_codes_text string, skills_count int"
)
SCHEMA = pa.schema(
    [
        pa.field("seeker_key", pa.string()),
        pa.field("skill_codes_text", pa.string()),
        pa.field("skill_levels_text", pa.string()),
        pa.field("evidence_codes_text", pa.string()),
        pa.field("skills_count", pa.int32()),
    ]
)


def as_number(skill_code: Column, level: Column, evidence: str) -> Column:
    """The number that says that `skill_code` (8 digits) was shown at `level` (0 unknown) by `evidence`."""
    return skill_code.cast("bigint") * CODE_STEP + level.cast("bigint") * LEVEL_STEP + F.lit(EVIDENCE.index(evidence))


def merge_shown(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """(seeker_key, shown list<int64>) to one row of texts a person (MERGED); the order in a list does not matter."""
    for batch in batches:
        yield _merge_batch(batch)


def _merge_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    shown = batch.column("shown")
    numbers = shown.flatten().to_numpy(zero_copy_only=False).astype(np.int64)
    person = np.repeat(np.arange(len(shown)), pc.list_value_length(shown).to_numpy(zero_copy_only=False))
    code, level = numbers // CODE_STEP, numbers % CODE_STEP // LEVEL_STEP
    evidence = np.zeros(len(shown), np.int64)
    np.bitwise_or.at(evidence, person, 1 << numbers % LEVEL_STEP)
    order = np.lexsort((level, code, person))
    person, code, level = person[order], code[order], level[order]
    is_last = np.ones(len(order), bool)
    is_last[:-1] = (person[1:] != person[:-1]) | (code[1:] != code[:-1])
    count = np.bincount(person[is_last], minlength=len(shown))
    bounds = pa.array(np.concatenate([[0], np.cumsum(count)]), pa.int32())
    columns = [
        batch.column("seeker_key"),
        pc.binary_join(pa.ListArray.from_arrays(bounds, _code_texts(code[is_last])), ";"),
        _level_texts(bounds, level[is_last]),
        _evidence_texts(evidence),
        pa.array(count, pa.int32()),
    ]
    return pa.RecordBatch.from_arrays([c.cast(f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _code_texts(codes: Longs) -> pa.Array:
    distinct, place = np.unique(codes, return_inverse=True)
    return pa.array([f"{code:0{CODE_DIGITS}d}" for code in distinct.tolist()], pa.string()).take(pa.array(place))


def _level_texts(bounds: pa.Array, levels: Longs) -> pa.Array:
    """One digit a skill, cut at `bounds` (n + 1,)."""
    digits = pa.py_buffer((levels + ord("0")).astype(np.uint8).tobytes())
    return pa.StringArray.from_buffers(len(bounds) - 1, bounds.buffers()[1], digits)


def _evidence_texts(evidence: Longs) -> pa.Array:
    texts = [
        ";".join(name for place, name in enumerate(EVIDENCE) if bits >> place & 1) for bits in range(1 << len(EVIDENCE))
    ]
    return pa.array(texts, pa.string()).take(pa.array(evidence))
