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
    """Things ordered by (topic, day) and by day alone."""

    base_day: int
    by_topic: tuple[Ints, Ints]  # order, key
    by_day: tuple[Ints, Ints]

    @classmethod
    def of(cls, topic: Ints, day: Ints) -> Shelf:
        """Order things by topic and day; ties keep their number's order."""
        base_day = int(day.min())
        shelves = []
        for key in (topic * _SPAN + (day - base_day), day - base_day):
            order = np.argsort(key, kind="stable")
            shelves.append((order, key[order]))
        return cls(base_day, shelves[0], shelves[1])

    def find_fitting(self, topic: Ints, days: tuple[Ints, Ints], share: Floats) -> Ints:
        """A thing of the topic with first ≤ day ≤ last, chosen by `share` in (0, 1); -1 if there is none."""
        return self._within(self.by_topic, topic * _SPAN, days, share)

    def find(self, topic: Ints, days: tuple[Ints, Ints], share: Floats) -> Ints:
        """The same; if there is none of the topic, one of any topic; if there is still none, -1."""
        fitting = self.find_fitting(topic, days, share)
        return np.where(fitting >= 0, fitting, self._within(self.by_day, np.zeros_like(topic), days, share))

    def _within(self, shelf: tuple[Ints, Ints], offset: Ints, days: tuple[Ints, Ints], share: Floats) -> Ints:
        order, key = shelf
        first, last = (np.clip(day - self.base_day, edge, _SPAN - 1) for day, edge in zip(days, (0, -1), strict=True))
        low = np.searchsorted(key, offset + first)
        count = np.maximum(np.searchsorted(key, offset + last, side="right") - low, 0)
        place = np.minimum(low + np.floor(share * count).astype(np.int64), len(order) - 1)
        return np.where(count > 0, order[place], -1)
