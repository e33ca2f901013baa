"""What stands beside an occupation: unknown stays unknown, whatever the order of the tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.gold import LABOUR_MARKET, OCCUPATIONS
from lake.contracts.render import arrow_schema
from matching.blocks import MatchingInputError
from matching.occupation_facts import OccupationFacts, load_occupation_facts
from tests.unit.matching.conftest import AS_OF, build
from tests.unit.matching.occupation_worlds import make_facts

CODES = ("0131", "0132", "0133")
TITLES = [
    {"occupation_code": "0133", "typical_education_code": None},
    {"occupation_code": "0131", "typical_education_code": "05"},
    {"occupation_code": "9999", "typical_education_code": "03"},
]
CELLS = [
    {"occupation_code": "0132", "region_code": "26", "tightness_ratio": 0.0, "wage_median_krw_month": 2_400_000}
    | {"seekers_count": 10},
    {"occupation_code": "0133", "region_code": "26", "tightness_ratio": 5.0, "seekers_count": 9},
    {"occupation_code": "0131", "region_code": "11", "tightness_ratio": None, "wage_median_krw_month": 3_000_000},
    {"occupation_code": "9999", "region_code": "11", "tightness_ratio": 7.0, "wage_median_krw_month": 1},
]


@pytest.mark.parametrize("turned", [False, True])
def test_facts_stand_in_the_order_of_the_model(turned: bool) -> None:
    facts = make_facts(CODES, TITLES[::-1] if turned else TITLES, CELLS[::-1] if turned else CELLS)
    assert facts.education.tolist() == [5, -1, -1]
    assert facts.region_codes.to_pylist() == ["11", "26"]
    nan = np.nan
    np.testing.assert_array_equal(facts.tightness_ratio, [[nan] * 3, [nan, 0.0, nan], [nan] * 3, [nan] * 3])
    np.testing.assert_array_equal(
        facts.wage_krw_month, [[3_000_000, nan, nan], [nan, 2_400_000, nan], [nan] * 3, [nan] * 3]
    )


def test_facts_are_read_from_the_exports_of_a_night(tmp_path: Path) -> None:
    titles, cells = tmp_path / "titles.parquet", tmp_path / "cells.parquet"
    pq.write_table(
        build(arrow_schema(OCCUPATIONS), [row | {"as_of": AS_OF, "occupation_name": "엠디"} for row in TITLES]), titles
    )
    pq.write_table(
        build(arrow_schema(LABOUR_MARKET), [row | {"as_of": AS_OF, "month": "2026-01"} for row in CELLS]), cells
    )
    facts = load_occupation_facts(titles, cells, CODES)
    assert facts.education.tolist() == [5, -1, -1]
    assert facts.wage_krw_month[0, 0] == 3_000_000


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(MatchingInputError, match="gold__labour_market"):
        OccupationFacts.from_arrow(
            pa.table({"occupation_code": ["0131"], "typical_education_code": ["05"]}),
            pa.table({"occupation_code": ["0131"], "region_code": ["11"]}),
            CODES,
        )
