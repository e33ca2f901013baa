"""XLSX, JSONL, Parquet and fetched 고용24 folders: rows as sent, every value as text.

Put here: formats that know types. Not here: delimited text (``delimited.py``), meaning (``values.py``).
Numbers become the text a person would write (1.0 → 1), days ISO dates, nested values JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from lake.sources import work24
from lake.sources.decode import utf8_blocks
from lake.sources.errors import EmptyFile, TruncatedFile, UnreadableFile
from lake.sources.mapping_model import SourceMapping, normalise_header
from lake.sources.records import Chunk, line_chunks
from lake.sources.rows import Rows, Unreadable, check_header, headers_to_read

_SHEET_ROWS = 20_000
_BATCH_ROWS = 32_768
_WORK24_READERS: dict[str, Callable[[Path], Iterator[pa.RecordBatch]]] = {
    "work24_postings": work24.read_postings,
    "work24_posting_details": work24.read_posting_details,
    "work24_courses": work24.read_courses,
    "work24_occupations": work24.read_occupations,
    "work24_job_dictionary": work24.read_job_dictionary,
    "work24_job_dictionary_details": work24.read_job_dictionary_details,
}

Task = Callable[[], Rows]


def all_read(columns: pa.RecordBatch) -> Rows:
    """Rows of which every one could be read."""
    count = columns.num_rows
    return Rows(columns, pa.array(np.arange(1, count + 1, dtype=np.int64)), (), count)


def workbook_tasks(mapping: SourceMapping, file: Path, *, label: str) -> Iterator[Task]:
    """The rows of the first sheet, or of the mapping's; blank rows are none."""
    problem = ""
    try:
        book = python_calamine.load_workbook(str(file))
        name = mapping.sheet or book.sheet_names[0]
        rows = iter(book.get_sheet_by_name(name).iter_rows())
    except python_calamine.WorksheetNotFound:
        problem = f"no sheet {mapping.sheet!r}"
    except python_calamine.CalamineError as error:
        problem = f"a damaged or protected workbook of {file.stat().st_size:,} bytes ({type(error).__name__})"
    if problem:
        raise UnreadableFile(label, problem, expected="an open .xlsx workbook", todo="have the file sent again")
    filled = (row for row in rows if any(cell != "" for cell in row))
    header = next(filled, None)
    if header is None:
        raise EmptyFile(label, "an empty sheet", expected="a header and data rows", todo="have the file sent again")
    names = check_header([cell_text(cell) or "" for cell in header], mapping, label=label)
    wanted = {name: names.index(name) for name in headers_to_read(names, mapping)}
    while part := list(islice(filled, _SHEET_ROWS)):
        columns = [pa.array([cell_text(row[at]) for row in part], pa.string()) for at in wanted.values()]
        yield partial(all_read, pa.RecordBatch.from_arrays(columns, names=list(wanted)))


def cell_text(cell: object) -> str | None:
    """A spreadsheet cell as a person would write it: 3500.0 → 3500, midnight → the day alone."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def parquet_tasks(mapping: SourceMapping, file: Path, *, label: str) -> Iterator[Task]:
    """The rows of a Parquet file, whatever its types."""
    place = f"{file.stat().st_size:,} bytes"
    batch: pa.RecordBatch | None = None
    try:
        with pq.ParquetFile(file) as parquet:
            names = check_header(parquet.schema_arrow.names, mapping, label=label)
            sent = dict(zip(names, parquet.schema_arrow.names, strict=True))
            wanted = headers_to_read(names, mapping)
            for number, batch in enumerate(parquet.iter_batches(_BATCH_ROWS, columns=[sent[name] for name in wanted])):
                place = f"{file.stat().st_size:,} bytes, good up to row {(number + 1) * _BATCH_ROWS:,}"
                columns = pa.RecordBatch.from_arrays([batch.column(sent[name]) for name in wanted], names=wanted)
                yield partial(_read_as_text, columns)
            return
    except (pa.ArrowException, OSError) as error:
        problem = f"a damaged or cut-off Parquet file ({place}; {type(error).__name__})"
    raise TruncatedFile(label, problem, expected="a complete Parquet file", todo="have the file sent again")


def _read_as_text(columns: pa.RecordBatch) -> Rows:
    return all_read(as_text(columns))


def as_text(columns: pa.RecordBatch) -> pa.RecordBatch:
    """Every column as text: nested values as JSON, instants in UTC with Z, midnight without a zone as the day."""
    if all(pa.types.is_string(kind) for kind in columns.schema.types):
        return columns
    # DuckDB needs an extension for time zones; an instant is the same microseconds in UTC without one.
    plain = [
        column.cast(pa.timestamp("us", "UTC")).view(pa.timestamp("us")) if _is_instant(column.type) else column
        for column in columns.columns
    ]
    select = ", ".join(
        _text_sql(name, kind) for name, kind in zip(columns.schema.names, columns.schema.types, strict=True)
    )
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("sent", pa.table(plain, names=columns.schema.names))
        table = connection.execute(f"select {select} from sent").to_arrow_table()  # noqa: S608 - quoted names only
    return _one_batch(table, columns.schema.names)


def _is_instant(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.tz is not None


def _text_sql(name: str, kind: pa.DataType) -> str:
    column = _quoted(name)
    if pa.types.is_nested(kind):
        return f"cast(to_json({column}) as varchar) as {column}"
    text = f"cast({column} as varchar)"
    if pa.types.is_floating(kind):
        return f"regexp_replace({text}, '\\.0$', '') as {column}"
    if pa.types.is_timestamp(kind):
        day = f"case when {text} like '% 00:00:00' then left({text}, 10) else replace({text}, ' ', 'T') end"
        instant = f"replace({text}, ' ', 'T') || 'Z'"
        return f"{instant if _is_instant(kind) else day} as {column}"
    return f"{text} as {column}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _one_batch(table: pa.Table, names: Sequence[str]) -> pa.RecordBatch:
    columns = [table.column(position).combine_chunks().cast(pa.string()) for position in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def jsonl_tasks(mapping: SourceMapping, file: Path, *, label: str) -> Iterator[Task]:
    """One task per chunk of lines; a line that is no JSON object is an unreadable row.

    Objects need not have the same keys, so the caller checks after the last chunk which mapped ones ever came.
    """
    is_first = True
    for chunk in line_chunks(utf8_blocks(file, mapping.encoding, label=label), label=label):
        if is_first and chunk.data.lstrip()[:1] == b"[":
            raise UnreadableFile(
                label, "a JSON array", expected="one JSON object on each line", todo="have it sent as JSON Lines"
            )
        is_first = False
        yield partial(_parse_lines, chunk, mapping, label)
    if is_first:
        raise EmptyFile(label, "no text", expected="one JSON object on each line", todo="have the file sent again")


def _parse_lines(chunk: Chunk, mapping: SourceMapping, label: str) -> Rows:
    lines = [line for line in chunk.data.decode().split("\n") if line.strip()]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("lines", pa.table({"line": pa.array(lines, pa.string())}))
        kinds = connection.execute("select case when json_valid(line) then json_type(line) end as kind from lines")
        kind = kinds.to_arrow_table().column("kind").to_pylist()
        if chunk.is_cut and kind and kind[-1] is None:
            raise TruncatedFile(
                label,
                f"half a JSON object in line {chunk.first_line + chunk.data.count(bytes([10])):,}, its last",
                expected="a complete last line",
                todo="have the file sent again",
            )
        is_object = np.array([one == "OBJECT" for one in kind], dtype=bool)
        connection.register("objects", pa.table({"line": pa.array(lines, pa.string()).filter(pa.array(is_object))}))
        keys = connection.execute("select distinct unnest(json_keys(line)) as key from objects order by key").fetchall()
        sent = {normalise_header(key): key for (key,) in keys}
        wanted = headers_to_read(list(sent), mapping)
        columns = _extracted(connection, [sent[name] for name in wanted], wanted, int(is_object.sum()))
    unreadable = tuple(
        Unreadable(number, "not a JSON object" if one else "not valid JSON", line)
        for number, (one, line) in enumerate(zip(kind, lines, strict=True), 1)
        if one != "OBJECT"
    )
    return Rows(columns, pa.array(np.flatnonzero(is_object) + 1), unreadable, len(lines))


def _extracted(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[str], names: Sequence[str], count: int
) -> pa.RecordBatch:
    """The values of `keys` in every line of the relation `objects`; each line is parsed once."""
    if not keys:
        return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
    paths = ['$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in keys]
    items = ", ".join(f"found[{position}]" for position in range(1, len(keys) + 1))
    sql = f"select {items} from (select json_extract_string(line, ?) as found from objects)"  # noqa: S608 - numbers only
    return _one_batch(connection.execute(sql, [paths]).to_arrow_table(), names)


def work24_tasks(mapping: SourceMapping, delivery: Path, *, label: str) -> Iterator[Task]:
    """The rows of a finished fetch; `delivery` is the folder that holds work24/."""
    for batch in _WORK24_READERS[mapping.format](delivery):
        names = check_header(batch.schema.names[:-2], mapping, label=label)
        wanted = headers_to_read(names, mapping)
        columns = pa.RecordBatch.from_arrays([batch.column(names.index(name)) for name in wanted], names=wanted)
        numbers, places = batch.column("_row_number"), batch.column("_source_file")
        yield partial(Rows, columns, numbers, (), batch.num_rows, places)
