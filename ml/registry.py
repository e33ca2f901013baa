"""Registry of trained models on disk: one folder per version, one pointer to the served one, a history of decisions.

Must not hold: training or the rule of promotion (callers bring a Decision). Degenerate models are refused by name.
"""

import json
import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lake.file_sync import sync_folder, write_durably
from ml.additive.errors import (
    AdditiveModelError,
    ConstantModelError,
    InvertedModelError,
    ModelHashMismatchError,
    NonFiniteModelError,
    UncalibratedModelError,
    UninformativeModelError,
)
from ml.additive.model import AdditiveModel, encode_json, validate_model
from ml.additive.store import MANIFEST_FILE, load_model, save_model

POINTER_FILE = "current.json"
MODELS_FOLDER = "models"
HISTORY_FOLDER = "history"
_CONSTANT_LOGIT_DEVIATION = 1e-6


class NoCurrentModelError(AdditiveModelError):
    """The registry serves no model yet."""


class UnknownModelError(AdditiveModelError):
    """A version that was never registered."""


@dataclass(frozen=True)
class Decision:
    """Whether a model is to be served, why, since when (ISO instant, UTC) and the numbers behind it."""

    promote: bool
    reason: str
    decided_at: str
    numbers: Mapping[str, float] = field(default_factory=dict)


def register(model: AdditiveModel, registry_dir: Path, decision: Decision) -> str:
    """Checks and stores a model, records the decision, promotes if it says so; returns the version."""
    check_model(model)
    model_version = model.model_version
    folder = registry_dir / MODELS_FOLDER / model_version
    if folder.exists():
        load_model(folder)  # the same content may be registered again, but only if what is stored is whole
    else:
        aside = folder.with_name(f".{model_version}.{os.getpid()}.tmp")
        shutil.rmtree(aside, ignore_errors=True)
        save_model(model, aside)
        aside.replace(folder)
        sync_folder(folder.parent)
    _record(registry_dir, "register", model_version, decision)
    if decision.promote:
        promote(registry_dir, model_version, decision)
    return model_version


def promote(registry_dir: Path, model_version: str, decision: Decision) -> None:
    """Points the registry at a stored version; rolling back is promoting an older one."""
    folder = _folder(registry_dir, model_version)
    check_model(load_model(folder))
    manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
    _record(registry_dir, "promote", model_version, decision)
    pointer = {"model_version": model_version, "files": manifest["files"], "decision": _as_json(decision)}
    write_durably(registry_dir / POINTER_FILE, encode_json(pointer))


def current(registry_dir: Path) -> AdditiveModel:
    """The served model, its files checked against the pointer's hashes and not only their own manifest."""
    pointer = _read_pointer(registry_dir)
    folder = _folder(registry_dir, pointer["model_version"])
    model = load_model(folder)
    manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
    if manifest["files"] != pointer["files"] or model.model_version != pointer["model_version"]:
        raise ModelHashMismatchError(
            str(folder), found=manifest["files"], expected=pointer["files"], action="restore it or promote another"
        )
    return model


def current_version(registry_dir: Path) -> str:
    """Version of the served model; NoCurrentModelError when there is none."""
    return str(_read_pointer(registry_dir)["model_version"])


def history(registry_dir: Path) -> list[dict[str, Any]]:
    """All recorded decisions, oldest first."""
    return [json.loads(path.read_bytes()) for path in sorted((registry_dir / HISTORY_FOLDER).glob("*.json"))]


def check_model(model: AdditiveModel) -> None:
    """Refuses by name a model that must never answer: NaN, uncalibrated, constant, inverted, as good as chance."""
    validate_model(model)
    report = model.calibration_report
    if not report:
        raise UncalibratedModelError(
            "calibration", found="none", expected="a report of a later cohort", action="call calibrate_additive"
        )
    numbers = {name: float(report["raw"][name]) for name in ("auc", "auc_low", "brier")}
    deviation = float(report["logit_standard_deviation"])
    if not all(math.isfinite(number) for number in (*numbers.values(), deviation)):
        raise NonFiniteModelError("calibration report", found=numbers, expected="finite", action="calibrate again")
    if deviation < _CONSTANT_LOGIT_DEVIATION or all(np.ptp(term.scores) == 0 for term in model.terms):
        raise ConstantModelError(
            "logits of the calibration cohort",
            found=f"standard deviation {deviation:.2e}",
            expected="people told apart",
            action="check that the features carry values",
        )
    if numbers["auc"] < 0.5:
        raise InvertedModelError(
            "calibration cohort", found=f"AUC {numbers['auc']:.4f}", expected="above 0.5", action="check the label"
        )
    if numbers["auc_low"] <= 0.5:
        raise UninformativeModelError(
            "calibration cohort",
            found=f"AUC {numbers['auc']:.4f}, lower bound {numbers['auc_low']:.4f}",
            expected="a lower bound above 0.5",
            action="check that label and features belong to the same people, or train on more rows",
        )


def _read_pointer(registry_dir: Path) -> dict[str, Any]:
    """The pointer file's content."""
    path = registry_dir / POINTER_FILE
    if not path.is_file():
        raise NoCurrentModelError(
            str(path), found="no file", expected="a promoted model", action="train one and promote it"
        )
    try:
        pointer: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelHashMismatchError(
            str(path), found="no JSON", expected="a pointer", action="promote a stored version again"
        ) from error
    return pointer


def _folder(registry_dir: Path, model_version: str) -> Path:
    """Folder of a registered version."""
    stored = registry_dir / MODELS_FOLDER
    versions = sorted(path.name for path in stored.glob("[!.]*")) if stored.is_dir() else []
    if model_version not in versions:
        raise UnknownModelError(
            str(stored), found=model_version, expected=f"one of {versions}", action="register the model first"
        )
    return stored / model_version


def _record(registry_dir: Path, event: str, model_version: str, decision: Decision) -> None:
    """Adds one file to the history unless its last one says the same (a rerun changes nothing)."""
    entry = {"event": event, "model_version": model_version, "decision": _as_json(decision)}
    past = history(registry_dir)
    if entry in past[-2:]:
        return
    folder = registry_dir / HISTORY_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / f"{len(past) + 1:06d}.json", encode_json(entry))


def _as_json(decision: Decision) -> dict[str, Any]:
    """A decision as a JSON object."""
    return {**asdict(decision), "numbers": dict(decision.numbers)}
