"""XLSX, JSONL, Parquet and fetched 고용24 folders: rows as sent, every value as text.

Put here: formats that know types. Not here: delimited text (``delimited.py``), meaning (``values.py``).
Numbers become the text a person would write (1.0 → 1), days ISO dates, nested values JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources import work24
from lake.sources.child_reader import Request, read_apart
from lake.sources.decode import utf8_blocks
from lake.sources.errors import EmptyFile, TruncatedFile, UnreadableFile
from lake.sources.limits import ReadLimits
from lake.sources.mapping_model import SourceMapping
from lake.sources.records import Chunk, line_chunks
from lake.sources.rows import Rows, Unreadable, check_header, headers_to_read, without_repeated_header

# DuckDB reads these although JSON has none of them; inside a text they are found too, so a strict reader decides.
_LAX = re.compile(r",\s*[\]}]|nan|inf", re.IGNORECASE)
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


def workbook_tasks(mapping: SourceMapping, file: Path, *, label: str, limits: ReadLimits) -> Iterator[Task]:
    """The rows of the first sheet, or of the mapping's; blank rows are none."""
    request = Request("xlsx", file, label, limits, mapping.sheet)
    header = _Header(mapping, label)
    for batch in read_apart(request, header.choose):
        yield partial(_read_sheet, batch, header)


def _read_sheet(batch: pa.RecordBatch, header: _Header) -> Rows:
    columns = pa.RecordBatch.from_arrays(batch.columns, names=header.wanted)
    return without_repeated_header(all_read(columns), header.sent)


def parquet_tasks(mapping: SourceMapping, file: Path, *, label: str, limits: ReadLimits) -> Iterator[Task]:
    """The rows of a Parquet file, whatever its types."""
    header = _Header(mapping, label)
    for batch in read_apart(Request("parquet", file, label, limits), header.choose):
        yield partial(_read_as_text, pa.RecordBatch.from_arrays(batch.columns, names=header.wanted), label)


@dataclass
class _Header:
    """What the child's column names become: `wanted` normalised names and how the file `sent` them."""

    mapping: SourceMapping
    label: str
    wanted: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def choose(self, cells: list[str]) -> list[int]:
        names = check_header(cells, self.mapping, label=self.label)
        self.wanted = headers_to_read(names, self.mapping)
        positions = [names.index(name) for name in self.wanted]
        self.sent = [cells[at] for at in positions]
        return positions


def _read_as_text(columns: pa.RecordBatch, label: str) -> Rows:
    try:
        return all_read(as_text(columns))
    except (pa.ArrowException, duckdb.Error) as error:
        problem = type(error).__name__  # the message may quote a value
    kinds = ", ".join(f"{name} {kind}" for name, kind in zip(columns.schema.names, columns.schema.types, strict=True))
    raise UnreadableFile(
        label,
        f"columns that cannot be written as text ({problem}): {kinds[:500]}",
        expected="text, numbers, dates, instants, lists and objects",
        todo="have the file written with plain types",
    )


def as_text(columns: pa.RecordBatch) -> pa.RecordBatch:
    """Every column as text: nested values as JSON, instants in UTC with Z, midnight without a zone as the day."""
    if all(pa.types.is_string(kind) for kind in columns.schema.types):
        return columns
    plain = [_plain(column) for column in columns.columns]
    select = ", ".join(
        _text_sql(name, column.type, is_instant=_is_instant(kind))
        for name, column, kind in zip(columns.schema.names, plain, columns.schema.types, strict=True)
    )
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("sent", pa.table(plain, names=columns.schema.names))
        table = connection.execute(f"select {select} from sent").to_arrow_table()  # noqa: S608 - quoted names only
    return _one_batch(table, columns.schema.names)


def _plain(column: pa.Array) -> pa.Array:
    """The column in a type that DuckDB writes as text: it needs an extension for time zones, and escapes bytes."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if _is_instant(kind):  # the same microseconds in UTC
        return column.cast(pa.timestamp("us", "UTC"), safe=False).view(pa.timestamp("us"))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return column.cast(pa.large_string())  # old writers leave out that it is text; other bytes are refused
    return column


def _is_instant(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.tz is not None


def _text_sql(name: str, kind: pa.DataType, *, is_instant: bool) -> str:
    column = _quoted(name)
    if pa.types.is_nested(kind):
        return f"cast(to_json({column}) as varchar) as {column}"
    text = f"cast({column} as varchar)"
    if pa.types.is_floating(kind):
        return f"regexp_replace({text}, '\\.0$', '') as {column}"
    if pa.types.is_timestamp(kind):
        day = f"case when {text} like '% 00:00:00' then left({text}, 10) else replace({text}, ' ', 'T') end"
        instant = f"replace({text}, ' ', 'T') || 'Z'"
        return f"{instant if is_instant else day} as {column}"
    return f"{text} as {column}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _one_batch(table: pa.Table, names: Sequence[str]) -> pa.RecordBatch:
    columns = [table.column(position).combine_chunks().cast(pa.string()) for position in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def jsonl_tasks(mapping: SourceMapping, file: Path, *, label: str, limits: ReadLimits) -> Iterator[Task]:
    """One task per chunk of lines; a line that is no JSON object is an unreadable row.

    Objects need not have the same keys, so the caller checks after the last chunk which mapped ones ever came.
    """
    is_first = True
    for chunk in line_chunks(utf8_blocks(file, mapping.encoding, label=label, limits=limits), label=label):
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
        found = kinds.to_arrow_table().column("kind").to_pylist()
        kind = [None if one and _is_lax(line) else one for one, line in zip(found, lines, strict=True)]
        if chunk.is_cut and kind and kind[-1] is None:
            raise TruncatedFile(
                label,
                f"half a JSON object in line {chunk.first_line + chunk.data.count(bytes([10])):,}, its last",
                expected="a complete last line",
                todo="have the file sent again",
            )
        is_object = np.array([one == "OBJECT" for one in kind], dtype=bool)
        connection.register("objects", pa.table({"line": pa.array(lines, pa.string()).filter(pa.array(is_object))}))
        columns, is_twofold = _one_value_each(connection, mapping, int(is_object.sum()))
    reasons = {
        number: "not a JSON object" if one else "not valid JSON" for number, one in enumerate(kind) if one != "OBJECT"
    }
    places = np.flatnonzero(is_object)
    reasons |= dict.fromkeys(places[is_twofold].tolist(), "two values of one name")
    unreadable = tuple(Unreadable(place + 1, reasons[place], lines[place]) for place in sorted(reasons))
    stays = ~is_twofold
    return Rows(columns.filter(pa.array(stays)), pa.array(places[stays] + 1), unreadable, len(lines))


def _one_value_each(
    connection: duckdb.DuckDBPyConnection, mapping: SourceMapping, count: int
) -> tuple[pa.RecordBatch, npt.NDArray[np.bool_]]:
    """The wanted columns of the relation `objects`, and which objects give one of them two values.

    Spellings of one name (decomposed letters, spaces) are one column: each object should use one of them, once.
    """
    keys = connection.execute("select distinct unnest(json_keys(line)) as key from objects order by key").fetchall()
    sent: dict[str, list[str]] = {}
    for (key,) in keys:
        sent.setdefault(mapping.header_named(key), []).append(key)
    wanted = headers_to_read(list(sent), mapping)
    spellings = [(name, key) for name in wanted for key in sent[name]]
    found = _extracted(connection, [key for _, key in spellings], [str(at) for at in range(len(spellings))], count)
    columns = []
    twice = connection.execute(
        "select len(json_keys(line)) > len(list_distinct(json_keys(line))) as twice from objects"
    )
    is_twofold = twice.to_arrow_table().column("twice").to_numpy().astype(bool)
    for name in wanted:
        values = [found.column(at) for at, (of, _) in enumerate(spellings) if of == name]
        columns.append(pc.coalesce(*values))
        if values[1:]:
            is_twofold |= sum(column.is_valid().to_numpy(zero_copy_only=False).astype(int) for column in values) > 1
    if not columns:
        return found, is_twofold
    return pa.RecordBatch.from_arrays(columns, names=wanted), is_twofold


def _is_lax(line: str) -> bool:
    """Whether a line that DuckDB took for JSON holds what JSON does not know: NaN, Infinity, a comma at the end."""
    if not _LAX.search(line):
        return False
    try:
        json.loads(line, parse_constant=_refuse_constant, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return True
    return False


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


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
