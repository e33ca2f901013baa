"""Skill gaps: for each wished occupation what a person holds, what is missing, and what closing it would open.

Makes matches__seeker_skill_gaps from features__seekers batches and the night's GapMarket. Readiness is the importance
held ÷ the importance needed. An opening (headcount of an open posting) is open to who holds every needed skill that it
asks for; a missing skill unlocks the openings for which it alone is missing. Do not put here: courses (courses.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import SEEKER_SKILL_GAPS, WISHES
from matching.answer_rows import AnswerKind, Columns, answer_batches
from matching.blocks import NONE, Doubles, Ints, Longs, encode_in, is_null, join_tokens
from matching.compiled import compiled
from matching.openings import GapMarket, Openings, load_gap_market
from matching.shown_skills import SHOWN_COLUMNS, compare_with_needs, group_rows, mark_held, read_shown, state_width
from matching.skill_needs import MOST_NEEDS, Needs, SkillNeeds
from matching.wished import OCCUPATION_COLUMNS, answer_or, find_basis, list_wishes

GAP_INPUT_COLUMNS = ("seeker_key", "is_opted_out", *OCCUPATION_COLUMNS, *SHOWN_COLUMNS)
MODEL_VERSION = "skill-gaps-2"
"""Raised by hand when the rules of this module change."""
KIND = AnswerKind(SEEKER_SKILL_GAPS, GAP_INPUT_COLUMNS, MODEL_VERSION)
SHARE_DIGITS = 4  # of the unlocked shares in a text: a hundredth of a percent
_SHARE_TEXTS = pa.array([f"{step / 10**SHARE_DIGITS:.{SHARE_DIGITS}f}" for step in range(10**SHARE_DIGITS + 1)])


class _Gaps(NamedTuple):
    """Of each case (u,) with known needs: lists of missing needs (t,), most important first, and the shares.

    `missing` is a place in the needs, `unlocked_0_1` the openings that it alone unlocks; shares are NaN where unknown.
    """

    offsets: Longs
    missing: Longs
    unlocked_0_1: Doubles
    readiness_0_1: Doubles
    open_share_0_1: Doubles


def match_batches(batches: Iterator[pa.RecordBatch], market: GapMarket) -> Iterator[pa.RecordBatch]:
    """matches__seeker_skill_gaps rows of the seekers in `batches` (GAP_INPUT_COLUMNS), in their order."""
    return answer_batches(batches, KIND, answer_block=partial(match_block, market=market), as_of=market.as_of)


def match_from_files(
    batches: Iterator[pa.RecordBatch], paths: tuple[Path, Path, Path], as_of: datetime.date
) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the paths of needs, postings and phrases."""
    yield from match_batches(batches, load_gap_market(*paths, as_of))


def match_block(block: pa.Table, market: GapMarket) -> Columns:
    """The answer columns of one block. Wishes of the same occupation with the same skills held are one case."""
    needs = market.needs
    wishes = list_wishes(block)
    shown = read_shown(block, needs.skill_codes)
    occupations = [encode_in(wish, needs.occupation_codes) for wish in wishes]
    width = state_width(needs.needs)
    held = [mark_held(compare_with_needs(occupation, shown, needs.needs, width)) for occupation in occupations]
    occupation, bits = np.concatenate(occupations), np.concatenate(held)
    first, case = group_rows([bits, occupation])
    gaps = _Gaps(*measure_gaps(occupation[first], bits[first], needs.needs, market.openings))
    texts = _write_gaps(gaps, needs.count_needs(occupation[first]), needs)
    columns: Columns = {"basis_code": find_basis(block, wishes[0])}
    count = block.num_rows
    for place, wish in enumerate(wishes):
        mine = pa.array(case[place * count : (place + 1) * count])
        columns[f"gap_occupation_code_{place + 1}"] = wish
        columns |= {f"{name}_{place + 1}": column.take(mine) for name, column in texts.items()}
    columns["answer_code"] = _answer(columns, has_gap=(np.diff(gaps.offsets) > 0)[case].reshape(WISHES, count))
    return columns


@compiled
def measure_gaps(
    occupation: Ints, held: Longs, needs: Needs, openings: Openings
) -> tuple[Longs, Longs, Doubles, Doubles, Doubles]:
    """The gaps (see _Gaps) of cases (u,): occupation (NONE unknown) and the bits of the needs held."""
    cases, total = len(occupation), 0
    for case in range(cases):
        if occupation[case] != NONE:
            total += needs.offsets[occupation[case] + 1] - needs.offsets[occupation[case]]
    offsets, missing, unlocked = np.zeros(cases + 1, np.int64), np.empty(total, np.int64), np.empty(total)
    readiness, open_share = np.full(cases, np.nan), np.full(cases, np.nan)
    opened = np.zeros(MOST_NEEDS, np.int64)
    count = 0
    for case in range(cases):
        if occupation[case] != NONE:
            first, last = needs.offsets[occupation[case]], needs.offsets[occupation[case] + 1]
            whole = openings.whole[occupation[case]]
            open_count = _count_openings(occupation[case], held[case], openings, opened)
            open_share[case] = open_count / whole if whole > 0 else np.nan
            readiness[case] = _share_held(held[case], needs.importance_0_1[first:last])
            for need in range(first, last):
                if (held[case] >> (need - first)) & 1 == 0:
                    missing[count] = need
                    unlocked[count] = opened[need - first] / whole if whole > 0 else np.nan
                    count += 1
        offsets[case + 1] = count
    return offsets, missing[:count], unlocked[:count], readiness, open_share


@compiled
def _count_openings(occupation: int, held: int, openings: Openings, opened: Longs) -> int:
    """Openings whose asked needs are all held; `opened` (64,) gets those for which one need alone is missing."""
    opened[:] = 0
    open_count = 0
    for place in range(openings.offsets[occupation], openings.offsets[occupation + 1]):
        lacking = openings.asked[place] & ~held
        if lacking == 0:
            open_count += openings.headcount[place]
        elif lacking & (lacking - 1) == 0:
            standing = 0
            while (lacking >> standing) & 1 == 0:
                standing += 1
            opened[standing] += openings.headcount[place]
    return open_count


@compiled
def _share_held(held: int, importance_0_1: Doubles) -> float:
    """The importance held ÷ the importance needed; unknown (NaN) where nothing is of importance."""
    whole, mine = 0.0, 0.0
    for standing in range(len(importance_0_1)):
        whole += importance_0_1[standing]
        if (held >> standing) & 1 == 1:
            mine += importance_0_1[standing]
    return mine / whole if whole > 0 else np.nan


def _write_gaps(gaps: _Gaps, needed: Longs, needs: SkillNeeds) -> Columns:
    """The columns of one wish (u,) without its place; empty where the needs are not known."""
    levels = (needs.needs.level[gaps.missing] + ord("0")).astype(np.uint8)
    offsets = pa.py_buffer(gaps.offsets.astype(np.int32))
    digits = pa.StringArray.from_buffers(len(needed), offsets, pa.py_buffer(levels))
    steps = np.floor(np.nan_to_num(gaps.unlocked_0_1) * 10**SHARE_DIGITS + 0.5).astype(np.int32)
    unlocked = join_tokens(gaps.offsets, steps, _SHARE_TEXTS)
    nothing = pa.scalar(None, pa.string())
    return {
        "needed_skills_count": pa.array(needed, mask=needed == 0),
        "readiness_0_1": _known(gaps.readiness_0_1),
        "open_share_0_1": _known(gaps.open_share_0_1),
        "missing_skill_codes": join_tokens(gaps.offsets, needs.needs.skill[gaps.missing], needs.skill_codes),
        "missing_levels_text": pc.if_else(pa.array(np.diff(gaps.offsets) == 0), nothing, digits),
        "unlocked_shares_text": pc.if_else(pa.array(np.isnan(gaps.open_share_0_1)), nothing, unlocked),
    }


def _known(shares: Doubles) -> pa.Array:
    return pa.array(np.round(shares, 6), mask=np.isnan(shares))


def _answer(columns: Columns, has_gap: np.ndarray) -> pa.Array:
    """OK where anything is missing for any wish; `has_gap` is (3, n)."""
    places = range(1, WISHES + 1)
    has_data = np.array([~is_null(columns[f"needed_skills_count_{place}"]) for place in places])
    answers = np.select([has_gap.any(axis=0), has_data.any(axis=0)], ["OK", "NO_GAP"], default="NO_SKILL_DATA")
    return answer_or(answers, columns["gap_occupation_code_1"])
