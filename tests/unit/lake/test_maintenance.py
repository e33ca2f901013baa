"""Maintenance: what a kept night needs stays readable, the rest goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from lake import tables
from lake.file_hash import sha256_of
from lake.maintenance import maintain
from lake.privacy import load_master_key
from lake.publication import Pointer, current, describe_table, nights, rollback, switch
from lake.settings import Settings
from lake.verification import check_night
from tests.unit.lake.conftest import write_table

SERVING, GOLD, QUALITY = "serving__occupations_v1", "gold__occupations", "ops__quality"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake that keeps two nights."""
    settings = Settings(lake_dir=tmp_path / "lake", memory_mb=256, threads=1, keep_nights=2)
    load_master_key(settings)  # made before there are tables, as a first night does
    return settings


@pytest.fixture
def publish(settings: Settings) -> Callable[[int], Pointer]:
    """Write and publish the night of a day of November 2026 in the module's lake."""
    return lambda day: night(settings, day)


def night(settings: Settings, day: int) -> Pointer:
    """Write and publish the night of a day of November 2026; the day's number of occupations is its mark."""
    as_of = date(2026, 11, day)
    codes = [f"{code:04d}" for code in range(day)]
    rows = [{"as_of": as_of, "occupation_code": code, "occupation_name": "가"} for code in codes]
    stamp = {"run_id": f"r{day}", "model_version": "m", "contract_version": "c"}
    check = {"as_of": as_of, "run_id": f"r{day}", "table_id": "t", "check_name": "c", "result_code": "PASS"}
    write_table(settings, SERVING, *(row | stamp for row in rows))
    for table_id, written in ((GOLD, rows), (QUALITY, [check])):
        replacing = f"as_of = '{as_of}'" if tables.exists(settings, table_id) else None
        write_table(settings, table_id, *written, replacing=replacing)
    database = f"goyong-r{day}.duckdb"
    (settings.publication_dir / "sites" / f"r{day}").mkdir(parents=True)
    (settings.publication_dir / database).write_text(f"{day}", encoding="utf-8")
    pointer = Pointer(
        f"r{day}",
        as_of,
        {SERVING: describe_table(settings, SERVING)},
        {},
        is_synthetic=True,
        database=database,
        site=f"sites/r{day}",
        artefacts={database: sha256_of(settings.publication_dir / database)},
    )
    switch(settings, pointer)
    return pointer


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
        assert check_night(settings, pointer) == []
        version = pointer.tables[SERVING].version
        assert tables.dataset(settings, SERVING, version=version).count_rows() == pointer.as_of.day
    assert all(check_night(settings, pointer) for pointer in pointers[:2])
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
    assert check_night(settings, pointers[0]) == []
    assert [night.run_id for night in nights(settings)] == ["r20", "r19", "r17"]
    assert dates(settings, GOLD) == [17, 18, 19, 20]


def test_a_second_time_there_is_nothing_to_remove(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    for day in (18, 19, 20):
        publish(day)
    maintain(settings)
    assert maintain(settings).endswith("removed 0 files that none of them needs")
    assert parquet_files(settings, SERVING) == 2


def test_databases_and_pages_of_the_kept_nights_stay_and_others_go(
    settings: Settings, publish: Callable[[int], Pointer]
) -> None:
    for day in (17, 18, 19, 20):
        publish(day)
    rollback(settings, "r17")
    maintain(settings)
    folder = settings.publication_dir
    assert sorted(file.name for file in folder.glob("goyong-*")) == [f"goyong-r{day}.duckdb" for day in (17, 19, 20)]
    assert sorted(site.name for site in (folder / "sites").iterdir()) == ["r17", "r19", "r20"]
    assert (folder / "goyong.duckdb").read_text(encoding="utf-8") == "17"
    assert (folder / "site").resolve() == (folder / "sites" / "r17").resolve()


@hypothesis.settings(max_examples=8, deadline=None, database=None)
@hypothesis.given(
    st.lists(st.one_of(st.just("night"), st.just("maintain"), st.integers(0, 20)), min_size=2, max_size=10),
    st.integers(1, 4),
)
def test_whatever_is_done_in_whatever_order_every_kept_night_is_whole(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str | int], keep: int
) -> None:
    """P17. Nights, rollbacks (a number picks the kept night) and maintenance in any order."""
    settings = Settings(tmp_path_factory.mktemp("any") / "lake", memory_mb=256, threads=1, keep_nights=keep)
    load_master_key(settings)
    day = 1
    night(settings, day)
    for deed in deeds:
        if deed == "night":
            day += 1
            night(settings, day)
        elif deed == "maintain":
            maintain(settings)
            assert len(nights(settings)) <= keep + 1
        else:
            kept = nights(settings)
            rollback(settings, kept[int(deed) % len(kept)].run_id)
        broken = [check_night(settings, kept) for kept in (*nights(settings), current(settings))]
        assert not any(broken), broken


def test_fewer_nights_than_may_be_kept_lose_nothing(settings: Settings, publish: Callable[[int], Pointer]) -> None:
    pointers = [publish(day) for day in (19, 20)]
    maintain(replace(settings, keep_nights=7))
    assert [check_night(settings, pointer) for pointer in pointers] == [[], []]
    assert dates(settings, GOLD) == [19, 20]
