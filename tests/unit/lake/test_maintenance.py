"""Maintenance: what a kept night needs stays readable, the rest goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lake import tables
from lake.maintenance import maintain
from lake.publication import Pointer, current, describe_table, nights, rollback, switch, verify
from lake.settings import Settings

Write = Callable[..., None]
SERVING, GOLD, QUALITY = "serving__occupations_v1", "gold__occupations", "ops__quality"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake that keeps two nights."""
    return Settings(lake_dir=tmp_path / "lake", memory_mb=256, threads=1, keep_nights=2)


@pytest.fixture
def publish(settings: Settings, write_rows: Write) -> Callable[[int], Pointer]:
    """Write and publish the night of a day of November 2026; the day's number of occupations is its mark."""

    def run(day: int) -> Pointer:
        as_of = date(2026, 11, day)
        codes = [f"{code:04d}" for code in range(day)]
        rows = [{"as_of": as_of, "occupation_code": code, "occupation_name": "가"} for code in codes]
        stamp = {"run_id": f"r{day}", "model_version": "m", "contract_version": "c"}
        write_rows(SERVING, *(row | stamp for row in rows))
        write_rows(GOLD, *rows, replacing=f"as_of = '{as_of}'" if tables.exists(settings, GOLD) else None)
        check = {"as_of": as_of, "run_id": f"r{day}", "table_id": "t", "check_name": "c", "result_code": "PASS"}
        write_rows(QUALITY, check, replacing=f"as_of = '{as_of}'" if tables.exists(settings, QUALITY) else None)
        pointer = Pointer(f"r{day}", as_of, {SERVING: describe_table(settings, SERVING)}, {}, is_synthetic=True)
        switch(settings, pointer)
        return pointer

    return run


def dates(settings: Settings, table_id: str) -> list[int]:
    column = tables.dataset(settings, table_id).to_table(columns=["as_of"])["as_of"]
    return sorted({day.day for day in column.to_pylist()})


def parquet_files(settings: Settings, table_id: str) -> int:
    return len(list(tables.path(settings, table_id).rglob("*.parquet")))


@pytest.mark.case("P17")
def test_kept_nights_stay_readable_and_others_go(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    pointers = [publish(day) for day in (17, 18, 19, 20)]
    assert maintain(settings).startswith("kept 2 nights from 2026-11-19; removed ")
    assert [night.run_id for night in nights(settings)] == ["r20", "r19"]
    for pointer in pointers[2:]:
        assert verify(settings, pointer) == []
        version = pointer.tables[SERVING].version
        assert tables.dataset(settings, SERVING, version=version).count_rows() == pointer.as_of.day
    assert all(verify(settings, pointer) for pointer in pointers[:2])
    assert parquet_files(settings, SERVING) == 2


def test_working_tables_keep_the_dates_of_the_kept_nights(
    settings: Settings, publish: Callable[[int], Pointer]
) -> None:
    for day in (17, 18, 19, 20):
        publish(day)
    maintain(settings)
    assert dates(settings, GOLD) == [19, 20]
    assert parquet_files(settings, GOLD) == 2


def test_the_record_of_what_happened_is_never_dropped(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    for day in (17, 18, 19, 20):
        publish(day)
    maintain(settings)
    assert dates(settings, QUALITY) == [17, 18, 19, 20]


def test_a_night_that_is_served_again_is_kept_though_it_is_old(
    settings: Settings, publish: Callable[[int], Pointer]
) -> None:
    pointers = [publish(day) for day in (17, 18, 19, 20)]
    rollback(settings, "r17")
    maintain(settings)
    assert current(settings) == pointers[0]
    assert verify(settings, pointers[0]) == []
    assert [night.run_id for night in nights(settings)] == ["r20", "r19", "r17"]
    assert dates(settings, GOLD) == [17, 18, 19, 20]


def test_a_second_time_there_is_nothing_to_remove(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    for day in (18, 19, 20):
        publish(day)
    maintain(settings)
    assert maintain(settings).endswith("removed 0 files that none of them needs")
    assert parquet_files(settings, SERVING) == 2


def test_fewer_nights_than_may_be_kept_lose_nothing(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    pointers = [publish(day) for day in (19, 20)]
    maintain(replace(settings, keep_nights=7))
    assert [verify(settings, pointer) for pointer in pointers] == [[], []]
    assert dates(settings, GOLD) == [19, 20]
