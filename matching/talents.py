"""Talents: the twenty people for a posting, from the same graph and by the same scores as the postings for people.

Only people who agreed to be shown, and only who has the posting among the candidates. Equal scores are decided by the
pair's lot, so that no key always comes first. Do not put here: scores, what a reason says. Makes no table by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from matching.blocks import Doubles, Flags, Ints, Longs, flat
from matching.capacity import Vacancies
from matching.choice import PLACES, choose_five, draw_lot
from matching.compiled import compiled
from matching.graph import NO_SCORE, Pool, read_people, read_pool

TALENTS = 20
NOBODY = -1
LOT_STEPS = 1 << 32
ROW_BITS = 32  # a person is a block's number and a row in it


class Talents(NamedTuple):
    """Of each posting (m, 20), best first: order key, person (block << 32 | row, NOBODY: no more), place in the pool.

    `is_chosen` says whether the posting is among the person's five too.
    """

    order: Longs
    person: Longs
    pool_place: Ints
    is_chosen: Flags


def find_talents(folder: Path, blocks: Sequence[str], vacancies: Vacancies, prices: Doubles) -> Talents:
    """The people for every posting; memory holds a block and twenty entries a posting."""
    shape = (len(vacancies.headcount), TALENTS)
    found = Talents(
        np.full(shape, NOBODY, np.int64),
        np.full(shape, NOBODY, np.int64),
        np.full(shape, NOBODY, np.int32),
        np.zeros(shape, bool),
    )
    for number, name in enumerate(blocks):
        is_public = flat(read_people(folder, name)["is_profile_public"])
        shown = pc.fill_null(is_public, False).to_numpy(zero_copy_only=False)
        pool = read_pool(folder, name)
        chosen = choose_five(pool, prices, vacancies.keys, vacancies.rank_by_id)
        compete_for_postings((pool, chosen, shown), number << ROW_BITS, vacancies, found)
    order = np.argsort(-found.order, axis=1, kind="stable")
    return Talents(
        np.take_along_axis(found.order, order, axis=1),
        np.take_along_axis(found.person, order, axis=1),
        np.take_along_axis(found.pool_place, order, axis=1),
        np.take_along_axis(found.is_chosen, order, axis=1),
    )


@compiled
def compete_for_postings(people: tuple[Pool, Longs, Flags], block: int, vacancies: Vacancies, found: Talents) -> None:
    """Let everybody of a block who may be shown compete for the postings among the own candidates."""
    pool, chosen, shown = people
    for row in range(len(pool.places)):
        if not shown[row]:
            continue
        for place in range(pool.places.shape[1]):
            score = np.int64(pool.scores[row, place])
            if score == NO_SCORE:
                break
            posting = pool.places[row, place]
            # The last of the twenty stands at 0 of a heap; most people do not reach it.
            if score < found.order[posting, 0] >> 32:
                continue
            lot = np.int64(draw_lot(pool.keys[row], vacancies.keys[posting]) * LOT_STEPS)
            key = (score << 32) | lot
            if key > found.order[posting, 0]:
                is_chosen = False
                for slot in range(PLACES):
                    is_chosen |= chosen[row, slot] == place
                hole = make_room(found, posting, key)
                found.order[posting, hole] = key
                found.person[posting, hole] = block | row
                found.pool_place[posting, hole] = place
                found.is_chosen[posting, hole] = is_chosen


@compiled
def make_room(found: Talents, posting: int, key: np.int64) -> int:
    """Drop the least of the posting's heap and return the place where `key` belongs."""
    hole = 0
    order = found.order[posting]
    while 2 * hole + 1 < TALENTS:
        child = 2 * hole + 1
        if child + 1 < TALENTS and order[child + 1] < order[child]:
            child += 1
        if order[child] >= key:
            break
        found.order[posting, hole] = order[child]
        found.person[posting, hole] = found.person[posting, child]
        found.pool_place[posting, hole] = found.pool_place[posting, child]
        found.is_chosen[posting, hole] = found.is_chosen[posting, child]
        hole = child
    return hole
