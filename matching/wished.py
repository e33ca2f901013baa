"""Which occupations somebody's gap is looked at for: the wishes, or what they did before where there is no wish.

Do not put here: what an occupation needs (skill_needs.py). Makes no table.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import WISHES
from matching.blocks import flat, is_null

WISH_COLUMNS = tuple(f"wanted_occupation_code_{place}" for place in range(1, WISHES + 1))
PAST_COLUMNS = ("career_occupation_code", "last_occupation_code")
OCCUPATION_COLUMNS = (*WISH_COLUMNS, *PAST_COLUMNS)
_NOTHING = pa.scalar(None, pa.string())


def list_wishes(block: pa.Table) -> list[pa.Array]:
    """The different wished occupations of each person, from the first place on (three columns, null where no more).

    Who wishes nothing is looked at for the occupation of their career, else for the last one.
    """
    places: list[pa.Array] = [pa.nulls(block.num_rows, pa.string())] * WISHES
    for name in WISH_COLUMNS:
        wish = flat(block[name]).cast(pa.string())
        for place, taken in enumerate(places):
            is_here = pc.and_(pc.is_null(taken), pc.is_valid(wish))
            is_again = pc.fill_null(pc.equal(taken, wish), False)
            places[place] = pc.if_else(is_here, wish, taken)
            wish = pc.if_else(pc.or_(is_here, is_again), _NOTHING, wish)
    places[0] = pc.coalesce(places[0], *(flat(block[name]).cast(pa.string()) for name in PAST_COLUMNS))
    return places


def choose_occupation(block: pa.Table, occupation_codes: pa.Array) -> pa.Array:
    """The first wish that is among `occupation_codes` (those whose needs are known), else the first wish of all."""
    wishes = list_wishes(block)
    known = (pc.if_else(pc.is_in(wish, value_set=occupation_codes), wish, _NOTHING) for wish in wishes)
    return pc.coalesce(*known, *wishes)


def find_basis(block: pa.Table, wanted: pa.Array) -> pa.Array:
    """Where the occupations come from: WISH, HISTORY where the past stands in, null where there is none (null)."""
    has_wish = ~np.all([is_null(block[name]) for name in WISH_COLUMNS], axis=0)
    return pa.array(np.where(has_wish, "WISH", "HISTORY").astype(object), pa.string(), mask=is_null(wanted))


def answer_or(answers: np.ndarray, has_wish: pa.Array, otherwise: str = "NO_WISH") -> pa.Array:
    """The answer codes (n,) as text; `otherwise` where there is no wish (null)."""
    return pa.array(np.where(~is_null(has_wish), answers, otherwise).astype(object), pa.string())
