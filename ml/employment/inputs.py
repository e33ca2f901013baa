"""What the employment model may read, which way the domain says an input must go, and who could change it.

Do not put here: how an input is computed (transforms/features/seekers.py) or what is said about it (dashboards/texts).
"""

from __future__ import annotations

from lake.contracts.features import AGE_INPUT, EMPLOYMENT_INPUTS, SEEKER_COHORTS
from lake.contracts.model import Kind
from ml.additive.model import Factor
from ml.additive.train import FeatureSpec

LABEL = "is_hired_183d"
KEPT_LABEL = "is_kept_90d"
KEYS = ("seeker_key", "snapshot_date")

MONOTONE: dict[str, int] = {
    "certificates_count": 1,
    "market_hires_ratio": 1,
    "resume_completeness_pct": 1,
    "wage_wish_ratio": -1,
    "wanted_regions_count": 1,
}
"""One more certificate, a tighter market, a fuller résumé or a wider region never count against a person, nor does a
lower wage wish: the choice set grows, or an employer learns more, and a learned dip would be noise turned into advice.
History (spells, tenure, gaps) is left free: what it stands for differs between people."""

FACTORS: dict[str, Factor] = {
    "wanted_employment_type_code": "changeable",
    "certificates_count": "changeable",
    "trainings_3y_count": "changeable",
    "applications_90d_count": "changeable",
    "resume_completeness_pct": "changeable",
    "language_tests_count": "changeable",
    "wage_wish_ratio": "changeable",
    "wanted_regions_count": "changeable",
    "wanted_occupations_count": "changeable",
    "is_same_occupation": "changeable",
    "wanted_occupation_group_code": "market",
    "market_hires_ratio": "market",
    "home_region_code": "market",
}


def input_names(*, uses_age: bool) -> tuple[str, ...]:
    """The inputs; age is one of them only where the setting says so."""
    return (*EMPLOYMENT_INPUTS, AGE_INPUT) if uses_age else EMPLOYMENT_INPUTS


def feature_specs(*, uses_age: bool = False) -> tuple[FeatureSpec, ...]:
    """The model's inputs, from the contract: text is categorical, all else numeric."""
    return tuple(
        FeatureSpec(
            name,
            "categorical" if SEEKER_COHORTS.column(name).kind is Kind.STRING else "numeric",
            MONOTONE.get(name, 0),
            FACTORS.get(name, "fixed"),
        )
        for name in input_names(uses_age=uses_age)
    )
