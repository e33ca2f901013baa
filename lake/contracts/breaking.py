"""Which changes of a served table break those who read it, told from the document they were given and today's.

Put here: the rules. Not here: documents (odcs.py), tables. A breaking change goes into a new table, `…_v2`, beside the
old one; the old one stays until its readers have moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lake.contracts.odcs import Document


@dataclass(frozen=True)
class Changes:
    """One line for each change that breaks readers, and for each that they can live with."""

    breaking: tuple[str, ...]
    compatible: tuple[str, ...]


def compare(promised: Document, offered: Document | None) -> Changes:
    """What changed from the document that readers have to the one of today (None: the table is gone)."""
    name = str(promised["id"])
    if offered is None:
        return Changes((f"{name}: the table is gone",), ())
    before, after = _columns(promised), _columns(offered)
    breaking = [line for column in before.values() for line in _broken(name, column, after.get(column["name"]))]
    if _key(before) != _key(after):
        breaking.append(f"{name}: the key was {_key(before)} and is {_key(after)}")
    compatible = [f"{name}.{column}: is new" for column in after if column not in before]
    for column in before.keys() & after.keys():
        added = [code for code in _codes(after[column]) if code not in _codes(before[column])]
        compatible += [f"{name}.{column}: the code {code} is new" for code in added if _codes(before[column])]
    return Changes(tuple(breaking), tuple(sorted(compatible)))


def _broken(table: str, before: Document, after: Document | None) -> list[str]:
    name = f"{table}.{before['name']}"
    if after is None:
        return [f"{name}: is gone"]
    lines = [
        f"{name}: {what} was {before_value} and is {after_value}"
        for what, before_value, after_value in (
            ("its type", before["physicalType"], after["physicalType"]),
            ("its unit", _custom(before, "unit"), _custom(after, "unit")),
        )
        if before_value != after_value
    ]
    if before["required"] and not after["required"]:
        lines.append(f"{name}: may be null now")
    known = _codes(after)
    if _codes(before) and not known:
        lines.append(f"{name}: its values are no longer a closed list")
        return lines
    return lines + [f"{name}: the code {code} is gone" for code in _codes(before) if code not in known]


def _columns(document: Document) -> dict[str, Document]:
    return {column["name"]: column for column in document["schema"][0]["properties"]}


def _key(columns: dict[str, Document]) -> list[str]:
    keyed = [column for column in columns.values() if column.get("primaryKey")]
    return [str(column["name"]) for column in sorted(keyed, key=lambda column: int(column["primaryKeyPosition"]))]


def _codes(column: Document) -> tuple[str, ...]:
    return tuple(_custom(column, "codes") or ())


def _custom(column: Document, name: str) -> Any:
    return next((each["value"] for each in column.get("customProperties", ()) if each["property"] == name), None)
