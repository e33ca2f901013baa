"""The scorer on an NVIDIA card against the same scorer on the processor: probabilities to 1e-6, reasons equal.

The same rows in other chunks and on other threads of the processor: tests/unit/ml/test_additive_score.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dagster_project.bench_probability import FEATURES, make_people
from lake.device import find_missing_for_gpu, open_device
from ml.additive import (
    AdditiveModel,
    References,
    TrainSpec,
    calibrate_additive,
    change_logit,
    score_batch,
    term_contributions,
    train_additive,
)
from ml.additive.encode import encode_table

PEOPLE = 100_000
CELLS = 408
MISSING = find_missing_for_gpu()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs a card and requirements/gpu.txt: no {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def model() -> AdditiveModel:
    """Learned quickly from 20,000 people: 40 features with pairs."""
    spec = TrainSpec(FEATURES, cohorts=("2025-01-01",), key_columns=("person_id",), bag_count=4, round_limit=60)
    learned = train_additive(make_people(0, 20_000), "is_hired", spec)
    later = make_people(200_000, 20_000)
    return calibrate_additive(learned, later, "is_hired", cohort="2025-07-01", key_columns=("person_id",))


@pytest.fixture(scope="module")
def columns(model: AdditiveModel) -> dict[str, Any]:
    """Columns of 100,000 other people."""
    return encode_table(make_people(1_000_000, PEOPLE), model.features)


@pytest.fixture(scope="module")
def references(model: AdditiveModel) -> References:
    """Peers of every person."""
    usual = term_contributions(model, encode_table(make_people(0, CELLS), model.features), np)
    return References(usual, (np.arange(PEOPLE) * 7_919 % CELLS).astype(np.int32))


@pytest.mark.case("P19")
@pytest.mark.parametrize("relative", [False, True], ids=["against the average", "against peers"])
def test_card_gives_the_probabilities_and_reasons_of_the_processor(
    model: AdditiveModel, columns: dict[str, Any], references: References, relative: bool
) -> None:
    card = open_device("gpu").xp
    chosen = references if relative else None
    ours = score_batch(model, columns, np, with_contributions=False, references=chosen, threads=2)
    theirs = score_batch(model, columns, card, with_contributions=False, references=chosen)
    for name in ("probability", "low", "high", "baseline"):
        assert np.abs(getattr(ours, name) - getattr(theirs, name).get()).max() <= 1e-6, name
    for name in ("positive_terms", "positive_values", "negative_terms", "negative_values"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name).get()), name
    assert (ours.missing_counts, ours.unknown_counts) == (theirs.missing_counts, theirs.unknown_counts)


@pytest.mark.case("P19")
def test_card_gives_the_changes_of_the_processor(model: AdditiveModel, columns: dict[str, Any]) -> None:
    card = open_device("gpu").xp
    changes = {name: np.roll(columns[name], 1) for name in ("count_00", "amount_01", "code_00")}
    ours, theirs = (change_logit(model, columns, xp, changes) for xp in (np, card))
    assert np.abs(ours - theirs.get()).max() <= 1e-9
