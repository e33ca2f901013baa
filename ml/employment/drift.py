"""How tonight's inputs differ from those the model learned from (makes rows of ops__drift).

The population stability index (lake/drift.py) over the model's own bins, missing and 'other' being bins too. Do not
put here: scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.drift import stability_index
from ml.additive.encode import encode_table
from ml.additive.lookup import bin_codes
from ml.additive.model import AdditiveModel, Feature
from ml.employment.judge import SERVICE, Row

PSI_LIMIT = 0.25
BIN_COUNTS = "bin_counts"
"""Entry of a model's training record: people in each bin of each input when it learned."""
Counts = dict[str, npt.NDArray[np.int64]]


def drift_rows(model: AdditiveModel, tonight: Iterable[pa.Table]) -> list[Row]:
    """One row an input: PSI, missing shares, people with an unlisted code; `tonight` comes in blocks of people.

    Cohorts move with the nights, so the people who taught a model are known by its own record.
    """
    then = {name: np.array(counts, dtype=np.int64) for name, counts in model.training[BIN_COUNTS].items()}
    now = count_bins(model, tonight)
    return [_row(feature, then[feature.name], now[feature.name]) for feature in model.features]


def count_bins(model: AdditiveModel, blocks: Iterable[pa.Table]) -> Counts:
    """People in each bin of each input (bin_count,): 0 missing, then bins, for codes last 'other'."""
    totals: Counts = {feature.name: np.zeros(feature.bin_count, dtype=np.int64) for feature in model.features}
    for block in blocks:
        encoded = encode_table(block, model.features)
        for feature in model.features:
            codes = bin_codes(feature, encoded[feature.name], feature.edges, np)
            totals[feature.name] += np.bincount(codes, minlength=feature.bin_count)
    return totals


def _row(feature: Feature, then: npt.NDArray[np.int64], now: npt.NDArray[np.int64]) -> dict[str, Any]:
    psi = round(stability_index(then, now), 6)
    return {
        "service_code": SERVICE,
        "feature_name": feature.name,
        "psi": psi,
        "limit_value": PSI_LIMIT,
        "missing_then_0_1": round(float(then[0] / max(then.sum(), 1)), 6),
        "missing_now_0_1": round(float(now[0] / max(now.sum(), 1)), 6),
        "unknown_count": int(now[-1]) if feature.kind == "categorical" else 0,
        # A registration grows older every day, so time passing alone must not stop a night: drift warns.
        "result_code": "PASS" if psi < PSI_LIMIT else "WARN",
    }
