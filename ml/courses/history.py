"""What earlier sessions say of a session: employment rates shrunk course → institution → field → everyone.

Must not hold: learning. A session counts by who finished it and the less the longer ago it ended. For each asked row
only sessions that ended by the row's own `cut` day count, so that no row sees a rate that was not known then.
"""

from dataclasses import dataclass

import numpy as np

from ml.courses.columns import FloatArray, IntArray

HALF_LIFE_DAYS = 365.0
# People's weight of the level above, in finishers of a session that ended on the day itself.
PRIOR_EVERYONE, PRIOR_FIELD, PRIOR_INSTITUTION, PRIOR_COURSE, PRIOR_REGION = 20.0, 20.0, 15.0, 15.0, 40.0
# Before anything is known: even odds.
RATE_OF_NOBODY = 0.5


@dataclass(frozen=True, eq=False)
class Past:
    """Sessions with a known rate: the day each ended, who finished and which share of them was employed; (m,)."""

    ends: IntArray
    finishers: FloatArray
    rate: FloatArray


@dataclass(frozen=True, eq=False)
class When:
    """Per asked row (n,): the last end day that counts, and the day from which age is counted."""

    cut: IntArray
    reference: IntArray


Keys = tuple[IntArray, IntArray]
"""A key of the past sessions (m,) and of the asked rows (n,)."""


def shrunk_rates(past: Past, when: When, keys: dict[str, Keys]) -> dict[str, FloatArray]:
    """Rates (n,) `everyone`, `field`, `institution`, `course`, `region`, and finishers behind two of them.

    `keys` holds course, institution, field and region.
    """
    nobody = (np.zeros(len(past.ends), dtype=np.int64), np.zeros(len(when.cut), dtype=np.int64))
    everyone, _ = _pulled(past, when, nobody, (PRIOR_EVERYONE, np.full(len(when.cut), RATE_OF_NOBODY)))
    field, _ = _pulled(past, when, keys["field"], (PRIOR_FIELD, everyone))
    institution, taught = _pulled(past, when, keys["institution"], (PRIOR_INSTITUTION, field))
    course, finished = _pulled(past, when, keys["course"], (PRIOR_COURSE, institution))
    return {
        "everyone": everyone,
        "field": field,
        "region": _pulled(past, when, keys["region"], (PRIOR_REGION, everyone))[0],
        "institution": institution,
        "course": course,
        "finishers_of_institution": taught,
        "finishers_of_course": finished,
    }


def _pulled(past: Past, when: When, keys: Keys, prior: tuple[float, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """The rate of a key's earlier sessions pulled to the prior with its weight, and the finishers behind it."""
    weight, rate = prior
    employed, finishers = _decayed_sums(past, when, keys, (past.rate * past.finishers, past.finishers))
    return (employed + weight * rate) / (finishers + weight), finishers


def _decayed_sums(past: Past, when: When, keys: Keys, values: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """For each asked row the sum of each value over its key's sessions up to the cut, halved per half-life of age."""
    if not len(past.ends):
        return tuple(np.zeros(len(when.cut)) for _ in values)
    first = past.ends.min()
    span = int(max(past.ends.max(), when.cut.max()) - first + 2)
    theirs = keys[0] * span + (past.ends - first)
    order = np.argsort(theirs, kind="stable")
    upto = np.searchsorted(theirs[order], keys[1] * span + np.clip(when.cut - first, -1, span - 2), side="right")
    since = np.searchsorted(theirs[order], keys[1] * span, side="left")
    upto = np.maximum(upto, since)
    last = past.ends.max()
    worth = np.exp2((past.ends - last)[order] / HALF_LIFE_DAYS)
    fade = np.exp2((last - when.reference) / HALF_LIFE_DAYS)
    sums = (np.concatenate([[0.0], np.cumsum(value[order] * worth)]) for value in values)
    return tuple(np.maximum(total[upto] - total[since], 0.0) * fade for total in sums)
