"""What stands beside a recommended occupation: the education it usually asks, and its market in each region.

Read from gold__occupations and gold__labour_market, in the order of an occupation model. What is not known is NONE or
NaN, never 0. Do not put here: people, what an occupation is like (occupation_model.py). Makes no table.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from matching.blocks import NONE, Doubles, Ints, encode_in, find_places, is_null, read_numbers, require_columns
from matching.eligibility import EDUCATION_CODES
from matching.market import find_distinct, read_arrow_file

TITLE_COLUMNS = ("occupation_code", "typical_education_code")
CELL_COLUMNS = ("occupation_code", "region_code", "tightness_ratio", "wage_median_krw_month", "seekers_count")
LEAST_SEEKERS = 10
"""Openings for fewer seekers say little, and how many seekers there are: no ratio is told."""


@dataclass(frozen=True)
class OccupationFacts:
    """Of each occupation (k,) the usual education as a place in EDUCATION_CODES, NONE where not known.

    And (k + 1, r + 1) openings per seeker (NaN of fewer than LEAST_SEEKERS) and median wage offered (KRW a month) by
    region; the last row and column are NaN, so that NONE finds nothing.
    """

    education: Ints
    region_codes: pa.Array
    tightness_ratio: Doubles
    wage_krw_month: Doubles

    @classmethod
    def from_arrow(cls, titles: pa.Table, cells: pa.Table, codes: Sequence[str]) -> OccupationFacts:
        """The facts of `codes` from gold__occupations and gold__labour_market rows."""
        require_columns(titles.schema.names, TITLE_COLUMNS, "gold__occupations")
        require_columns(cells.schema.names, CELL_COLUMNS, "gold__labour_market")
        order = pa.array(codes, pa.string())
        usual = encode_in(titles["typical_education_code"], EDUCATION_CODES)
        titled = find_places(order, titles["occupation_code"].combine_chunks())
        known = cells.filter(pa.array(~is_null(cells["region_code"]))).combine_chunks()
        regions = find_distinct(known["region_code"])
        where = (encode_in(known["occupation_code"], order), encode_in(known["region_code"], regions))
        is_few = ~(read_numbers(known["seekers_count"], np.nan) >= LEAST_SEEKERS)
        told = (
            np.where(is_few, np.nan, read_numbers(known["tightness_ratio"], np.nan)),
            read_numbers(known["wage_median_krw_month"], np.nan),
        )
        by_cell = []
        for numbers in told:
            values = np.full((len(order) + 1, len(regions) + 1), np.nan)
            values[where] = numbers
            values[NONE], values[:, NONE] = np.nan, np.nan
            by_cell.append(values)
        return cls(np.append(usual, np.int32(NONE))[titled], regions, *by_cell)


@functools.lru_cache(maxsize=2)
def load_occupation_facts(titles: Path, cells: Path, codes: tuple[str, ...]) -> OccupationFacts:
    """The facts in exports of gold__occupations and gold__labour_market. A file must not change under its name."""
    return OccupationFacts.from_arrow(read_arrow_file(titles), read_arrow_file(cells), codes)
