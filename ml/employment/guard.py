"""Models that must not answer tonight, each refused by name, beyond what the registry refuses on its own.

Do not put here: constant, inverted, unfinished or tampered models (ml/registry.py refuses those for every service).
"""

from __future__ import annotations

from datetime import date, timedelta

from ml.additive.errors import AdditiveModelError, DegenerateModelError
from ml.additive.model import AdditiveModel
from ml.employment.cohorts import FOLLOW_UP_DAYS
from ml.employment.inputs import LABEL, input_names


class TrainedOnFutureError(DegenerateModelError):
    """The model learned from outcomes that were not known on the night it is to answer for."""


class ForeignInputsError(DegenerateModelError):
    """The model reads something that the contract does not allow it to read, or answers another question."""


def check_for_night(model: AdditiveModel, as_of: date, *, uses_age: bool) -> None:
    """Raises TrainedOnFutureError or ForeignInputsError unless the model may answer on `as_of`."""
    cohorts = [str(day) for day in model.training.get("cohorts", ())]
    cohorts += [str(model.calibration_report["cohort"])] if model.calibration_report.get("cohort") else []
    newest = max(cohorts, default="")
    known = as_of - timedelta(days=FOLLOW_UP_DAYS)
    if not newest or date.fromisoformat(newest) > known:
        raise TrainedOnFutureError(
            f"model {model.model_version}",
            found=f"cohorts up to {newest or 'an unknown date'}",
            expected=f"none after {known} ({FOLLOW_UP_DAYS} days of follow-up before {as_of})",
            action="train again on cohorts that are followed up to the end",
        )
    allowed = set(input_names(uses_age=uses_age))
    foreign = sorted({feature.name for feature in model.features} - allowed)
    if foreign or model.label != LABEL:
        raise ForeignInputsError(
            f"model {model.model_version}",
            found=f"inputs {foreign}, label {model.label}",
            expected=f"inputs of the contract only, label {LABEL}",
            action="train again with feature_specs()",
        )


def usable(model: AdditiveModel, as_of: date, *, uses_age: bool) -> bool:
    """Whether the model may answer on `as_of`."""
    try:
        check_for_night(model, as_of, uses_age=uses_age)
    except AdditiveModelError:
        return False
    return True
