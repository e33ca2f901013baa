"""Score everyone (makes the rows of scores__employment_probability): Arrow batches in, Arrow batches out.

Abstains with a reason on people in work and on thin files. Reasons are the model's own terms, so they
add up to the logit. Do not put here: training, or text (dashboards/texts).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import EMPLOYMENT_PROBABILITY, REASONS
from lake.contracts.features import EMPLOYMENT_INPUTS
from lake.contracts.render import arrow_schema
from lake.device import open_device
from ml import registry
from ml.additive.encode import encode_table
from ml.additive.model import AdditiveModel, Feature
from ml.additive.score import score_batch

SCORE_COLUMNS = ("seeker_key", "is_employed", "wanted_occupation_code_1", *EMPLOYMENT_INPUTS)
BLOCK_ROWS = 131_072
NO_MODEL = "none"
_SCHEMA = arrow_schema(EMPLOYMENT_PROBABILITY)
_THIN = ("education_code", "wanted_occupation_code_1", "resume_completeness_pct")


def score_batches(
    batches: Iterator[pa.RecordBatch], registry_folder: str | None, *, as_of: date, device: str
) -> Iterator[pa.RecordBatch]:
    """Rows of the contract for rows of features__seekers (columns SCORE_COLUMNS).

    `registry_folder` None means that the lake has no employment history: every row says so.
    """
    model = load_current(registry_folder) if registry_folder else None
    for table in gather(batches, BLOCK_ROWS):
        yield from (_unscored(table, as_of) if model is None else _scored(table, model, as_of, device)).to_batches()


@lru_cache(maxsize=2)
def load_current(folder: str) -> AdditiveModel:
    """The served model of a registry folder, loaded once a process."""
    return registry.current(Path(folder))


def gather(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Small engine batches (8,192 rows) as tables of at least `rows` rows: arrays like long columns."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(part.num_rows for part in held) >= rows:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _unscored(table: pa.Table, as_of: date) -> pa.Table:
    answer = pa.array(["NO_EMPLOYMENT_HISTORY_SOURCE"] * table.num_rows)
    return _assemble({"answer_code": answer}, table, as_of, NO_MODEL)


def _answer_codes(table: pa.Table) -> npt.NDArray[np.object_]:
    employed = np.asarray(pc.fill_null(table.column("is_employed"), False))
    thin = np.ones(table.num_rows, dtype=bool)
    for name in _THIN:
        thin &= np.asarray(pc.is_null(table.column(name)))
    for name in ("spells_3y_count", "certificates_count", "trainings_3y_count"):
        thin &= np.asarray(pc.fill_null(table.column(name), 0)) == 0
    return np.where(employed, "CURRENTLY_EMPLOYED", np.where(thin, "THIN_FILE", "OK")).astype(object)


def _scored(table: pa.Table, model: AdditiveModel, as_of: date, device: str) -> pa.Table:
    opened = open_device(device)
    scores = score_batch(model, encode_table(table, model.features), opened.xp, with_contributions=False)
    answer = _answer_codes(table)
    silent = answer != "OK"
    columns: dict[str, Any] = {"answer_code": pa.array(answer, pa.string())}
    for name, values in (("probability", scores.probability), ("low", scores.low), ("high", scores.high)):
        columns[f"{name}_0_1"] = pa.array(np.round(_host(values), 6), mask=silent)
    shown = {feature.name: _shown(feature, table.column(feature.name)) for feature in model.features}
    for side, terms, values in (
        ("for", _host(scores.positive_terms), _host(scores.positive_values)),
        ("against", _host(scores.negative_terms), _host(scores.negative_values)),
    ):
        for place in range(REASONS):
            columns |= _reason(model, shown, f"reason_{side}_{place + 1}", (terms[:, place], values[:, place], silent))
    return _assemble(columns, table, as_of, model.model_version)


def _reason(
    model: AdditiveModel,
    shown: dict[str, pa.Array],
    name: str,
    chosen: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.bool_]],
) -> dict[str, pa.Array]:
    """The four columns of one reason; rows without that many reasons are null."""
    terms, values, silent = chosen
    absent = silent | (terms < 0)
    index = pa.array(np.where(absent, 0, terms).astype(np.int32), mask=absent)
    features = [model.features[term.feature_indices[0]] for term in model.terms]
    codes = pa.array([term.name for term in model.terms])
    references = pa.array([_reference(feature) for feature in features])
    own = pa.nulls(len(terms), pa.string())
    for position, feature in enumerate(features):
        here = pa.array((terms == position) & ~absent)
        own = pc.if_else(here, shown[feature.name], own)
    return {
        f"{name}_code": codes.take(index),
        f"{name}_logit": pa.array(np.round(values.astype(np.float64), 6), mask=absent),
        f"{name}_value": own,
        f"{name}_reference": references.take(index),
    }


def _shown(feature: Feature, column: pa.ChunkedArray) -> pa.Array:
    """A feature's own values as text for the row: codes as they are, numbers without needless digits."""
    values = column.combine_chunks()
    if feature.kind == "categorical":
        return pc.cast(values, pa.string())
    if pa.types.is_floating(values.type):
        return pc.cast(pc.round(values, 2), pa.string())
    return pc.cast(pc.cast(values, pa.int64()), pa.string())


def _reference(feature: Feature) -> str | None:
    if feature.kind == "categorical":
        position = int(feature.reference)
        return feature.categories[position] if 0 <= position < len(feature.categories) else None
    return f"{feature.reference:.2f}".rstrip("0").rstrip(".")


def _assemble(columns: dict[str, pa.Array], table: pa.Table, as_of: date, model_version: str) -> pa.Table:
    rows = table.num_rows
    columns |= {
        "as_of": pa.array([as_of], pa.date32()).take(pa.array(np.zeros(rows, np.int32))),
        "seeker_key": table.column("seeker_key"),
        "model_version": pa.array([model_version]).take(pa.array(np.zeros(rows, np.int32))),
    }
    arrays = [columns.get(field.name, pa.nulls(rows, field.type)) for field in _SCHEMA]
    return pa.table(arrays, names=_SCHEMA.names).cast(_SCHEMA)


def _host(values: Any) -> npt.NDArray[Any]:
    """An array of either device as numpy."""
    return np.asarray(values.get() if hasattr(values, "get") else values)
