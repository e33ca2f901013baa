"""Contracts of serving tables as Open Data Contract Standard 3.1 documents: what a portal may rely on.

The documents stand in infra/contracts/*.odcs.yaml; GOYONG_UPDATE_CONTRACTS=1 pytest tests/unit/lake/test_odcs.py writes
them anew. Put here: what of a contract stands where in a document. Not here: facts that are not in the contract, what
counts as a breaking change (breaking.py).
"""

from __future__ import annotations

from typing import Any

from lake.contracts.model import PRIVACY_LABELS, Column, Kind, Table
from lake.contracts.registry import contract_version
from lake.contracts.render import SPARK_TYPES, comment

Document = dict[str, Any]
API_VERSION = "v3.1.0"
_LOGICAL: dict[Kind, tuple[str, str | None]] = {
    Kind.STRING: ("string", None),
    Kind.BOOLEAN: ("boolean", None),
    Kind.INT8: ("integer", "i8"),
    Kind.INT16: ("integer", "i16"),
    Kind.INT32: ("integer", "i32"),
    Kind.INT64: ("integer", "i64"),
    Kind.FLOAT32: ("number", "f32"),
    Kind.FLOAT64: ("number", "f64"),
    Kind.DATE: ("date", None),
    Kind.INSTANT: ("timestamp", None),
}


def file_name(table: Table) -> str:
    """The name of the table's document."""
    return f"{table.id}.odcs.yaml"


def document(table: Table) -> Document:
    """The document of a serving table; the hash in its version is the contract_version on every row."""
    number = table.id.rpartition("_v")[2]
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": table.id,
        "name": table.label,
        "version": f"{number}.0.0+{contract_version(table.id)}",
        "status": "active",
        "domain": "employment",
        "dataProduct": "goyong",
        "description": {
            "purpose": table.description,
            "usage": "열은 이름으로 읽는다. 공표된 판(published/current.json)만 읽고, 키 하나에 한 행이다.",
            "limitations": "가명정보를 담은 표는 다른 자료와 결합해 사람을 알아보려 해서는 안 된다.",
        },
        "team": {"name": table.owner},
        "servers": [
            {
                "server": "lake",
                "type": "local",
                "path": f"tables/{table.layer}/{table.noun}",
                "format": "delta",
                "description": "지시자가 이름한 Delta 판",
            }
        ],
        "slaProperties": [{"property": "frequency", "value": table.cadence}],
        "schema": [_object(table)],
    }


def _object(table: Table) -> Document:
    return {
        "name": table.id,
        "physicalName": table.noun,
        "logicalType": "object",
        "physicalType": "table",
        "businessName": table.label,
        "description": table.description,
        "dataGranularityDescription": table.grain,
        "properties": [_property(table, column) for column in table.columns],
    }


def _property(table: Table, column: Column) -> Document:
    logical, width = _LOGICAL[column.kind]
    options = {"format": width, "minimum": column.minimum, "maximum": column.maximum}
    told = {name: value for name, value in options.items() if value is not None}
    custom: list[Document] = [{"property": "unit", "value": column.unit}] if column.unit else []
    custom += [{"property": "codes", "value": dict(column.codes.codes)}] if column.codes else []
    found: Document = {
        "name": column.name,
        "businessName": column.label,
        "description": comment(column),
        "logicalType": logical,
        "physicalType": SPARK_TYPES[column.kind],
        "required": not column.nullable,
        "classification": PRIVACY_LABELS[column.privacy],
    }
    if column.name in table.key:
        place = table.key.index(column.name) + 1
        found |= {"primaryKey": True, "primaryKeyPosition": place, "unique": len(table.key) == 1}
    if told:
        found["logicalTypeOptions"] = told
    if column.codes:
        known = list(column.codes.codes)
        found["quality"] = [
            {"type": "library", "metric": "invalidValues", "arguments": {"validValues": known}, "mustBe": 0}
        ]
    if custom:
        found["customProperties"] = custom
    return found
