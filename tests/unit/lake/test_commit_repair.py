"""Torn commits: taken back when no published night needs them, reported and left alone when one does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake import audit_log, tables
from lake.commit_repair import PublishedCommitTorn, repair
from lake.privacy import load_master_key
from lake.publication import Pointer, describe_table, nights, publish, rollback
from lake.settings import Settings

Write = Callable[..., None]
OCCUPATIONS, GOLD = "serving__occupations_v1", "gold__occupations"
STAMP = {"run_id": "r1", "model_version": "m", "contract_version": "c"}


@pytest.fixture
def write(settings: Settings, write_rows: Write) -> Callable[[str, int], None]:
    """A new version of a table with so many rows."""
    load_master_key(settings)

    def rows(table_id: str, count: int) -> None:
        as_of = {"as_of": date(2026, 11, 20), "occupation_name": "가"}
        numbered = ({"occupation_code": f"{number:04d}"} | as_of for number in range(count))
        write_rows(table_id, *(row | (STAMP if table_id == OCCUPATIONS else {}) for row in numbered))

    return rows


def commit(settings: Settings, table_id: str, version: int) -> Path:
    return tables.path(settings, table_id) / "_delta_log" / f"{version:020d}.json"


CUTS = {"empty": 0.0, "first letter": 0.001, "in the middle": 0.5, "last letter": 0.9999}


@pytest.mark.parametrize("part", CUTS.values(), ids=CUTS)
def test_a_torn_newest_commit_is_taken_back_and_recorded(
    settings: Settings, write: Callable[[str, int], None], part: float
) -> None:
    for count in (3, 5):
        write(GOLD, count)
    file = commit(settings, GOLD, 1)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    (said,) = repair(settings)
    assert said.startswith(f"{GOLD}: _delta_log/{file.name} is ")
    assert (tables.delta(settings, GOLD).version(), tables.count(settings, GOLD)) == (0, 3)
    (entry,) = audit_log.entries(settings)
    assert (entry["action"], entry["facts"]["table_id"], entry["facts"]["file"]) == ("repair", GOLD, file.name)
    write(GOLD, 4)
    assert (tables.delta(settings, GOLD).version(), tables.count(settings, GOLD)) == (1, 4)
    assert repair(settings) == []


def test_a_commit_cut_between_two_lines_is_known_by_the_number_of_files_it_promises(
    settings: Settings, write: Callable[[str, int], None]
) -> None:
    """As Sail writes it: commitInfo first. Every reader takes the rest for a whole commit that adds nothing."""
    write(GOLD, 3)
    info = '{"commitInfo":{"operation":"WRITE","operationMetrics":{"numAddedFiles":1}}}'
    commit(settings, GOLD, 1).write_text(info, encoding="utf-8")
    assert tables.count(settings, GOLD) == 3
    assert repair(settings) == [f"{GOLD}: _delta_log/{1:020d}.json names 0 of 1 added files"]


def test_a_torn_first_commit_leaves_no_table(settings: Settings, write: Callable[[str, int], None]) -> None:
    write(GOLD, 3)
    commit(settings, GOLD, 0).write_bytes(b'{"commitI')
    assert len(repair(settings)) == 1
    assert not tables.exists(settings, GOLD)
    write(GOLD, 2)
    assert tables.count(settings, GOLD) == 2


def test_a_whole_lake_needs_no_repair(settings: Settings, write: Callable[[str, int], None]) -> None:
    for table_id in (GOLD, OCCUPATIONS):
        write(table_id, 3)
    assert repair(settings) == []
    assert audit_log.entries(settings) == []


def published(settings: Settings, run_id: str, day: int) -> None:
    entry = describe_table(settings, OCCUPATIONS)
    publish(settings, Pointer(run_id, date(2026, 11, day), {OCCUPATIONS: entry}, {}, is_synthetic=True))


def test_a_torn_commit_of_a_published_version_is_reported_and_nothing_is_touched(
    settings: Settings, write: Callable[[str, int], None]
) -> None:
    """Not even a torn commit of another table, which could be taken back."""
    write(OCCUPATIONS, 3)
    published(settings, "r1", 19)
    write(OCCUPATIONS, 5)
    published(settings, "r2", 20)
    write(GOLD, 3)
    for table_id, version in ((OCCUPATIONS, 1), (GOLD, 0)):
        commit(settings, table_id, version).write_bytes(b'{"commitI')
    said = rf"{OCCUPATIONS}: _delta_log/{1:020d}.json is cut short; .* run r2 .* version 1\. .* rollback --discard"
    with pytest.raises(PublishedCommitTorn, match=said):
        repair(settings)
    assert commit(settings, GOLD, 0).exists()
    assert commit(settings, OCCUPATIONS, 1).exists()
    rollback(settings, discard=True)
    assert len(repair(settings)) == 2
    assert [night.run_id for night in nights(settings)] == ["r1"]
    assert tables.count(settings, OCCUPATIONS) == 3


def test_a_version_after_the_published_one_is_taken_back(settings: Settings, write: Callable[[str, int], None]) -> None:
    write(OCCUPATIONS, 3)
    published(settings, "r1", 19)
    write(OCCUPATIONS, 5)
    commit(settings, OCCUPATIONS, 1).write_bytes(b"")
    assert repair(settings) == [f"{OCCUPATIONS}: _delta_log/{1:020d}.json is empty"]
    assert tables.count(settings, OCCUPATIONS) == 3


@pytest.mark.parametrize("torn", ["hint", "checkpoint", "checksum"])
def test_what_only_shortens_reading_is_removed_when_it_is_torn(
    settings: Settings, write: Callable[[str, int], None], torn: str
) -> None:
    for count in (3, 5):
        write(GOLD, count)
    tables.delta(settings, GOLD).create_checkpoint()
    folder = tables.path(settings, GOLD) / "_delta_log"
    (checkpoint,) = folder.glob("*.checkpoint.parquet")
    assert repair(settings) == []
    file = {"hint": folder / "_last_checkpoint", "checkpoint": checkpoint, "checksum": folder / f"{1:020d}.crc"}[torn]
    file.write_bytes(file.read_bytes()[:-20] if file.exists() else b'{"tableSize')
    said = repair(settings)
    assert said[0].startswith(f"{GOLD}: _delta_log/{file.name} ")
    assert not file.exists()
    assert (tables.delta(settings, GOLD).version(), tables.count(settings, GOLD)) == (1, 5)
    assert repair(settings) == []


def test_a_checkpoint_of_a_torn_commit_goes_with_it(settings: Settings, write: Callable[[str, int], None]) -> None:
    """It would make the version that is taken back stand again."""
    for count in (3, 5):
        write(GOLD, count)
    tables.delta(settings, GOLD).create_checkpoint()
    commit(settings, GOLD, 1).write_bytes(b"")
    assert [line.rpartition("/")[2].partition(" ")[0] for line in repair(settings)] == [
        f"{1:020d}.json",
        f"{1:020d}.checkpoint.parquet",
        "_last_checkpoint",
    ]
    assert (tables.delta(settings, GOLD).version(), tables.count(settings, GOLD)) == (0, 3)


def test_a_torn_checkpoint_that_a_published_version_needs_is_reported(
    settings: Settings, write: Callable[[str, int], None]
) -> None:
    write(OCCUPATIONS, 3)
    write(OCCUPATIONS, 5)
    tables.delta(settings, OCCUPATIONS).create_checkpoint()
    published(settings, "r1", 19)
    commit(settings, OCCUPATIONS, 0).unlink()
    (checkpoint,) = (tables.path(settings, OCCUPATIONS) / "_delta_log").glob("*.checkpoint.parquet")
    pq.write_table(pa.table({"a": [1]}), checkpoint)
    assert repair(settings) == []
    checkpoint.write_bytes(b"PAR1")
    with pytest.raises(PublishedCommitTorn, match="torn checkpoint, and the commits before it are gone"):
        repair(settings)
