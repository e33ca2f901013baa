"""The data dictionary as a page: every table and column of the lake and of goyong.duckdb, from the contracts.

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
_INSIDE = "select schema_name || '__' || table_name from duckdb_tables() order by all"


def render(settings: Settings, catalog_path: Path) -> str:
    """The page of the dictionary that stands in `catalog_path`."""
    words = texts.load("night")
    with open_catalog(settings, catalog_path) as db:
        rows = db.execute(_ROWS).to_arrow_table().to_pylist()
        inside = {row[0] for row in db.execute(_INSIDE).fetchall()}
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        tables.setdefault(row["table_id"], []).append(row)
    tables = {table_id: fold_places(columns) for table_id, columns in tables.items()}
    return render_page(
        "dictionary.html.j2",
        title=words["dictionary_title"],
        t=words,
        tables=tables,
        inside=inside,
        is_synthetic=False,
        narrow=False,
    )


def fold_places(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns of a TOP list that follow each other (name_1 .. name_20) as one row, named by its first and last."""
    folded: list[dict[str, Any]] = []
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
