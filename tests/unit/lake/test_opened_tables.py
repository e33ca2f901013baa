"""What was opened is used again exactly as long as the table is the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lake import tables
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.opened_tables import open_dataset, open_table
from lake.settings import Settings

SKILLS, JOBS = "serving__skills_v1", "features__job_postings"
Write = Callable[..., None]


def rows_in(settings: Settings, version: int | None = None) -> list[str]:
    return sorted(tables.dataset(settings, SKILLS, version=version).to_table()["skill_code"].to_pylist())


def newest_commit(settings: Settings) -> Path:
    return max((tables.path(settings, SKILLS) / "_delta_log").glob("*.json"))


def test_a_table_that_has_not_changed_is_opened_once(settings: Settings, write_rows: Write) -> None:
    write_rows(SKILLS, {"skill_code": "1"})
    folder = tables.path(settings, SKILLS)
    schema = arrow_schema(table(SKILLS))
    assert open_table(folder, None) is open_table(folder, None)
    assert open_dataset(folder, None, None, schema) is open_dataset(folder, None, None, schema)


def test_a_new_commit_is_seen_and_the_older_version_stays_what_it_was(settings: Settings, write_rows: Write) -> None:
    write_rows(SKILLS, {"skill_code": "1"})
    assert (rows_in(settings), rows_in(settings, 0)) == (["1"], ["1"])
    write_rows(SKILLS, {"skill_code": "1"}, {"skill_code": "2"})
    assert (rows_in(settings), rows_in(settings, 0)) == (["1", "2"], ["1"])


def test_a_commit_that_is_taken_back_is_gone(settings: Settings, write_rows: Write) -> None:
    write_rows(SKILLS, {"skill_code": "1"})
    write_rows(SKILLS, {"skill_code": "2"})
    assert rows_in(settings) == ["2"]
    newest_commit(settings).unlink()
    assert rows_in(settings) == ["1"]


def test_a_commit_in_the_place_of_another_is_seen(settings: Settings, write_rows: Write) -> None:
    """The same number, other rows: the lake was put back from a backup."""
    write_rows(SKILLS, {"skill_code": "1"})
    shutil.copytree(tables.path(settings, SKILLS), settings.lake_dir / "backup")
    write_rows(SKILLS, {"skill_code": "2"})
    assert rows_in(settings) == ["2"]
    shutil.rmtree(tables.path(settings, SKILLS))
    shutil.copytree(settings.lake_dir / "backup", tables.path(settings, SKILLS))
    write_rows(SKILLS, {"skill_code": "3"})
    assert rows_in(settings) == ["3"]


@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_a_commit_that_is_damaged_later_is_named(settings: Settings, write_rows: Write, keep: float) -> None:
    write_rows(SKILLS, {"skill_code": "1"})
    assert rows_in(settings) == ["1"]
    file = newest_commit(settings)
    os.truncate(file, int(file.stat().st_size * keep))
    with pytest.raises((tables.TableDamaged, tables.TableMissing), match=SKILLS):
        tables.delta(settings, SKILLS)


def test_a_removed_table_is_missing(settings: Settings, write_rows: Write) -> None:
    write_rows(SKILLS, {"skill_code": "1"})
    assert rows_in(settings) == ["1"]
    shutil.rmtree(tables.path(settings, SKILLS))
    with pytest.raises(tables.TableMissing, match=SKILLS):
        rows_in(settings)


def test_a_business_date_is_not_taken_for_another(settings: Settings, write_rows: Write) -> None:
    days = [date(2026, 11, day) for day in (20, 21)]
    for number, day in enumerate(days):
        write_rows(JOBS, {"posting_id": str(number), "as_of": day}, replacing=f"as_of = '{day}'" if number else None)
    found = [tables.dataset(settings, JOBS, day).to_table()["posting_id"].to_pylist() for day in (*days, *days)]
    assert found == [["0"], ["1"], ["0"], ["1"]]
