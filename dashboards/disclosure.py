"""What can be worked out of hidden counts: the range each must lie in, given every sum that is known.

Counts are whole numbers of people; a sum says that some of them add up to others. Ranges are narrowed sum by sum until
nothing moves. Pure arrays. Do not put here: which counts and sums there are (known_sums.py), what to do (hiding.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dashboards.suppression import SMALLEST_SHOWN

ROUNDS = 200
NARROW = SMALLEST_SHOWN - 2
"""A hidden count is said to be 1 to 9: a range less wide than that tells more."""

Ints = npt.NDArray[np.int64]


@dataclass
class System:
    """Counts and sums, added one by one. A count is named by table, column and row; an unnamed one may be anything.

    Tables of `blank` show no count at all, zeros neither. `sums_of` says in which sums a count stands.
    """

    most: int
    blank: frozenset[str] = frozenset()
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    names: list[tuple[str, str, int] | None] = field(default_factory=list)
    sums: list[tuple[list[int], list[int], int]] = field(default_factory=list)
    sums_of: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def shown(self, name: tuple[str, str, int], value: int | None) -> int:
        """A count of the file, hidden when `value` is None; returns its number."""
        self.names.append(name)
        smallest = 0 if name[0] in self.blank else 1
        self.low.append(smallest if value is None else value)
        self.high.append(self.most if value is None else value)
        return len(self.low) - 1

    def unknown(self) -> int:
        """A count that stands nowhere, 0 included; returns its number."""
        self.names.append(None)
        self.low.append(0)
        self.high.append(self.most)
        return len(self.low) - 1

    def add(self, parts: Sequence[int], wholes: Sequence[int] = (), constant: int = 0) -> None:
        """`parts` together are `wholes` together and `constant`."""
        if parts:
            for number in (*parts, *wholes):
                self.sums_of[number].append(len(self.sums))
            self.sums.append((list(parts), list(wholes), constant))


def ranges(system: System) -> tuple[Ints, Ints]:
    """The smallest and largest value (n,) each count can have.

    A sum that cannot hold (tables of different days, say) tells nobody anything and is left out.
    """
    low, high = np.array(system.low, dtype=np.int64), np.array(system.high, dtype=np.int64)
    if not system.sums:
        return low, high
    sizes = [len(parts) + len(wholes) for parts, wholes, _ in system.sums]
    which = np.repeat(np.arange(len(sizes)), sizes)
    cell = np.concatenate([np.array(parts + wholes, dtype=np.int64) for parts, wholes, _ in system.sums])
    sign = np.concatenate([np.r_[np.ones(len(p), np.int64), -np.ones(len(w), np.int64)] for p, w, _ in system.sums])
    constant = np.array([value for _, _, value in system.sums], dtype=np.int64)
    for _ in range(ROUNDS):
        least, most = np.where(sign > 0, low[cell], -high[cell]), np.where(sign > 0, high[cell], -low[cell])
        sum_least, sum_most = _add_up(which, least, len(sizes)), _add_up(which, most, len(sizes))
        holds = ((sum_least <= constant) & (sum_most >= constant))[which]
        at_most = (constant - sum_least)[which] + least
        at_least = (constant - sum_most)[which] + most
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, cell[holds], np.where(sign > 0, at_least, -at_most)[holds])
        np.minimum.at(new_high, cell[holds], np.where(sign > 0, at_most, -at_least)[holds])
        if bool((new_low == low).all() and (new_high == high).all()):
            break
        crossed = new_low > new_high
        low, high = np.where(crossed, low, new_low), np.where(crossed, high, new_high)
    return low, high


def _add_up(which: Ints, values: Ints, size: int) -> Ints:
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, which, values)
    return found


def given_away(system: System) -> dict[int, tuple[int, int]]:
    """Hidden counts that may be of few people and whose range is narrower than "1 to 9" → that range."""
    low, high = ranges(system)
    hidden = np.array(system.low, dtype=np.int64) != np.array(system.high, dtype=np.int64)
    named = np.array([name is not None for name in system.names], dtype=bool)
    narrow = (high - low < NARROW) & (low < SMALLEST_SHOWN) & (high > 0)
    found = np.flatnonzero(hidden & named & narrow)
    return {int(number): (int(low[number]), int(high[number])) for number in found}


def partners(system: System, number: int) -> list[int]:
    """The shown, named counts of people in the sums that `number` stands in: hiding one of them loosens its range."""
    found = {each for place in system.sums_of[number] for side in system.sums[place][:2] for each in side}
    return sorted(each for each in found if system.names[each] and 0 < system.low[each] == system.high[each])
