"""Text cut into chunks that end where a record ends, so that chunks can be read apart and numbered exactly.

Put here: where records end. Not here: what is in them (``delimited.py``, ``structured.py``).
Concept: in a well-formed file quotes come in pairs, so counting them finds record ends at memory speed. A quote
in the middle of an unquoted field (5" screen) breaks the pairs; such a chunk is scanned field by field instead.
Text right behind a closing quote means that a quote is missing somewhere before: rows would be swallowed unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lake.sources.errors import TruncatedFile, UnreadableFile

CHUNK_BYTES = 8 * 1024 * 1024
LONGEST_RECORD_BYTES = 8 * CHUNK_BYTES
_QUOTE = 0x22


@dataclass(frozen=True)
class Chunk:
    """Whole records; `first_line` counts physical lines from 1, `is_cut` says that no line end closes the file."""

    data: bytes
    first_line: int
    is_cut: bool = False


@dataclass(frozen=True)
class _Ending:
    """Where the last whole record of some text ends (0 if none does) and the quotes that are wrong, if any."""

    end: int
    open_quote: int | None
    stray_quote: int | None = None


def line_chunks(blocks: Iterator[bytes], *, label: str) -> Iterator[Chunk]:
    """Chunks of whole lines; the last one `is_cut` when the file does not end with a line end."""
    return _chunks(blocks, lambda data: _Ending(data.rfind(b"\n") + 1, None), label)


def quoted_chunks(blocks: Iterator[bytes], *, delimiter: str, label: str) -> Iterator[Chunk]:
    """Chunks of whole delimited records; a quoted field may hold line ends.

    Raises:
        TruncatedFile: a quote is still open at the end of the file.
        UnreadableFile: a closing quote has text right behind it, or a record is longer than LONGEST_RECORD_BYTES.
    """
    field = re.compile(rb'(?:\A|(?<=[\r\n%s]))"(?:[^"]+|"")*("?)' % re.escape(delimiter.encode()))
    before_opening = np.zeros(256, np.bool_)
    before_opening[list(f'{delimiter}\r\n"'.encode())] = True  # and behind a closing one
    return _chunks(blocks, lambda data: _find_ending(data, field, before_opening), label)


def _chunks(blocks: Iterator[bytes], find_ending: Callable[[bytes], _Ending], label: str) -> Iterator[Chunk]:
    line, offset = 1, 0
    waiting: list[bytes] = []
    size, wanted = 0, CHUNK_BYTES
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size < wanted:
            continue
        data = b"".join(waiting)
        ending = find_ending(data)
        if ending.stray_quote is not None:
            raise _stray(data, ending.stray_quote, line=line, label=label)
        if not ending.end and size > LONGEST_RECORD_BYTES:
            raise _endless(data, ending, line=line, offset=offset, label=label)
        if ending.end:
            yield Chunk(data[: ending.end], line)
            line += data.count(b"\n", 0, ending.end)
            offset += ending.end
        waiting = [data[ending.end :]]
        size = len(waiting[0])
        wanted = CHUNK_BYTES if ending.end else 2 * size
    data = b"".join(waiting)
    ending = find_ending(data)
    if ending.stray_quote is not None:
        raise _stray(data, ending.stray_quote, line=line, label=label)
    if ending.open_quote is not None:
        raise _endless(data, ending, line=line, offset=offset, label=label)
    if data:
        yield Chunk(data, line, is_cut=not data.endswith((b"\n", b"\r")))


def _stray(data: bytes, quote: int, *, line: int, label: str) -> UnreadableFile:
    return UnreadableFile(
        label,
        f"text right behind a closing quote in line {line + data.count(bytes([10]), 0, quote):,}",
        expected="a quote within quotes to be doubled, and every quoted field closed",
        todo="have the file sent again; from the last quote before this one on, rows may be swallowed",
    )


def _endless(data: bytes, ending: _Ending, *, line: int, offset: int, label: str) -> TruncatedFile | UnreadableFile:
    if ending.open_quote is None:
        return UnreadableFile(
            label,
            f"a record of more than {LONGEST_RECORD_BYTES:,} bytes that begins in line {line:,} (byte {offset:,})",
            expected="records on lines of their own",
            todo="check the format and encoding in the mapping, or have the file sent again",
        )
    opened = line + data.count(b"\n", 0, ending.open_quote)
    place = f"line {opened:,}, byte {offset + ending.open_quote:,} of the text"
    return TruncatedFile(
        label,
        f"a quote that is opened in {place} and never closed",
        expected="a closing quote before the file ends",
        todo="have the file sent again; it is cut off, or a quote in it is not doubled",
    )


def _find_ending(data: bytes, field: re.Pattern[bytes], before_opening: npt.NDArray[np.bool_]) -> _Ending:
    """Where the last whole record of `data` ends; `data` begins outside quotes."""
    if b'"' not in data:
        return _Ending(data.rfind(b"\n") + 1, None)
    values = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(values == _QUOTE)
    opening = quotes[0::2]
    if opening[0] == 0:
        opening = opening[1:]
    closing = quotes[1::2]
    if closing.size and closing[-1] + 1 == len(data):
        closing = closing[:-1]
    if not before_opening[values[opening - 1]].all() or not before_opening[values[closing + 1]].all():
        return _find_ending_by_field(data, field, before_opening)
    end = data.rfind(b"\n")
    while end >= 0 and np.searchsorted(quotes, end) % 2:
        end = data.rfind(b"\n", 0, end)
    return _Ending(end + 1, int(quotes[-1]) if len(quotes) % 2 else None)


def _find_ending_by_field(data: bytes, field: re.Pattern[bytes], may_follow: npt.NDArray[np.bool_]) -> _Ending:
    """The same for text with stray quotes: the last line end that lies in no quoted field."""
    spans = [(found.start(), found.end(), bool(found.group(1))) for found in field.finditer(data)]
    for _, stop, is_closed in spans:
        if is_closed and stop < len(data) and not may_follow[data[stop]]:
            return _Ending(0, None, stray_quote=stop - 1)
    open_quote = spans[-1][0] if spans and not spans[-1][2] else None
    end = data.rfind(b"\n")
    while spans and end >= 0:
        start, stop, _ = spans[-1]
        if end >= stop:
            break
        if end > start:
            end = data.rfind(b"\n", 0, start)
        spans.pop()
    return _Ending(end + 1, open_quote)
