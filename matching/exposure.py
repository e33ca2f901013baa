"""Exposure: how evenly a night's recommendations are spread over postings, before and after sharing (ops__exposure).

Do not put here: capacities and prices (capacity.py), words about them (dashboards).
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from lake.contracts.ops import EXPOSURE
from lake.contracts.render import arrow_schema
from matching.blocks import Doubles, Flags, encode
from matching.capacity import Load, Sharing
from matching.selection import SCORE_STEP

ALL, UNKNOWN = "ALL", "UNKNOWN"


class Groups(NamedTuple):
    """What postings (m,) are told apart by, in market order."""

    company_size_code: pa.Array
    region_code: pa.Array


def exposure_rows(sharing: Sharing, headcount: Doubles, groups: Groups, as_of: datetime.date) -> pa.Table:
    """ops__exposure rows of a night: everything, then each company size and region, before and after."""
    members = {(ALL, ALL): np.ones(len(headcount), bool)}
    for kind, column in groups._asdict().items():
        place, codes = encode(column)
        names = [*codes.to_pylist(), UNKNOWN]
        found = {name: place == number for number, name in enumerate(names[:-1])} | {UNKNOWN: place < 0}
        members |= {(kind, name): flags for name, flags in sorted(found.items()) if flags.any()}
    rows = []
    for phase, load in (("BEFORE", sharing.before), ("AFTER", sharing.after)):
        for (kind, name), flags in members.items():
            head = {"as_of": as_of, "phase_code": phase, "group_kind": kind, "group_code": name}
            short = load.short if kind == ALL else None
            rows.append(head | _describe(load, sharing.capacity, headcount, flags) | {"short_seekers_count": short})
    return pa.Table.from_pylist(rows, schema=arrow_schema(EXPOSURE))


def _describe(load: Load, capacity: Doubles, headcount: Doubles, member: Flags) -> dict[str, Any]:
    exposures, limits, heads = load.exposures[member], capacity[member], headcount[member]
    ratio = exposures / limits
    total, given = int(load.exposures.sum()), int(exposures.sum())
    scores = int(load.scores[member].sum())
    return {
        "postings_count": len(exposures),
        "openings_count": int(heads.sum()),
        "capacity_count": round(float(limits.sum()), 3),
        "recommendations_count": given,
        "recommendations_share_0_1": _share(given, total),
        "openings_share_0_1": _share(float(heads.sum()), float(headcount.sum())),
        "largest_ratio": round(float(ratio.max()), 6) if len(ratio) else None,
        "p99_ratio": round(float(np.quantile(ratio, 0.99)), 6) if len(ratio) else None,
        "over_capacity_count": int((exposures > limits).sum()),
        "gini_0_1": round(gini(exposures.astype(np.float64), heads), 6) if given else None,
        "coverage_0_1": _share(int((exposures > 0).sum()), len(exposures)),
        "mean_score_0_1": round(scores / given * SCORE_STEP, 6) if given else None,
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None


def gini(amounts: Doubles, weights: Doubles) -> float:
    """The Gini coefficient of amounts per unit of weight (m,): 0 when every vacancy is recommended equally often.

    The area between the Lorenz curve and the diagonal, doubled.
    """
    order = np.argsort(amounts / weights, kind="stable")
    owned = np.concatenate([[0.0], np.cumsum(amounts[order])]) / amounts.sum()
    shares = np.diff(np.concatenate([[0.0], np.cumsum(weights[order])])) / weights.sum()
    return float(min(max(1.0 - np.sum((owned[1:] + owned[:-1]) * shares), 0.0), 1.0))
