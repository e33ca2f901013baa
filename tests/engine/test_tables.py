"""Writing tables: partitions replaced alone, reruns without growth, a second writer noticed."""

from __future__ import annotations

from datetime import date

import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

from lake import publication, row_lookup, staging, tables
from lake.tables import CommitMismatch, ContractViolation, Lake, TableMissing
from tests.engine.conftest import AS_OF, arrow_rows

pytestmark = pytest.mark.engine
TABLE = "gold__occupations"


def _rows(*codes: str, as_of: date = AS_OF) -> object:
    return arrow_rows(TABLE, [{"as_of": as_of, "occupation_code": code, "occupation_name": code} for code in codes])


def _write(lake: Lake, *codes: str, as_of: date = AS_OF) -> tables.Commit:
    return tables.replace_from_arrow(lake, TABLE, _rows(*codes, as_of=as_of), {"as_of": as_of})


def test_writing_one_night_leaves_the_other_nights_alone(lake: Lake) -> None:
    _write(lake, "0111", "0112", as_of=date(2026, 11, 19))
    _write(lake, "0221")
    _write(lake, "0231")
    assert tables.count(lake.settings, TABLE) == 3
    assert tables.dataset(lake.settings, TABLE, AS_OF).to_table()["occupation_code"].to_pylist() == ["0231"]


def test_writing_the_same_rows_twice_leaves_the_same_rows(lake: Lake) -> None:
    first, second = _write(lake, "0111"), _write(lake, "0111")
    assert (first.rows, second.rows, second.version) == (1, 1, 1)


def test_an_empty_night_empties_its_partition(lake: Lake) -> None:
    _write(lake, "0111")
    assert _write(lake).rows == 0
    assert tables.count(lake.settings, TABLE) == 0


def test_codes_that_begin_with_zero_stay_text(lake: Lake) -> None:
    _write(lake, "0221")
    assert tables.read(lake, TABLE, AS_OF).collect()[0].occupation_code == "0221"


def test_a_frame_without_a_contract_column_is_refused(lake: Lake) -> None:
    frame = lake.spark.createDataFrame([("0111",)], "occupation_code string")
    with pytest.raises(ContractViolation, match="occupation_name"):
        tables.replace(lake, TABLE, frame, {"as_of": AS_OF})


def test_a_partitioned_table_is_never_replaced_whole(lake: Lake) -> None:
    with pytest.raises(ContractViolation, match="written by partition"):
        tables.replace_from_arrow(lake, TABLE, _rows("0111"))


def test_a_second_writer_is_noticed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(lake, "0111")
    honest = tables.delta

    def with_a_rival(*args: object, **kwargs: object) -> object:
        opened = honest(*args, **kwargs)  # type: ignore[arg-type]
        monkeypatch.setattr(opened, "version", lambda: 7, raising=False)
        return opened

    before = honest(lake.settings, TABLE).version()
    monkeypatch.setattr(tables, "delta", with_a_rival)
    with pytest.raises(CommitMismatch, match="another writer"):
        tables._read_back(lake.settings, tables.contract(TABLE), before, {"as_of": AS_OF})


def test_reading_a_table_that_was_never_written_says_so(lake: Lake) -> None:
    with pytest.raises(TableMissing, match="gold__labour_market"):
        tables.read(lake, "gold__labour_market")


def test_a_staged_frame_without_rows_keeps_its_columns(lake: Lake) -> None:
    frame = lake.spark.sql("select 1 as number, 'a' as text")
    assert staging.stage(lake, "frame", frame).count() == 1
    empty = staging.stage(lake, "frame", frame.where("number = 2"))
    assert (empty.columns, empty.count()) == (["number", "text"], 0)


def test_files_are_read_by_arrow_and_not_through_python(lake: Lake) -> None:
    """A reading thread of Arrow that ends in Python aborts a short command when the interpreter ends first."""
    _write(lake, "0111", "0112")
    fragments = list(tables.dataset(lake.settings, TABLE).get_fragments())
    assert {type(fragment.filesystem.base_fs) for fragment in fragments} == {pafs.LocalFileSystem}


def test_log_tells_no_least_or_greatest_key_of_a_person_and_no_text(lake: Lake) -> None:
    row = {"as_of": AS_OF, "seeker_key": "5eecf00d", "keywords_text": "용접 홍길동", "completeness_pct": 50.0}
    for _ in range(2):
        tables.replace_from_arrow(lake, "silver__resumes", arrow_rows("silver__resumes", [row]), {"as_of": AS_OF})
    log = "".join(file.read_text() for file in (lake.settings.tables_dir / "silver").rglob("_delta_log/*.json"))
    assert log.count("completeness_pct") > 2
    assert "5eecf00d" not in log
    assert "용접" not in log


def test_published_rows_stand_sorted_in_files_that_do_not_overlap(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """What look-ups by key live on: Sail 0.7.2 drops a plain sort() without a word."""
    monkeypatch.setattr(tables, "_SORTED_FILE_BYTES", 200_000)
    codes = [f"{number * 7_919 % 60_000:08}-{number:08}" for number in range(60_000)]
    stamp = {"as_of": AS_OF, "run_id": "r", "model_version": "m", "contract_version": "c", "skill_kind_code": "NCS"}
    rows = arrow_rows("serving__skills_v1", [stamp | {"skill_code": code, "skill_name": code[::-1]} for code in codes])
    tables.replace_from_arrow(lake, "serving__skills_v1", rows)
    opened = tables.delta(lake.settings, "serving__skills_v1")
    found = [pq.read_table(file, columns=["skill_code"])[0].to_pylist() for file in sorted(opened.file_uris())]
    assert len(found) > 1
    assert [code for file in found for code in file] == sorted(codes)
    entry = publication.describe_table(lake.settings, "serving__skills_v1")
    for code in codes[::9_999]:
        (row,) = row_lookup.find_rows(lake.settings, "serving__skills_v1", entry, code)
        assert (row["skill_code"], row["skill_name"], row["as_of"]) == (code, code[::-1], AS_OF)
    assert row_lookup.find_rows(lake.settings, "serving__skills_v1", entry, "9") == []
