"""The numbers behind a page's tables as files beside it: a CSV each (UTF-8 with a byte order mark), one XLSX a page.

The same rows give the same bytes, so that a night built twice is the same. Texts are safe in a spreadsheet
(lake/formula_safe.py). Do not put here: what is in a table (pages/*.md), how a file is written (lake/export_files.py).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboards import column_words
from dashboards.sections import Section, plain_numbers
from lake.export_files import write_file, write_workbook

FOLDER = "data"
_LETTERS_OF_A_SHEET, _PLACES = 16, 6
_NOT_IN_A_SHEETS_NAME = re.compile(r"[\[\]:*?/\\']")
_WHEN = b"1980-01-01T00:00:00Z"
_STAMPED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def csv_of(page: str, section: str) -> str:
    """Where the rows of a section stand, seen from its page."""
    return f"{FOLDER}/{page}-{section.replace('_', '-')}.csv"


def xlsx_of(page: str) -> str:
    """Where the rows of all sections of a page stand, one a sheet."""
    return f"{FOLDER}/{page}.xlsx"


def sheet_names(sections: Sequence[Section]) -> list[str]:
    """A name for each section's sheet: its place and the first words of its title."""
    said = (
        _NOT_IN_A_SHEETS_NAME.sub(" ", section.title.replace(",", ":").split(":")[0]).strip() for section in sections
    )
    return [f"{place} {_first_words(name)}" for place, name in enumerate(said, 1)]


def _first_words(name: str) -> str:
    if len(name) <= _LETTERS_OF_A_SHEET:
        return name
    return name[: _LETTERS_OF_A_SHEET + 1].rpartition(" ")[0] or name[:_LETTERS_OF_A_SHEET]


def write_downloads(db: duckdb.DuckDBPyConnection, out: Path, page: str, sections: Sequence[Section]) -> None:
    """Write the rows behind every section of a page below `out`, under Korean heads with units."""
    tables = [_headed(plain_numbers(db.execute(section.sql).to_arrow_table())) for section in sections]
    if not tables:
        return
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    for section, table in zip(sections, tables, strict=True):
        write_file(out / csv_of(page, section.id), table.schema, iter(table.to_batches()), "csv")
    book = out / xlsx_of(page)
    write_workbook(book, dict(zip(sheet_names(sections), tables, strict=True)))
    _without_times(book)


def _headed(table: pa.Table) -> pa.Table:
    """The table under Korean heads, no head twice."""
    columns, heads = [], list[str]()
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns.append(_readable(name, column))
        head = column_words.heading(name)
        heads.append(f"{head} {name}" if head in heads else head)
    return pa.Table.from_arrays(columns, names=heads)


def _readable(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes as the names they stand for, instants as text, numbers to the places that anybody reads."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.string())
    if pa.types.is_floating(column.type):
        return pc.round(column, _PLACES)
    if pa.types.is_string(column.type) and column_words.stands_for_a_name(name):
        said = [None if code is None else column_words.said(name, code) for code in column.to_pylist()]
        return pa.chunked_array([pa.array(said, pa.string())])
    return column


def _without_times(file: Path) -> None:
    """The workbook again with no time of writing in it."""
    with zipfile.ZipFile(file) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as again:
        for name, content in parts.items():
            if name == "docProps/core.xml":
                content = _STAMPED.sub(rb"\g<1>" + _WHEN, content)
            again.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
