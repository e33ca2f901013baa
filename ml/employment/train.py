"""Train and calibrate the employment model from past cohorts, and register it.

The two older cohorts teach, the newest calibrates: a model is never calibrated on people it has seen.
Do not put here: scoring (score.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.features import EMPLOYMENT_INPUTS, SEEKER_COHORTS
from lake.contracts.model import Kind
from ml import registry
from ml.additive.calibrate import calibrate_additive
from ml.additive.model import Factor
from ml.additive.train import FeatureSpec, TrainSpec, train_additive

LABEL = "is_hired_183d"
MIN_ROWS = 1_000
"""Fewer rows than this in the training or calibration cohorts: no model, and every answer says so."""
MIN_OUTCOMES = 30
"""The same for people hired, and for people not hired: a lake without employment history shows neither."""

MONOTONE: dict[str, int] = {"resume_completeness_pct": 1, "market_hires_ratio": 1, "certificates_count": 1}
"""What the domain demands: a fuller résumé, a tighter market, one more certificate never count against a person."""

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
    "wanted_occupation_group_code": "changeable",
    "market_hires_ratio": "market",
    "home_region_code": "market",
}


@dataclass(frozen=True)
class Training:
    """What came of a training: a version, or the reason why there is no model."""

    model_version: str | None
    reason: str
    numbers: dict[str, float]


def feature_specs() -> tuple[FeatureSpec, ...]:
    """The model's inputs, from the contract: text is categorical, all else numeric."""
    return tuple(
        FeatureSpec(
            name,
            "categorical" if SEEKER_COHORTS.column(name).kind is Kind.STRING else "numeric",
            MONOTONE.get(name, 0),
            FACTORS.get(name, "fixed"),
        )
        for name in EMPLOYMENT_INPUTS
    )


def registry_dir(models_dir: Path, as_of: date) -> Path:
    """One model a calendar month: replaying a date uses the model of its month."""
    return models_dir / "employment" / f"{as_of:%Y-%m}"


def ensure_model(cohorts: pa.Table, folder: Path, *, as_of: date) -> Training:
    """The month's model: loaded when it is there, trained otherwise."""
    try:
        model = registry.current(folder)
    except registry.NoCurrentModelError:
        return train_employment(cohorts, folder, as_of=as_of)
    numbers = {name: float(v) for name, v in model.calibration_report["calibrated"].items() if isinstance(v, float)}
    return Training(model.model_version, "model of the month", numbers)


def train_employment(cohorts: pa.Table, folder: Path, *, as_of: date) -> Training:
    """Fit on the older cohorts of features__seeker_cohorts, calibrate on the newest, register in `folder`."""
    dates = sorted(set(cohorts.column("snapshot_date").to_pylist()))
    newest = dates[-1] if dates else as_of
    is_newest = pc.equal(cohorts.column("snapshot_date"), pa.scalar(newest, pa.date32()))
    later, earlier = cohorts.filter(is_newest), cohorts.filter(pc.invert(is_newest))
    if min(later.num_rows, earlier.num_rows) < MIN_ROWS:
        return Training(None, f"{earlier.num_rows} training and {later.num_rows} calibration rows; need {MIN_ROWS}", {})
    hired = [pc.mean(pc.cast(part.column(LABEL), pa.int8())).as_py() for part in (earlier, later)]
    if any(share in (0, 1) for share in hired):
        return Training(None, f"hired shares {hired[0]:g} and {hired[1]:g}: nothing to tell apart", {})
    hired = [pc.sum(part.column(LABEL)).as_py() or 0 for part in (earlier, later)]
    fewest = min(min(count, part.num_rows - count) for count, part in zip(hired, (earlier, later), strict=True))
    if fewest < MIN_OUTCOMES:
        return Training(None, f"{hired[0]} hires to learn and {hired[1]} to calibrate from; need {MIN_OUTCOMES}", {})
    spec = TrainSpec(
        features=feature_specs(),
        cohorts=tuple(day.isoformat() for day in dates[:-1]),
        key_columns=("seeker_key", "snapshot_date"),
        pair_limit=0,
        bag_count=4,
        row_limit=100_000,
    )
    model = train_additive(earlier, LABEL, spec)
    model = calibrate_additive(model, later, LABEL, cohort=newest.isoformat(), key_columns=("seeker_key",))
    report = model.calibration_report
    numbers = {name: float(value) for name, value in report["calibrated"].items() if isinstance(value, float)}
    decision = registry.Decision(True, "first model of the month", f"{as_of.isoformat()}T00:00:00Z", numbers)
    return Training(registry.register(model, folder, decision), decision.reason, numbers)
