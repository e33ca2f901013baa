"""Bytes of a delivered file as strict UTF-8: decompressed, decoded as declared, never mojibake.

Put here: encodings and gzip. Not here: rows and columns (``records.py``, ``delimited.py``).
Concept: CP949 bytes are almost never valid UTF-8, and UTF-8 Hangul is often valid CP949. So a file declared CP949
that is valid UTF-8 with a character of three bytes is refused, though it would decode, and so is one such line.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from lake.sources.errors import EncodingMismatch, TruncatedFile, UnreadableFile
from lake.sources.limits import DEFAULT_LIMITS, ReadLimits, unpacks_too_far

BLOCK_BYTES = 4 * 1024 * 1024
_UTF8_BOM, _UTF16_BOMS = codecs.BOM_UTF8, (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEYOND_TWO_BYTES = re.compile("[\u0800-\U0010ffff]")
# Of CP949 text it would take a Chinese character, then two Hangul of just the right bytes, and no other character.
_UTF8_HANGUL_LINE = re.compile(rb"^[^\x80-\xff\n]*+(?:[\xea-\xed][\x80-\xbf][\x80-\xbf][^\x80-\xff\n]*+){2,}$", re.M)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")


def utf8_blocks(file: Path, encoding: str, *, label: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """The file's text as blocks of UTF-8 without a byte order mark; characters may straddle blocks.

    Raises:
        EncodingMismatch: the bytes are not what `encoding` (utf-8, cp949 or utf-16) declares.
        TruncatedFile: the compressed stream or the last character is cut off.
        UnreadableFile: no gzip stream, one that unpacks too far, or text that holds NUL.
    """
    blocks = _raw_blocks(file, label, limits.most_bytes(file.stat().st_size))
    first = next(blocks, b"")
    _check_start(first, encoding, label)
    decoder = _StrictDecoder(encoding, label)
    for number, block in enumerate(_chained(first, blocks)):
        text = decoder.decode(block)
        if encoding == "utf-8":
            yield block.removeprefix(_UTF8_BOM) if number == 0 else block
        else:
            yield text.encode()
    decoder.finish()


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _raw_blocks(file: Path, label: str, most_bytes: int) -> Iterator[bytes]:
    size = 0
    with file.open("rb") as raw:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if file.suffix == ".gz" else raw
        while True:
            problem: type[TruncatedFile] | type[UnreadableFile] | None = None
            try:
                block = stream.read(BLOCK_BYTES)
            except EOFError:
                problem = TruncatedFile
            except (gzip.BadGzipFile, zlib.error):
                problem = UnreadableFile
            if problem:
                raise problem(
                    label,
                    f"a broken gzip stream at byte {raw.tell():,}",
                    expected="a complete .gz file",
                    todo="have the file sent again",
                )
            if not block:
                return
            size += len(block)
            if size > most_bytes:
                raise unpacks_too_far(label, file.stat().st_size, most_bytes)
            yield block


def _check_start(first: bytes, encoding: str, label: str) -> None:
    """Byte order marks that contradict the declaration."""
    is_utf16 = first.startswith(_UTF16_BOMS)
    if encoding == "utf-16" and not is_utf16:
        found, fits = "no UTF-16 byte order mark at byte 0", "utf-8 or cp949"
    elif encoding != "utf-16" and is_utf16:
        found, fits = "a UTF-16 byte order mark at byte 0", "utf-16"
    elif encoding == "cp949" and first.startswith(_UTF8_BOM):
        found, fits = "a UTF-8 byte order mark at byte 0", "utf-8"
    else:
        return
    raise EncodingMismatch(
        label, found, expected=f"{encoding} as the mapping says", todo=f"write encoding = {fits} in the mapping"
    )


@dataclass
class _StrictDecoder:
    """Decodes block after block and knows at which byte and line it fails."""

    encoding: str
    label: str
    bytes_before: int = 0
    lines_before: int = 0
    first_high_byte: int | None = None
    may_be_utf8: bool = False
    has_wide_utf8: bool = False
    _line_start: bytes = b""
    _utf8_line: int = 0
    _decoder: codecs.IncrementalDecoder = field(init=False, repr=False)
    _as_utf8: codecs.IncrementalDecoder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        self._as_utf8 = codecs.getincrementaldecoder("utf-8")("strict")
        self.may_be_utf8 = self.encoding == "cp949"

    def decode(self, block: bytes) -> str:
        pending = len(self._decoder.getstate()[0])
        fault: int | None = None
        text = ""
        try:
            text = self._decoder.decode(block)
        except UnicodeDecodeError as error:
            fault = error.start - pending
        if fault is not None:  # raised here: the codec's own exception carries the file's bytes
            raise self._mismatch(block, fault)
        self._refuse_nul(block, text)
        if self.may_be_utf8:
            self._note_utf8(block)
        if self.encoding == "cp949":
            self._refuse_utf8_line(block)
        self.bytes_before += len(block)
        self.lines_before += block.count(b"\n")
        return text

    def finish(self) -> None:
        """Refuse an unfinished last character, and a CP949 declaration of what is UTF-8."""
        pending = len(self._decoder.getstate()[0])
        if pending:
            raise TruncatedFile(
                self.label,
                f"half a character at byte {self.bytes_before - pending:,}, where the file ends",
                expected="a complete last character",
                todo="have the file sent again",
            )
        if self.may_be_utf8 and self.has_wide_utf8 and not self._as_utf8.getstate()[0]:
            raise EncodingMismatch(
                self.label,
                f"UTF-8 text from byte {self.first_high_byte or 0:,} on",
                expected="cp949 as the mapping says",
                todo='write encoding = "utf-8" in the mapping',
            )

    def _refuse_nul(self, block: bytes, text: str) -> None:
        if (b"\0" in block) if self.encoding != "utf-16" else ("\0" in text):
            at = max(block.find(b"\0"), 0)
            line = self.lines_before + block.count(b"\n", 0, at) + 1
            raise UnreadableFile(
                self.label,
                f"a NUL character near byte {self.bytes_before + at:,} (line {line:,})",
                expected="text, which holds none",
                todo="have the file sent again, it is damaged or in another encoding",
            )

    def _refuse_utf8_line(self, block: bytes) -> None:
        """A line that is UTF-8 Hangul and nothing else, in a file of which other lines are CP949."""
        text = self._line_start + block
        end = text.rfind(b"\n") + 1
        found = None if self._utf8_line else _UTF8_HANGUL_LINE.search(text, 0, end)
        if found:
            self._utf8_line = self.lines_before + text.count(b"\n", 0, found.start()) + 1
        if self._utf8_line and not self.may_be_utf8:
            raise EncodingMismatch(
                self.label,
                f"UTF-8 text in line {self._utf8_line:,}",
                expected="cp949 in every line as the mapping says",
                todo="have the file sent again in one encoding",
            )
        self._line_start = text[end:]

    def _note_utf8(self, block: bytes) -> None:
        if self.first_high_byte is None:
            high = _HIGH_BYTE.search(block)
            self.first_high_byte = self.bytes_before + high.start() if high else None
        try:
            text = self._as_utf8.decode(block)
        except UnicodeDecodeError:
            self.may_be_utf8 = False
            return
        self.has_wide_utf8 = self.has_wide_utf8 or _BEYOND_TWO_BYTES.search(text) is not None

    def _mismatch(self, block: bytes, fault: int) -> EncodingMismatch:
        line = self.lines_before + block.count(b"\n", 0, max(fault, 0)) + 1
        other = "cp949" if self.encoding == "utf-8" else "utf-8"
        start, end = block.rfind(b"\n", 0, max(fault, 0)) + 1, block.rfind(b"\n") + 1 or len(block)
        try:
            block[start:end].decode(other)
            advice = f'write encoding = "{other}" in the mapping'
        except UnicodeDecodeError:
            advice = "have the file sent again, it is damaged or in another encoding"
        return EncodingMismatch(
            self.label,
            f"a byte that is not {self.encoding} at byte {self.bytes_before + fault:,} (line {line:,})",
            expected=f"{self.encoding} as the mapping says",
            todo=advice,
        )
