"""Which occupations take the five places: by evidence, no two twins, few of one KECO group.

Two walks over all occupations by evidence. The first takes what has evidence for it, at most MINOR_CAP of one minor
group (three digits) and WIDE_CAP of one 2-digit group: five neighbours are one recommendation told five times. If that
leaves places empty, the second walk fills them without the caps: by evidence, and for somebody with a test, who always
gets five, down to what the scales speak against. A twin of a place takes none in either walk. The five then stand in
order of evidence. Do not put here: what is named beside a place (companions.py), scoring (places.py). Makes no table.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from matching.blocks import NONE, Doubles, Flags, Ints
from matching.compiled import compiled
from matching.occupation_model import OccupationModel
from matching.twins import MINOR_GROUP, Siblings

WIDE_GROUP = 2  # digits of the code
MINOR_CAP, WIDE_CAP = 2, 3
SCORE_STEPS = 1e6  # evidence is compared at steps of 1e-6; equal evidence goes to the lower code
_MODELS_REMEMBERED = 4


class Groups(NamedTuple):
    """The number of the minor and of the 2-digit group (k,) of each occupation."""

    minor: Ints
    wide: Ints


class Kin(NamedTuple):
    """The groups of occupations, their siblings, and which pairs (s,) are twins to this person."""

    groups: Groups
    siblings: Siblings
    is_twin: Flags


@functools.lru_cache(maxsize=_MODELS_REMEMBERED)
def list_groups(model: OccupationModel) -> Groups:
    """The groups of the occupations of `model`."""

    def number(digits: int) -> Ints:
        names = np.array([code[:digits] for code in model.codes], dtype=f"U{digits}")
        return np.unique(names, return_inverse=True)[1].astype(np.int32)

    return Groups(number(MINOR_GROUP), number(WIDE_GROUP))


@compiled
def choose_heads(evidence: Doubles, kin: Kin, has_test: bool, heads: Ints) -> tuple[int, bool]:
    """Put the five by `evidence` (k,) into the empty `heads` (5,): how many there are, and whether the caps held.

    Occupations whose evidence is NaN were not asked about.
    """
    steps = np.floor(evidence * SCORE_STEPS + 0.5)
    count = fill_places(steps, evidence > 0, kin, (MINOR_CAP, WIDE_CAP), heads)
    is_capped = count == len(heads)
    if not is_capped:
        is_open = ~np.isnan(evidence) if has_test else evidence > 0
        is_open[heads[:count]] = False
        count = fill_places(steps, is_open, kin, (len(heads), len(heads)), heads)
        sort_heads(steps, heads[:count])
    return count, is_capped


@compiled
def fill_places(steps: Doubles, is_open: Flags, kin: Kin, caps: tuple[int, int], heads: Ints) -> int:
    """Put what `is_open` (k,) into the empty places, best first, within `caps` of a group; how many are taken then."""
    count = 0
    while count < len(heads) and heads[count] != NONE:
        count += 1
    while count < len(heads):
        best = NONE
        for occupation in range(len(steps)):
            if is_open[occupation] and (best == NONE or steps[occupation] > steps[best]):
                best = occupation
        if best == NONE:
            break
        is_open[best] = False
        if not has_twin(best, heads[:count], kin):
            heads[count] = best
            count += 1
            close_group(kin.groups.minor, caps[0], heads[:count], is_open)
            close_group(kin.groups.wide, caps[1], heads[:count], is_open)
    return count


@compiled
def close_group(group: Ints, cap: int, heads: Ints, is_open: Flags) -> None:
    """Leave nothing open (k,) of the `group` (k,) of the last of `heads`, once `cap` of them are in it."""
    mine = group[heads[-1]]
    taken = 0
    for head in heads:
        taken += group[head] == mine
    if taken >= cap:
        for occupation in range(len(group)):
            if group[occupation] == mine:
                is_open[occupation] = False


@compiled
def sort_heads(steps: Doubles, heads: Ints) -> None:
    """Put `heads` in order of `steps` (k,), best first; of equal ones the lower code."""
    for last in range(1, len(heads)):
        head, place = heads[last], last
        while place > 0 and (
            steps[heads[place - 1]] < steps[head]
            or (steps[heads[place - 1]] == steps[head] and heads[place - 1] > head)
        ):
            heads[place] = heads[place - 1]
            place -= 1
        heads[place] = head


@compiled
def has_twin(occupation: int, heads: Ints, kin: Kin) -> bool:
    """Whether one of `heads` is a twin of `occupation`."""
    siblings = kin.siblings
    for number in range(siblings.offsets[occupation], siblings.offsets[occupation + 1]):
        if kin.is_twin[siblings.pair[number]] and is_among(siblings.places[number], heads):
            return True
    return False


@compiled
def is_among(occupation: int, heads: Ints) -> bool:
    """Whether `occupation` is one of `heads`."""
    found = False
    for head in heads:
        found |= head == occupation
    return found
