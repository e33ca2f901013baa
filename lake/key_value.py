"""The key-value copy of a published night: a row of any serving table by its key, in microseconds.

An LMDB file that is built once (key_value_build.py), named by the pointer with its SHA-256 and never changed; readers
open it without locks. Rows stand sorted by key in compressed blocks, the names of columns only once a table: a block is
found by its last key. Put here: the form of the file and reading it. Not here: where it is kept (artefacts.py), what a
row means (dashboards/).
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import lmdb
import pyarrow as pa

from lake.file_hash import sha256_of
from lake.publication import Pointer, PublicationDamaged
from lake.settings import Settings

LONGEST_KEY = 511
"""Bytes of a table's name, a zero and a key: LMDB's own limit."""
FIELD, ROW = b"\x1f", b"\n"
"""Before each value and each row; JSON escapes both inside texts."""
ABOUT = b"\0"
"""The key of what the copy says of itself."""
_HEAD = 8  # CRC-32 and unpacked length
_CODEC = pa.Codec("zstd", 1)
_OPEN: dict[tuple[int, int], tuple[lmdb.Environment, int]] = {}
_GUARD = threading.Lock()


class NoKeyValueCopy(LookupError):
    """The night was published without a key-value copy, or its copy does not hold the table."""

    exit_code = 3


class KeyValueCopy:
    """One published night's copy, opened for reading; a context manager, safe for several threads.

    It goes on answering from its night whatever is published or removed meanwhile.
    """

    def __init__(self, file: Path, run_id: str) -> None:
        """Raises PublicationDamaged when the file is not a whole copy of the run."""
        self._file, self.run_id = file, run_id
        with ExitStack() as opened:
            try:
                self._env = opened.enter_context(_opened(file))
                _refuse_cut_short(self._env, file)
                with self._env.begin() as txn:
                    about = json.loads(txn.get(ABOUT, b"{}"))
            except (lmdb.Error, ValueError, OSError) as error:
                raise PublicationDamaged(damaged(file.name, f"cannot be opened ({error})")) from error
            if about.get("run_id") != run_id:
                raise PublicationDamaged(damaged(file.name, f"is of the run {str(about.get('run_id'))[:80]}"))
            self._opened = opened.pop_all()
        self._names = {
            table_id: [f"{json.dumps(name, ensure_ascii=False)}:".encode() for name in names]
            for table_id, names in about["tables"].items()
        }

    @classmethod
    def open(cls, settings: Settings, pointer: Pointer, *, check: bool = True) -> KeyValueCopy:
        """The copy of the pointer's night; with `check` every byte is first compared with the pointer's SHA-256.

        Raises NoKeyValueCopy, PublicationDamaged.
        """
        name = pointer.key_values
        if not name:
            raise NoKeyValueCopy(
                f"run {pointer.run_id}: was published without a key-value copy; expected one. Do: publish a night with "
                "this version (goyong nightly)"
            )
        file = settings.publication_dir / name
        if not file.is_file():
            raise PublicationDamaged(damaged(name, "is missing"))
        if check and sha256_of(file) != pointer.artefacts[name]:
            raise PublicationDamaged(damaged(name, "differs from what was published"))
        return cls(file, pointer.run_id)

    def __enter__(self) -> KeyValueCopy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._opened.close()

    @property
    def table_ids(self) -> tuple[str, ...]:
        """The tables that the copy holds."""
        return tuple(self._names)

    def get(self, table_id: str, key: str) -> bytes | None:
        """The row with this key as compact UTF-8 JSON in contract order, None when there is none.

        Dates are ISO texts, numbers the shortest text that reads back as the same number, what is absent is null.
        Raises NoKeyValueCopy when the copy does not hold the table, PublicationDamaged when a block is not whole.
        """
        names = self._names.get(table_id)
        if names is None:
            raise NoKeyValueCopy(f"{table_id}: run {self.run_id} did not publish it; run: goyong nightly")
        prefix = prefix_of(table_id)
        wanted = prefix + key.encode("utf-8", "surrogatepass")
        if len(wanted) > LONGEST_KEY:
            return None
        with self._env.begin(buffers=True) as txn, txn.cursor() as cursor:
            if not cursor.set_range(wanted) or bytes(cursor.key()[: len(prefix)]) != prefix:
                return None
            rows = self._unpack(cursor.value())
        mark = ROW + json_text(key) + FIELD
        start = rows.find(mark)
        if start < 0:
            return None
        end = rows.find(ROW, start + len(mark))
        values = rows[start + len(mark) : end if end >= 0 else len(rows)].split(FIELD)
        said = [name + (value or b"null") for name, value in zip(names, values, strict=True)]
        return b"{" + b",".join(said) + b"}"

    def _unpack(self, block: memoryview) -> bytes:
        try:
            return unpack(block)
        except ValueError as error:
            raise PublicationDamaged(damaged(self._file.name, str(error))) from error


def blocks(file: Path) -> Iterator[bytes]:
    """Every block of a copy, unpacked, and what it says of itself: for looking through all that it holds.

    Raises ValueError or lmdb.Error when it is not a whole copy.
    """
    with _opened(file) as env, env.begin(buffers=True) as txn, txn.cursor() as cursor:
        for key, value in cursor:
            yield bytes(value) if bytes(key) == ABOUT else unpack(value)


def unpack(block: memoryview) -> bytes:
    """The rows of a block; raises ValueError when it is not whole."""
    crc, size = (int.from_bytes(block[place : place + 4], "big") for place in (0, 4))
    if zlib.crc32(block[_HEAD:]) != crc:
        raise ValueError("holds a block that is not whole")
    rows: bytes = _CODEC.decompress(pa.py_buffer(block[_HEAD:]), size, asbytes=True)
    return rows


def pack(rows: pa.Buffer) -> bytes:
    """The rows of a block as they stand in the file."""
    packed: bytes = _CODEC.compress(rows, asbytes=True)
    size: int = rows.size
    return zlib.crc32(packed).to_bytes(4, "big") + size.to_bytes(4, "big") + packed


def prefix_of(table_id: str) -> bytes:
    """What stands before a table's keys."""
    return table_id.encode() + b"\0"


@contextmanager
def _opened(file: Path) -> Iterator[lmdb.Environment]:
    """The file opened for reading; py-lmdb opens a file once in a process, so those who have it open share it."""
    found = file.stat()
    name = (found.st_dev, found.st_ino)
    with _GUARD:
        env, users = _OPEN.get(name) or (
            lmdb.open(str(file), subdir=False, readonly=True, lock=False, readahead=False),
            0,
        )
        _OPEN[name] = (env, users + 1)
    try:
        yield env
    finally:
        with _GUARD:
            env, users = _OPEN.pop(name)
            if users > 1:
                _OPEN[name] = (env, users - 1)
            else:
                env.close()


def _refuse_cut_short(env: lmdb.Environment, file: Path) -> None:
    """A page that is named and not there would end the process when it is read."""
    if (env.info()["last_pgno"] + 1) * env.stat()["psize"] > file.stat().st_size:
        raise PublicationDamaged(damaged(file.name, "is cut short"))


def json_text(key: str) -> bytes:
    """A text as DuckDB writes it in JSON: control characters in capitals."""
    text = json.dumps(key, ensure_ascii=False)
    capitals = re.sub(r"\\(\\|u[0-9a-f]{4})", lambda found: found[0].upper().replace("U", "u"), text)
    return capitals.encode("utf-8", "surrogatepass")


def damaged(name: str, found: str) -> str:
    """What is said of a copy that is not as it was published."""
    return f"{name}: {found}; expected it as published. Do: goyong verify, then goyong rollback or restore the file"
