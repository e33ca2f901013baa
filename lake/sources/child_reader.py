"""Parquet and XLSX from outside are read in a child process with limits; its batches come back over a pipe.

Put here: starting, hearing and ending the child, and the words for what became of it. Not here: what runs in it
(``reader_process.py``), the meaning of columns (``structured.py``).
Concept: a file made to break its reader may crash, hang or swell; then the child dies and the file is refused.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from lake.sources import reader_process
from lake.sources.errors import EmptyFile, EncodingMismatch, SourceFileError, TruncatedFile, UnreadableFile
from lake.sources.limits import ReadLimits, unpacks_too_far

_LONGEST_HEADER_BYTES = 16 * 1024 * 1024
# Processor seconds for one whole file; waiting for one answer is bounded by ReadLimits.reader_seconds.
_CPU_SECONDS = 4 * 3600

Choose = Callable[[list[str]], Sequence[int]]
"""Names of the file's columns → positions of the wanted ones; may refuse the file."""


@dataclass(frozen=True)
class Request:
    """One file to read: `format` is parquet or xlsx, `sheet` None for the first, `label` its name in errors."""

    format: str
    file: Path
    label: str
    limits: ReadLimits
    sheet: str | None = None

    @property
    def most_bytes(self) -> int:
        """What the file may unpack to."""
        return self.limits.most_bytes(self.file.stat().st_size)


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    complaints: IO[bytes]
    patience_s: float
    is_late: bool = False
    names: list[str] = field(default_factory=list)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Kills the child when what is done inside takes longer than its patience."""
        watch = threading.Timer(self.patience_s, self._stop)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _stop(self) -> None:
        self.is_late = True
        self.process.kill()

    def end(self) -> None:
        """No process and no pipe is left."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # it died before it read the last answer
                    continue
        self.process.wait()


def read_apart(request: Request, choose: Choose) -> Iterator[pa.RecordBatch]:
    """The chosen columns of a file, batch by batch, every batch validated in the child.

    Raises:
        SourceFileError: the file is damaged, empty or a bomb, or its reader was stopped; also what `choose` raises.
    """
    with tempfile.TemporaryFile() as complaints:
        child = _start(request, complaints)
        try:
            yield from _batches(child, request, choose)
        finally:
            child.end()


def _start(request: Request, complaints: IO[bytes]) -> _Child:
    told = {
        "format": request.format,
        "path": str(request.file),
        "sheet": request.sheet,
        "memory_mb": request.limits.reader_memory_mb,
        "cpu_seconds": _CPU_SECONDS,
        "most_bytes": request.most_bytes,
    }
    process = subprocess.Popen(  # noqa: S603 - our own file, and no shell
        [sys.executable, "-I", str(Path(reader_process.__file__).resolve()), json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
    )
    return _Child(process, complaints, request.limits.reader_seconds)


def _batches(child: _Child, request: Request, choose: Choose) -> Iterator[pa.RecordBatch]:
    stdin, stdout = child.process.stdin, child.process.stdout
    assert stdin is not None  # noqa: S101 - a pipe
    assert stdout is not None  # noqa: S101 - a pipe
    with child.in_time():
        line = stdout.readline(_LONGEST_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise _refusal(child, request)
    child.names = json.loads(line)
    wanted = list(choose(child.names))
    child.names = [child.names[at] for at in wanted]
    try:
        stdin.write(json.dumps(wanted).encode() + b"\n")
        stdin.flush()
    except BrokenPipeError:
        raise _refusal(child, request) from None
    stream: pa.RecordBatchReader | None = None
    while True:
        batch = None
        with child.in_time():
            try:
                stream = stream or pa.ipc.open_stream(stdout)
                batch = stream.read_next_batch()
            except StopIteration:
                pass
            except (pa.ArrowInvalid, OSError):  # the stream ends where the child died, or never began
                pass
        if batch is None:
            break
        yield batch
    with child.in_time():
        child.process.wait()
    if child.process.returncode:
        raise _refusal(child, request)


def _refusal(child: _Child, request: Request) -> SourceFileError:
    """The words for a child that did not finish."""
    with child.in_time():
        code = child.process.wait()
    size = request.file.stat().st_size
    told = _complaint(child.complaints)
    kind, rows = told.get("kind", ""), int(told.get("rows", 0))
    good = f"{size:,} bytes" + (f", good up to row {rows:,}" if rows else "")
    if kind == "bomb":
        return unpacks_too_far(request.label, size, request.most_bytes)
    if kind == "empty":
        return EmptyFile(
            request.label, "an empty sheet", expected="a header and data rows", todo="have the file sent again"
        )
    if kind == "no_sheet":
        return UnreadableFile(
            request.label,
            f"no sheet {request.sheet!r}",
            expected="the sheet that the mapping names",
            todo="have the file sent again, or correct sheet in the mapping",
        )
    if kind == "invalid":
        columns = ", ".join(child.names[int(at)] for at in str(told["detail"]).split(",") if at) or "a column"
        return EncodingMismatch(
            request.label,
            f"text that is no UTF-8, or broken lengths, in {columns} after row {rows:,}",
            expected="valid columns",
            todo="have the file written again by a tool that writes UTF-8",
        )
    if kind == "damaged" and request.format == "parquet":
        problem = f"a damaged or cut-off Parquet file ({good}; {told['detail']})"
        return TruncatedFile(
            request.label, problem, expected="a complete Parquet file", todo="have the file sent again"
        )
    if kind == "damaged":
        problem = f"a damaged or protected workbook of {good} ({told['detail']})"
        return UnreadableFile(
            request.label, problem, expected="an open .xlsx workbook", todo="have the file sent again"
        )
    return _stopped(child, request, code, kind, good)


def _stopped(child: _Child, request: Request, code: int, kind: str, good: str) -> UnreadableFile:
    if child.is_late:
        cause = f"it gave no answer for {request.limits.reader_seconds:g} s (source_reader_seconds)"
    elif kind == "memory":
        cause = f"it needed more than {request.limits.reader_memory_mb:,} MB of memory (source_reader_mb)"
    elif code == -signal.SIGXCPU:
        cause = f"it needed more than {_CPU_SECONDS:,} s of processor time"
    else:
        cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return UnreadableFile(
        request.label,
        f"a file whose reader was stopped: {cause} ({good})",
        expected=f"a {request.format} file that can be read within the limits",
        todo="have the file looked at and sent again; an honest large one in smaller row groups or parts",
    )


def _complaint(complaints: IO[bytes]) -> dict[str, Any]:
    """The last line of the child's stderr when it is ours; libraries may have written before."""
    complaints.seek(0)
    lines = complaints.read(1_000_000).splitlines()
    try:
        told = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
