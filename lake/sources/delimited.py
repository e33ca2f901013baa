"""CSV and TSV: header and rows as sent, every row counted, also those that cannot be read.

Put here: delimited text. Not here: encodings (``decode.py``), record ends (``records.py``), meaning (``values.py``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from lake.sources.decode import utf8_blocks
from lake.sources.errors import EmptyFile, TruncatedFile, UnreadableFile
from lake.sources.limits import ReadLimits
from lake.sources.line_breaks import has_inner_line_ends, without_swallowed
from lake.sources.mapping_model import SourceMapping
from lake.sources.records import Chunk, quoted_chunks
from lake.sources.rows import Rows, Unreadable, check_header, headers_to_read, without_repeated_header

DELIMITERS = {"csv": ",", "tsv": "\t"}
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class _Layout:
    """What every chunk of one file shares: `wanted` maps the header read to its position, `sent` is how it stands.

    `one_line` names, by position, the columns in which no value has two lines.
    """

    label: str
    delimiter: str
    width: int
    wanted: dict[str, int]
    sent: list[str]
    one_line: dict[int, str]


def delimited_tasks(
    mapping: SourceMapping, file: Path, *, label: str, limits: ReadLimits
) -> Iterator[Callable[[], Rows]]:
    """One task per chunk of the file; tasks may run side by side, their row numbers begin at 1 each.

    Raises (also from the tasks): EmptyFile, EncodingMismatch, SourceSchemaError, TruncatedFile, UnreadableFile.
    """
    delimiter = DELIMITERS[mapping.format]
    layout: _Layout | None = None
    blocks = utf8_blocks(file, mapping.encoding, label=label, limits=limits)
    for chunk in quoted_chunks(blocks, delimiter=delimiter, label=label):
        data, line = chunk.data, chunk.first_line
        if layout is None:
            end = _header_end(data)
            header = _header_cells(data[:end], delimiter)
            if not header:  # blank lines only
                continue
            names = check_header(header, mapping, label=label)
            positions = {name: position for position, name in enumerate(names)}
            wanted = {name: positions[name] for name in headers_to_read(names, mapping)}
            sent = [header[position] for position in wanted.values()]
            one_line = {positions[name]: name for name in mapping.one_line_headers if name in positions}
            layout = _Layout(label, delimiter, len(names), wanted, sent, one_line)
            line += data.count(b"\n", 0, end)
            data = data[end:]
        yield partial(_parse, Chunk(data, line, chunk.is_cut), layout)
    if layout is None:
        raise EmptyFile(label, "no text", expected="a header and data rows", todo="have the file sent again")


def _header_end(data: bytes) -> int:
    """Where the first record that is not blank ends."""
    quotes = start = 0
    for found in _LINE_END.finditer(data):
        quotes += data.count(b'"', start, found.start())
        start = found.end()
        if quotes % 2 == 0 and data[: found.start()].strip():
            return found.end()
    return len(data)


def _header_cells(data: bytes, delimiter: str) -> list[str]:
    lines = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter)
    return next((cells for cells in lines if cells), [])


def _parse(chunk: Chunk, layout: _Layout) -> Rows:
    invalid: list[pacsv.InvalidRow] = []
    table = _read_table(chunk, layout, layout.wanted.values(), invalid)
    count = table.num_rows + len(invalid)
    is_last_short = bool(invalid) and invalid[-1].number == count and invalid[-1].actual_columns < layout.width
    if chunk.is_cut and is_last_short:
        raise TruncatedFile(
            layout.label,
            f"{invalid[-1].actual_columns} of {layout.width} columns and no line end in "
            f"line {chunk.first_line + chunk.data.count(bytes([10])):,}, its last",
            expected="a complete last row",
            todo="have the file sent again",
        )
    unreadable = tuple(
        Unreadable(row.number, f"{row.actual_columns} columns, expected {layout.width}", row.text) for row in invalid
    )
    batch = pa.RecordBatch.from_arrays(_columns(table), names=list(layout.wanted))
    rows = Rows(batch, _row_numbers(table.num_rows, invalid), unreadable, count)
    if has_inner_line_ends(chunk.data, count):  # also columns that nobody wants can swallow rows
        cells = _columns(_read_table(chunk, layout, range(layout.width), []))
        rows = without_swallowed(rows, cells, delimiter=layout.delimiter, one_line=layout.one_line)
    return without_repeated_header(rows, layout.sent)


def _columns(table: pa.Table) -> list[pa.Array]:
    return [column.combine_chunks() for column in table.columns]


def _read_table(chunk: Chunk, layout: _Layout, positions: Iterable[int], invalid: list[pacsv.InvalidRow]) -> pa.Table:
    """The columns at `positions` of the rows that can be read; the others are appended to `invalid`."""

    def note(row: pacsv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    names = [str(position) for position in range(layout.width)]
    try:
        return pacsv.read_csv(
            pa.BufferReader(chunk.data or b"\n"),
            # One thread: only then does Arrow number the rows it could not read. Chunks run side by side instead.
            read_options=pacsv.ReadOptions(use_threads=False, block_size=len(chunk.data) + 1, column_names=names),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[str(position) for position in positions],
                strings_can_be_null=False,
                check_utf8=False,  # done by decode.py, which can say where
            ),
        )
    except pa.ArrowInvalid as error:
        failure = type(error).__name__  # Arrow's message may quote the row
    raise UnreadableFile(
        layout.label,
        f"text that is no delimited record after line {chunk.first_line:,} ({failure})",
        expected=f"{layout.width} columns divided by {layout.delimiter!r}",
        todo="check format in the mapping",
    )


def _row_numbers(read: int, invalid: list[pacsv.InvalidRow]) -> pa.Array:
    """Numbers of the rows read: 1, 2, 3 … without those of the rows that were not."""
    numbers = np.arange(1, read + len(invalid) + 1, dtype=np.int64)
    return pa.array(np.delete(numbers, [row.number - 1 for row in invalid]))
