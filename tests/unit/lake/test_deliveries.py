"""Deliveries: landed once, landed again when something changed, and never lost to a repeat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake import tables
from lake.deliveries import NoDelivery, record, recount_erased, stage, write_bronze
from lake.settings import Settings

FIRST, SECOND = date(2026, 11, 19), date(2026, 11, 20)
MAPPING = 'table = "companies"\npattern = "companies*.csv"\nformat = "csv"\n[columns]\ncompany_id = "id"\n'
RECORDED = "ops__deliveries"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two dated folders and one mapping."""
    folder = tmp_path / "sources"
    for name in ("mappings", FIRST.isoformat(), SECOND.isoformat()):
        (folder / name).mkdir(parents=True)
    (folder / "mappings" / "companies.toml").write_text(MAPPING)
    return folder


@pytest.fixture
def lake(settings: Settings, write_rows: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> tables.Lake:
    """A lake that is written without an engine: partitions are replaced by deltalake."""

    def write(_lake: tables.Lake, table_id: str, rows: pa.Table, partition: dict[str, Any]) -> tables.Commit:
        where = " and ".join(f"{name} = '{value}'" for name, value in partition.items())
        write_rows(table_id, *rows.to_pylist(), replacing=where if tables.exists(settings, table_id) else None)
        return tables.Commit(table_id, tables.delta(settings, table_id).version(), rows.num_rows, 0.0)

    class Reader:
        """As much of a Spark session as bronze needs: Parquet files to rows."""

        read = property(lambda self: self)

        def parquet(self, *files: str) -> pa.Table:
            return pa.concat_tables([pq.read_table(file) for file in files])

    monkeypatch.setattr(tables, "replace_from_arrow", write)
    monkeypatch.setattr(tables, "replace", write)
    return tables.Lake(settings, cast(Any, Reader()))


def deliver(sources: Path, day: date, name: str, *ids: str) -> None:
    (sources / day.isoformat() / name).write_text("\n".join(["id", *ids]) + "\n")


def land(lake: tables.Lake, sources: Path, *dates: date) -> list[date]:
    """One whole landing; the dates that were landed."""
    staged = stage(lake, sources, dates)
    write_bronze(lake, "companies")
    record(lake)
    return list(staged.dates)


def companies(lake: tables.Lake) -> list[tuple[int, str]]:
    """(day of delivery, company) of every bronze row."""
    rows = tables.dataset(lake.settings, "bronze__companies").to_table(columns=["delivery_date", "company_id"])
    return sorted((row["delivery_date"].day, row["company_id"]) for row in rows.to_pylist())


def recorded(lake: tables.Lake) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tables.dataset(lake.settings, RECORDED).to_table().to_pylist()
    return sorted(rows, key=lambda row: (row["delivery_date"], row["source_file"]))


def test_a_landed_delivery_is_not_landed_again(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A", "B")
    assert land(lake, sources, FIRST) == [FIRST]
    assert land(lake, sources, FIRST) == []
    assert companies(lake) == [(19, "A"), (19, "B")]


def test_a_new_date_is_landed_beside_the_old_one(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A")
    land(lake, sources, FIRST)
    deliver(sources, SECOND, "companies.csv", "B")
    assert land(lake, sources, FIRST, SECOND) == [SECOND]
    assert companies(lake) == [(19, "A"), (20, "B")]


def test_a_corrected_file_replaces_the_rows_of_its_delivery(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A", "B")
    land(lake, sources, FIRST)
    deliver(sources, FIRST, "companies.csv", "A", "C")
    assert land(lake, sources, FIRST) == [FIRST]
    assert companies(lake) == [(19, "A"), (19, "C")]


def test_a_changed_mapping_lands_every_delivery_again(lake: tables.Lake, sources: Path) -> None:
    for day in (FIRST, SECOND):
        deliver(sources, day, "companies.csv", f"A{day.day}")
    land(lake, sources, FIRST, SECOND)
    (sources / "mappings" / "companies.toml").write_text(MAPPING + 'region_code = "id"\n')
    assert land(lake, sources, FIRST, SECOND) == [FIRST, SECOND]


def test_a_delivery_that_was_never_recorded_is_landed_again_whole(lake: tables.Lake, sources: Path) -> None:
    """The night was killed after bronze was written and before the delivery was recorded."""
    deliver(sources, FIRST, "companies.csv", "A")
    stage(lake, sources, [FIRST])
    write_bronze(lake, "companies")
    assert land(lake, sources, FIRST) == [FIRST]
    assert companies(lake) == [(19, "A")]


def test_the_same_bytes_on_a_later_date_are_landed_once(lake: tables.Lake, sources: Path) -> None:
    for day in (FIRST, SECOND):
        deliver(sources, day, "companies.csv", "A")
    land(lake, sources, FIRST)
    land(lake, sources, FIRST, SECOND)
    assert companies(lake) == [(19, "A")]
    repeats = [row["duplicate_of"] for row in recorded(lake) if row["table_id"] == "bronze__companies"]
    assert repeats == [None, "companies.csv"]


def test_a_file_that_was_repeated_later_survives_when_its_own_delivery_is_landed_again(
    lake: tables.Lake, sources: Path
) -> None:
    for day in (FIRST, SECOND):
        deliver(sources, day, "companies.csv", "A")
    land(lake, sources, FIRST, SECOND)
    deliver(sources, FIRST, "companies_more.csv", "B")
    land(lake, sources, FIRST, SECOND)
    assert companies(lake) == [(19, "A"), (19, "B")]


def test_a_repeat_is_landed_itself_once_the_first_file_has_changed(lake: tables.Lake, sources: Path) -> None:
    for day in (FIRST, SECOND):
        deliver(sources, day, "companies.csv", "A")
    land(lake, sources, FIRST, SECOND)
    deliver(sources, FIRST, "companies.csv", "C")
    assert land(lake, sources, FIRST, SECOND) == [FIRST, SECOND]
    assert companies(lake) == [(19, "C"), (20, "A")]


def test_a_file_that_could_not_be_read_does_not_make_its_repeat_a_duplicate(lake: tables.Lake, sources: Path) -> None:
    """The first delivery has no mapping for its name; the same bytes come the day after under the agreed name."""
    deliver(sources, FIRST, "firms.csv", "A")
    deliver(sources, SECOND, "companies.csv", "A")
    land(lake, sources, FIRST)
    land(lake, sources, FIRST, SECOND)
    assert companies(lake) == [(20, "A")]


def test_every_file_of_a_delivery_is_recorded_also_what_nobody_asked_for(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A")
    (sources / FIRST.isoformat() / "readme.txt").write_text("hello")
    land(lake, sources, FIRST)
    found = {row["source_file"]: (row["table_id"], row["problem"]) for row in recorded(lake)}
    assert found == {
        "companies.csv": ("bronze__companies", None),
        "mappings/companies.toml": ("none", None),
        "readme.txt": ("none", "no mapping"),
    }


def test_a_resident_number_in_a_file_name_is_recorded_nowhere(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A")
    deliver(sources, FIRST, "companies_900101-1234567.csv", "B")
    stage(lake, sources, [FIRST])
    assert "1234567" not in (lake.settings.staging_dir / "plan.json").read_text()
    write_bronze(lake, "companies")
    record(lake)
    assert not [row for row in recorded(lake) if "1234567" in row["source_file"]]
    assert land(lake, sources, FIRST) == []


def test_what_was_staged_is_cleared_once_it_is_recorded(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A")
    land(lake, sources, FIRST)
    assert [file.name for file in lake.settings.staging_dir.iterdir()] == ["plan.json"]


def test_a_noun_that_no_delivery_brought_still_has_an_empty_table(lake: tables.Lake, sources: Path) -> None:
    deliver(sources, FIRST, "companies.csv", "A")
    stage(lake, sources, [FIRST])
    assert write_bronze(lake, "benefits").rows == 0
    assert tables.exists(lake.settings, "bronze__benefits")


def test_a_night_without_any_delivery_ever_says_so(lake: tables.Lake, sources: Path) -> None:
    stage(lake, sources, [])
    with pytest.raises(NoDelivery, match="nothing to land"):
        record(lake)


def test_rows_that_were_erased_after_landing_are_counted_as_erased(
    lake: tables.Lake, settings: Settings, write_rows: Callable[..., None]
) -> None:
    told = {"table_id": "bronze__resumes", "file_sha256": "s", "rows_count": 3, "erased_rows_count": 1}
    repeat = {"source_file": "c", "duplicate_of": "a", "rows_count": 0}
    for day, files in (
        (FIRST, ({"source_file": "a"}, {"source_file": "b"}, repeat)),
        (SECOND, ({"source_file": "a"},)),
    ):
        rows = [told | file | {"delivery_date": day} for file in files]
        where = None if day == FIRST else f"delivery_date = '{day}'"
        write_rows(RECORDED, *rows, replacing=where)
    held = [(FIRST, "a", 1), (FIRST, "b", 2), (SECOND, "a", 2)]
    rows = [{"delivery_date": day, "source_file": name} for day, name, count in held for _ in range(count)]
    write_rows("bronze__resumes", *rows)
    version = tables.delta(settings, RECORDED).version()
    recount_erased(lake)
    found = tables.dataset(settings, RECORDED).to_table().to_pylist()
    counted = {(row["delivery_date"], row["source_file"]): row["erased_rows_count"] for row in found}
    assert counted == {(FIRST, "a"): 2, (FIRST, "b"): 1, (FIRST, "c"): 1, (SECOND, "a"): 1}
    assert tables.delta(settings, RECORDED).version() == version + 1


def test_rows_that_bronze_has_lost_are_landed_again(lake: tables.Lake, sources: Path) -> None:
    """As after a torn commit was taken back: the record says landed, the table does not hold it."""
    deliver(sources, FIRST, "companies.csv", "1", "2")
    deliver(sources, SECOND, "companies.csv", "3")
    assert land(lake, sources, FIRST, SECOND) == [FIRST, SECOND]
    log = tables.path(lake.settings, "bronze__companies") / "_delta_log"
    max(log.glob("*.json")).unlink()
    assert land(lake, sources, FIRST, SECOND) == [SECOND]
    rows = tables.dataset(lake.settings, "bronze__companies").to_table()["company_id"].to_pylist()
    assert sorted(rows) == ["1", "2", "3"]
    assert land(lake, sources, FIRST, SECOND) == []


def test_a_staging_folder_that_was_emptied_in_between_is_no_delivery_of_nothing(
    lake: tables.Lake, sources: Path
) -> None:
    deliver(sources, FIRST, "companies.csv", "1")
    stage(lake, sources, [FIRST])
    (lake.settings.staging_dir / "plan.json").unlink()
    with pytest.raises(NoDelivery, match="run the whole night"):
        write_bronze(lake, "companies")
