"""The child that reads a file from outside: it answers, or it is stopped by name, and it never stays."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.sources.child_reader import Request, read_apart
from lake.sources.errors import SourceSchemaError, UnreadableFile
from lake.sources.limits import FREE_BYTES, ReadLimits

ROWS = 100_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"number": pa.array(range(ROWS)), "text": ["x"] * ROWS}), path)
    return path


def request_of(file: Path, limits: ReadLimits | None = None) -> Request:
    return Request("parquet", file, file.name, limits or ReadLimits())


def children() -> set[str]:
    """Processes that this one has started and not yet buried."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split())


def test_chosen_columns_come_in_their_order(file: Path) -> None:
    before = children()
    batches = list(read_apart(request_of(file), lambda names: [names.index("text"), names.index("number")]))
    assert sum(batch.num_rows for batch in batches) == ROWS
    assert batches[0].schema.names == ["text", "number"]
    assert children() == before


def test_abandoned_reader_is_ended(file: Path) -> None:
    before = children()
    batches = read_apart(request_of(file), lambda names: [0])
    assert next(batches).num_rows > 0
    batches.close()  # type: ignore[attr-defined]
    assert children() == before


def test_refused_header_ends_the_reader(file: Path) -> None:
    def refuse(names: list[str]) -> list[int]:
        raise SourceSchemaError("a", f"{names}", expected="b", todo="c")

    before = children()
    with pytest.raises(SourceSchemaError):
        list(read_apart(request_of(file), refuse))
    assert children() == before


def test_reader_that_gives_no_answer_is_stopped(file: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a.parquet: .*reader was stopped: it gave no answer for 0.01 s"):
        list(read_apart(request_of(file, ReadLimits(reader_seconds=0.01)), lambda names: [0]))


def test_file_may_unpack_to_a_multiple_of_its_size() -> None:
    assert ReadLimits().most_bytes(1_000) == FREE_BYTES
    assert ReadLimits().most_bytes(1_000_000) == 200_000_000
    assert ReadLimits(file_mb=100).most_bytes(1_000_000) == 100 * 1024 * 1024
