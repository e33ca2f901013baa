"""The data dictionary as pages, one a layer: every table and column of the lake and of goyong.duckdb.

Do not put here: a description (it stands in the contract) or markup (templates/).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dashboards import texts
from dashboards.catalog import open_catalog
from dashboards.page import render_page
from lake.settings import Settings

_ROWS = "select * from ops.data_dictionary order by table_id, position"
_INSIDE = """select schema_name || '__' || table_name from duckdb_tables()
union select schema_name || '__' || function_name from duckdb_functions() where not internal order by all"""


INDEX_FILE = "data-dictionary.html"
Columns = list[dict[str, Any]]


def layer_file(layer: str) -> str:
    """The name of the page of one layer."""
    return f"data-dictionary-{layer}.html"


def render(settings: Settings, catalog_path: Path) -> dict[str, str]:
    """Pages by file name of the dictionary that stands in `catalog_path`: an index of all tables, one page a layer."""
    with open_catalog(settings, catalog_path) as db:
        rows = db.execute(_ROWS).to_arrow_table().to_pylist()
        inside = {row[0] for row in db.execute(_INSIDE).fetchall()}
    layers: dict[str, dict[str, Columns]] = {}
    for row in rows:
        layer = row["table_id"].split("__", 1)[0]
        layers.setdefault(layer, {}).setdefault(row["table_id"], []).append(row)
    named = texts.load("night")["layer"]
    layers = {layer: layers[layer] for layer in sorted(layers, key=lambda layer: _place_in(layer, list(named)))}
    pages = [{"file": layer_file(layer), "title": named[layer]} for layer in layers]
    index = _page("dictionary_index.html.j2", INDEX_FILE, inside, layers=layers, layer_pages=pages)
    return {INDEX_FILE: index} | {
        layer_file(layer): _page(
            "dictionary.html.j2",
            layer_file(layer),
            inside,
            tables={table_id: fold_places(columns) for table_id, columns in found.items()},
            layer_name=named[layer],
            layer_pages=pages,
        )
        for layer, found in layers.items()
    }


def _place_in(layer: str, order: list[str]) -> tuple[int, str]:
    return (order.index(layer) if layer in order else len(order), layer)


def _page(template: str, file: str, inside: set[str], **values: Any) -> str:
    words = texts.load("night")
    title = words["dictionary_title"]
    if "layer_name" in values:
        title = f"{title}: {values['layer_name']}"
    return render_page(
        template, title=title, t=words, file=file, inside=inside, is_synthetic=False, narrow=False, **values
    )


def fold_places(columns: Columns) -> Columns:
    """Columns of a TOP list that follow each other (name_1 .. name_20) as one row, named by its first and last."""
    folded: Columns = []
    last = ("", 0)
    for column in columns:
        base, place = _place(column["column_name"])
        label = column["column_label"].removesuffix(f" {place}위")
        if place > 1 and last == (base, place - 1) and label != column["column_label"]:
            folded[-1] |= {"column_name": f"{base}_1 … {place}", "column_label": f"{label} 1~{place}위"}
        else:
            folded.append(dict(column))
        last = (base, place)
    return folded


def _place(name: str) -> tuple[str, int]:
    """wage_1 as (wage, 1); a name without a place has place 0."""
    found = re.fullmatch(r"(.+)_(\d+)", name)
    return (found[1], int(found[2])) if found else (name, 0)
