"""People removed from exports, caches and work in progress; what is left over anywhere is found, however packed."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake import erased_places
from lake.erased_places import (
    erase_from_exports,
    erase_from_vault,
    erase_scratch,
    find_residue,
    holds,
    is_in_vault,
)
from lake.settings import Settings
from lake.vault import open_vault

KEY, OTHER = "a" * 32, "b" * 32


def packed(file: Path, text: str) -> Path:
    """A file of the kind that its suffix says, with `text` in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".parquet":
        pq.write_table(pa.table({"n": [1], "seeker_key": [text]}), file, compression="zstd")
    elif file.suffix == ".xlsx":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/sheet1.xml", f"<c>{text}</c>")
    elif file.suffix == ".gz":
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.csv", "a.jsonl", "a.jsonl.gz", "store.db"])
def test_a_key_is_found_in_a_file_as_its_readers_see_it(tmp_path: Path, name: str) -> None:
    assert holds(packed(tmp_path / name, f"key {KEY}"), [OTHER, KEY])
    assert not holds(packed(tmp_path / name, f"key {KEY}"), [OTHER])


def test_a_key_between_two_pieces_of_a_long_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erased_places, "_PIECE_BYTES", 100)
    assert holds(packed(tmp_path / "a.csv", "-" * 90 + KEY), [KEY])


def test_of_a_parquet_file_that_is_not_whole_the_bytes_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + KEY.encode())
    assert holds(tmp_path / "a.parquet", [KEY])


def test_an_empty_file_holds_nobody(tmp_path: Path) -> None:
    assert not holds(packed(tmp_path / "a.csv", ""), [KEY])


@pytest.fixture
def exported(settings: Settings, tmp_path: Path) -> Settings:
    """Two exports: three files, one of which has gone to its receiver; and one file without a person."""
    packed(tmp_path / "out" / "serving__seeker_jobs_v1.csv", KEY)
    packed(tmp_path / "out" / "serving__skills_v1.csv", "skill")
    packed(tmp_path / "out" / "serving__seeker_courses_v1.parquet", OTHER)
    names = ("seeker_jobs", "skills", "seeker_courses", "seeker_occupations", "courses")
    suffix = {"seeker_courses": "parquet"}
    files = {f"serving__{name}_v1.{suffix.get(name, 'csv')}": "0" for name in names}
    register = settings.lake_dir / "exports" / "register.jsonl"
    register.parent.mkdir(parents=True)
    line = {"at": "2026-11-20T02:00:00+09:00", "run_id": "r", "use": "service", "folder": str(tmp_path / "out")}
    register.write_text(json.dumps(line | {"files": files}) + "\n")
    return settings


def test_exports_that_hold_the_person_are_deleted_and_others_stay(exported: Settings, tmp_path: Path) -> None:
    found = erase_from_exports(exported, [KEY])
    assert found.removed == (str(tmp_path / "out" / "serving__seeker_jobs_v1.csv"),)
    left = {file.name for file in (tmp_path / "out").iterdir()}
    assert left == {"serving__skills_v1.csv", "serving__seeker_courses_v1.parquet"}


def test_exports_about_people_that_are_not_there_are_to_be_recalled(exported: Settings) -> None:
    (handed,) = erase_from_exports(exported, [KEY]).handed_out
    assert Path(handed["file"]).name == "serving__seeker_occupations_v1.csv"
    assert handed["at"] == "2026-11-20T02:00:00+09:00"


def test_a_lake_without_exports_has_nothing_to_remove(settings: Settings) -> None:
    assert erase_from_exports(settings, [KEY]) == erased_places.ExportTraces((), ())


def test_caches_and_work_in_progress_are_deleted_and_their_folder_stays(settings: Settings) -> None:
    for file in (settings.carry_dir / "jobs" / "1.npy", settings.staging_dir / "2026-11-20" / "seekers" / "0.parquet"):
        packed(file, KEY)
    packed(settings.staging_dir / "plan.json", "[]")
    erase_scratch(settings)
    assert not settings.carry_dir.exists()
    assert list(settings.staging_dir.iterdir()) == []
    erase_scratch(settings)


def test_what_is_left_anywhere_but_in_tables_is_named(settings: Settings) -> None:
    packed(settings.dagster_dir / "history" / "runs.db", f"error about {KEY}")
    packed(settings.publication_dir / "current.json", "{}")
    packed(settings.tables_dir / "gold" / "a.csv", KEY)
    packed(settings.tables_dir / "ops" / "quality" / "a.parquet", f"the gate named {KEY}")
    assert find_residue(settings, [KEY]) == ("dagster/history/runs.db", "tables/ops/quality/a.parquet")
    assert find_residue(settings, [OTHER]) == ()


def test_the_vault_is_asked_and_emptied(settings: Settings) -> None:
    with open_vault(settings) as vault:
        vault.put(pa.table({"seeker_key": [KEY, "d" * 32], "name": ["홍길동", "성춘향"]}))
    assert (is_in_vault(settings, KEY), is_in_vault(settings, OTHER)) == (True, False)
    assert erase_from_vault(settings, [KEY, OTHER]) == 1
    assert (is_in_vault(settings, KEY), is_in_vault(settings, "d" * 32)) == (False, True)


def test_a_lake_without_a_vault_knows_nobody(settings: Settings) -> None:
    assert (is_in_vault(settings, KEY), erase_from_vault(settings, [KEY])) == (False, 0)
