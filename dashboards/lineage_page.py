"""The lineage pages: every table in the order it is made, and for each published column what it comes from.

Made from contracts, the same whatever night is served; the file of the night only says whether its data are synthetic.
Do not put here: markup (templates/), lineage itself (lake/contracts/lineage.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dashboards import texts
from dashboards.catalog import open_catalog
from dashboards.dictionary_page import fold_places, layer_file
from dashboards.lineage_text import said_fields
from dashboards.page import render_page
from lake.contracts import bronze, lineage, serving
from lake.contracts.lineage import Origin
from lake.contracts.registry import TABLES, table
from lake.settings import Settings

INDEX_FILE = "lineage.html"
SOURCES_FILE = "lineage-sources.html"
_NIGHT = "select any_value(as_of), bool_or(is_synthetic) from ops.published_tables"


def table_file(table_id: str) -> str:
    """The name of the page of one serving table."""
    return f"lineage-{table_id.removeprefix('serving__')}.html"


def render(settings: Settings, catalog: Path) -> dict[str, str]:
    """Pages by file name: the index, one page a serving table, and the fields of the sources."""
    with open_catalog(settings, catalog) as db:
        as_of, is_synthetic = db.execute(_NIGHT).fetchall()[0]
    night = {"as_of": as_of, "is_synthetic": bool(is_synthetic)}
    pages = {INDEX_FILE: _index(night), SOURCES_FILE: _sources(night)}
    return pages | {table_file(table_id): _table(table_id, night) for table_id in serving.SOURCES}


def _render(template: str, title: str, file: str, night: dict[str, Any], **values: Any) -> str:
    words, night_words = texts.load("lineage"), texts.load("night")
    return render_page(
        template,
        title=title,
        t=words,
        pages=night_words["pages"],
        file=file,
        synthetic_text=night_words["synthetic"],
        narrow=False,
        lineage_pages=[
            {"file": INDEX_FILE, "title": words["title"]},
            {"file": SOURCES_FILE, "title": words["sources_title"]},
            *({"file": table_file(name), "title": table(name).label} for name in serving.SOURCES),
        ],
        **night,
        **values,
    )


def _index(night: dict[str, Any]) -> str:
    words = texts.load("lineage")
    levels = lineage.tables_by_depth()
    rows = [[_graph_row(table_id) for table_id in level] for level in levels]
    graph_title = words["graph_title"].format(levels=len(levels), tables=sum(map(len, levels)))
    return _render("lineage.html.j2", words["title"], INDEX_FILE, night, levels=rows, graph_title=graph_title)


def _graph_row(table_id: str) -> dict[str, Any]:
    contract = table(table_id)
    method = lineage.sources_of(table_id, contract.names[0]).method
    taught = set(lineage.TAUGHT_BY.get(table_id, ()))
    return {
        "id": table_id,
        "label": contract.label,
        "file": table_file(table_id) if table_id in serving.SOURCES else f"{layer_file(contract.layer)}#{table_id}",
        "inputs": [(name, TABLES[name].label, name in taught) for name in lineage.inputs_of(table_id)],
        "method": lineage.METHODS[method],
    }


def _table(table_id: str, night: dict[str, Any]) -> str:
    words, contract = texts.load("lineage"), table(table_id)
    columns = fold_places(
        [{"column_name": c.name, "column_label": c.label, "members": c.name} for c in contract.columns]
    )
    starts = [contract.names.index(column["members"]) for column in columns] + [len(contract.names)]
    folded = [contract.names[start:end] for start, end in zip(starts, starts[1:], strict=False)]
    rows = [_column_row(table_id, column, names) for column, names in zip(columns, folded, strict=True)]
    return _render(
        "lineage_table.html.j2",
        f"{words['title']}: {contract.label}",
        table_file(table_id),
        night,
        table=contract,
        columns=rows,
        rows=_by_table(lineage.sources_of(table_id, contract.names[0]).rows),
        taught=[(name, TABLES[name].label) for name in lineage.TAUGHT_BY.get(serving.SOURCES[table_id], ())],
    )


def _column_row(table_id: str, column: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """One line: columns of a TOP list together, with the sources of all its places."""
    found = [lineage.sources_of(table_id, name) for name in names]
    delivered = {origin for name in names for origin in lineage.delivered_origins(table_id, name)}
    return {
        "name": column["column_name"],
        "label": column["column_label"],
        "direct": _by_table({origin for each in found for origin in each.values}),
        "conditions": _by_table({origin for each in found for origin in each.conditions}),
        "delivered": _by_table(delivered),
    }


def _by_table(origins: Iterable[Origin]) -> list[tuple[str, list[str]]]:
    """(table label, column labels) in order of table; a TOP list is told once."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for origin in sorted(origins, key=lambda o: (o.table_id, table(o.table_id).names.index(o.column))):
        label = table(origin.table_id).column(origin.column).label
        found[origin.table_id].append({"column_name": origin.column, "column_label": label})
    return [
        (table(table_id).label, [column["column_label"] for column in fold_places(columns)])
        for table_id, columns in found.items()
    ]


def _sources(night: dict[str, Any]) -> str:
    words = texts.load("lineage")
    listed = [
        (contract, [(column, said_fields(Origin(contract.id, column.name))) for column in contract.columns])
        for contract in bronze.TABLES
    ]
    return _render("lineage_sources.html.j2", words["sources_title"], SOURCES_FILE, night, tables=listed)
