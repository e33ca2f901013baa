"""Find one of many dated things by topic and day: the posting applied to, the session attended.

Do not put here: what postings and sessions are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lake.sources.simulated.counters import Floats, Ints

_SPAN = 1 << 14  # more days than any two things lie apart


@dataclass(frozen=True)
class Shelf:
    """Things in the `order` of their `key`: topic, then day."""

    base_day: int
    order: Ints
    key: Ints

    @classmethod
    def of(cls, topic: Ints, day: Ints) -> Shelf:
        """Order things by topic and day; ties keep their number's order."""
        base_day = int(day.min())
        key = topic * _SPAN + (day - base_day)
        order = np.argsort(key, kind="stable")
        return cls(base_day, order, key[order])

    def find_fitting(self, topic: Ints, days: tuple[Ints, Ints], share: Floats) -> Ints:
        """A thing of the topic with first ≤ day ≤ last, chosen by `share` in (0, 1); -1 if there is none."""
        first, last = (np.clip(day - self.base_day, edge, _SPAN - 1) for day, edge in zip(days, (0, -1), strict=True))
        low = np.searchsorted(self.key, topic * _SPAN + first)
        count = np.maximum(np.searchsorted(self.key, topic * _SPAN + last, side="right") - low, 0)
        place = np.minimum(low + np.floor(share * count).astype(np.int64), len(self.order) - 1)
        return np.where(count > 0, self.order[place], -1)
