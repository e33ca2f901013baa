"""What of a person decides which sessions are open and suit: home, reach, employment, general level.

Do not put here: skills (shown_skills.py) or scores (course_fit.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import NONE, Ints, Longs, encode_in, flat
from matching.course_market import FOR_ALL, FOR_EMPLOYED, FOR_NOT_EMPLOYED
from matching.eligibility import read_near_home, read_region_bits
from matching.skill_needs import UNKNOWN_LEVEL

WISHED_REGION_COLUMNS = tuple(f"wanted_region_code_{place}" for place in (1, 2, 3))
LEARNER_COLUMNS = ("home_region_code", *WISHED_REGION_COLUMNS, "education_code", "is_employed")
# The general NCS level of somebody of whose skill no level is known. Source: the pilot of the national qualification
# framework (ministry of education, 10 February 2015) takes levels 1-2 for high school, 3-4 for junior college, 5-6 for
# a bachelor's and 7-8 for a master's or doctor's degree; here the upper one of each, and 1 below high school (judged).
GENERAL_LEVELS = {"01": 1, "02": 1, "03": 2, "04": 4, "05": 6, "06": 8, "07": 8}


class Learners(NamedTuple):
    """Of each person or case (n,).

    `home` is a place in the market's regions (NONE unknown or none of them), `reach` the regions reached as bits,
    `audience` whom sessions must be for besides everybody (FOR_ALL where employment is unknown: then all are open),
    `general_level` 1 to 8 or UNKNOWN_LEVEL.
    """

    home: Ints
    reach: Longs
    audience: Ints
    general_level: Ints

    def take(self, rows: Longs) -> Learners:
        """The learners at `rows`."""
        return Learners(self.home[rows], self.reach[rows], self.audience[rows], self.general_level[rows])


def read_learners(block: pa.Table, region_codes: pa.Array) -> Learners:
    """What features__seekers rows say of learning; regions as bits in the order of `region_codes`."""
    employed = flat(block["is_employed"])
    audience = np.where(pc.fill_null(employed, False).to_numpy(zero_copy_only=False), FOR_EMPLOYED, FOR_NOT_EMPLOYED)
    is_unknown = pc.is_null(employed).to_numpy(zero_copy_only=False)
    return Learners(
        home=encode_in(block["home_region_code"], region_codes),
        reach=read_reach(block, region_codes),
        audience=np.where(is_unknown, FOR_ALL, audience).astype(np.int32),
        general_level=read_general_level(block),
    )


def read_reach(block: pa.Table, region_codes: pa.Array) -> Longs:
    """Wished regions and home; without a wish, home and the regions near it; without either, every region."""
    wished, has_wish = read_region_bits(block, WISHED_REGION_COLUMNS, region_codes)
    home, has_home = read_region_bits(block, ["home_region_code"], region_codes)
    near, _ = read_near_home(block["home_region_code"], region_codes)
    everywhere = np.int64((1 << len(region_codes)) - 1)
    return np.where(has_wish, wished | home, np.where(has_home, near, everywhere))


def read_general_level(block: pa.Table) -> Ints:
    """The general NCS level (n,) by education, UNKNOWN_LEVEL where the education is unknown."""
    place = encode_in(block["education_code"], pa.array(list(GENERAL_LEVELS)))
    return np.array([*GENERAL_LEVELS.values(), UNKNOWN_LEVEL], np.int32)[np.where(place == NONE, -1, place)]
