"""What gates on recommendations share: which regions are near, and how many rows break which rule.

Rules are SQL conditions that are true of what must not be. None of matching's code: a mistake there must not hide
itself. Do not put here: rules (job_gates.py, course_gates.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from lake.quality import Check
from lake.reference import distances_km, read_regions

NEAR_KM = 45.0
"""Without a wished region a person reaches the home region and those whose offices are this near to its own."""
Rules = Mapping[str, str]
"""Name of a rule → the condition under which a row breaks it; a condition that is null is not broken."""


def near_regions() -> pa.Table:
    """Pairs of a home region and another one near it."""
    known = [region.code for region in read_regions()]
    pairs = [
        {"home_region_code": home, "region_code": code}
        for home, row in zip(known, distances_km(), strict=True)
        for code, away in zip(known, row, strict=True)
        if away <= NEAR_KM and code != home
    ]
    return pa.Table.from_pylist(pairs)


def count_broken(db: duckdb.DuckDBPyConnection, gates: Mapping[str, Rules], source: str, table_id: str) -> list[Check]:
    """Of each gate how many rows of a query's body break a rule, in one pass; the detail says which and how often."""
    rules = {f"{gate}_{name}": broken for gate, own in gates.items() for name, broken in own.items()}
    flags = ", ".join(f'coalesce({broken}, false) as "{name}"' for name, broken in rules.items())
    counts = [f'count(*) filter (where "{name}")' for name in rules]
    for gate, own in gates.items():
        either = " or ".join(f'"{gate}_{name}"' for name in own)
        counts.append(f"count(*) filter (where {either})")
    (row,) = db.execute(f"select {', '.join(counts)} from (select {flags} {source})").fetchall()
    found, totals = dict(zip(rules, row, strict=False)), row[len(rules) :]
    checks = []
    for (gate, own), total in zip(gates.items(), totals, strict=True):
        broken = {name: found[f"{gate}_{name}"] for name in own}
        detail = ", ".join(f"{name} {count}" for name, count in broken.items() if count)
        checks.append(Check(table_id, f"gate:{gate}", float(total), detail=detail))
    return checks
