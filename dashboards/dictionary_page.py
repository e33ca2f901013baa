"""The data dictionary as a page: every table and column of the lake and of goyong.duckdb, from the contracts.

Do not put here: a description (it stands in the contract) or markup (templates/).
"""

from __future__ import annotations

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
    return render_page(
        "dictionary.html.j2",
        title=words["dictionary_title"],
        t=words,
        tables=tables,
        inside=inside,
        is_synthetic=False,
        narrow=False,
    )
