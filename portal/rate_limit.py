"""How often one key may ask: a token bucket for each.

Do not put here: who a key is (api_keys.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimit:
    """At most `per_second` requests a second for each name, with bursts of as many; 0 is no limit."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._clock = per_second, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, name: str) -> bool:
        """Take one request from what `name` has left; False when nothing is."""
        if not self._per_second:
            return True
        now = self._clock()
        left, at = self._buckets.get(name, (float(self._per_second), now))
        left = min(float(self._per_second), left + (now - at) * self._per_second)
        self._buckets[name] = (left - 1 if left >= 1 else left, now)
        return left >= 1
