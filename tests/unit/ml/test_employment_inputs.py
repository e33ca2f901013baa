"""What the employment model may read: the contract's inputs, never sex, nationality or disability."""

from __future__ import annotations

import pytest

from lake.contracts.features import EMPLOYMENT_INPUTS, SEEKER_COHORTS, SEEKERS
from lake.contracts.model import Privacy
from ml.employment.inputs import FACTORS, KEPT_LABEL, KEYS, LABEL, MONOTONE, feature_specs, input_names


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


@pytest.mark.parametrize("named", [MONOTONE, FACTORS], ids=["monotone", "factors"])
def test_rules_name_only_inputs_that_exist(named: dict[str, object]) -> None:
    assert set(named) <= set(EMPLOYMENT_INPUTS)


def test_no_sensitive_column_is_an_input() -> None:
    sensitive = {column.name for column in SEEKERS.columns if column.privacy is Privacy.SENSITIVE}
    assert {"sex_code", "is_disabled", "is_foreign_national", "age_years", "age_band_code"} <= sensitive
    assert not sensitive & set(input_names(uses_age=False))
    assert sensitive & set(input_names(uses_age=True)) == {"age_years"}


def test_no_outcome_and_no_key_is_an_input() -> None:
    assert not {LABEL, KEPT_LABEL, "is_evaluation", "is_employed", *KEYS} & set(input_names(uses_age=True))


def test_every_input_is_in_both_tables() -> None:
    """Tonight's people and those of past dates: what teaches is what is scored."""
    assert set(input_names(uses_age=True)) <= set(SEEKERS.names) & set(SEEKER_COHORTS.names)


def test_a_persons_past_is_fixed_and_the_region_belongs_to_the_market() -> None:
    factors = {spec.name: spec.factor for spec in feature_specs(uses_age=True)}
    assert {factors[name] for name in ("last_separation_reason_code", "career_months", "age_years")} == {"fixed"}
    assert factors["home_region_code"] == "market"
    assert factors["trainings_3y_count"] == "changeable"


def test_a_wish_for_more_wage_is_the_only_input_that_may_only_lower_the_chance() -> None:
    directions = {spec.name: spec.monotone for spec in feature_specs() if spec.monotone}
    assert {name for name, way in directions.items() if way < 0} == {"wage_wish_ratio"}
    assert {name for name, way in directions.items() if way > 0} == {
        "certificates_count",
        "market_hires_ratio",
        "resume_completeness_pct",
        "wanted_regions_count",
    }
