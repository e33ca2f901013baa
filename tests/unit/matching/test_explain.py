"""Explain: which conditions are met, which are open, and what pulled a score up."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from matching.chances import ChanceTerms
from matching.explain import Pairs, explain_pairs
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.rank import Rated, rate_candidates, read_wishes
from tests.unit.matching.chance_tables import fallback_table

Make = Callable[[list[dict[str, Any]]], pa.Table]
Codes = dict[str, str | None]
Explain = Callable[..., Codes]
AS_OF = datetime.date(2026, 1, 6)
USUAL = {"chance": 0.1, "usefulness": 0.5, "wage": 0.5, "distance": 0.5, "occupation": 0.5, "permanence": 0.5}


@pytest.fixture
def explain(make_seekers: Make, make_postings: Make, learn_space: Callable[..., JobSpace]) -> Explain:
    """The codes of one pair; parts of its score and its fit may be put in place of its own."""

    def explained(seeker: dict[str, Any], posting: dict[str, Any], fit: float = 0.5, **parts: float) -> Codes:
        postings = make_postings([posting])
        market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
        wishes = read_wishes(make_seekers([seeker]), market)
        places = np.zeros((1, 1), np.int64)
        rated = rate_candidates(places, wishes, market, ChanceTerms.from_arrow(fallback_table()))
        if parts:
            numbers = {name: np.array([[value]]) for name, value in (USUAL | parts).items()}
            rated = Rated(score_steps=np.zeros((1, 1), np.int32), **numbers)
        codes = explain_pairs(Pairs(places, np.ones((1, 1), bool), np.array([[fit]])), wishes, market, rated)
        return {name: texts[0].as_py() for name, texts in codes.items()}

    return explained


@pytest.mark.parametrize(
    ("seeker", "posting", "met", "unsettled"),
    [
        (
            {"education_code": "05", "career_months": 24, "wanted_wage_krw_month": 3_000_000},
            {},
            "OCCUPATION|REGION|EDUCATION|CAREER|WAGE|CLOSING|POSTED|NOT_APPLIED",
            "REGION_FROM_HOME|EMPLOYMENT_TYPE_UNKNOWN|WORKING_TIME_UNKNOWN",
        ),
        (
            {"wanted_employment_type_code": "20", "wanted_wage_krw_month": 3_500_000},
            {"region_code": None, "min_education_code": None, "career_code": None, "occupation_code": "0132"},
            "WORKING_TIME|CLOSING|POSTED|NOT_APPLIED",
            "OCCUPATION_DIFFERENT|REGION_UNKNOWN|EDUCATION_UNKNOWN|CAREER_UNKNOWN|WAGE_BELOW_WISH"
            "|EMPLOYMENT_TYPE_DIFFERENT",
        ),
        (
            {"home_region_code": None, "wanted_region_code_1": "11"},
            {},
            "OCCUPATION|REGION|EDUCATION|CAREER|CLOSING|POSTED|NOT_APPLIED",
            "DISTANCE_UNKNOWN|WAGE_UNKNOWN|EMPLOYMENT_TYPE_UNKNOWN|WORKING_TIME_UNKNOWN",
        ),
        (
            {"wanted_employment_type_code": "10", "certificate_names_text": "전기기사", "wanted_region_code_2": "11"},
            {"wage_min_krw_month": None, "required_certificate_name": "전기기사", "occupation_code": None},
            "REGION|EDUCATION|CAREER|LICENCE|EMPLOYMENT_TYPE|WORKING_TIME|CLOSING|POSTED|NOT_APPLIED",
            "OCCUPATION_UNKNOWN|WAGE_UNKNOWN",
        ),
        (
            {"wanted_employment_type_code": "4", "wanted_region_code_1": "11"},
            {"employment_type_code": "4"},
            "OCCUPATION|REGION|EDUCATION|CAREER|EMPLOYMENT_TYPE|CLOSING|POSTED|NOT_APPLIED",
            "WAGE_UNKNOWN|WORKING_TIME_UNKNOWN",
        ),
    ],
)
def test_met_and_open_conditions_are_named(
    explain: Explain, seeker: dict[str, Any], posting: dict[str, Any], met: str, unsettled: str
) -> None:
    codes = explain(seeker, posting | {"title": "용접", "keywords_text": "용접"})
    assert (codes["met_codes"], codes["open_codes"]) == (met, unsettled)


def test_a_posting_that_says_nothing_of_its_content_says_so(explain: Explain) -> None:
    codes = explain({}, {"occupation_code": None})
    assert (codes["open_codes"] or "").split("|")[0] == "OCCUPATION_UNKNOWN"
    assert (codes["open_codes"] or "").split("|")[-1] == "NO_TEXT"


@pytest.mark.parametrize(
    ("fit", "parts", "pulls"),
    [
        (0.75, {}, None),  # everything is as usual
        (0.76, {}, "FIT"),
        (0.5, {"chance": 0.15}, "CHANCE"),  # half above the usual .1: .15
        (0.5, {"chance": 0.05}, None),
        (0.5, {"wage": 1.0, "distance": 1.0, "occupation": 1.0, "permanence": 1.0}, "WAGE|OCCUPATION|DISTANCE"),
        (0.5, {"wage": 0.0, "distance": 0.0, "occupation": 0.4, "permanence": 1.0}, "PERMANENCE"),
        (1.0, {"chance": 0.15, "wage": 1.0}, "FIT|WAGE|CHANCE"),  # .25, .4 × .5 = .2, .3 × .5 = .15
        (0.5, {"chance": 0.15, "occupation": 1.0}, "CHANCE|OCCUPATION"),  # both .15: in the order of the codes
    ],
)
def test_what_pulled_a_score_up_stands_strongest_first(
    explain: Explain, fit: float, parts: dict[str, float], pulls: str | None
) -> None:
    """Weights .4 wage, .2 distance, .3 occupation, .1 permanence, each from .5 on; .3 × the chance above usual."""
    assert explain({}, {}, fit, **(USUAL | parts))["pull_codes"] == pulls
