"""Trains an Explainable Boosting Machine on an Arrow table and converts it into an AdditiveModel.

Must not hold: knowledge of seekers, calibration (ml/additive/calibrate.py) or scoring. Interpret's own objects end
here. Bags leave out 15 % of the people each, by hash of the person's key: the left-out stop the boosting, and the
bags' spread times sqrt(.85 / .15) is the delete-d jackknife standard error of the logit.
"""

import warnings
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.convert import LearnedTerm, convert_terms
from ml.additive.encode import encode_table
from ml.additive.errors import MissingColumnError, TrainingDataError, TrainSpecError
from ml.additive.model import AdditiveModel, Calibration, Factor, Feature, FeatureKind, validate_model
from ml.hashing import hash_keys, mix, unit_interval

INTERVAL_Z_90 = 1.6448536269514722
VALIDATION_SHARE = 0.15
_SMOOTHING_ROUNDS = 25
_EARLY_STOPPING_ROUNDS = 25


@dataclass(frozen=True)
class FeatureSpec:
    """One input of a model to be trained; `monotone` is +1, -1 or 0 and needs a numeric feature."""

    name: str
    kind: FeatureKind
    monotone: int = 0
    factor: Factor = "fixed"


@dataclass(frozen=True)
class TrainSpec:
    """What to train from and how; the defaults were measured for time and Brier score on 20,000-200,000 rows.

    `key_columns` order the rows and the first of them is the person: all rows of a person share a bag. Without
    them rows keep their order. `cohorts` are ISO dates. `job_count` never changes the result.
    """

    features: tuple[FeatureSpec, ...]
    cohorts: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    pair_limit: int = 5
    seed: int = 20_260_101
    bag_count: int = 8
    bin_limit: int = 128
    pair_bin_limit: int = 32
    learning_rate: float = 0.08
    round_limit: int = 500
    minimum_category_rows: int = 20
    row_limit: int = 200_000
    job_count: int = 1

    def __post_init__(self) -> None:
        """Refuses specifications that contradict themselves."""
        names = [feature.name for feature in self.features]
        if not names or len(set(names)) != len(names):
            raise TrainSpecError(
                "features", found=names, expected="one or more unique names", action="correct the list"
            )
        for feature in self.features:
            if feature.monotone not in (-1, 0, 1) or (feature.monotone and feature.kind != "numeric"):
                raise TrainSpecError(
                    f"feature {feature.name}",
                    found=f"monotone {feature.monotone} on a {feature.kind} feature",
                    expected="-1, 0 or 1, and 0 unless numeric",
                    action="correct the specification",
                )
        if self.bag_count < 2 or self.row_limit < 1:
            raise TrainSpecError(
                "bag_count, row_limit",
                found=(self.bag_count, self.row_limit),
                expected="at least 2 bags and 1 row",
                action="correct the specification",
            )


def train_additive(table: pa.Table, label: str, spec: TrainSpec) -> AdditiveModel:
    """Learns P(label = 1) from a table's rows; the result is uncalibrated.

    The same rows give the same model whatever the thread count and, with `key_columns`, whatever the row order.
    """
    table, keys = _choose_rows(table, spec)
    outcome = read_outcome(table, label)
    features = tuple(_describe(table, feature, spec) for feature in spec.features)
    encoded = encode_table(table, features)
    features = tuple(replace(feature, reference=_reference(feature, encoded[feature.name])) for feature in features)
    matrix = as_matrix(encoded, features)
    learned = _fit(matrix, outcome, keys, (spec, features))
    features, terms = convert_terms(features, _learned_terms(learned), learned.bins_)
    intercept = float(np.ravel(learned.intercept_)[0])
    model = AdditiveModel(
        label=label,
        features=features,
        terms=terms,
        intercept=intercept,
        intercept_spread=(np.ravel(learned.bagged_intercept_) - intercept).astype(np.float32),
        spread_scale=float(np.sqrt((1 - VALIDATION_SHARE) / VALIDATION_SHARE)),
        interval_z=INTERVAL_Z_90,
        calibration=Calibration.identity(),
        training=_describe_training(outcome, keys, spec),
    )
    validate_model(model)
    return model


def read_outcome(table: pa.Table, label: str) -> npt.NDArray[np.int64]:
    """The label column as 0/1 (n,), both present and none missing; anything else is a named error."""
    if label not in table.column_names:
        raise MissingColumnError("label", found=table.column_names, expected=label, action="add the label column")
    column = table.column(label)
    kind = column.type
    allowed = pa.types.is_boolean(kind) or pa.types.is_integer(kind)
    counts = {str(pair["values"]): pair["counts"] for pair in pc.value_counts(column).to_pylist()} if allowed else {}
    if not allowed or not {"0", "1"} == {{"False": "0", "True": "1"}.get(value, value) for value in counts}:
        raise TrainingDataError(
            f"label {label}",
            found=f"{kind} with {len(counts)} distinct values" if len(counts) > 4 else f"{kind} with {counts}",
            expected="0 and 1, both present, none missing",
            action="leave out rows without a full follow-up, check the cohort",
        )
    return np.asarray(pc.cast(column, pa.int64()).to_numpy())


def row_keys(table: pa.Table, key_columns: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Hash (n,) of each row's person: of the first key column, or of the row number where there is none."""
    if not key_columns:
        return hash_keys(pa.array(np.arange(table.num_rows)))
    return hash_keys(table.column(key_columns[0]))


def _choose_rows(table: pa.Table, spec: TrainSpec) -> tuple[pa.Table, npt.NDArray[np.uint64]]:
    """Rows in key order, thinned by person hash to about `row_limit`, with their person hashes."""
    absent = [name for name in spec.key_columns if name not in table.column_names]
    if absent:
        raise MissingColumnError("key_columns", found=table.column_names, expected=absent, action="add the columns")
    if spec.key_columns:
        table = table.sort_by([(name, "ascending") for name in spec.key_columns])
    keys = row_keys(table, spec.key_columns)
    if table.num_rows > spec.row_limit:
        kept = np.flatnonzero(unit_interval(mix(keys, spec.seed)) < spec.row_limit / table.num_rows)
        table, keys = table.take(pa.array(kept)), keys[kept]
    return table, keys


def _describe(table: pa.Table, spec: FeatureSpec, train: TrainSpec) -> Feature:
    """A feature before its bins are known: for categories, those with enough rows in alphabetical order."""
    if spec.name not in table.column_names:
        raise MissingColumnError("table", found=table.column_names, expected=spec.name, action="add the column")
    categories: tuple[str, ...] = ()
    if spec.kind == "categorical":
        counted = pc.value_counts(pc.cast(table.column(spec.name), pa.string())).to_pylist()
        enough = [
            item["values"]
            for item in counted
            if item["values"] is not None and item["counts"] >= train.minimum_category_rows
        ]
        categories = tuple(sorted(enough))
    return Feature(spec.name, spec.kind, np.zeros(0), categories, 0.0, spec.factor, spec.monotone)


def _reference(feature: Feature, values: npt.NDArray[Any]) -> float:
    """The usual value: the median of the known values, or the position of the most frequent category."""
    if feature.kind == "numeric":
        known = values[~np.isnan(values)]
        return float(np.median(known)) if known.size else 0.0
    counts = np.bincount(values + 1, minlength=feature.bin_count)[1:]
    return float(np.argmax(counts))


def as_matrix(encoded: dict[str, npt.NDArray[Any]], features: tuple[Feature, ...]) -> npt.NDArray[np.float64]:
    """Encoded columns as the learner's matrix (n, features): codes as numbers, NaN for missing.

    A column without any value becomes a constant: it then teaches nothing, and missing stays neutral in scoring.
    """
    matrix = np.empty((len(encoded[features[0].name]), len(features)))
    for position, feature in enumerate(features):
        values = encoded[feature.name]
        matrix[:, position] = values
        if values.dtype.kind != "f":
            matrix[values < 0, position] = np.nan
        if np.isnan(matrix[:, position]).all():
            matrix[:, position] = 0.0
    return matrix


def _fit(
    matrix: npt.NDArray[np.float64],
    outcome: npt.NDArray[np.int64],
    keys: npt.NDArray[np.uint64],
    described: tuple[TrainSpec, tuple[Feature, ...]],
) -> Any:
    """Fits interpret's classifier on bags drawn by person hash."""
    from interpret.glassbox import ExplainableBoostingClassifier  # a second to import; scoring never needs it
    from joblib import parallel_config

    spec, features = described
    draws = [unit_interval(mix(keys, spec.seed + 1 + bag)) for bag in range(spec.bag_count)]
    bags = np.where(np.column_stack(draws) < VALIDATION_SHARE, -1, 1).astype(np.int8)
    if any(len(np.unique(outcome[bags[:, bag] == side])) < 2 for bag in range(spec.bag_count) for side in (-1, 1)):
        raise TrainingDataError(
            "training table",
            found=f"{len(outcome)} rows, {int(outcome.sum())} with label 1",
            expected="both outcomes in the trained and the left-out part of every bag",
            action="train on more rows, or publish no probability and say so",
        )
    learner = ExplainableBoostingClassifier(
        feature_types=["continuous" if feature.kind == "numeric" else "nominal" for feature in features],
        monotone_constraints=[feature.monotone for feature in features],
        interactions=min(spec.pair_limit, len(features) * (len(features) - 1) // 2),
        outer_bags=spec.bag_count,
        max_bins=spec.bin_limit,
        max_interaction_bins=spec.pair_bin_limit,
        learning_rate=spec.learning_rate,
        greedy_ratio=0.0,
        smoothing_rounds=_SMOOTHING_ROUNDS,
        interaction_smoothing_rounds=_SMOOTHING_ROUNDS,
        early_stopping_rounds=_EARLY_STOPPING_ROUNDS,
        max_rounds=spec.round_limit,
        n_jobs=spec.job_count,
        random_state=spec.seed,
    )
    with warnings.catch_warnings(), parallel_config(backend="threading"):
        warnings.filterwarnings("ignore", message="Missing values detected")  # we show the missing bin ourselves
        learner.fit(matrix, outcome, bags=bags)
    return learner


def _learned_terms(learned: Any) -> list[LearnedTerm]:
    """Interpret's terms as plain arrays."""
    parts = zip(learned.term_features_, learned.term_scores_, learned.bagged_scores_, strict=True)
    return [LearnedTerm(tuple(int(i) for i in indices), scores, bagged) for indices, scores, bagged in parts]


def _describe_training(outcome: npt.NDArray[np.int64], keys: npt.NDArray[np.uint64], spec: TrainSpec) -> dict[str, Any]:
    """What the model card says of the training: JSON values, nothing of the clock or the machine."""
    settings = ("pair_limit", "seed", "bag_count", "bin_limit", "pair_bin_limit", "learning_rate", "round_limit")
    return {
        "cohorts": sorted(spec.cohorts),
        "rows": len(outcome),
        "people": len(np.unique(keys)),
        "base_rate": float(outcome.mean()),
        "features": [feature.name for feature in spec.features],
        "settings": {name: getattr(spec, name) for name in settings},
        "learner": f"interpret-core {version('interpret-core')}",
    }
