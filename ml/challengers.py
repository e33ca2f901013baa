"""The models that an additive model is compared with at each training: base rate, logistic regression, boosting.

Must not hold: the rule of promotion, metrics or storage; challengers live for one training and are never served.
The logistic one has the published Austrian form (Holl, Kernbeiß, Wagner-Pinter 2018, "Das AMS-Arbeitsmarktchancen-
Modell"): main effects only and every input as dummies. It and the boosting read the same encoded columns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.encode import encode_table
from ml.additive.errors import MissingColumnError
from ml.additive.model import Feature
from ml.additive.train import FeatureSpec, read_outcome, row_keys
from ml.hashing import mix, unit_interval

FloatArray = npt.NDArray[np.float64]
Encoded = dict[str, npt.NDArray[Any]]
Predict = Callable[[pa.Table], FloatArray]

MINIMUM_CATEGORY_ROWS = 20
_BANDS = 5
_VALIDATION_SHARE = 0.15
_VALIDATION_STREAM = 8_001
_BOOSTING_CATEGORIES_LIMIT = 250
_CHUNK_ROWS = 100_000
# On the 2,290 known spells of tests/real/test_outcomes.py 31 leaves had a Brier score of .1545, 8 leaves .1468.
_SMALL_ROWS, _SMALL_LEAVES, _LEAVES = 5_000, 8, 31


@dataclass(frozen=True)
class Challenger:
    """A trained model: `predict` takes a table with the training's feature columns, gives P(label = 1) (n,)."""

    name: str
    predict: Predict


def train_challengers(
    table: pa.Table,
    label: str,
    features: tuple[FeatureSpec, ...],
    *,
    seed: int,
    key_columns: tuple[str, ...] = (),
    job_count: int = 1,
) -> tuple[Challenger, ...]:
    """Trains "base_rate", "logistic" and "gradient_boosting", in this order, on all rows of the table.

    The same rows give the same predictions whatever the thread count (each model is summed in one thread; jobs only
    train two models at a time) and, with `key_columns`, whatever the row order. The first key column is the person.
    """
    from joblib import Parallel, delayed

    absent = [name for name in key_columns if name not in table.column_names]
    if absent:
        raise MissingColumnError("key_columns", found=table.column_names, expected=absent, action="add the columns")
    table = table.sort_by([(name, "ascending") for name in key_columns]) if key_columns else table
    outcome = read_outcome(table, label)
    described = tuple(_describe(table, feature) for feature in features)
    encoded = encode_table(table, described)
    is_validation = unit_interval(mix(row_keys(table, key_columns), _VALIDATION_STREAM + seed)) < _VALIDATION_SHARE
    fits = (
        delayed(_fit_logistic)(encoded, outcome, described),
        delayed(_fit_boosting)(encoded, outcome, described, seed=seed, is_validation=is_validation),
    )
    logistic, boosting = Parallel(n_jobs=min(job_count, len(fits)), backend="threading")(fits)
    share = float(outcome.mean())
    return (
        Challenger("base_rate", lambda rows: np.full(rows.num_rows, share)),
        Challenger("logistic", _by_chunks(described, logistic)),
        Challenger("gradient_boosting", _by_chunks(described, boosting)),
    )


def _by_chunks(features: tuple[Feature, ...], predict: Callable[[Encoded], FloatArray]) -> Predict:
    """A prediction from a table, in chunks of rows so that memory does not grow with the people."""

    def predict_table(rows: pa.Table) -> FloatArray:
        starts = range(0, max(rows.num_rows, 1), _CHUNK_ROWS)
        parts = (rows.slice(start, _CHUNK_ROWS) for start in starts)
        return np.concatenate(
            [predict(encode_table(part, features)) if part.num_rows else np.zeros(0) for part in parts]
        )

    return predict_table


def _describe(table: pa.Table, spec: FeatureSpec) -> Feature:
    """A feature as both models read it: numbers with their band edges, categories by falling frequency."""
    if spec.name not in table.column_names:
        raise MissingColumnError("table", found=table.column_names, expected=spec.name, action="add the column")
    if spec.kind == "categorical":
        counted = pc.value_counts(pc.cast(table.column(spec.name), pa.string())).to_pylist()
        kept = [item for item in counted if item["values"] is not None and item["counts"] >= MINIMUM_CATEGORY_ROWS]
        ranked = sorted(kept, key=lambda item: (-item["counts"], item["values"]))
        categories = tuple(item["values"] for item in ranked)
        return Feature(spec.name, spec.kind, np.zeros(0), categories, 0.0, spec.factor)
    plain = Feature(spec.name, spec.kind, np.zeros(0), (), 0.0, spec.factor)
    edges = _band_edges(encode_table(table, (plain,))[spec.name])
    return Feature(spec.name, spec.kind, edges, (), 0.0, spec.factor)


def _band_edges(values: FloatArray) -> FloatArray:
    """Quintiles above the lowest value; where more than four fifths share it, it against all others."""
    known = values[~np.isnan(values)]
    if not known.size:
        return np.zeros(0)
    lowest = known.min()
    edges = np.unique(np.quantile(known, np.arange(1, _BANDS) / _BANDS, method="inverted_cdf"))
    edges = edges[edges > lowest]
    return edges if edges.size else np.unique(known)[1:2]


def _fit_logistic(
    encoded: Encoded, outcome: npt.NDArray[np.int64], features: tuple[Feature, ...]
) -> Callable[[Encoded], FloatArray]:
    """Main effects over dummies with scikit-learn's L2 penalty (C = 1)."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    model = LogisticRegression(max_iter=2_000, tol=1e-6)
    with threadpool_limits(limits=1):
        model.fit(_as_dummies(encoded, features), outcome)
    return lambda rows: np.asarray(model.predict_proba(_as_dummies(rows, features))[:, 1], dtype=np.float64)


def _as_dummies(encoded: Encoded, features: tuple[Feature, ...]) -> Any:
    """A sparse matrix (n, dummies): exactly one 1 per feature and row, missing being a class of its own, the first."""
    from scipy.sparse import csr_array

    rows = len(encoded[features[0].name])
    columns = np.empty((rows, len(features)), dtype=np.int32)
    width = 0
    for position, feature in enumerate(features):
        columns[:, position] = _classes(feature, encoded[feature.name]) + width
        width += feature.bin_count
    starts = np.arange(0, columns.size + 1, len(features), dtype=np.int32)
    return csr_array((np.ones(columns.size), columns.ravel(), starts), shape=(rows, width))


def _classes(feature: Feature, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Class (n,) of each value: 0 missing, then bands or categories, last 'other'."""
    if feature.kind == "categorical":
        return values.astype(np.int64) + 1
    bands = np.searchsorted(feature.edges, values, side="right") + 1
    return np.where(np.isnan(values), 0, bands)


def _fit_boosting(
    encoded: Encoded,
    outcome: npt.NDArray[np.int64],
    features: tuple[Feature, ...],
    *,
    seed: int,
    is_validation: npt.NDArray[np.bool_],
) -> Callable[[Encoded], FloatArray]:
    """scikit-learn's histogram boosting, stopped by the rows whose person's hash says so."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    can_stop = all(len(np.unique(outcome[side])) == 2 for side in (is_validation, ~is_validation))
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=1_000 if can_stop else 100,
        max_leaf_nodes=_SMALL_LEAVES if len(outcome) <= _SMALL_ROWS else _LEAVES,
        categorical_features=[feature.kind == "categorical" for feature in features],
        early_stopping=can_stop,
        n_iter_no_change=20,
        random_state=seed,
    )
    matrix = _as_numbers(encoded, features)
    kept = ~is_validation if can_stop else np.full(len(outcome), True)
    is_empty = np.isnan(matrix[kept]).all(axis=0)  # the learner cannot bin a column without a value
    matrix[:, is_empty] = 0.0
    with threadpool_limits(limits=1):  # its sums over rows depend on the number of threads
        if can_stop:
            model.fit(matrix[kept], outcome[kept], X_val=matrix[is_validation], y_val=outcome[is_validation])
        else:
            model.fit(matrix, outcome)

    def predict(rows: Encoded) -> FloatArray:
        numbers = np.where(is_empty, 0.0, _as_numbers(rows, features))
        return np.asarray(model.predict_proba(numbers)[:, 1], dtype=np.float64)

    return predict


def _as_numbers(encoded: Encoded, features: tuple[Feature, ...]) -> FloatArray:
    """A matrix (n, features): numbers, or codes of the most frequent categories, NaN for missing."""
    matrix = np.empty((len(encoded[features[0].name]), len(features)))
    for position, feature in enumerate(features):
        values = encoded[feature.name]
        if feature.kind == "categorical":
            matrix[:, position] = np.where(values < 0, np.nan, np.minimum(values, _BOOSTING_CATEGORIES_LIMIT))
        else:
            matrix[:, position] = values
    return matrix
