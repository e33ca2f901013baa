"""How tonight's inputs differ from those that taught: the index by hand, missing shares, codes never seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import log
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.judgement import DRIFT
from lake.drift import stability_index
from ml.employment.cohorts import cohort_dates, origin
from ml.employment.drift import BIN_COUNTS, PSI_LIMIT, count_bins, drift_rows
from ml.employment.inputs import LABEL
from ml.employment.train import FitOptions, fit
from tests.unit.ml.employment_people import (
    KNOWN_UNTIL,
    by_name,
    categorical,
    make_cohorts,
    make_model,
    numeric,
    table_of,
)

MODEL = make_model(
    [
        (numeric("certificates_count", [0.5]), [0, -1, 1]),
        (categorical("education_code", ("03", "05")), [0, -1, 1, 0]),
    ]
)


def people(certificates: list[int | None], codes: list[str | None], *, is_evaluation: bool = False) -> pa.Table:
    """People of the first cohort that taught the model."""
    rows = len(certificates)
    return table_of(
        {
            "seeker_key": [f"{number:032x}" for number in range(rows)],
            "snapshot_date": [origin(KNOWN_UNTIL).teaches[0]] * rows,
            "certificates_count": certificates,
            "education_code": codes,
            LABEL: [False] * rows,
            "is_evaluation": [is_evaluation] * rows,
        }
    )


def test_half_and_half_becoming_a_quarter_and_three() -> None:
    """(0.25 - 0.5) ln(0.5) + (0.75 - 0.5) ln(1.5) = 0.1733 + 0.1014 = 0.2747."""
    by_hand = (0.25 - 0.5) * log(0.5) + (0.75 - 0.5) * log(1.5)
    assert stability_index(np.array([50, 50]), np.array([25, 75])) == pytest.approx(by_hand)
    assert round(by_hand, 4) == 0.2747


def test_the_index_is_zero_for_the_same_shares_of_another_number_of_people() -> None:
    assert stability_index(np.array([10, 30, 0]), np.array([100, 300, 0])) == 0.0


def test_the_index_is_the_same_in_both_directions() -> None:
    first, second = np.array([10, 20, 70]), np.array([40, 40, 20])
    assert stability_index(first, second) == pytest.approx(stability_index(second, first))


def test_an_empty_bin_counts_as_one_in_ten_thousand() -> None:
    """All in the first bin, then all in the second: twice (1 - 0.0001) ln(10,000)."""
    found = stability_index(np.array([5, 0]), np.array([0, 5]))
    assert found == pytest.approx(2 * (1 - 1e-4) * log(1e4))


def rows_of(then: pa.Table, *tonight: pa.Table) -> dict[str, dict[str, Any]]:
    """Rows by input."""
    counts = {name: found.tolist() for name, found in count_bins(MODEL, [then]).items()}
    return by_name(drift_rows(replace(MODEL, training={BIN_COUNTS: counts}), tonight), "feature_name")


def test_rows_tell_index_missing_shares_and_codes_never_seen() -> None:
    """Certificates: 2 of 4 had none, then 1 of 4, and the index is 0.2747. One of four codes is new, one missing."""
    then = people([0, 0, 1, 2], ["03", "03", "05", None])
    now = people([0, 1, 1, 3], ["03", None, "05", "07"])
    rows = rows_of(then, now)
    assert rows["certificates_count"] == {
        "service_code": "EMPLOYMENT",
        "feature_name": "certificates_count",
        "psi": 0.274653,
        "limit_value": 0.25,
        "missing_then_0_1": 0.0,
        "missing_now_0_1": 0.0,
        "unknown_count": 0,
        "result_code": "WARN",
    }
    names = ("missing_then_0_1", "missing_now_0_1", "unknown_count")
    assert [rows["education_code"][name] for name in names] == [0.25, 0.25, 1]
    assert {"as_of", *rows["education_code"]} == set(DRIFT.names)


def test_missing_values_are_a_bin_of_their_own() -> None:
    """All certificates known, then none: the largest drift there is."""
    rows = rows_of(people([0, 0], ["03"] * 2), people([None, None], ["03"] * 2))
    assert rows["certificates_count"]["psi"] == pytest.approx(2 * (1 - 1e-4) * log(1e4), abs=1e-6)
    assert rows["certificates_count"]["missing_now_0_1"] == 1.0


def test_nothing_changed_passes() -> None:
    then = people([0, 1, None, 5], ["03", "05", "07", None])
    assert {(row["psi"], row["result_code"]) for row in rows_of(then, then).values()} == {(0.0, "PASS")}
    assert PSI_LIMIT == 0.25


def test_blocks_of_people_add_up() -> None:
    table = people([0, 1, None, 5, 0], ["03", "05", "07", None, "03"])
    whole, parts = count_bins(MODEL, [table]), count_bins(MODEL, [table.slice(0, 2), table.slice(2, 0), table.slice(2)])
    assert {name: counts.tolist() for name, counts in whole.items()} == {
        "certificates_count": [1, 2, 2],
        "education_code": [1, 2, 1, 1],
    }
    assert all((whole[name] == parts[name]).all() for name in whole)


def test_a_model_remembers_who_taught_it_when_the_cohorts_have_moved_on() -> None:
    """A week later the cohorts lie on other days: none of the model's own is there, yet nothing has drifted."""
    then = make_cohorts(1_000)
    model = fit(then, origin(KNOWN_UNTIL), FitOptions())
    later = make_cohorts(200, cohort_dates(KNOWN_UNTIL + timedelta(days=7)))
    assert not set(later["snapshot_date"].to_pylist()) & set(then["snapshot_date"].to_pylist())
    rows = by_name(drift_rows(model, [make_cohorts(1_000, seed=2)]), "feature_name")
    assert {row["result_code"] for row in rows.values()} == {"PASS"}
    assert rows["last_tenure_days"]["missing_then_0_1"] == 1.0  # which these people never have
    assert sum(model.training[BIN_COUNTS]["last_tenure_days"]) == model.training["rows"]
