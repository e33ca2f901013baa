"""The files of an export: Parquet, JSONL, CSV and XLSX written batch by batch, never a whole table in memory.

CSV is UTF-8 with a byte order mark, every text quoted; CSV and XLSX texts are formula-safe (formula_safe.py). XLSX
cells of text are typed as text; what XML cannot hold stands as _xHHHH_, as spreadsheets write it.
Do not put here: which tables are exported and where to (exports.py).
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lake.formula_safe import guard, guard_texts

FORMATS = ("parquet", "jsonl", "csv", "xlsx")
ROW_GROUP = 65_536
XLSX_ROWS = 1_048_576
XLSX_CHARACTERS = 32_767
_EXACT_IN_A_SHEET = 2**53
_NEEDS_ESCAPE = re.compile(r"[\x00-\x1f]|_x[0-9A-Fa-f]{4}_")


class ExportTooLarge(ValueError):
    """The format cannot hold the table."""

    exit_code = 2


def write_file(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch], file_format: str) -> int:
    """Write `batches` to `file` in one of FORMATS; returns the number of rows."""
    writers: dict[str, Callable[[Path, pa.Schema, Iterator[pa.RecordBatch]], int]] = {
        "parquet": _write_parquet,
        "jsonl": _write_jsonl,
        "csv": _write_csv,
        "xlsx": _write_xlsx,
    }
    return writers[file_format](file, schema, batches)


def _write_parquet(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows, waiting = 0, list[pa.RecordBatch]()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            rows += batch.num_rows
            if sum(each.num_rows for each in waiting) >= ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting), row_group_size=ROW_GROUP)
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting), row_group_size=ROW_GROUP)
    return rows


def _write_jsonl(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with file.open("w", encoding="utf-8") as out:
        for batch in batches:
            columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
            for values in zip(*columns, strict=True):
                out.write(json.dumps(dict(zip(schema.names, values, strict=True)), ensure_ascii=False) + "\n")
            rows += batch.num_rows
    return rows


def _write_csv(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with file.open("wb") as out:
        out.write(b"\xef\xbb\xbf")
        with pacsv.CSVWriter(out, schema) as writer:
            for batch in batches:
                columns = [guard_texts(c) if pa.types.is_string(c.type) else c for c in batch.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
                rows += batch.num_rows
    return rows


def write_workbook(file: Path, sheets: Mapping[str, pa.Table]) -> None:
    """Write several small tables as one XLSX, each on a sheet of its name (at most 31 letters, none twice)."""
    from openpyxl import Workbook

    with _temporary_files_in(file.parent):
        book = Workbook(write_only=True)
        for name, table in sheets.items():
            _fill_sheet(book.create_sheet(name), name, table.schema, iter(table.to_batches()))
        book.save(file)


def _write_xlsx(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    from openpyxl import Workbook

    with _temporary_files_in(file.parent):
        book = Workbook(write_only=True)
        rows = _fill_sheet(book.create_sheet(file.stem[:31]), file.stem, schema, batches)
        book.save(file)
    return rows


def _fill_sheet(sheet: Any, name: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    try:
        return _append_rows(sheet, name, schema, batches)
    except BaseException:
        sheet.close()  # its half-written file would be closed at some later time, with an error nobody can catch
        raise


def _append_rows(sheet: Any, name: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    sheet.append([_text_cell(sheet, column) for column in schema.names])
    for batch in batches:
        rows += batch.num_rows
        if rows >= XLSX_ROWS:
            raise ExportTooLarge(
                f"{name}: more than {XLSX_ROWS - 1:,} rows; a sheet of XLSX holds no more. Do: --format csv"
            )
        columns = [[_cell(sheet, value) for value in column.to_pylist()] for column in batch.columns]
        for values in zip(*columns, strict=True):
            sheet.append(values)
    return rows


def _cell(sheet: Any, value: Any) -> Any:
    """A value for a sheet: numbers as numbers where a sheet holds them exactly, all else as text."""
    plain = _plain(value)
    if isinstance(plain, str) or (isinstance(plain, int) and abs(plain) > _EXACT_IN_A_SHEET):
        return _text_cell(sheet, str(plain))
    return plain


def _text_cell(sheet: Any, text: str) -> Any:
    """A text that no reader of the sheet takes for anything else."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.escape import escape

    safe = guard(text)
    if _NEEDS_ESCAPE.search(safe):
        safe = escape(safe)
    if len(safe) > XLSX_CHARACTERS:
        raise ExportTooLarge(
            f"a text of {len(safe):,} characters; a cell of XLSX holds {XLSX_CHARACTERS:,}. Do: --format csv"
        )
    if not safe.startswith("#"):
        return safe
    cell = WriteOnlyCell(sheet, value=safe)  # #N/A and its like would become an error, not a text
    cell.data_type = "s"
    return cell


def _plain(value: Any) -> Any:
    """A value as JSON says it: days and instants (UTC) as ISO text, no number as null."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """While open, openpyxl keeps a sheet's rows in a temporary file: in the export's folder, not in /tmp."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
