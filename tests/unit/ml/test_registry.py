"""The registry: one served model, every decision kept, degenerate models refused by name."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.additive import AdditiveModel, save_model
from ml.additive.errors import (
    ConstantModelError,
    InvertedModelError,
    ModelHashMismatchError,
    NonFiniteModelError,
    UncalibratedModelError,
    UninformativeModelError,
)
from ml.registry import (
    Decision,
    NoCurrentModelError,
    UnknownModelError,
    current,
    current_version,
    history,
    promote,
    register,
)

SERVE = Decision(True, "first model", "2025-08-01T00:00:00Z", {"brier": 0.2})
KEEP = Decision(False, "not better than the served one", "2025-09-01T00:00:00Z")


def with_report(model: AdditiveModel, **numbers: float) -> AdditiveModel:
    """The model with other numbers in its calibration report."""
    report = dict(model.calibration_report)
    deviation = numbers.pop("deviation", report["logit_standard_deviation"])
    return replace(
        model, calibration_report={"raw": {**report["raw"], **numbers}, "logit_standard_deviation": deviation}
    )


def test_promoted_model_is_served(reported: AdditiveModel, tmp_path: Path) -> None:
    """Registered with a yes: it is current, whole and verified."""
    version = register(reported, tmp_path, SERVE)
    assert current_version(tmp_path) == version == current(tmp_path).model_version


def test_empty_registry_says_so(tmp_path: Path) -> None:
    """No model is not a crash but a named state."""
    with pytest.raises(NoCurrentModelError, match="train one"):
        current(tmp_path)


def test_challenger_that_lost_is_kept_but_not_served(reported: AdditiveModel, tmp_path: Path) -> None:
    """The decision against it stands in the history; later it may be promoted, and back."""
    first = register(reported, tmp_path, SERVE)
    second = register(replace(reported, intercept=0.0), tmp_path, KEEP)
    assert current_version(tmp_path) == first
    promote(tmp_path, second, replace(SERVE, reason="by hand"))
    assert current_version(tmp_path) == second
    promote(tmp_path, first, replace(SERVE, reason="rolled back"))
    assert current_version(tmp_path) == first
    told = [(entry["event"], entry["model_version"], entry["decision"]["reason"]) for entry in history(tmp_path)]
    assert told == [
        ("register", first, "first model"),
        ("promote", first, "first model"),
        ("register", second, "not better than the served one"),
        ("promote", second, "by hand"),
        ("promote", first, "rolled back"),
    ]


def test_registering_again_changes_nothing(reported: AdditiveModel, tmp_path: Path) -> None:
    """A rerun of the same night leaves the same files."""
    register(reported, tmp_path, SERVE)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    register(reported, tmp_path, SERVE)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_unknown_version_is_not_promoted(reported: AdditiveModel, tmp_path: Path) -> None:
    """Only what was registered, and no path that leads elsewhere."""
    register(reported, tmp_path, KEEP)
    with pytest.raises(UnknownModelError, match="register the model first"):
        promote(tmp_path, "../models", SERVE)


def test_replaced_model_folder_is_refused(reported: AdditiveModel, tmp_path: Path) -> None:
    """A whole other model, well sealed, in the served folder is not the one that was promoted."""
    version = register(reported, tmp_path, SERVE)
    save_model(replace(reported, intercept=2.0), tmp_path / "models" / version)
    with pytest.raises(ModelHashMismatchError, match=version):
        current(tmp_path)


def test_constant_model_is_refused(reported: AdditiveModel, tmp_path: Path) -> None:
    """Everybody the same logit: no answer."""
    terms = tuple(replace(term, scores=np.zeros_like(term.scores)) for term in reported.terms)
    with pytest.raises(ConstantModelError):
        register(replace(reported, terms=terms), tmp_path, SERVE)
    with pytest.raises(ConstantModelError):
        register(with_report(reported, deviation=0.0), tmp_path, SERVE)


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        ({"auc": 0.31, "auc_low": 0.29}, InvertedModelError),
        ({"auc": 0.503, "auc_low": 0.497}, UninformativeModelError),
        ({"auc": float("nan")}, NonFiniteModelError),
    ],
    ids=["inverted", "rows shifted by one person", "nan"],
)
def test_degenerate_ranking_is_refused_by_name(
    reported: AdditiveModel, tmp_path: Path, numbers: dict[str, float], error: type[Exception]
) -> None:
    """The report of the calibration cohort decides."""
    with pytest.raises(error):
        register(with_report(reported, **numbers), tmp_path, SERVE)
    assert not (tmp_path / "models").exists()


def test_nan_model_is_refused(reported: AdditiveModel, tmp_path: Path) -> None:
    """A NaN intercept answers NaN for everybody."""
    with pytest.raises(NonFiniteModelError):
        register(replace(reported, intercept=float("nan")), tmp_path, SERVE)


def test_uncalibrated_model_is_refused(tiny: AdditiveModel, tmp_path: Path) -> None:
    """Probabilities nobody checked on a later cohort are not published."""
    with pytest.raises(UncalibratedModelError, match="calibrate_additive"):
        register(tiny, tmp_path, SERVE)
