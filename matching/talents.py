"""Talents: the twenty people for a posting, from the same graph and by the same scores as the postings for people.

Only people who agreed to be shown, and only who has the posting among the candidates. Equal scores are decided by the
pair's lot, so that no key is always first. Do not put here: scores, what a reason says. Makes no table by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import Doubles, Flags, Ints, Longs, flat
from matching.capacity import Vacancies
from matching.choice import PLACES, choose_five, draw_lot
from matching.compiled import compiled
from matching.graph import NO_SCORE, Pool, read_people, read_pool

TALENTS = 20
NOBODY = -1
LOT_STEPS = 1 << 32


class Talents(NamedTuple):
    """Of each posting (m, 20), best first: order key, block and row of the person (NOBODY: no more), pool place.

    `is_chosen` says whether the posting is among the person's five too.
    """

    order: Longs
    block: Ints
    row: Ints
    pool_place: Ints
    is_chosen: Flags


def find_talents(folder: Path, blocks: Sequence[str], vacancies: Vacancies, prices: Doubles) -> Talents:
    """The people for every posting; memory holds a block and twenty entries a posting."""
    postings = len(vacancies.headcount)
    found = Talents(
        np.full((postings, TALENTS), NOBODY, np.int64),
        *(np.full((postings, TALENTS), NOBODY, np.int32) for _ in range(3)),
        np.zeros((postings, TALENTS), bool),
    )
    for number, name in enumerate(blocks):
        is_public = flat(read_people(folder, name)["is_profile_public"])
        shown = pc.fill_null(is_public, False).to_numpy(zero_copy_only=False)
        pool = read_pool(folder, name)
        chosen = choose_five(pool, prices, vacancies.keys, vacancies.rank_by_id)
        compete_for_postings((pool, chosen, shown), number, vacancies, found)
    order = np.argsort(-found.order, axis=1, kind="stable")
    return Talents(*(np.take_along_axis(values, order, axis=1) for values in found))


@compiled
def compete_for_postings(
    people: tuple[Pool, Longs, Flags], block: int, vacancies: Vacancies, found: Talents
) -> None:
    """Let everybody of a block who may be shown compete for the postings among the own candidates."""
    pool, chosen, shown = people
    for row in range(len(pool.places)):
        if not shown[row]:
            continue
        for place in range(pool.places.shape[1]):
            if pool.scores[row, place] == NO_SCORE:
                break
            posting = pool.places[row, place]
            # The last of the twenty stands at 0 of a heap; most people do not reach it.
            score = np.int64(pool.scores[row, place])
            if score < found.order[posting, 0] >> 32:
                continue
            lot = np.int64(draw_lot(pool.keys[row], vacancies.keys[posting]) * LOT_STEPS)
            key = (score << 32) | lot
            if key > found.order[posting, 0]:
                is_chosen = False
                for slot in range(PLACES):
                    is_chosen |= chosen[row, slot] == place
                _replace_last(found, posting, (key, block, row, place), is_chosen)


@compiled
def _replace_last(found: Talents, posting: int, entry: tuple[int, int, int, int], is_chosen: bool) -> None:
    """Put an entry in place of the least in the posting's heap."""
    hole = 0
    order = found.order[posting]
    while 2 * hole + 1 < TALENTS:
        child = 2 * hole + 1
        if child + 1 < TALENTS and order[child + 1] < order[child]:
            child += 1
        if order[child] >= entry[0]:
            break
        found.order[posting, hole] = order[child]
        found.block[posting, hole] = found.block[posting, child]
        found.row[posting, hole] = found.row[posting, child]
        found.pool_place[posting, hole] = found.pool_place[posting, child]
        found.is_chosen[posting, hole] = found.is_chosen[posting, child]
        hole = child
    found.order[posting, hole] = entry[0]
    found.block[posting, hole] = entry[1]
    found.row[posting, hole] = entry[2]
    found.pool_place[posting, hole] = entry[3]
    found.is_chosen[posting, hole] = is_chosen


def count_talents(found: Talents) -> Ints:
    """How many people each posting (m,) has in its list."""
    counts: Ints = (found.block != NOBODY).sum(axis=1).astype(np.int32)
    return counts


def take_people(folder: Path, name: str, rows: Longs) -> pa.Table:
    """The people at `rows` of a block."""
    return read_people(folder, name).take(pa.array(rows))
