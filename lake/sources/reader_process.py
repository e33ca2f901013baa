"""The child process that reads one Parquet or XLSX file from outside, under limits set before anything is read.

Put here: what runs in the child, and what may be imported there: the standard library, pyarrow, python_calamine.
Do not put here: anything of ours (the child is started by path and isolated) or any decision about a mapping.
Talk: a line of JSON with the column names out; a line of JSON with the wanted positions in; an Arrow stream out.
A failure is one line of JSON on stderr: what kind, and how many rows were good. It never quotes the file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

_SHEET_ROWS = 20_000
_BATCH_ROWS = 32_768
_THRIFT_BYTES = 100_000_000


class Problem(Exception):
    """Why the file cannot be read: a kind that ``child_reader.py`` words, and what it says about it."""

    def __init__(self, kind: str, detail: str = "") -> None:
        """`detail` never holds a cell."""
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def main() -> None:
    """Serve the request in the first argument (JSON: format, path, sheet, memory_mb, cpu_seconds, most_bytes)."""
    request = json.loads(sys.argv[1])
    _limit(request["memory_mb"], request["cpu_seconds"])
    rows = [0]
    problem = Problem("")
    try:
        _serve(request, rows)
        sys.stdout.buffer.flush()
        os._exit(0)
    except Problem as error:
        problem = error
    except MemoryError:
        problem = Problem("memory")
    except BaseException as error:  # a panic of a Rust library is no Exception
        problem = Problem("damaged", type(error).__name__)
    sys.stderr.write(json.dumps({"kind": problem.kind, "detail": problem.detail, "rows": rows[0]}) + "\n")
    sys.stderr.flush()
    os._exit(3)  # without unwinding what a damaged file may have left in the libraries


def _limit(memory_mb: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the file's content
    # Not the pool that reserves address space: the limit shall count what is used.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    os.environ["OMP_NUM_THREADS"] = "1"


def _serve(request: dict[str, Any], rows: list[int]) -> None:
    import pyarrow as pa

    pa.set_cpu_count(1)
    names, batches = (_open_parquet if request["format"] == "parquet" else _open_workbook)(request)
    sys.stdout.write(json.dumps(names) + "\n")
    sys.stdout.flush()
    wanted: list[int] = json.loads(sys.stdin.readline())
    writer = None
    size = 0
    for batch in batches(wanted):
        try:
            batch.validate(full=True)
        except pa.ArrowInvalid:
            raise Problem("invalid", _invalid_columns(batch)) from None
        size += batch.nbytes
        if size > request["most_bytes"]:
            raise Problem("bomb")
        writer = writer or pa.ipc.new_stream(sys.stdout.buffer, batch.schema)
        writer.write_batch(batch)
        rows[0] += batch.num_rows
    if writer:
        writer.close()


def _invalid_columns(batch: Any) -> str:
    import pyarrow as pa

    found = []
    for position, column in enumerate(batch.columns):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            found.append(str(position))
    return ",".join(found)


def _open_parquet(request: dict[str, Any]) -> tuple[list[str], Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(
        request["path"],
        pre_buffer=False,
        thrift_string_size_limit=_THRIFT_BYTES,
        thrift_container_size_limit=_THRIFT_BYTES,
        page_checksum_verification=True,
    )
    names = list(file.schema_arrow.names)

    def batches(wanted: Sequence[int]) -> Iterator[pa.RecordBatch]:
        sent = [names[at] for at in wanted]
        for batch in file.iter_batches(_BATCH_ROWS, columns=sent, use_threads=False):
            yield pa.RecordBatch.from_arrays([batch.column(name) for name in sent], names=sent)

    return names, batches


def _open_workbook(request: dict[str, Any]) -> tuple[list[str], Any]:
    import pyarrow as pa
    import python_calamine

    _check_archive(Path(request["path"]), request["most_bytes"])
    book = python_calamine.load_workbook(request["path"])
    try:
        sheet = book.get_sheet_by_name(request["sheet"] or book.sheet_names[0])
    except python_calamine.WorksheetNotFound:
        raise Problem("no_sheet") from None
    filled = (row for row in sheet.iter_rows() if any(cell != "" for cell in row))
    header = next(filled, None)
    if header is None:
        raise Problem("empty")

    def batches(wanted: Sequence[int]) -> Iterator[pa.RecordBatch]:
        names = [str(at) for at in wanted]
        while part := list(islice(filled, _SHEET_ROWS)):
            columns = [pa.array([cell_text(row[at]) for row in part], pa.string()) for at in wanted]
            yield pa.RecordBatch.from_arrays(columns, names=names)

    return [cell_text(cell) or "" for cell in header], batches


def _check_archive(file: Path, most_bytes: int) -> None:
    """What the archive says it unpacks to; one that lies about it meets the memory limit."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > most_bytes:
                raise Problem("bomb")


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


if __name__ == "__main__":
    main()
