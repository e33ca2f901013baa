"""Rank: the chance by adding up a table, usefulness by its four parts, the score as their product."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matching import rank
from matching.blocks import MatchingInputError
from matching.chances import ChanceTerms, load_chances
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.rank import Rated, SeekerWishes, rate_candidates, rate_scores, read_wishes
from tests.unit.matching.chance_tables import fallback_table, make_rows, make_table

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
Rate = Callable[[pa.Table, pa.Table, pa.Table], Rated]
AS_OF = datetime.date(2026, 1, 6)
HAND = make_rows(-2.0, {"wish_relation_code": {1: 0.7, 7: -0.3}, "distance_km": {1: 0.2, 3: -0.5}})


@pytest.fixture
def open_market(learn_space: Callable[..., JobSpace]) -> Callable[[pa.Table], PostingMarket]:
    """The market of postings in the space learned from them."""
    return lambda postings: PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))


@pytest.fixture
def rate(open_market: Callable[[pa.Table], PostingMarket]) -> Rate:
    """Every person with every posting, in the order of posting ids."""

    def rated(seekers: pa.Table, postings: pa.Table, table: pa.Table) -> Rated:
        market = open_market(postings)
        wishes = read_wishes(seekers, market)
        places = np.tile(market.place_by_id, (seekers.num_rows, 1))
        return rate_candidates(places, wishes, market, ChanceTerms.from_arrow(table))

    return rated


def test_the_chance_is_the_sum_of_the_tables_terms(rate: Rate, make_seekers: Make, make_postings: Make) -> None:
    """First wish .7, same region .2, intercept -2: logit -1.1; another occupation in Busan: -2 - .3 - .5 = -2.8."""
    postings = [{}, {"occupation_code": "9010", "region_code": "26"}]
    rated = rate(make_seekers([{}]), make_postings(postings), make_table(HAND))
    assert rated.chance[0].tolist() == [1 / (1 + math.exp(1.1)), 1 / (1 + math.exp(2.8))]


def test_the_wished_occupation_has_the_higher_chance(rate: Rate, make_seekers: Make, make_postings: Make) -> None:
    rated = rate(make_seekers([{}]), make_postings([{}, {"occupation_code": "9010"}]), make_table(HAND))
    assert rated.chance[0, 0] > rated.chance[0, 1]


@pytest.mark.parametrize(
    ("seeker", "posting", "part", "value"),
    [
        ({"wanted_wage_krw_month": 3_750_000}, {}, "wage", 0.0),  # the offer is 80 % of the wish
        ({"wanted_wage_krw_month": 3_000_000}, {}, "wage", 0.5),
        ({"wanted_wage_krw_month": 2_500_000}, {}, "wage", 1.0),  # 120 %
        ({"wanted_wage_krw_month": 1_500_000}, {}, "wage", 1.0),
        ({}, {}, "wage", 0.5),  # no wish known
        ({"wanted_wage_krw_month": 3_000_000}, {"wage_min_krw_month": None}, "wage", 0.5),
        ({}, {}, "distance", 1.0),
        ({}, {"region_code": "28"}, "distance", 0.688),  # Incheon, 27 km: half to the power of .54
        ({}, {"region_code": "26"}, "distance", 0.011),  # Busan, 325 km
        ({"home_region_code": None}, {}, "distance", 0.5),
        ({}, {"region_code": None}, "distance", 0.5),
        ({}, {}, "occupation", 1.0),
        ({"wanted_occupation_code_1": "9010", "wanted_occupation_code_2": "0131"}, {}, "occupation", 0.8),
        ({"wanted_occupation_code_1": "9010", "wanted_occupation_code_3": "0131"}, {}, "occupation", 0.6),
        ({}, {"occupation_code": "0132"}, "occupation", 0.4),
        ({}, {"occupation_code": "0142"}, "occupation", 0.0),
        ({"wanted_occupation_code_1": None}, {}, "occupation", 0.5),
        ({}, {"employment_type_code": "10"}, "permanence", 1.0),
        ({}, {"employment_type_code": "11"}, "permanence", 1.0),
        ({}, {"employment_type_code": "20"}, "permanence", 0.0),
        ({}, {"employment_type_code": "4"}, "permanence", 0.0),
        ({}, {"employment_type_code": None}, "permanence", 0.5),
        ({"wanted_employment_type_code": "10"}, {"employment_type_code": "11"}, "permanence", 0.5),
        ({"wanted_employment_type_code": "21"}, {"employment_type_code": "11"}, "permanence", 1.0),
    ],
)
def test_a_part_of_usefulness_by_hand(
    rate: Rate,
    make_seekers: Make,
    make_postings: Make,
    seeker: dict[str, Any],
    posting: dict[str, Any],
    part: str,
    value: float,
) -> None:
    rated = rate(make_seekers([seeker]), make_postings([posting]), make_table(HAND))
    assert getattr(rated, part)[0, 0] == pytest.approx(value, abs=5e-4)


def test_usefulness_is_the_weighted_mean_of_its_parts(rate: Rate, draw_seekers: Drawn, draw_postings: Drawn) -> None:
    rated = rate(draw_seekers(60, 1), draw_postings(200, 2), make_table(HAND))
    total = sum(rank.USEFULNESS.values())
    mean = sum(weight * getattr(rated, part) for part, weight in rank.USEFULNESS.items()) / total
    assert rated.usefulness == pytest.approx(mean, abs=1e-12)
    assert rated.usefulness.min() >= 0
    assert rated.usefulness.max() <= 1


def test_the_score_is_chance_times_usefulness_in_millionths(
    rate: Rate, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    rated = rate(draw_seekers(60, 3), draw_postings(200, 4), make_table(HAND))
    expected = np.floor(rated.chance * rated.usefulness * 1_000_000 + 0.5)
    assert rated.score_steps.tolist() == expected.astype(np.int32).tolist()
    assert rated.score_steps.dtype == np.int32


def pick(wishes: SeekerWishes, rows: slice) -> SeekerWishes:
    return SeekerWishes(*(values[rows] for values in wishes))


@pytest.mark.parametrize("table", [make_table(HAND), fallback_table()], ids=["learned", "fallback"])
def test_a_pair_has_the_same_bits_in_any_batch_and_on_both_paths(
    open_market: Callable[[pa.Table], PostingMarket], draw_seekers: Drawn, draw_postings: Drawn, table: pa.Table
) -> None:
    market, chances = open_market(draw_postings(300, 5)), ChanceTerms.from_arrow(table)
    wishes = read_wishes(draw_seekers(80, 5), market)
    places = np.random.default_rng(5).integers(0, len(market.posting_ids), (80, 50))
    whole = rate_candidates(places, wishes, market, chances)
    assert rate_scores(places, wishes, market, chances).tobytes() == whole.score_steps.tobytes()
    few = places[:, [49, 3, 17, 3, 0]].copy()
    for name, values in zip(Rated._fields, rate_candidates(few, wishes, market, chances), strict=True):
        assert values.tobytes() == getattr(whole, name)[:, [49, 3, 17, 3, 0]].tobytes(), name
    for row in (0, 41, 79):
        alone = rate_candidates(places[row : row + 1], pick(wishes, slice(row, row + 1)), market, chances)
        for name, values in zip(Rated._fields, alone, strict=True):
            assert values.tobytes() == getattr(whole, name)[row : row + 1].tobytes(), name


def test_without_enough_applications_the_chance_is_the_postings_own(
    rate: Rate, make_seekers: Make, make_postings: Make
) -> None:
    """Known .3 and .1; the unknown one has the middle of the known, .2."""
    postings = [{"fill_chance_0_1": 0.3}, {"fill_chance_0_1": 0.1}, {"fill_chance_0_1": None}]
    rated = rate(make_seekers([{}]), make_postings(postings), fallback_table())
    assert rated.chance[0].tolist() == pytest.approx([0.3, 0.1, 0.2])


def test_when_nothing_at_all_is_known_one_application_in_ten_is_hired(
    rate: Rate, make_seekers: Make, make_postings: Make
) -> None:
    rated = rate(make_seekers([{}]), make_postings([{"fill_chance_0_1": None}]), fallback_table())
    assert rated.chance.tolist() == [[0.1]]


def test_terms_are_read_from_the_exported_file(tmp_path: Path) -> None:
    pq.write_table(make_table(HAND), tmp_path / "chances.parquet")
    chances = load_chances(tmp_path / "chances.parquet")
    assert chances.model_version == "chance-1"
    assert chances.terms.intercept.tolist() == [-2_000_000]
    load_chances.cache_clear()


def change(number: int, **values: Any) -> pa.Table:
    rows = [dict(row) for row in HAND]
    rows[number] |= values
    return make_table(rows)


FIRST_NUMBER = next(place for place, row in enumerate(HAND) if row["input_name"] == "offer_wish_ratio")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (make_table([]), "0 rows of intercept found, 1 expected"),
        (make_table(HAND[:-20]), "inputs .* found, .* expected"),
        (make_table([*HAND, HAND[0]]), "2 rows of intercept"),
        (make_table([row for place, row in enumerate(HAND) if place != 5]), "bins of wish_relation_code"),
        (change(2, logit=float("nan")), "logit nan of wish_relation_code bin 1"),
        (change(2, logit=float("inf")), "logit inf of wish_relation_code bin 1"),
        (change(2, logit=0.70000001), "six decimals"),
        (change(2, value_code="THIRD"), "codes .* of wish_relation_code"),
        (change(FIRST_NUMBER + 2, value_from=0.85), "bins of offer_wish_ratio .* do not join"),
        (change(FIRST_NUMBER + 1, value_from=0.1), "bins of offer_wish_ratio .* do not join"),
        (make_table(HAND).drop_columns(["value_code"]), r"columns \['value_code'\] not found"),
        (make_table([*HAND, HAND[3] | {"input_name": "age_years"}]), "inputs .*age_years"),
    ],
)
def test_a_table_that_is_not_whole_is_refused_by_name(table: pa.Table, message: str) -> None:
    with pytest.raises(MatchingInputError, match=message):
        ChanceTerms.from_arrow(table)
