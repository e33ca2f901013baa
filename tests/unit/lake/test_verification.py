"""Verification: whatever is done to published bytes, pointers or the audit log shows, one line each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lake import audit_log, tables
from lake.file_hash import sha256_of
from lake.privacy import load_master_key
from lake.publication import Pointer, PublicationDamaged, describe_table, publish
from lake.settings import Settings
from lake.verification import ANCHOR_CHECK, check_night, require_whole, verify

Write = Callable[..., None]
OCCUPATIONS, SKILLS = "serving__occupations_v1", "serving__skills_v1"
STAMP = {"as_of": date(2026, 11, 20), "run_id": "r1", "model_version": "m", "contract_version": "c"}
CODES = {OCCUPATIONS: "occupation_code", SKILLS: "skill_code"}


@pytest.fixture
def served(settings: Settings, write_rows: Write) -> Pointer:
    """Two tables and a database, published."""
    load_master_key(settings)
    for table_id, code in CODES.items():
        write_rows(table_id, *(STAMP | {code: f"{number:04d}"} for number in range(20)))
    settings.publication_dir.mkdir()
    database = settings.publication_dir / "goyong-r1.duckdb"
    database.write_bytes(b"database")
    entries = {table_id: describe_table(settings, table_id) for table_id in CODES}
    made = {database.name: sha256_of(database)}
    pointer = Pointer("r1", STAMP["as_of"], entries, {}, True, database=database.name, artefacts=made)  # type: ignore[arg-type]
    publish(settings, pointer)
    return pointer


def data_file(settings: Settings, pointer: Pointer, table_id: str) -> Path:
    return tables.path(settings, table_id) / next(iter(pointer.tables[table_id].files))


def problems(settings: Settings) -> list[str]:
    found, checked = verify(settings, all_nights=True)
    assert checked == 1
    assert all(" Do: " in line and "\n" not in line for line in found), found
    return [line.partition(". Do: ")[0].removeprefix("r1: ") for line in found]


def flip(file: Path, at: float = 0.5) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 1
    file.write_bytes(content)


def test_untouched_bytes_are_as_published(settings: Settings, served: Pointer) -> None:
    assert problems(settings) == []


@pytest.mark.parametrize("at", [0.0, 0.3, 0.999])
def test_one_flipped_bit_is_found(settings: Settings, served: Pointer, at: float) -> None:
    file = data_file(settings, served, OCCUPATIONS)
    flip(file, at)
    assert problems(settings) == [f"{OCCUPATIONS}: {file.name} differs from the manifest"]


def test_two_files_exchanged_are_both_found(settings: Settings, served: Pointer) -> None:
    first, second = (data_file(settings, served, table_id) for table_id in CODES)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert problems(settings) == [
        f"{OCCUPATIONS}: {first.name} differs from the manifest",
        f"{SKILLS}: {second.name} differs from the manifest",
    ]


def test_a_removed_file_is_found(settings: Settings, served: Pointer) -> None:
    file = data_file(settings, served, OCCUPATIONS)
    file.unlink()
    assert problems(settings) == [f"{OCCUPATIONS}: {file.name} is missing"]


def test_a_file_added_to_the_log_is_found(settings: Settings, served: Pointer) -> None:
    """The added file is whole and good: every reader would take its rows for published ones."""
    (commit,) = (tables.path(settings, OCCUPATIONS) / "_delta_log").glob("*0.json")
    file = data_file(settings, served, OCCUPATIONS)
    file.with_name("more.parquet").write_bytes(file.read_bytes())
    lines = commit.read_text(encoding="utf-8").splitlines()
    (added,) = [json.loads(line) for line in lines if '"add"' in line]
    added["add"]["path"] = "more.parquet"
    commit.write_text("\n".join([*lines, json.dumps(added)]), encoding="utf-8")
    assert problems(settings) == [
        f"{OCCUPATIONS}: _delta_log at version 0 names more.parquet, which was not published",
        f"{OCCUPATIONS}: _delta_log at version 0 says 40 rows, 20 were published",
    ]


def test_a_version_that_does_not_open_is_found(settings: Settings, served: Pointer) -> None:
    (commit,) = (tables.path(settings, OCCUPATIONS) / "_delta_log").glob("*0.json")
    commit.write_bytes(commit.read_bytes()[:100])
    (line,) = problems(settings)
    assert line.startswith(f"{OCCUPATIONS}: version 0 cannot be opened (")


def test_a_changed_database_is_found(settings: Settings, served: Pointer) -> None:
    flip(settings.publication_dir / served.database)
    assert problems(settings) == [f"published/{served.database} differs from what was published"]


def test_rows_of_another_run_are_not_published(settings: Settings, served: Pointer) -> None:
    (line,) = check_night(settings, replace(served, run_id="r2", tables={SKILLS: served.tables[SKILLS]}, artefacts={}))
    assert line.startswith(f"{SKILLS}: holds rows of another run: r1. Do: ")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": 21}, "found 20 rows, expected 21"),
        ({"content_hash": "0" * 32}, "the content hash of its rows is not the published one"),
    ],
)
def test_a_night_that_reads_otherwise_than_it_was_described_is_not_switched(
    settings: Settings, served: Pointer, changed: dict[str, object], said: str
) -> None:
    entry = replace(served.tables[SKILLS], **changed)  # type: ignore[arg-type]
    with pytest.raises(PublicationDamaged, match=f"{said}.*the last night is still served. Do: "):
        require_whole(settings, replace(served, tables={SKILLS: entry}))


def test_a_pointer_edited_with_its_own_hash_put_right_is_found(settings: Settings, served: Pointer) -> None:
    """Both copies say the same and each has the right SHA-256, but the audit log saw another pointer."""
    edited = replace(served, forced_because="never").to_json()
    for file in ("current.json", "nights/r1.json"):
        (settings.publication_dir / file).write_text(edited, encoding="utf-8")
    said = "the audit log knows no publication of this pointer: it was edited, or written by something else"
    assert problems(settings) == [f"published/current.json: {said}", f"published/nights/r1.json: {said}"]


def test_an_edited_pointer_is_found(settings: Settings, served: Pointer) -> None:
    file = settings.publication_dir / "current.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"rows": 20', '"rows": 21'), encoding="utf-8")
    (line,) = problems(settings)
    assert line.startswith(
        "published/current.json: found its text does not have the SHA-256 that stands in it; expected"
    )


def test_a_served_night_that_is_not_kept_is_found(settings: Settings, served: Pointer) -> None:
    (settings.publication_dir / "nights" / "r1.json").unlink()
    assert problems(settings) == ["published/current.json: names a night that is not kept (r1)"]


def test_an_audit_log_put_back_to_an_earlier_state_is_found_by_the_anchor_of_a_night(
    settings: Settings, served: Pointer, write_rows: Write
) -> None:
    early = {file: file.read_bytes() for file in settings.audit_dir.iterdir()}
    end = audit_log.record(settings, "query", rows=1)
    check = {"as_of": STAMP["as_of"], "run_id": "r1", "table_id": "ops__quality", "check_name": ANCHOR_CHECK}
    write_rows("ops__quality", check | {"value": float(end.number), "detail": end.mac, "result_code": "PASS"})
    assert problems(settings) == []
    for file, content in early.items():
        file.write_bytes(content)
    assert problems(settings) == ["audit log: entry 2, which an earlier night saw, is missing or another one"]
