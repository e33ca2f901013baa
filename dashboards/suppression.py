"""Which cells of a published count table must be hidden so that no small group can be read or worked out.

Pure arrays in, a mask out. Do not put here: SQL, or knowledge of any one table (catalog.py applies the mask).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

SMALLEST_SHOWN = 10
"""Cells of 1..9 people are hidden; an empty cell is shown, it is about nobody."""

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Hidden:
    """`cells` (n,): hide this cell. `totals`, one array per dimension, of the lines whose total must be hidden too.

    A line's total has to go when what is hidden in the line is a single cell or fewer than ten people in all:
    the total minus the shown cells would give it away.
    """

    cells: Mask
    totals: tuple[Ints, ...]


def hide_small_cells(
    people: Ints, lines: Sequence[Ints], *, last: Mask | None = None, also: Mask | None = None
) -> Hidden:
    """The cells to hide, small ones first and then as many others as each line needs.

    `people` (n,) int64 counts; each of `lines` (n,) int64 says which line (a row, a column: anything whose total
    may be known) a cell stands in. In every line with a hidden cell at least two cells, together at least ten
    people, end up hidden: the smallest that are left, those marked `last` (n,) only when nothing else is left.
    `also` (n,) hides cells from the start. Ties go to the earlier cell.
    """
    hidden = (people > 0) & (people < SMALLEST_SHOWN)
    if also is not None:
        hidden = hidden | (also & (people > 0))
    rank_last = np.zeros(len(people), dtype=bool) if last is None else last
    while True:
        grown = hidden
        for line in lines:
            grown = _complete_lines(people, line, grown, rank_last)
        if bool((grown == hidden).all()):
            break
        hidden = grown
    return Hidden(cells=hidden, totals=tuple(_open_lines(people, line, hidden) for line in lines))


def _complete_lines(people: Ints, line: Ints, hidden: Mask, last: Mask) -> Mask:
    """`hidden` with enough further cells of every line that has a hidden one."""
    order = np.lexsort((np.arange(len(people)), people, last, ~hidden, line))
    order = order[people[order] > 0]
    if order.size == 0:
        return hidden
    sorted_line, sorted_hidden = line[order], hidden[order]
    starts = np.flatnonzero(np.r_[True, sorted_line[1:] != sorted_line[:-1]])
    first = np.repeat(starts, np.diff(np.r_[starts, order.size]))
    before = np.cumsum(people[order]) - people[order]
    people_before, cells_before = before - before[first], np.arange(order.size) - first
    needed = sorted_hidden[first] & ((cells_before < 2) | (people_before < SMALLEST_SHOWN))
    grown = hidden.copy()
    grown[order[needed]] = True
    return grown


def _open_lines(people: Ints, line: Ints, hidden: Mask) -> Ints:
    """Lines in which the hidden cells are one alone, or fewer than ten people together."""
    ids, position = np.unique(line, return_inverse=True)
    cells: Any = np.bincount(position, weights=hidden, minlength=len(ids))
    total: Any = np.bincount(position, weights=np.where(hidden, people, 0), minlength=len(ids))
    opened: Ints = ids[(cells > 0) & ((cells < 2) | (total < SMALLEST_SHOWN))]
    return opened
