"""Gates on drift: the distributions of inputs and answers against last night and nights of the same weekday.

Put here: what may differ how far. Do not put here: the arithmetic (drift.py), amounts of rows (feed_gates.py), how
inputs differ from those a model learned from (ops__drift).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt

import numpy as np

from lake.drift import stability_by_chance, stability_index
from lake.earlier_nights import NO_EARLIER_NIGHT, Compared
from lake.profiles import Distribution, Key, Profiles, measures
from lake.quality import Check

MOST_DRIFT = 0.25
"""Of the stability index (Siddiqi 2006: a large change), on top of what chance gives so few rows."""
MOST_SHIFT = 0.25
"""Of a mean, in standard deviations of the earlier night (Rubin 2001 calls two groups less apart balanced)."""
_CHANCE = 4.0


def audit_drift(nights: Compared, first_deliveries: dict[str, date]) -> list[Check]:
    """Every distribution of tonight against those of earlier nights.

    `first_deliveries`: silver table of a feed → the day whose rows are all there is, and no measure of a night's.
    """
    checks = []
    for table_id, counted in measures().items():
        for measure in counted:
            key = (table_id, measure.name)
            for told, days in (("last_night", nights.before[:1]), ("same_weekday", nights.same_weekday)):
                usable = [day for day in days if day != first_deliveries.get(table_id)]
                then = _pooled(key, [nights.profiles[day] for day in usable])
                now = nights.tonight.get(key)
                checks.append(_drift(key, told, then, now))
                if measure.score != "null":
                    checks.append(_shift(key, told, then, now))
    return checks


def _pooled(key: Key, profiles: Sequence[Profiles]) -> Distribution | None:
    """The mean night of several: as many rows as one of them, because people are the same on all."""
    found = [counted[key] for counted in profiles if key in counted]
    if not found:
        return None
    buckets = sorted({bucket for counted in found for bucket in counted.counts})
    counts = {bucket: sum(counted.counts.get(bucket, 0) for counted in found) for bucket in buckets}
    means = {
        bucket: sum(counted.counts[bucket] * counted.means[bucket] for counted in found if bucket in counted.means)
        / counts[bucket]
        for bucket in buckets
        if any(bucket in counted.means for counted in found)
    }
    return Distribution({bucket: count / len(found) for bucket, count in counts.items()}, means)


def _drift(key: Key, told: str, then: Distribution | None, now: Distribution | None) -> Check:
    """The stability index of one distribution; the detail names where it changed most."""
    name = f"gate:drift_{told}:{key[1]}"
    if then is None or now is None:
        return Check(key[0], name, 0.0, MOST_DRIFT, NO_EARLIER_NIGHT if then is None else "no rows tonight")
    buckets = sorted({*then.counts, *now.counts})
    first, second = (np.array([counted.counts.get(bucket, 0) for bucket in buckets], float) for counted in (then, now))
    value = stability_index(first, second, (0.5 / then.rows, 0.5 / now.rows))
    limit = MOST_DRIFT + stability_by_chance(len(buckets), then.rows, now.rows)
    change = second / now.rows - first / then.rows
    most = int(np.argmax(np.abs(change)))
    detail = f"most at {buckets[most]}: {change[most]:+.1%} of {now.rows:,.0f} rows"
    return Check(key[0], name, round(value, 6), round(limit, 6), detail)


def _shift(key: Key, told: str, then: Distribution | None, now: Distribution | None) -> Check:
    """How far the mean moved, in standard deviations of then."""
    name = f"gate:mean_shift_{told}:{key[1]}"
    if then is None or now is None:
        return Check(key[0], name, 0.0, MOST_SHIFT, NO_EARLIER_NIGHT if then is None else "no rows tonight")
    spread = max(then.spread, 0.01)
    limit = MOST_SHIFT + _CHANCE * sqrt(1 / then.rows + 1 / now.rows)
    detail = f"mean {now.mean:.4f}, before {then.mean:.4f}"
    return Check(key[0], name, round(abs(now.mean - then.mean) / spread, 6), round(limit, 6), detail)
