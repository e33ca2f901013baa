"""A hand-made model and a small training table shared by the tests of ml/."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import (
    AdditiveModel,
    Calibration,
    Feature,
    FeatureSpec,
    Term,
    TrainSpec,
    calibrate_additive,
    train_additive,
)


def make_table(rows: int, seed: int) -> pa.Table:
    """People with three numbers, a region and an outcome that depends on all of them."""
    draw = np.random.default_rng(seed)
    months, age, noise = draw.integers(0, 60, rows).astype(float), draw.normal(40, 10, rows), draw.normal(size=rows)
    region = np.array(["11", "26", "41", "48"])[draw.integers(0, 4, rows)]
    logit = 0.05 * (months - 30) + 0.8 * (region == "11") - 0.6 * (age > 50) * (months > 30) - 0.3
    months[draw.random(rows) < 0.1] = np.nan
    outcome = (draw.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    return pa.table(
        {
            "person_id": [f"p{number:06d}" for number in range(rows)],
            "insured_months": pa.array(months, from_pandas=True),
            "age_years": age,
            "noise": noise,
            "region_code": pa.array([None if i % 50 == 0 else code for i, code in enumerate(region)]),
            "employed": outcome,
        }
    )


def make_spec() -> TrainSpec:
    """Four inputs, insured months rising, two pairs, quick settings."""
    return TrainSpec(
        features=(
            FeatureSpec("insured_months", "numeric", monotone=1),
            FeatureSpec("age_years", "numeric"),
            FeatureSpec("noise", "numeric"),
            FeatureSpec("region_code", "categorical", factor="market"),
        ),
        cohorts=("2025-01-01",),
        key_columns=("person_id",),
        pair_limit=2,
        bag_count=3,
        bin_limit=24,
        pair_bin_limit=8,
        round_limit=60,
    )


@pytest.fixture(scope="session")
def spec() -> TrainSpec:
    """The specification as a fixture."""
    return make_spec()


@pytest.fixture(scope="session")
def table() -> pa.Table:
    """4,000 people of the training cohort."""
    return make_table(4_000, seed=1)


@pytest.fixture(scope="session")
def later_table() -> pa.Table:
    """3,000 people of a later cohort."""
    return make_table(3_000, seed=2)


@pytest.fixture(scope="session")
def trained(table: pa.Table, spec: TrainSpec) -> AdditiveModel:
    """The uncalibrated model of the table."""
    return train_additive(table, "employed", spec)


@pytest.fixture(scope="session")
def calibrated(trained: AdditiveModel, later_table: pa.Table) -> AdditiveModel:
    """The model calibrated on the later cohort."""
    return calibrate_additive(trained, later_table, "employed", cohort="2025-07-01", key_columns=("person_id",))


@pytest.fixture
def tiny() -> AdditiveModel:
    """Hand-made: age below 30 adds +1, from 30 on -1; Seoul adds +2, Busan 0; both young and Seoul add -0.5.

    Missing age adds 0.25, unlisted regions -2; two bags that lie 0.1 above and below in every age bin.
    """
    age = Feature("age", "numeric", np.array([30.0]), (), 41.0)
    region = Feature("region", "categorical", np.zeros(0), ("busan", "seoul"), 1.0, "market")
    age_map, region_map = np.array([0, 1, 2], np.int32), np.array([0, 1, 2, 3], np.int32)
    wobble = np.tile(np.array([0.1, -0.1], np.float32), (3, 1))
    pair = np.zeros((3, 4))
    pair[1, 2] = -0.5
    return AdditiveModel(
        label="employed",
        features=(age, region),
        terms=(
            Term("age", (0,), np.array([0.25, 1.0, -1.0]), wobble, (age_map,)),
            Term("region", (1,), np.array([0.0, 0.0, 2.0, -2.0]), np.zeros((4, 2), np.float32), (region_map,)),
            Term("age & region", (0, 1), pair, np.zeros((3, 4, 2), np.float32), (age_map, region_map)),
        ),
        intercept=-1.0,
        intercept_spread=np.zeros(2, np.float32),
        spread_scale=1.0,
        interval_z=2.0,
        calibration=Calibration.identity(),
        training={"cohorts": ["2025-01-01"]},
    )


@pytest.fixture
def reported(tiny: AdditiveModel) -> AdditiveModel:
    """The hand-made model with the report of a good calibration cohort."""
    numbers = {"auc": 0.7, "auc_low": 0.68, "brier": 0.2}
    return replace(tiny, calibration_report={"raw": numbers, "logit_standard_deviation": 0.8})
