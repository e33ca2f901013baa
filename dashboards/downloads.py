"""The numbers behind a page's tables as files beside it: CSV (UTF-8 with a byte order mark) and XLSX.

The same rows give the same bytes, so that a night built twice is the same. Texts are safe in a spreadsheet
(lake/formula_safe.py). Do not put here: what is in a table (pages/*.md) or how a file is written (lake/export_files.py).
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa

from dashboards import column_words
from dashboards.sections import plain_numbers
from lake.export_files import write_file

FOLDER = "data"
FORMATS = ("csv", "xlsx")
_WHEN = b"1980-01-01T00:00:00Z"
_STAMPED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def file_name(page: str, section: str, file_format: str) -> str:
    """Where the rows of a section stand, seen from its page."""
    return f"{FOLDER}/{page}-{section.replace('_', '-')}.{file_format}"


def write_downloads(db: duckdb.DuckDBPyConnection, out: Path, page: str, section: str, sql: str) -> None:
    """Write the rows of `sql` below `out`, once in each format, under Korean heads with units."""
    table = _headed(plain_numbers(db.execute(sql).to_arrow_table()))
    for file_format in FORMATS:
        file = out / file_name(page, section, file_format)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, table.schema, iter(table.to_batches()), file_format)
        if file_format == "xlsx":
            _without_times(file)


def _headed(table: pa.Table) -> pa.Table:
    """The table under Korean heads, no head twice; instants as text."""
    columns, heads = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.string())
        columns.append(column)
        head = column_words.heading(name)
        heads.append(f"{head} {name}" if head in heads else head)
    return pa.Table.from_arrays(columns, names=heads)


def _without_times(file: Path) -> None:
    """The workbook again with no time of writing in it."""
    with zipfile.ZipFile(file) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as again:
        for name, content in parts.items():
            if name == "docProps/core.xml":
                content = _STAMPED.sub(rb"\g<1>" + _WHEN, content)
            again.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
