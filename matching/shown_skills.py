"""What people show of what an occupation needs: held, shown at too low a level, or not shown at all.

A need is held by who shows it at an unknown level, at the needed level, one below it or above, or when the needed level
is unknown. One below counts: levels are of whole competences, and neighbours differ little (a judgement). Shown lower,
it is missing, and only a session from one below the needed level on closes it. Do not put here: scores. Makes no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import NONE, SEPARATOR, Ints, Longs, MatchingInputError, encode_in, flat
from matching.compiled import compiled
from matching.skill_needs import UNKNOWN_LEVEL, Needs

SHOWN_COLUMNS = ("skill_codes_text", "skill_levels_text")
LEVELS_BELOW = 1  # that still count as held
NOT_SHOWN, HELD = 0, 9  # between them: the level shown, too low
States = npt.NDArray[np.uint8]


class Shown(NamedTuple):
    """The skills that each person (n,) shows, as lists: person i has `offsets[i]` to `offsets[i + 1]`.

    `skill` is a place in the skill codes, `level` 1 to 8 or UNKNOWN_LEVEL.
    """

    offsets: Longs
    skill: Ints
    level: Ints


def read_shown(block: pa.Table, skill_codes: pa.Array) -> Shown:
    """What features__seekers rows say of the skills among `skill_codes`; levels that nobody stated are unknown."""
    text = pc.fill_null(flat(block["skill_codes_text"]).cast(pa.string()), "")
    lists = pc.split_pattern(text, SEPARATOR)
    counts = pc.list_value_length(lists)
    told = flat(block["skill_levels_text"]).cast(pa.string())
    is_told = pc.and_(pc.is_valid(told), pc.greater(pc.utf8_length(text), 0))
    digits = pc.if_else(is_told, told, pc.binary_repeat(str(UNKNOWN_LEVEL), counts))
    differing = pc.sum(pc.not_equal(pc.utf8_length(digits), counts)).as_py()
    if differing:
        raise MatchingInputError(
            f"features__seekers: skill_levels_text has another length than skill_codes_text has skills in {differing} "
            "rows; one digit a skill expected; check gold__seeker_skills"
        )
    level = np.frombuffer("".join(digits.to_pylist()).encode(), np.uint8).astype(np.int32) - ord("0")
    skill = encode_in(pc.utf8_trim_whitespace(lists.flatten()), skill_codes)
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(skill != NONE)])
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return Shown(before[offsets - offsets[0]], skill[skill != NONE], level[skill != NONE])


@compiled
def compare_with_needs(occupation: Ints, shown: Shown, needs: Needs, width: int) -> States:
    """Of each person (n, width) and each need of the occupation in its order: NOT_SHOWN, HELD or the level shown.

    `width` is at least the largest number of needs.
    """
    states = np.zeros((len(occupation), width), np.uint8)
    for person in range(len(occupation)):
        if occupation[person] == NONE:
            continue
        first = needs.offsets[occupation[person]]
        for place in range(shown.offsets[person], shown.offsets[person + 1]):
            standing = needs.place[occupation[person], shown.skill[place]]
            if standing == NONE:
                continue
            level, needed = shown.level[place], needs.level[first + standing]
            is_held = level == UNKNOWN_LEVEL or needed == UNKNOWN_LEVEL or level >= needed - LEVELS_BELOW
            state = HELD if is_held else level
            states[person, standing] = max(states[person, standing], np.uint8(state))
    return states


@compiled
def mark_held(states: States) -> Longs:
    """The needs held (n,), as bits in the order of the needs."""
    held = np.zeros(len(states), np.int64)
    for person in range(len(states)):
        for standing in range(min(states.shape[1], 64)):
            if states[person, standing] == HELD:
                held[person] |= np.int64(1) << standing
    return held


def group_rows(keys: Sequence[npt.NDArray[np.generic]]) -> tuple[Longs, Longs]:
    """The first row (u,) of each group of rows that agree in all `keys` (n,), and the group (n,) of each row."""
    order = np.lexsort(tuple(keys))
    is_new = np.zeros(len(order), bool)
    is_new[:1] = True
    for key in keys:
        is_new[1:] |= key[order][1:] != key[order][:-1]
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(is_new) - 1
    return order[is_new].astype(np.int64), group


def list_words(states: States) -> list[npt.NDArray[np.generic]]:
    """The states as columns of 64-bit words, eight needs each, to group by; the width must divide by eight."""
    return list(np.ascontiguousarray(states).view(np.uint64).T)


def state_width(needs: Needs) -> int:
    """The width of states for these needs: the largest number of needs, rounded up to eight."""
    most = int(np.diff(needs.offsets).max(initial=0))
    return max(-(-most // 8), 1) * 8
