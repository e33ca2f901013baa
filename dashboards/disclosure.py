"""What can be worked out of hidden counts: the range each must lie in, given every sum that is known.

Counts are whole numbers of people; a sum says that some of them add up to others. Ranges are narrowed sum by sum until
nothing moves. Pure arrays. Do not put here: which counts and sums there are (known_sums.py), what to do (hiding.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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

    Tables of `blank` show no count at all, zeros neither.
    """

    most: int
    blank: frozenset[str] = frozenset()
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    names: list[tuple[str, str, int] | None] = field(default_factory=list)
    sums: list[tuple[list[int], list[int], int]] = field(default_factory=list)

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
            self.sums.append((list(parts), list(wholes), constant))


def ranges(system: System) -> tuple[Ints, Ints]:
    """The smallest and largest value (n,) each count can have.

    A sum that cannot hold (tables of different days, say) tells nobody anything and is left out.
    """
    low, high = np.array(system.low, dtype=np.int64), np.array(system.high, dtype=np.int64)
    if not system.sums:
        return low, high
    sizes = [len(side) for parts, wholes, _ in system.sums for side in (parts, wholes)]
    sides = np.repeat(np.arange(len(sizes)), sizes)
    which, sign = sides // 2, 1 - 2 * (sides % 2)
    cell = np.fromiter((n for parts, wholes, _ in system.sums for side in (parts, wholes) for n in side), np.int64)
    constant = np.array([value for _, _, value in system.sums], dtype=np.int64)
    for _ in range(ROUNDS):
        least, most = np.where(sign > 0, low[cell], -high[cell]), np.where(sign > 0, high[cell], -low[cell])
        sum_least, sum_most = (_add_up(which, ends, len(system.sums)) for ends in (least, most))
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


def smallest_partners(
    system: System, numbers: Collection[int], is_free: Callable[[int], bool] = lambda _: True
) -> dict[int, int]:
    """For each of `numbers` the smallest shown, named count of its sums that `is_free` to be hidden; ties: the first.

    Hiding it loosens the range of the number; a number without such a count is left out.
    """
    found: dict[int, int] = {}
    low, high = system.low, system.high
    for parts, wholes, _ in system.sums:
        own = [number for side in (parts, wholes) for number in side if number in numbers]
        if not own:
            continue
        free = (n for side in (parts, wholes) for n in side if 0 < low[n] == high[n] and system.names[n] and is_free(n))
        smallest = min(((low[n], n) for n in free), default=None)
        if smallest is not None:
            for number in own:
                before = found.get(number, smallest[1])
                found[number] = min(smallest, (low[before], before))[1]
    return found
