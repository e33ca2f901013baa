"""Counts of one to nine people: taken out of an answer, with what would give them away.

For answers about one person, posting or occupation. Do not put here: tables whose cells add up to totals
(suppression.py), what is said instead (sections.hidden, texts/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.suppression import SMALLEST_SHOWN

Row = dict[str, Any]


def is_few(count: int | None) -> bool:
    """Whether the count is of one to nine people; nobody and unknown are not."""
    return count is not None and 0 < count < SMALLEST_SHOWN


def hide_few(facts: Row, counts: Mapping[str, tuple[str, ...]]) -> Row:
    """A copy of `facts` in which counts of few people are None; `hidden` names what was there and is not told.

    `counts` are the columns that count people → the columns that would give each of them away.
    """
    few = [name for name in counts if is_few(facts[name])]
    hidden = [column for name in few for column in (name, *counts[name])]
    return {**facts, **dict.fromkeys(hidden), "hidden": hidden}
