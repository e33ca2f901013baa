"""Occupations' codes as groups: codes that share their first digits are kindred and learn from each other.

Must not hold: answers or learning. Codes are text; one that lost its leading zeros is compared as if it had them.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PREFIX_LENGTHS = (1, 2, 3, 4)
_CODE = re.compile(r"^[A-Za-z]?\d{2,}[A-Za-z]?$")
# Which share of the first digits parts what an occupation is into levels, and the ridge of each level and of the rest.
_LEVEL_RIDGES = ((3, 0.1), (4, 0.3))
_OWN_RIDGE = 0.5
# How much of an occupation's score its relatives get, by the first digits they share.
_SHARED = {2: 0.05, 3: 0.12, 4: 0.2}


def comparable_codes(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes with leading zeros back, up to the commonest length; words that are no code stay alone."""
    counted = Counter(len(code) for code in codes if code.isdigit())
    usual = max(counted, key=lambda length: (counted[length], length)) if counted else 0
    return tuple(code.zfill(usual) if code.isdigit() else code for code in codes)


def number_groups(codes: Sequence[str]) -> npt.NDArray[np.int64]:
    """Group number (k, prefix lengths) of each code at each prefix length; what is no code is a group of its own."""
    compared = comparable_codes(codes)
    names = [
        [code[:length] if _CODE.match(code) else f"alone {code}" for length in PREFIX_LENGTHS] for code in compared
    ]
    columns = [np.unique(column, return_inverse=True)[1] for column in zip(*names, strict=True)]
    return np.stack(columns, axis=1).astype(np.int64)


def share_scores(codes: Sequence[str]) -> npt.NDArray[np.float64]:
    """What of a score each code passes on: (k, k), 1 on the diagonal."""
    groups = number_groups(codes)
    shared = np.zeros((len(codes), len(codes)))
    for length, weight in _SHARED.items():
        column = groups[:, PREFIX_LENGTHS.index(length)]
        shared = np.where(column[:, None] == column[None, :], weight, shared)
    np.fill_diagonal(shared, 1.0)
    return shared


def part_targets(classes: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> list[tuple[float, Floats]]:
    """Pairs of a ridge and targets (n, k) for people's class (n,) of groups (k, lengths): together 1 for the own class.

    Each level's target is the mean of the class's group less that of the wider one.
    """
    count = len(groups)
    wanted = np.zeros((len(classes), count), dtype=np.float32)
    parts, wider = [], wanted.copy()
    wanted[np.arange(len(classes)), classes] = 1.0
    for length, ridge in _LEVEL_RIDGES:
        column = groups[:, PREFIX_LENGTHS.index(length)]
        sizes = np.bincount(column)[column]
        level = ((column[:, None] == column[None, :]) / sizes).astype(np.float32)[classes]
        parts.append((ridge, level - wider))
        wider = level
    return [*parts, (_OWN_RIDGE, wanted - wider)]
