"""Pairs: how a person and a posting suit each other, by hand; the same for learning and for ranking."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts import features
from lake.contracts.chances import APPLICATION_PAIRS, PAIR_INPUTS
from lake.contracts.render import arrow_schema
from lake.reference import distances_km, read_regions
from matching import pairs
from matching.blocks import MatchingInputError

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
AS_OF = datetime.date(2026, 1, 6)


def join_rows(seekers: pa.Table, postings: pa.Table) -> pa.Table:
    """Person i and posting i side by side, as past applications have them."""
    columns = {name: seekers[name] for name in ("as_of", "seeker_key", *pairs.PERSON_COLUMNS)}
    columns |= {name: postings[name] for name in ("posting_id", *pairs.OFFER_COLUMNS)}
    columns["applied_date"] = pa.repeat(pa.scalar(AS_OF, pa.date32()), seekers.num_rows)
    columns["is_hired"] = pa.repeat(True, seekers.num_rows)
    return pa.table(columns)


def describe(seekers: pa.Table, postings: pa.Table) -> list[dict[str, Any]]:
    batches = join_rows(seekers, postings).to_batches()
    rows: list[dict[str, Any]] = pa.Table.from_batches(list(pairs.describe_batches(iter(batches)))).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("seeker", "posting", "name", "expected"),
    [
        ({"wanted_occupation_code_1": "0131"}, {"occupation_code": "0131"}, "wish_relation_code", "FIRST"),
        ({"wanted_occupation_code_2": "0211"}, {"occupation_code": "0211"}, "wish_relation_code", "SECOND"),
        ({"wanted_occupation_code_3": "0211"}, {"occupation_code": "0211"}, "wish_relation_code", "THIRD"),
        ({}, {"occupation_code": "0132"}, "wish_relation_code", "MINOR"),
        ({}, {"occupation_code": "0142"}, "wish_relation_code", "MIDDLE"),
        ({}, {"occupation_code": "0211"}, "wish_relation_code", "MAJOR"),
        ({}, {"occupation_code": "1131"}, "wish_relation_code", "OTHER"),
        ({"wanted_occupation_code_1": None}, {}, "wish_relation_code", None),
        ({}, {"occupation_code": None}, "wish_relation_code", None),
        ({"wanted_occupation_code_1": "A131"}, {}, "wish_relation_code", None),
        ({"wanted_occupation_code_1": "0000"}, {"occupation_code": "0000"}, "wish_relation_code", "FIRST"),
        ({"career_occupation_code": "0131"}, {}, "career_relation_code", "SAME"),
        ({"career_occupation_code": "0139"}, {}, "career_relation_code", "MINOR"),
        ({"career_occupation_code": "9131"}, {}, "career_relation_code", "OTHER"),
        ({}, {}, "career_relation_code", None),
        ({"wanted_region_code_2": "26"}, {"region_code": "26"}, "region_relation_code", "WANTED"),
        ({"wanted_region_code_2": "26"}, {"region_code": "11"}, "region_relation_code", "NOT_WANTED"),
        ({}, {"region_code": "11"}, "region_relation_code", "WANTED"),  # home, without a wish
        ({"home_region_code": None}, {}, "region_relation_code", None),
        ({}, {"min_education_code": "00"}, "education_relation_code", "NOT_ASKED"),
        ({"education_code": "03"}, {"min_education_code": "05"}, "education_relation_code", "SHORT"),
        ({"education_code": "05"}, {"min_education_code": "05"}, "education_relation_code", "EXACT"),
        ({"education_code": "06"}, {"min_education_code": "05"}, "education_relation_code", "ABOVE"),
        ({"education_code": None}, {"min_education_code": "05"}, "education_relation_code", None),
        ({"education_code": "05"}, {"min_education_code": None}, "education_relation_code", None),
        ({}, {"career_code": "Z"}, "experience_relation_code", "NOT_ASKED"),
        ({"career_months": 11}, {"career_code": "N"}, "experience_relation_code", "NEWCOMER"),
        ({"career_months": 12}, {"career_code": "N"}, "experience_relation_code", "NOT_NEWCOMER"),
        ({"career_months": 0}, {"career_code": "E"}, "experience_relation_code", "SHORT"),
        (
            {"career_months": 24},
            {"career_code": "E", "min_career_months": 24},
            "experience_relation_code",
            "MET",
        ),
        (
            {"career_months": 60},
            {"career_code": "E", "min_career_months": 24},
            "experience_relation_code",
            "AMPLE",
        ),
        ({"career_months": None}, {"career_code": "E"}, "experience_relation_code", None),
        ({"career_months": 5}, {"career_code": None}, "experience_relation_code", None),
        ({"wanted_employment_type_code": "10"}, {}, "employment_type_relation_code", "SAME"),
        ({"wanted_employment_type_code": "20"}, {}, "employment_type_relation_code", "DIFFERENT"),
        ({}, {}, "employment_type_relation_code", None),
        ({}, {"company_size_code": "P"}, "company_size_code", "P"),
        ({}, {}, "distance_km", 0.0),
        ({"home_region_code": "50"}, {"region_code": None}, "distance_km", None),
        ({"wanted_wage_krw_month": 3_750_000}, {}, "offer_wish_ratio", 0.8),
        ({"wanted_wage_krw_month": 0}, {}, "offer_wish_ratio", None),
        ({"wanted_wage_krw_month": 3_000_000}, {"wage_min_krw_month": None}, "offer_wish_ratio", None),
        ({}, {"headcount": 3}, "headcount", 3),
        ({}, {"fill_chance_0_1": 0.1}, "fill_chance_0_1", 0.1),
        ({}, {"fill_chance_0_1": None}, "fill_chance_0_1", None),
    ],
)
def test_a_pair_by_hand(
    make_seekers: Make,
    make_postings: Make,
    seeker: dict[str, Any],
    posting: dict[str, Any],
    name: str,
    expected: object,
) -> None:
    assert describe(make_seekers([seeker]), make_postings([posting]))[0][name] == expected


def test_seoul_to_busan_is_325_km() -> None:
    codes = [region.code for region in read_regions()]
    seoul, busan, incheon = (codes.index(code) for code in ("11", "26", "28"))
    assert distances_km()[seoul][busan] == pytest.approx(325, abs=1)
    assert distances_km()[busan][seoul] == distances_km()[seoul][busan]
    assert distances_km()[seoul][incheon] == pytest.approx(27, abs=1)
    assert distances_km()[seoul][seoul] == 0


def test_no_sensitive_trait_is_read() -> None:
    sensitive = {"sex_code", "age_years", "age_band_code", "is_foreign_national", "is_disabled", "birth_date"}
    assert not sensitive & {*pairs.PERSON_COLUMNS, *pairs.OFFER_COLUMNS, *APPLICATION_PAIRS.names}
    assert set(pairs.PERSON_COLUMNS) <= set(features.SEEKERS.names)
    assert set(pairs.OFFER_COLUMNS) <= set(features.JOB_POSTINGS.names)


def test_values_stand_in_the_order_of_the_contract() -> None:
    has_codes = [APPLICATION_PAIRS.column(name).codes is not None for name in PAIR_INPUTS]
    assert has_codes == [True] * pairs.CODED + [False] * (pairs.VALUES - pairs.CODED)


@pytest.mark.parametrize("size", [1, 7, 400])
def test_a_pair_does_not_depend_on_its_batch(draw_seekers: Drawn, draw_postings: Drawn, size: int) -> None:
    rows = join_rows(draw_seekers(400, 3), draw_postings(400, 4))
    whole = list(pairs.describe_batches(iter(rows.to_batches())))
    cut = list(pairs.describe_batches(iter(rows.to_batches(max_chunksize=size))))
    assert pa.Table.from_batches(cut).combine_chunks().equals(pa.Table.from_batches(whole).combine_chunks())
    assert whole[0].schema.equals(arrow_schema(APPLICATION_PAIRS))


def test_learning_and_ranking_read_the_same_values(draw_seekers: Drawn, draw_postings: Drawn) -> None:
    """Row by row from one table, or any person with any posting: one function fills both."""
    people, offers = pairs.read_people(draw_seekers(50, 5)), pairs.read_offers(draw_postings(50, 6))
    by_row = np.empty((50, pairs.VALUES))
    pairs.describe_rows(people, offers, by_row)
    order = np.arange(50)[::-1].copy()
    mixed = np.empty((50, pairs.VALUES))
    pairs.describe_rows(people[order], offers[order], mixed)
    assert mixed[::-1].tobytes() == by_row.tobytes()


def test_a_missing_column_is_named(make_seekers: Make, make_postings: Make) -> None:
    rows = join_rows(make_seekers([{}]), make_postings([{}])).drop_columns(["headcount"])
    with pytest.raises(MatchingInputError, match=r"columns \['headcount'\] not found"):
        list(pairs.describe_batches(iter(rows.to_batches())))
