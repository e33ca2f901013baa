"""Exposure: how evenly recommendations fall on vacancies, as numbers that can be checked by hand."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.ops import EXPOSURE
from lake.contracts.render import arrow_schema
from matching.capacity import Load, Sharing
from matching.exposure import Groups, exposure_rows, gini

AS_OF = datetime.date(2026, 1, 6)


@pytest.mark.parametrize(
    ("amounts", "weights", "expected"),
    [
        ([0, 0, 0, 1], [1, 1, 1, 1], 0.75),
        ([1, 1, 1, 1], [1, 1, 1, 1], 0.0),
        ([1, 3], [1, 3], 0.0),  # each vacancy as often
        ([0, 4], [3, 1], 0.75),  # the one vacancy of four takes all
        ([1, 3], [1, 1], 0.25),
        ([5], [2], 0.0),
    ],
)
def test_the_gini_coefficient_by_hand(amounts: list[float], weights: list[float], expected: float) -> None:
    assert gini(np.array(amounts, float), np.array(weights, float)) == pytest.approx(expected)


def test_the_gini_coefficient_does_not_depend_on_the_order() -> None:
    amounts, weights = np.array([3.0, 0, 7, 1]), np.array([1.0, 2, 3, 1])
    assert gini(amounts[::-1], weights[::-1]) == pytest.approx(gini(amounts, weights))


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    """Four postings: before, the first takes 30 of 40 recommendations; after, 20. One has no size, one no region."""
    before = Load(np.array([30, 10, 0, 0]), np.array([30, 10, 0, 0]) * 60_000, 0)
    after = Load(np.array([20, 10, 6, 4]), np.array([20, 10, 6, 4]) * 58_000, 1)
    sharing = Sharing(np.array([40, 40, 40, 40]), np.array([20.0, 20, 40, 10]), np.zeros(4), before, after, 5)
    groups = Groups(pa.array(["S", "S", "L", None]), pa.array(["11", None, "26", "11"]))
    table = exposure_rows(sharing, np.array([1.0, 1, 4, 2]), groups, AS_OF)
    assert table.schema.equals(arrow_schema(EXPOSURE))
    assert table.validate(full=True) is None
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def find(rows: list[dict[str, Any]], phase: str, kind: str, code: str) -> dict[str, Any]:
    (row,) = (r for r in rows if (r["phase_code"], r["group_kind"], r["group_code"]) == (phase, kind, code))
    return row


def test_every_group_has_a_row_before_and_after(rows: list[dict[str, Any]]) -> None:
    groups = [
        ("ALL", "ALL"),
        *(("company_size_code", code) for code in ("L", "S", "UNKNOWN")),
        *(("region_code", code) for code in ("11", "26", "UNKNOWN")),
    ]
    found = [(row["phase_code"], row["group_kind"], row["group_code"]) for row in rows]
    assert found == [(phase, *group) for phase in ("BEFORE", "AFTER") for group in groups]


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (
            "BEFORE",
            {
                "recommendations_count": 40,
                "largest_ratio": 1.5,  # 30 of 20
                "over_capacity_count": 1,
                "coverage_0_1": 0.5,
                "mean_score_0_1": 0.06,
                "short_seekers_count": 0,
                "gini_0_1": 0.8125,  # six vacancies without any, one with 10, one with 30: 1 - (10/40 + 50/40) / 8
            },
        ),
        (
            "AFTER",
            {
                "recommendations_count": 40,
                "largest_ratio": 1.0,
                "over_capacity_count": 0,
                "coverage_0_1": 1.0,
                "mean_score_0_1": 0.058,
                "short_seekers_count": 1,
                "gini_0_1": 0.54375,  # a vacancy 1.5, 1.5, 1.5, 1.5, 2, 2, 10, 20: of 40
            },
        ),
    ],
)
def test_the_whole_night_by_hand(rows: list[dict[str, Any]], phase: str, expected: dict[str, Any]) -> None:
    row = find(rows, phase, "ALL", "ALL")
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert (row["postings_count"], row["openings_count"], row["capacity_count"]) == (4, 8, 90.0)
    assert (row["recommendations_share_0_1"], row["openings_share_0_1"]) == (1.0, 1.0)


def test_a_group_by_hand(rows: list[dict[str, Any]]) -> None:
    """Small companies: all recommendations before and 30 of 40 after, for two of eight vacancies."""
    before, after = (find(rows, phase, "company_size_code", "S") for phase in ("BEFORE", "AFTER"))
    assert [row["recommendations_share_0_1"] for row in (before, after)] == [1.0, 0.75]
    assert [row["openings_share_0_1"] for row in (before, after)] == [0.25, 0.25]
    assert [row["gini_0_1"] for row in (before, after)] == pytest.approx([0.25, 1 / 6], abs=1e-6)
    assert before["short_seekers_count"] is None


def test_a_group_that_got_nothing_has_no_scores(rows: list[dict[str, Any]]) -> None:
    row = find(rows, "BEFORE", "region_code", "26")
    assert (row["recommendations_count"], row["coverage_0_1"], row["largest_ratio"]) == (0, 0.0, 0.0)
    assert (row["gini_0_1"], row["mean_score_0_1"]) == (None, None)


def test_a_night_without_postings_has_one_empty_row_before_and_after() -> None:
    none = Load(np.zeros(0, np.int64), np.zeros(0, np.int64), 0)
    sharing = Sharing(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), none, none, 1)
    groups = Groups(pa.array([], pa.string()), pa.array([], pa.string()))
    rows = exposure_rows(sharing, np.zeros(0), groups, AS_OF).to_pylist()
    assert [(row["phase_code"], row["group_kind"], row["postings_count"]) for row in rows] == [
        ("BEFORE", "ALL", 0),
        ("AFTER", "ALL", 0),
    ]
