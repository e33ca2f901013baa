"""Contracts rendered for others: Arrow, Spark, DuckDB comments, Dagster, the data dictionary.

Do not put here: facts about a table that are not in its contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from lake.contracts.model import PRIVACY_LABELS, Column, Kind, Table

ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.STRING: pa.string(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.INT8: pa.int8(),
    Kind.INT16: pa.int16(),
    Kind.INT32: pa.int32(),
    Kind.INT64: pa.int64(),
    Kind.FLOAT32: pa.float32(),
    Kind.FLOAT64: pa.float64(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
}

SPARK_TYPES: dict[Kind, str] = {
    Kind.STRING: "string",
    Kind.BOOLEAN: "boolean",
    Kind.INT8: "tinyint",
    Kind.INT16: "smallint",
    Kind.INT32: "int",
    Kind.INT64: "bigint",
    Kind.FLOAT32: "float",
    Kind.FLOAT64: "double",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamp",
}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema in contract order."""
    return pa.schema([pa.field(c.name, ARROW_TYPES[c.kind], nullable=c.nullable) for c in table.columns])


def spark_schema(table: Table, names: Sequence[str] | None = None) -> str:
    """The Spark DDL schema of `table`, or of the named columns in that order."""
    columns = table.columns if names is None else tuple(table.column(name) for name in names)
    return ", ".join(f"`{column.name}` {SPARK_TYPES[column.kind]}" for column in columns)


def comment(column: Column) -> str:
    """One Korean line about a column: label, unit, description."""
    unit = f" [{column.unit}]" if column.unit else ""
    description = f" — {column.description}" if column.description else ""
    return f"{column.label}{unit}{description}"


def duckdb_comments(table: Table, qualified_name: str) -> list[str]:
    """COMMENT statements for `table` and its columns under `qualified_name` (schema.table)."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    statements = [f"comment on table {qualified_name} is {quoted(f'{table.label} — {table.description}')}"]
    statements += [f'comment on column {qualified_name}."{c.name}" is {quoted(comment(c))}' for c in table.columns]
    return statements


def dictionary_rows(tables: Iterable[Table]) -> pa.Table:
    """The rows of ops__data_dictionary for `tables`, in table and column order."""
    rows = [
        {
            "table_id": table.id,
            "table_label": table.label,
            "table_description": table.description,
            "grain": table.grain,
            "owner": table.owner,
            "cadence": table.cadence,
            "position": position,
            "column_name": column.name,
            "column_label": column.label,
            "column_description": column.description,
            "type": column.kind.value,
            "unit": column.unit,
            "is_key": column.name in table.key,
            "is_nullable": column.nullable,
            "codes_text": "; ".join(f"{k}={v}" for k, v in column.codes.codes.items()) if column.codes else None,
            "privacy": PRIVACY_LABELS[column.privacy],
        }
        for table in tables
        for position, column in enumerate(table.columns, 1)
    ]
    from lake.contracts.ops import DATA_DICTIONARY

    return pa.Table.from_pylist(rows, schema=arrow_schema(DATA_DICTIONARY))
