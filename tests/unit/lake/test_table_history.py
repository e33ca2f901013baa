"""A table's past is cut: kept versions read as before, and nothing of the rest is left in files or log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lake import tables
from lake.settings import Settings
from lake.table_history import cut, data_files, files_on_disk, log_folder

AS_OF = date(2026, 11, 20)
TABLE = "gold__occupations"
Write = Callable[..., None]
FIRST, SECOND, THIRD, FOURTH = "aaaa", "bbbb", "cccc", "dddd"


@pytest.fixture
def written(settings: Settings, write_rows: Write) -> Settings:
    """Four versions of one partition, each with another code, and a file that a killed writer left."""
    for code in (FIRST, SECOND, THIRD, FOURTH):
        write_rows(TABLE, {"as_of": AS_OF, "occupation_code": code, "occupation_name": code})
    (tables.path(settings, TABLE) / "part-ruin.parquet").write_bytes(b"PAR1 aaaa")
    return settings


def code_at(settings: Settings, version: int) -> list[str]:
    found: list[str] = tables.delta(settings, TABLE, version=version).to_pyarrow_table()["occupation_code"].to_pylist()
    return found


def everything(settings: Settings) -> bytes:
    return b"".join(file.read_bytes() for file in tables.path(settings, TABLE).rglob("*") if file.is_file())


def test_the_kept_versions_are_read_as_before_and_the_rest_is_gone(written: Settings) -> None:
    assert FIRST.encode() in everything(written)
    cut(written, TABLE, [2])
    assert [code_at(written, version) for version in (2, 3)] == [[THIRD], [FOURTH]]
    assert not any(code.encode() in everything(written) for code in (FIRST, SECOND))


def test_without_versions_to_keep_the_newest_stays(written: Settings) -> None:
    cut(written, TABLE)
    assert code_at(written, 3) == [FOURTH]
    assert list(files_on_disk(written, TABLE)) == list(data_files(tables.delta(written, TABLE)))


def test_cutting_again_changes_nothing_that_is_kept(written: Settings) -> None:
    cut(written, TABLE, [1, 2, 3])
    cut(written, TABLE, [1, 2, 3])
    assert [code_at(written, version)[0] for version in (1, 2, 3)] == [SECOND, THIRD, FOURTH]


def test_the_table_is_written_on_afterwards(written: Settings, write_rows: Write) -> None:
    cut(written, TABLE)
    write_rows(TABLE, {"as_of": AS_OF, "occupation_code": "eeee"})
    assert code_at(written, tables.delta(written, TABLE).version()) == ["eeee"]


@pytest.mark.parametrize("removed", [1, 2])
def test_a_cut_that_was_killed_between_two_log_entries_is_finished_by_another(written: Settings, removed: int) -> None:
    tables.delta(written, TABLE, version=2).create_checkpoint()
    for file in sorted(log_folder(written, TABLE).glob("*.json"))[:removed]:
        file.unlink()
    assert [code_at(written, version) for version in (2, 3)] == [[THIRD], [FOURTH]]
    cut(written, TABLE, [2])
    assert [code_at(written, version) for version in (2, 3)] == [[THIRD], [FOURTH]]
    assert SECOND.encode() not in everything(written)
