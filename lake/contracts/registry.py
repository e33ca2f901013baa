"""Every table by id. Everything that lists tables (checks, docs, DuckDB, Dagster) reads this."""

from __future__ import annotations

import hashlib

from lake.contracts import alerts, answers, bronze, chances, features, gold, judgement, ops, rights, serving, silver
from lake.contracts.model import ContractError, Table

TABLES: dict[str, Table] = {
    table.id: table
    for module_tables in (
        bronze.TABLES,
        silver.TABLES,
        silver.VERSION_TABLES,
        bronze.QUARANTINE_TABLES,
        gold.TABLES,
        rights.TABLES,
        features.TABLES,
        chances.TABLES,
        answers.TABLES,
        serving.TABLES,
        ops.TABLES,
        alerts.TABLES,
        judgement.TABLES,
    )
    for table in module_tables
}


def table(table_id: str) -> Table:
    """The contract of `table_id`; raises ContractError naming the nearest ids."""
    if table_id not in TABLES:
        layer = table_id.split("__", 1)[0]
        near = sorted(name for name in TABLES if name.startswith(layer)) or sorted(TABLES)
        raise ContractError(f"no contract for table {table_id!r}; declared: {', '.join(near[:20])}")
    return TABLES[table_id]


def contract_version(table_id: str) -> str:
    """A short hash of a table's names, types and nullability: it changes when a reader could break."""
    shape = "\n".join(f"{c.name} {c.kind} {c.nullable}" for c in table(table_id).columns)
    return hashlib.sha256(shape.encode()).hexdigest()[:12]
