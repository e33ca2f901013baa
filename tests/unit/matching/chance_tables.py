"""Tables of chances written by hand: every bin worth 0 unless said, as the contract has them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from lake.contracts.chances import APPLICATION_CHANCES, APPLICATION_PAIRS, INTERCEPT, PAIR_INPUTS
from lake.contracts.render import arrow_schema

AS_OF = datetime.date(2026, 1, 6)
EDGES = {
    "distance_km": [1.0, 50.0],
    "offer_wish_ratio": [0.8, 1.0],
    "headcount": [2.0],
    "fill_chance_0_1": [0.1],
}


def make_rows(intercept: float, logits: Mapping[str, Mapping[int, float]]) -> list[dict[str, Any]]:
    """scores__application_chances rows: `logits` names input → bin → logit."""
    rows = [_row(INTERCEPT, 0, intercept)]
    for name in PAIR_INPUTS:
        codelist = APPLICATION_PAIRS.column(name).codes
        own = logits.get(name, {})
        rows.append(_row(name, 0, own.get(0, 0.0)))
        if codelist is not None:
            for number, code in enumerate(codelist.codes, start=1):
                rows.append(_row(name, number, own.get(number, 0.0)) | {"value_code": code})
            continue
        edges = [None, *EDGES[name], None]
        for number in range(1, len(edges)):
            ends = {"value_from": edges[number - 1], "value_to": edges[number]}
            rows.append(_row(name, number, own.get(number, 0.0)) | ends)
    return rows


def make_table(rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as the exported table."""
    return pa.Table.from_pylist(rows, schema=arrow_schema(APPLICATION_CHANCES))


def fallback_table() -> pa.Table:
    """The one row of a month without enough applications."""
    return make_table([_row(INTERCEPT, 0, -2.2) | {"basis_code": "POSTING_RATE"}])


def _row(name: str, number: int, logit: float) -> dict[str, Any]:
    return {
        "as_of": AS_OF,
        "input_name": name,
        "bin_number": number,
        "value_code": None,
        "value_from": None,
        "value_to": None,
        "logit": logit,
        "applications_count": 10,
        "hired_applications_count": 1,
        "basis_code": "LEARNED",
        "model_version": "chance-1",
    }
