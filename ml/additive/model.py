"""The additive model as plain arrays: features with bins, terms with tables, an intercept, a calibration.

Must not hold: training, scoring or file access. Bin codes of every feature start with 0 = missing; a numeric
feature then has its bins from low to high, a categorical one its categories in order and last the 'other' bucket.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ml.additive.errors import ModelSchemaError, NonFiniteModelError

SCHEMA = "goyong.additive/1"
VERSION_LENGTH = 12

FeatureKind = Literal["numeric", "categorical"]
Factor = Literal["changeable", "market", "fixed"]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Feature:
    """One input: how a value becomes a bin code.

    `edges` (n_edges,) float64, strictly rising: a value equal to an edge lies in the upper bin.
    `reference` is the usual training value: the median, or the position of the most frequent category.
    """

    name: str
    kind: FeatureKind
    edges: FloatArray
    categories: tuple[str, ...]
    reference: float
    factor: Factor = "fixed"
    monotone: int = 0

    @property
    def bin_count(self) -> int:
        """Number of bin codes, with the missing bin and, for categories, the 'other' bucket."""
        return len(self.edges) + 2 if self.kind == "numeric" else len(self.categories) + 2


@dataclass(frozen=True, eq=False)
class Term:
    """One additive part: a main effect or a pair.

    `scores` (bins,) or (rows, columns) float64, in logits. `spread` scores.shape + (bags,) float32: each bag's
    distance from `scores`. `axis_maps`: for each feature an int32 array (bin_count,) from bin code to table axis.
    """

    name: str
    feature_indices: tuple[int, ...]
    scores: FloatArray
    spread: npt.NDArray[np.float32]
    axis_maps: tuple[npt.NDArray[np.int32], ...]


@dataclass(frozen=True, eq=False)
class Calibration:
    """A rising piecewise-linear map from raw to calibrated logit; beyond the ends the last slope goes on.

    `knots_x`, `knots_y` (k,) float64, k >= 2, both strictly rising. Platt scaling is the case k = 2.
    """

    method: Literal["identity", "platt", "piecewise"]
    knots_x: FloatArray
    knots_y: FloatArray

    @staticmethod
    def identity() -> "Calibration":
        """The map that changes nothing."""
        return Calibration("identity", np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@dataclass(frozen=True, eq=False)
class AdditiveModel:
    """A trained additive model; `training` and `calibration_report` hold JSON values only.

    The standard error of a row's logit is `spread_scale` times the standard deviation of its bags' logits; low and
    high lie `interval_z` standard errors from the logit.
    """

    label: str
    features: tuple[Feature, ...]
    terms: tuple[Term, ...]
    intercept: float
    intercept_spread: npt.NDArray[np.float32]
    spread_scale: float
    interval_z: float
    calibration: Calibration
    training: Mapping[str, Any]
    calibration_report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model_version(self) -> str:
        """Short content hash: the same content has the same version on every machine."""
        document, arrays = to_document(self)
        digest = hashlib.sha256(encode_json(document))
        for name in sorted(arrays):
            array = np.ascontiguousarray(arrays[name])
            digest.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()[:VERSION_LENGTH]

    @property
    def term_names(self) -> tuple[str, ...]:
        """Names of the terms in the order of the contribution columns."""
        return tuple(term.name for term in self.terms)


def encode_json(document: Mapping[str, Any]) -> bytes:
    """The one byte form of a document: sorted keys, no NaN, UTF-8, closing newline."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def to_document(model: AdditiveModel) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Splits a model into a JSON document and named arrays."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "intercept_spread": model.intercept_spread,
        "knots_x": model.calibration.knots_x,
        "knots_y": model.calibration.knots_y,
    }
    features = []
    for index, feature in enumerate(model.features):
        arrays[f"feature_{index:03d}_edges"] = feature.edges
        described = {key: getattr(feature, key) for key in ("name", "kind", "reference", "factor", "monotone")}
        features.append({**described, "categories": list(feature.categories)})
    terms = []
    for index, term in enumerate(model.terms):
        arrays[f"term_{index:03d}_scores"] = term.scores
        arrays[f"term_{index:03d}_spread"] = term.spread
        for axis, axis_map in enumerate(term.axis_maps):
            arrays[f"term_{index:03d}_map_{axis}"] = axis_map
        terms.append({"name": term.name, "feature_indices": list(term.feature_indices)})
    document = {
        "schema": SCHEMA,
        "label": model.label,
        "features": features,
        "terms": terms,
        "intercept": model.intercept,
        "spread_scale": model.spread_scale,
        "interval_z": model.interval_z,
        "calibration_method": model.calibration.method,
        "training": dict(model.training),
        "calibration_report": dict(model.calibration_report),
    }
    return document, arrays


def from_document(document: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> AdditiveModel:
    """Builds and validates a model from its document and arrays; raises ModelSchemaError on any misfit."""
    if document.get("schema") != SCHEMA:
        raise ModelSchemaError(
            "model.json, schema", found=document.get("schema"), expected=SCHEMA, action="train again with this version"
        )
    try:
        features = tuple(
            Feature(**{**item, "categories": tuple(item["categories"])}, edges=arrays[f"feature_{index:03d}_edges"])
            for index, item in enumerate(document["features"])
        )
        terms = tuple(_term_from(index, item, arrays) for index, item in enumerate(document["terms"]))
        model = AdditiveModel(
            label=document["label"],
            features=features,
            terms=terms,
            intercept=float(document["intercept"]),
            intercept_spread=arrays["intercept_spread"],
            spread_scale=float(document["spread_scale"]),
            interval_z=float(document["interval_z"]),
            calibration=Calibration(document["calibration_method"], arrays["knots_x"], arrays["knots_y"]),
            training=document["training"],
            calibration_report=document["calibration_report"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelSchemaError(
            "model.json", found=f"{type(error).__name__}: {error}", expected=SCHEMA, action="restore or train again"
        ) from error
    validate_model(model)
    return model


def _term_from(index: int, item: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Term:
    """One term with its arrays."""
    indices = tuple(int(i) for i in item["feature_indices"])
    maps = tuple(arrays[f"term_{index:03d}_map_{axis}"] for axis in range(len(indices)))
    return Term(item["name"], indices, arrays[f"term_{index:03d}_scores"], arrays[f"term_{index:03d}_spread"], maps)


def validate_model(model: AdditiveModel) -> None:
    """Checks that the parts fit together and every number is finite; freezes the arrays against change."""
    _, arrays = to_document(model)
    for name, array in arrays.items():
        wanted = np.int32 if "_map_" in name else np.float32 if name.endswith("spread") else np.float64
        _require(isinstance(array, np.ndarray) and array.dtype == wanted, name, f"dtype {array.dtype}", wanted)
        if not np.isfinite(array).all():
            raise NonFiniteModelError(name, found="NaN or infinity", expected="finite numbers", action="train again")
        array.flags.writeable = False
    numbers = np.array([model.intercept, model.spread_scale, model.interval_z])
    if not np.isfinite(numbers).all():
        raise NonFiniteModelError("intercept and scales", found=numbers, expected="finite", action="train again")
    for feature in model.features:
        _require(feature.kind in ("numeric", "categorical"), feature.name, feature.kind, "numeric or categorical")
        _require(bool((np.diff(feature.edges) > 0).all()), feature.name, "edges that do not rise", "rising edges")
        _require(feature.kind == "numeric" or feature.edges.size == 0, feature.name, "edges", "categories only")
    for term in model.terms:
        _validate_term(model, term)
    knots = (model.calibration.knots_x, model.calibration.knots_y)
    rising = all(k.ndim == 1 and len(k) >= 2 and bool((np.diff(k) > 0).all()) for k in knots)
    _require(rising and knots[0].shape == knots[1].shape, "calibration", "knots that do not rise", "rising knots")


def _validate_term(model: AdditiveModel, term: Term) -> None:
    """Checks one term's shapes and that its maps stay inside its table."""
    _require(len(term.feature_indices) in (1, 2), term.name, f"{len(term.feature_indices)} features", "one or two")
    _require(
        all(0 <= i < len(model.features) for i in term.feature_indices), term.name, "unknown feature", "a known one"
    )
    _require(
        term.scores.ndim == len(term.feature_indices), term.name, f"{term.scores.ndim}-d table", "one axis a feature"
    )
    expected = (*term.scores.shape, *model.intercept_spread.shape)
    _require(term.spread.shape == expected, term.name, f"spread {term.spread.shape}", expected)
    for axis, (index, axis_map) in enumerate(zip(term.feature_indices, term.axis_maps, strict=True)):
        count = model.features[index].bin_count
        _require(axis_map.shape == (count,), term.name, f"map of {axis_map.shape}", f"{count} bins")
        inside = int(axis_map.min()) >= 0 and int(axis_map.max()) < term.scores.shape[axis]
        _require(inside, term.name, "a map beyond its table", "codes inside the table")


def _require(condition: bool, where: str, found: object, expected: object) -> None:
    """Raises ModelSchemaError unless the condition holds."""
    if not condition:
        raise ModelSchemaError(f"model, {where}", found=found, expected=expected, action="restore or train again")
