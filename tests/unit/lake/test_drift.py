"""How far distributions lie apart, and how far chance brings them (the index itself: test_employment_drift.py)."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lake.drift import stability_by_chance, stability_index


def test_an_empty_bin_counts_as_the_smallest_share_of_its_side() -> None:
    """10 rows in one of two bins against 5 and 5: (0.5 - 0.05) × ln(0.5 / 0.05) + (0.5 - 1) × ln(0.5 / 1)."""
    found = stability_index(np.array([10, 0]), np.array([5, 5]), (0.05, 0.05))
    assert found == pytest.approx(0.45 * log(10) + 0.5 * log(2))


def test_chance_is_the_quantile_of_chi_square_over_the_rows() -> None:
    """Chi-square with 9 degrees of freedom exceeds 33.72 once in 10,000 times (tables); 33.72 × (1/100 + 1/100)."""
    assert stability_by_chance(10, 100, 100) == pytest.approx(0.6744, rel=0.02)


@pytest.mark.parametrize(("then", "now"), [(5, 5), (10, 40), (30, 300), (1_000, 1_000)])
@pytest.mark.parametrize("bins", [2, 5, 17, 35])
def test_unchanged_distributions_stay_within_chance_and_the_margin(bins: int, then: int, now: int) -> None:
    """2,000 pairs of nights drawn from one and the same unequal distribution: none passes 0.25 on top of chance."""
    draw = np.random.default_rng(bins * then + now)
    shares = 1 / np.arange(1, bins + 1)
    nights = [draw.multinomial(rows, shares / shares.sum(), size=2_000) for rows in (then, now)]
    beyond = 0
    for first, second in zip(*nights, strict=True):
        there = first + second > 0
        value = stability_index(first[there], second[there], (0.5 / then, 0.5 / now))
        beyond += value > 0.25 + stability_by_chance(int(there.sum()), then, now)
    assert beyond <= 1


@pytest.mark.parametrize("rows", [60, 1_000])
def test_a_night_of_one_code_only_is_beyond_chance(rows: int) -> None:
    shares = np.full(17, 1 / 17)
    only = np.zeros(17)
    only[0] = rows
    value = stability_index(shares * 10 * rows, only, (0.05 / rows, 0.5 / rows))
    assert value > 0.25 + stability_by_chance(17, 10 * rows, rows)
