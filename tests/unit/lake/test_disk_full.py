"""A full disk is one clear error whichever library met it."""

from __future__ import annotations

import errno
import sqlite3

import duckdb
import pytest
from deltalake.exceptions import DeltaError

from lake.disk_full import as_disk_full

FULL = {
    "python": OSError(errno.ENOSPC, "No space left on device", "/secret/lake/rows.parquet"),
    "a limit on file sizes": OSError(errno.EFBIG, "File too large"),
    "a quota": OSError(errno.EDQUOT, "Disk quota exceeded"),
    "duckdb": duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
    "deltalake": DeltaError("Generic LocalFileSystem error: ... No space left on device (os error 28)"),
    "sail": RuntimeError("INTERNAL: External error: Unable to copy data to file: File too large (os error 27)"),
    "sqlite": sqlite3.OperationalError("database or disk is full"),
    "sqlite at a limit": sqlite3.OperationalError("disk I/O error"),
}


@pytest.mark.parametrize("error", FULL.values(), ids=FULL)
def test_it_says_what_was_written_what_is_expected_and_what_to_do(error: Exception) -> None:
    said = str(as_disk_full(error, writing="silver__seekers"))
    assert said.startswith("the disk is full while writing silver__seekers; expected room")
    assert " Do: free space " in said
    assert "\n" not in said


def test_it_is_found_below_what_wraps_it_and_the_path_stays_out() -> None:
    wrapped = RuntimeError("step failed")
    wrapped.__cause__ = FULL["python"]
    assert str(as_disk_full(wrapped)).startswith("the disk is full while writing rows.parquet; ")


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "Permission denied"), ValueError("28"), KeyError("space")])
def test_other_errors_are_not_taken_for_it(error: Exception) -> None:
    assert as_disk_full(error) is None
