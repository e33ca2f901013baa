"""What the values of items mean: which are no answer, which answers the questionnaire itself skipped, standard scores.

Must not hold: reading of files or learning of occupations. Learned from the training rows alone.

* Rating items (whole numbers, most of them 1 to 7): 0 is an empty cell (as in KNOW 2018) where three other values
  are used, and a value from 8 on to which no unbroken run of values leads is a code (8, 9, 99) or a slip (33).
* KNOW asks how important a thing is (name_1) and at which level it is done (name_2), the latter only of those for whom
  it is of some importance. Such a skipped level is one step below the lowest, not missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LEAST_VALUES = 3
_LARGEST_RATING = 7
_SKIPPED_SHARE = 0.99
_MOST_STEPS = 12


@dataclass(frozen=True)
class Skip:
    """Item `level` is not asked where item `importance` is `lowest`; it then counts as `value`."""

    importance: int
    level: int
    lowest: float
    value: float


@dataclass(frozen=True, eq=False)
class Scales:
    """Per item: values that count, None where any does; and the items that others make the questionnaire skip."""

    valid: tuple[FloatArray | None, ...]
    skips: tuple[Skip, ...]

    @classmethod
    def learn(cls, items: tuple[str, ...], training: FloatArray) -> Scales:
        """Scales of answers (n, d) as sent."""
        valid = tuple(_valid_values(column) for column in training.T)
        return cls(valid, _find_skips(items, cls(valid, ()).read(training)))

    def read(self, answers: FloatArray) -> FloatArray:
        """Answers (n, d) with NaN for what is no answer, and skipped levels filled."""
        read = answers.copy()
        for place, valid in enumerate(self.valid):
            if valid is not None:
                read[~np.isin(read[:, place], valid), place] = np.nan
        for skip in self.skips:
            is_skipped = (read[:, skip.importance] == skip.lowest) & np.isnan(read[:, skip.level])
            read[is_skipped, skip.level] = skip.value
        return read


def find_steps(column: FloatArray) -> FloatArray:
    """The steps of an item, rising: its values, or quantiles where there are many; empty without an answer."""
    values = np.unique(column[~np.isnan(column)])
    if len(values) <= _MOST_STEPS:
        return values
    known = column[~np.isnan(column)]
    return np.unique(np.quantile(known, np.linspace(0.0, 1.0, _MOST_STEPS), method="inverted_cdf"))


def _valid_values(column: FloatArray) -> FloatArray | None:
    """Values of a rating item that are answers; None for an item that is no rating."""
    known = column[~np.isnan(column)]
    is_rating = (known >= 1) & (known <= _LARGEST_RATING)
    if not known.size or (known % 1 != 0).any() or (known < 0).any() or is_rating.mean() < 0.5:
        return None
    valid = np.unique(known[is_rating]).tolist()
    highest = _LARGEST_RATING
    used = set(np.unique(known).tolist())
    while highest in used and highest + 1 in used:
        highest += 1
        valid.append(float(highest))
    if len(valid) < _LEAST_VALUES and 0.0 in used:
        valid.insert(0, 0.0)
    # What the training rows happen not to use below the highest value is an answer all the same.
    return np.arange(min(valid), max(valid) + 1) if len(valid) >= _LEAST_VALUES else np.array(valid)


def _find_skips(items: tuple[str, ...], answers: FloatArray) -> tuple[Skip, ...]:
    """Pairs name_1, name_2 of which the second is (nearly) never answered where the first is at its lowest."""
    place = {name: number for number, name in enumerate(items)}
    skips = []
    for name, level in place.items():
        importance = place.get(f"{name[:-2]}_1") if name.endswith("_2") else None
        if importance is None or np.isnan(answers[:, [level, importance]]).all(axis=0).any():
            continue
        lowest = float(np.nanmin(answers[:, importance]))
        missing = np.isnan(answers[answers[:, importance] == lowest, level])
        if missing.mean() >= _SKIPPED_SHARE:
            skips.append(Skip(importance, level, lowest, float(np.nanmin(answers[:, level])) - 1.0))
    return tuple(skips)
