"""How near two occupations are by code and by their workers, and what wished and worked occupations weigh.

The weights are stated judgements until a later issue learns them. Do not put here: tests (scale_patterns.py), the
choice of five (heads.py). Makes no table.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from matching.blocks import NONE, Doubles, Ints, encode
from matching.occupation_model import PREFIX_LENGTHS, OccupationModel

# Evidence (log-odds) that a wished or worked occupation gives to itself; another one gets its nearness's share.
HISTORY_WEIGHTS = {
    "wanted_occupation_code_1": 4.0,
    "wanted_occupation_code_2": 3.0,
    "wanted_occupation_code_3": 2.5,
    "career_occupation_code": 2.0,
    "last_occupation_code": 1.5,
}
WORKED = ("career_occupation_code", "last_occupation_code")
# Nearness adds up over what two codes share; alike workers (cosine of the means) break ties within a group.
NEARNESS = {1: 0.05, 2: 0.15, 3: 0.3, 4: 0.4}
ALIKE_WORKERS = 0.1
_CODES_REMEMBERED = 4096  # KECO has 443 unit groups; a row of nearness is 3.5 kB


class History(NamedTuple):
    """Wished and worked occupations of each person, as places (n, 5) in `nearness` (c, k); NONE is no known group."""

    places: Ints
    nearness: Doubles


def read_history(block: pa.Table, model: OccupationModel) -> History:
    """The history of a features__seekers block; a code that is near no occupation of the model is not known."""
    columns = [block[name] for name in HISTORY_WEIGHTS]
    places, codes = encode(pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string()))
    rows = [find_near(model, code) for code in codes.to_pylist()]
    nearness = np.stack(rows) if rows else np.zeros((0, len(model.codes)))
    is_near = np.append((nearness > 0).any(axis=1), False)
    by_person = places.reshape(len(columns), block.num_rows).T
    return History(np.where(is_near[by_person], by_person, NONE).astype(np.int32), nearness)


@functools.lru_cache(maxsize=_CODES_REMEMBERED)
def find_near(model: OccupationModel, code: str) -> Doubles:
    """How near `code` is to each occupation of the model (k,), 1 for itself; nothing is near a code of no known group.

    Up to .5 for codes that share digits, and ±.1 by how alike the workers are (cosine of the means).
    """
    near = np.zeros(len(model.codes))
    for length in PREFIX_LENGTHS:
        near += NEARNESS[length] * np.array([other[:length] == code[:length] for other in model.codes], np.float64)
    if code in model.codes:
        place = model.codes.index(code)
        near += ALIKE_WORKERS * _compare_workers(model, place)
        near[place] = 1.0
    return near


def _compare_workers(model: OccupationModel, place: int) -> Doubles:
    """The cosine (k,) of one occupation's mean with each; 0 where a mean is the centre."""
    lengths = np.sqrt((model.means * model.means).sum(axis=1))
    products = (model.means * model.means[place]).sum(axis=1)
    both = lengths * lengths[place]
    alike: Doubles = np.round(np.divide(products, both, out=np.zeros(len(both)), where=both > 0), 9)
    return alike
