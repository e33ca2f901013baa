"""Lineage as text and JSON for a terminal: one table's inputs, or one column's way back to what sources deliver.

Do not put here: pages (lineage_page.py), lineage itself (lake/contracts/lineage.py).
"""

from __future__ import annotations

import json
from typing import Any

from dashboards import texts
from lake.contracts import lineage
from lake.contracts.lineage import Origin, Step
from lake.contracts.model import ContractError
from lake.contracts.registry import table
from lake.source_fields import fields_of


class UnknownName(ContractError):
    """What was asked for names no table or column."""

    exit_code = 2


def as_text(name: str) -> str:
    """The lineage of `table` or `table.column` in Korean; raises UnknownName."""
    table_id, column = _named(name)
    return "\n".join(_column_lines(table_id, column) if column else _table_lines(table_id))


def as_json(name: str) -> str:
    """The same for machines: a column's tree, or a list of the table's columns with their direct sources."""
    table_id, column = _named(name)
    if column:
        return json.dumps(_tree(lineage.trace(table_id, column)), ensure_ascii=False, indent=1)
    found = {name: lineage.sources_of(table_id, name) for name in table(table_id).names}
    facts = {
        "table_id": table_id,
        "method": lineage.sources_of(table_id, table(table_id).names[0]).method,
        "inputs": lineage.inputs_of(table_id),
        "rows": [str(origin) for origin in lineage.sources_of(table_id, table(table_id).names[0]).rows],
        "columns": {
            name: {"values": list(map(str, each.values)), "conditions": list(map(str, each.conditions))}
            for name, each in found.items()
        },
    }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def said_fields(origin: Origin) -> str:
    """What sources call a bronze column: `합성 데이터: 희망임금; 고용24 오픈API: salTpNm`, or that nobody sends it."""
    words = texts.load("lineage")
    told = [f"{words['source'][field.source]}: {' + '.join(field.headers)}" for field in fields_of(origin)]
    return "; ".join(told) or str(words["stamped"])


def _named(name: str) -> tuple[str, str]:
    table_id, _, column = name.partition(".")
    try:
        contract = table(table_id)
        return table_id, contract.column(column).name if column else ""
    except ContractError as error:
        raise UnknownName(f"lineage: found {name!r}; {error}. Do: goyong lineage TABLE or TABLE.COLUMN") from None


def _table_lines(table_id: str) -> list[str]:
    words, contract = texts.load("lineage"), table(table_id)
    first = lineage.sources_of(table_id, contract.names[0])
    lines = [f"{table_id}  {contract.label} ({lineage.METHODS[first.method]})"]
    lines += [f"  {words['inputs']}: {table(name).label} ({name})" for name in lineage.inputs_of(table_id)]
    lines += [f"  {words['rows_title']}: {_listed(first.rows)}"] if first.rows else []
    for column in contract.columns:
        found = lineage.sources_of(table_id, column.name)
        lines.append(f"  {column.name}  {column.label}")
        lines.append(f"      ← {_listed(found.values) if found.values else _nothing(table_id, column.name)}")
        lines += [f"      {words['conditions']}: {_listed(found.conditions)}"] if found.conditions else []
    return lines


def _nothing(table_id: str, column: str) -> str:
    words = texts.load("lineage")
    if table_id.startswith("bronze__"):
        return said_fields(Origin(table_id, column))
    return str(words["conditions"] if lineage.sources_of(table_id, column).conditions else words["stamped"])


def _listed(origins: tuple[Origin, ...]) -> str:
    return ", ".join(map(str, origins))


def _column_lines(table_id: str, column: str) -> list[str]:
    words, contract = texts.load("lineage"), table(table_id).column(column)
    lines = [f"{table_id}.{column}  {contract.label}"]
    lines += _step_lines(lineage.trace(table_id, column), 0)
    delivered = lineage.delivered_origins(table_id, column)
    lines.append(f"{words['delivered']} {len(delivered)}")
    lines += [f"  {_labelled(origin)} ← {said_fields(origin)}" for origin in delivered]
    lines += [f"{words['taught']}: {', '.join(lineage.TAUGHT_BY[table_id])}"] if table_id in lineage.TAUGHT_BY else []
    return lines


def _step_lines(step: Step, depth: int) -> list[str]:
    mark = " …" if step.is_repeated else ""
    lines = [f"{'  ' * depth}{'← ' if depth else ''}{_labelled(step.origin)}{mark}"]
    return lines + [line for source in step.sources for line in _step_lines(source, depth + 1)]


def _labelled(origin: Origin) -> str:
    return f"{origin}  {table(origin.table_id).column(origin.column).label}"


def _tree(step: Step) -> dict[str, Any]:
    made: dict[str, Any] = {
        "table_id": step.origin.table_id,
        "column": step.origin.column,
        "label": table(step.origin.table_id).column(step.origin.column).label,
        "method": step.method,
    }
    if step.origin.table_id.startswith("bronze__"):
        made["fields"] = [{"source": f.source, "headers": list(f.headers)} for f in fields_of(step.origin)]
    if step.is_repeated:
        made["is_repeated"] = True
    if step.sources:
        made["sources"] = [_tree(source) for source in step.sources]
    return made
