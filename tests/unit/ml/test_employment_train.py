"""Training the employment model: what it may see, what it must not learn from, and when there is none."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.features import EMPLOYMENT_INPUTS, SEEKER_COHORTS
from lake.contracts.render import arrow_schema
from ml import registry
from ml.additive import TrainSpec
from ml.employment import train
from ml.employment.train import (
    FACTORS,
    LABEL,
    MIN_ROWS,
    MONOTONE,
    Training,
    ensure_model,
    feature_specs,
    registry_dir,
    train_employment,
)

AS_OF = date(2026, 11, 20)
DATES = (date(2025, 9, 8), date(2025, 12, 8), date(2026, 3, 9))
SCHEMA = arrow_schema(SEEKER_COHORTS)


def make_cohorts(rows: tuple[int, int, int], *, hired: bool | None = None) -> pa.Table:
    """People of the three cohorts; more certificates, more often hired (or all of them `hired`)."""
    total = sum(rows)
    draw = np.random.default_rng(1)
    certificates = draw.integers(0, 5, total).astype(np.int32)
    outcome = draw.random(total) < 0.1 + 0.15 * certificates
    columns = {
        "as_of": pa.array([AS_OF] * total, pa.date32()),
        "snapshot_date": pa.array([day for day, count in zip(DATES, rows, strict=True) for _ in range(count)]),
        "seeker_key": pa.array([f"{number:032x}" for number in range(total)]),
        "certificates_count": pa.array(certificates),
        "education_code": pa.array(np.array(["03", "05"])[draw.integers(0, 2, total)]),
        LABEL: pa.array(outcome if hired is None else np.full(total, hired)),
    }
    empty = {field.name: pa.nulls(total, field.type) for field in SCHEMA}
    return pa.table([(empty | columns)[name] for name in SCHEMA.names], schema=SCHEMA)


def test_the_inputs_are_the_contracts_and_only_text_is_categorical() -> None:
    specs = {spec.name: spec for spec in feature_specs()}
    assert tuple(specs) == EMPLOYMENT_INPUTS
    assert {name for name, spec in specs.items() if spec.kind == "categorical"} == {
        "education_code",
        "home_region_code",
        "wanted_employment_type_code",
        "last_separation_reason_code",
        "wanted_occupation_group_code",
    }


def test_a_fuller_resume_a_tighter_market_and_a_certificate_never_count_against_a_person() -> None:
    rising = {spec.name for spec in feature_specs() if spec.monotone == 1}
    assert rising == {"resume_completeness_pct", "market_hires_ratio", "certificates_count"}
    assert not [spec.name for spec in feature_specs() if spec.monotone == -1]


@pytest.mark.parametrize("named", [MONOTONE, FACTORS], ids=["monotone", "factors"])
def test_rules_name_only_inputs_that_exist(named: dict[str, object]) -> None:
    assert set(named) <= set(EMPLOYMENT_INPUTS)


def test_a_persons_past_is_fixed_and_the_region_belongs_to_the_market() -> None:
    factors = {spec.name: spec.factor for spec in feature_specs()}
    assert factors["last_separation_reason_code"] == factors["career_months"] == "fixed"
    assert factors["home_region_code"] == "market"
    assert factors["trainings_3y_count"] == "changeable"


def test_a_model_belongs_to_the_month_of_its_night(tmp_path: Path) -> None:
    assert registry_dir(tmp_path, AS_OF) == tmp_path / "employment" / "2026-11"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((0, 0, 0), "0 training and 0 calibration rows; need 1000"),
        ((400, 599, 2_000), "999 training and 2000 calibration rows; need 1000"),
        ((2_000, 0, 999), "2000 training and 999 calibration rows; need 1000"),
    ],
    ids=["none", "too few to learn", "too few to calibrate"],
)
def test_too_few_people_give_no_model_and_a_reason(tmp_path: Path, rows: tuple[int, int, int], reason: str) -> None:
    assert train_employment(make_cohorts(rows), tmp_path, as_of=AS_OF) == Training(None, reason, {})
    with pytest.raises(registry.NoCurrentModelError):
        registry.current(tmp_path)


@pytest.mark.parametrize("hired", [True, False])
def test_a_past_in_which_all_fared_the_same_gives_no_model(tmp_path: Path, *, hired: bool) -> None:
    outcome = train_employment(make_cohorts((MIN_ROWS, 0, MIN_ROWS), hired=hired), tmp_path, as_of=AS_OF)
    assert outcome.model_version is None
    assert outcome.reason == f"hired shares {hired:d} and {hired:d}: nothing to tell apart"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Training]:
    """A registry with the model of 1,200 earlier and 1,000 later people, learned in few rounds to be quick."""
    folder = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "TrainSpec", partial(TrainSpec, round_limit=20))
        return folder, ensure_model(make_cohorts((600, 600, 1_000)), folder, as_of=AS_OF)


def test_the_older_cohorts_teach_and_the_newest_calibrates(trained: tuple[Path, Training]) -> None:
    model = registry.current(trained[0])
    assert model.training["cohorts"] == ["2025-09-08", "2025-12-08"]
    assert model.training["rows"] == 1_200
    assert model.calibration_report["cohort"] == "2026-03-09"


def test_the_model_has_learned_that_certificates_help(trained: tuple[Path, Training]) -> None:
    model = registry.current(trained[0])
    term = next(term for term in model.terms if term.name == "certificates_count")
    by_value = term.scores[term.axis_maps[0]][1:]  # without the bin of those whose number is not known
    assert (np.diff(by_value) >= 0).all()
    assert by_value[-1] - by_value[0] > 0.25


def test_the_model_of_the_month_is_not_trained_again(trained: tuple[Path, Training]) -> None:
    folder, first = trained
    again = ensure_model(make_cohorts((0, 0, 0)), folder, as_of=date(2026, 11, 30))
    assert (again.model_version, again.reason) == (first.model_version, "model of the month")
    assert first.reason == "first model of the month"
    assert again.numbers == first.numbers
