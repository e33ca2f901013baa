"""Settings: which source wins, what is refused, and which day it is in Seoul."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lake.settings import Settings, SettingsError, load_settings, today_in_seoul


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "goyong.toml"


@pytest.mark.parametrize(
    ("in_file", "in_environment", "argument", "expected"),
    [
        ("keep_nights = 3", "4", 5, 5),
        ("keep_nights = 3", "4", None, 4),
        ("keep_nights = 3", "", None, 3),
        ("", "", None, 7),
    ],
    ids=["argument first", "then the environment", "then the file", "then the default"],
)
def test_the_nearest_source_wins(
    file: Path, in_file: str, in_environment: str, argument: int | None, expected: int
) -> None:
    file.write_text(in_file)
    settings = load_settings({"GOYONG_KEEP_NIGHTS": in_environment}, file=file, keep_nights=argument)
    assert settings.keep_nights == expected


def test_without_any_source_the_lake_lies_in_the_working_folder(file: Path) -> None:
    assert load_settings({}, file=file) == Settings(lake_dir=Path(".lake"))


def test_text_of_the_environment_becomes_paths_and_numbers(file: Path) -> None:
    settings = load_settings({"GOYONG_LAKE_DIR": "~/lake", "GOYONG_MEMORY_MB": "4096"}, file=file)
    assert (settings.lake_dir, settings.memory_mb) == (Path.home() / "lake", 4096)


def test_an_unknown_setting_in_the_file_is_refused_by_name(file: Path) -> None:
    file.write_text('lake_directory = "x"')
    with pytest.raises(SettingsError, match=r"goyong\.toml: unknown settings \['lake_directory'\]; known: .*lake_dir"):
        load_settings({}, file=file)


def test_an_unknown_argument_is_refused_by_name(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"arguments: unknown settings \['lake'\]"):
        load_settings({}, file=file, lake="x")


def test_a_file_that_is_no_toml_is_named(file: Path) -> None:
    file.write_text("lake_dir = ")
    with pytest.raises(SettingsError, match=r"goyong\.toml"):
        load_settings({}, file=file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine", "duckdb"),
        ("device", "tpu"),
        ("keep_nights", 0),
        ("memory_mb", 255),
        ("analyst_seconds", 0),
        ("analyst_rows", 0),
        ("analyst_memory_mb", 63),
        ("threads", -1),
        ("memory_mb", "two"),
        ("keep_nights", 2.9),
        ("keep_nights", True),
    ],
)
def test_an_impossible_value_is_refused(file: Path, name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({}, file=file, **{name: value})


@pytest.mark.parametrize("engine", ["embedded", "spark", "sc://10.0.0.1:15002"])
def test_the_three_kinds_of_engine_are_accepted(engine: str) -> None:
    assert Settings(engine=engine).engine == engine


def test_zero_threads_means_every_core_of_this_process() -> None:
    assert Settings(threads=0).cores == len(os.sched_getaffinity(0))
    assert Settings(threads=3).cores == 3


def test_the_pseudonym_key_can_lie_outside_the_lake(tmp_path: Path) -> None:
    assert Settings(lake_dir=tmp_path).key_path == tmp_path / "secret" / "pseudonym.key"
    assert Settings(lake_dir=tmp_path, secret_file=Path("/vault/key")).key_path == Path("/vault/key")


def test_the_service_key_is_not_shown() -> None:
    assert "s3cret" not in repr(Settings(work24_key="s3cret"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 22, 14, 59, tzinfo=UTC), date(2026, 11, 22)),
    ],
    ids=["00:30 in Seoul", "23:59 in Seoul"],
)
def test_the_business_date_is_the_day_in_seoul(now: datetime, expected: date) -> None:
    assert today_in_seoul(now) == expected
