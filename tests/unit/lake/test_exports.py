"""Exports: every format holds the served rows, nothing half-written, nobody's key in files for analysis, no formula."""

from __future__ import annotations

import csv
import fcntl
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from lake import audit_log, export_files, exports, publication
from lake.exports import ExportRefused, Order
from lake.file_hash import sha256_of
from lake.privacy import analysis_keys, load_master_key
from lake.publication import Pointer, PublishedTable
from lake.settings import Settings

AS_OF = date(2026, 7, 1)
STAMP = {"as_of": AS_OF, "run_id": "r-1", "model_version": "m-1", "contract_version": "c-1"}
POSTINGS, ANSWERS = "serving__job_postings_v1", "serving__seeker_certificates_v1"
TALENTS = "serving__posting_talents_v1"
KEYS = [f"{n:032x}" for n in range(3)]
TITLES = ['=HYPERLINK("http://x")', '간호사, "야간"', "#N/A\x01"]


@pytest.fixture
def lake(settings: Settings, write_rows: Callable[..., None]) -> Settings:
    """A lake whose served night has three postings and three people."""
    load_master_key(settings)  # made while the lake is empty
    write_rows(POSTINGS, *[STAMP | {"posting_id": f"P{n}", "title": title} for n, title in enumerate(TITLES)])
    answers = [STAMP | {"seeker_key": key, "answer_code": "OK", "score_0_1_1": 0.25} for key in KEYS]
    write_rows(ANSWERS, *answers)
    entries = {name: PublishedTable(0, 3, "hash", "c-1", {}) for name in (POSTINGS, ANSWERS)}
    publication.switch(settings, Pointer("r-1", AS_OF, entries, {"certificates": "m-1"}, is_synthetic=True))
    return settings


def read(folder: Path, table_id: str, file_format: str) -> list[dict[str, Any]]:
    file = folder / f"{table_id}.{file_format}"
    if file_format == "parquet":
        return pq.read_table(file).to_pylist()
    if file_format == "jsonl":
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    if file_format == "jsonl.gz":
        return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    if file_format == "csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    header, *rows = load_workbook(file).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("file_format", export_files.FORMATS)
def test_every_format_holds_the_served_rows(lake: Settings, tmp_path: Path, file_format: str) -> None:
    out = tmp_path / "out"
    exports.export(lake, out, Order(file_format))
    assert [row["seeker_key"] for row in read(out, ANSWERS, file_format)] == KEYS
    assert [float(row["score_0_1_1"]) for row in read(out, ANSWERS, file_format)] == [0.25] * 3
    titles = [row["title"] for row in read(out, POSTINGS, file_format)]
    mark = "'" if file_format in ("csv", "xlsx") else ""
    ends = "#N/A_x0001_" if file_format == "xlsx" else TITLES[2]
    assert titles == [mark + TITLES[0], TITLES[1], ends]


@pytest.mark.parametrize("file_format", ["parquet", "jsonl", "jsonl.gz", "csv"])
def test_the_same_night_is_the_same_bytes_and_the_manifest_names_the_delta_version(
    lake: Settings, tmp_path: Path, file_format: str
) -> None:
    first, second = (exports.export(lake, tmp_path / name, Order(file_format)) for name in ("a", "b"))
    assert first == second
    said = json.loads((tmp_path / "a" / exports.MANIFEST).read_text(encoding="utf-8"))["tables"][ANSWERS]
    assert said["sha256"] == sha256_of(tmp_path / "a" / f"{ANSWERS}.{file_format}")
    assert (said["delta_table"], said["delta_version"]) == ("tables/serving/seeker_certificates_v1", 0)


def test_no_cell_of_a_sheet_is_a_formula_or_an_error(lake: Settings, tmp_path: Path) -> None:
    exports.export(lake, tmp_path / "out", Order("xlsx", tables=(POSTINGS,)))
    sheet = load_workbook(tmp_path / "out" / f"{POSTINGS}.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)} == {"s"}


def test_csv_begins_with_a_byte_order_mark(lake: Settings, tmp_path: Path) -> None:
    exports.export(lake, tmp_path / "out", Order("csv", tables=(POSTINGS,)))
    assert (tmp_path / "out" / f"{POSTINGS}.csv").read_bytes().startswith(b'\xef\xbb\xbf"')


def test_the_manifest_says_what_each_file_is(lake: Settings, tmp_path: Path) -> None:
    exports.export(lake, tmp_path / "out", Order("parquet", tables=(ANSWERS,)))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    file = tmp_path / "out" / f"{ANSWERS}.parquet"
    assert (manifest["run_id"], manifest["as_of"], manifest["is_synthetic"]) == ("r-1", "2026-07-01", True)
    expected = {"file": file.name, "rows": 3, "sha256": sha256_of(file), "contract_version": "c-1"}
    expected |= {"delta_table": "tables/serving/seeker_certificates_v1", "delta_version": 0}
    assert manifest["tables"] == {ANSWERS: expected}


def test_files_for_analysis_carry_other_keys_of_the_same_people(lake: Settings, tmp_path: Path) -> None:
    exports.export(lake, tmp_path / "out", Order("jsonl", "analysis", (ANSWERS,)))
    found = [row["seeker_key"] for row in read(tmp_path / "out", ANSWERS, "jsonl")]
    assert found == sorted(analysis_keys(pa.array(KEYS), load_master_key(lake)).to_pylist())
    content = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir())
    assert [key for key in KEYS if key.encode() in content] == []


@pytest.mark.parametrize("file_format", export_files.FORMATS)
def test_the_order_of_files_for_analysis_tells_nobody_whose_row_it_is(
    lake: Settings, write_rows: Callable[..., None], tmp_path: Path, file_format: str
) -> None:
    """Forty people lie in the order of their service keys; line for line the two exports must not join."""
    keys = [f"{n:032x}" for n in range(40)]
    answers = [STAMP | {"seeker_key": key, "answer_code": "OK", "score_0_1_1": n / 64} for n, key in enumerate(keys)]
    write_rows(ANSWERS, *answers)
    entry = PublishedTable(1, 40, "hash", "c-1", {})
    publication.switch(lake, Pointer("r-2", AS_OF, {ANSWERS: entry}, {}, is_synthetic=True))
    exports.export(lake, tmp_path / "out", Order(file_format, "analysis"))
    rows = read(tmp_path / "out", ANSWERS, file_format)
    carried = dict(zip(analysis_keys(pa.array(keys), load_master_key(lake)).to_pylist(), range(40), strict=True))
    assert [row["seeker_key"] for row in rows] == sorted(carried)
    assert [float(row["score_0_1_1"]) * 64 for row in rows] == [carried[row["seeker_key"]] for row in rows]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", f"{ANSWERS}.{file_format}"]


def test_lists_by_posting_are_not_exported_for_analysis(lake: Settings, tmp_path: Path) -> None:
    served = publication.current(lake)
    talents = {TALENTS: PublishedTable(0, 3, "hash", "c-1", {})}
    publication.switch(lake, replace(served, run_id="r-2", tables=served.tables | talents))
    assert set(exports.export(lake, tmp_path / "all", Order("csv", "analysis"))) == {POSTINGS, ANSWERS}
    with pytest.raises(ExportRefused, match=f"{TALENTS}: lists people by posting_id"):
        exports.export(lake, tmp_path / "one", Order("csv", "analysis", (TALENTS,)))


def test_keys_for_analysis_are_of_their_use_alone() -> None:
    keys = pa.array([KEYS[0], None, KEYS[0], KEYS[1]])
    found = analysis_keys(keys, bytes(32)).to_pylist()
    assert found[0] == found[2] != found[3]
    assert found[1] is None
    assert len(found[0]) == 32
    assert analysis_keys(keys, bytes([1]) * 32).to_pylist()[0] != found[0]


def test_each_export_is_in_the_register_and_in_the_log(lake: Settings, tmp_path: Path) -> None:
    for name in ("one", "two"):
        exports.export(lake, tmp_path / name, Order("csv", tables=(POSTINGS,)))
    lines = (lake.lake_dir / "exports" / "register.jsonl").read_text(encoding="utf-8").splitlines()
    begun, first, _, second = (json.loads(line) for line in lines)
    assert (begun["folder"], begun["files"]) == (first["folder"], {})
    assert [first["folder"], second["folder"]] == [str(tmp_path / "one"), str(tmp_path / "two")]
    assert set(first) == {"at", "run_id", "use", "folder", "files"}
    assert first["files"] == {file.name: sha256_of(file) for file in (tmp_path / "one").iterdir()}
    logged = [entry["facts"] for entry in audit_log.entries(lake) if entry["action"] == "export"]
    assert [(facts["use"], facts["rows"]) for facts in logged] == [("service", 3)] * 2


def test_a_failed_export_leaves_nothing(lake: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "XLSX_ROWS", 3)
    with pytest.raises(export_files.ExportTooLarge, match=r"more than 2 rows; .* Do: --format csv"):
        exports.export(lake, tmp_path / "out", Order("xlsx"))
    assert [path.name for path in tmp_path.iterdir() if path != lake.lake_dir] == []
    (line,) = registered(lake)
    assert line["files"] == {}


def registered(lake: Settings) -> list[dict[str, Any]]:
    file = lake.lake_dir / "exports" / "register.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_export_is_in_the_register_before_its_first_byte(
    lake: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves beside the folder is found by an erasure only if the register names the folder."""
    seen: list[dict[str, Any]] = []

    def killed(*_: object) -> int:
        seen.extend(registered(lake))
        raise KeyboardInterrupt

    monkeypatch.setattr(exports, "write_file", killed)
    with pytest.raises(KeyboardInterrupt):
        exports.export(lake, tmp_path / "out", Order("csv"))
    assert [(line["folder"], line["files"]) for line in seen] == [(str(tmp_path / "out"), {})]


def test_exports_wait_for_an_erasure_and_not_for_each_other(lake: Settings, tmp_path: Path) -> None:
    with exports._held(lake, fcntl.LOCK_SH, "never"):
        exports.export(lake, tmp_path / "one", Order("csv"))
        with pytest.raises(publication.LakeLocked, match="an export is running"), exports.exclusive(lake):
            pass
    with exports.exclusive(lake), pytest.raises(publication.LakeLocked, match="people are being erased"):
        exports.export(lake, tmp_path / "two", Order("csv"))
    assert not (tmp_path / "two").exists()


def test_a_folder_that_cannot_be_made_is_one_line(lake: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportRefused, match=r"out: cannot be written \(Not a directory\). Do: --to another folder"):
        exports.export(lake, tmp_path / "file" / "out", Order("csv"))


def test_what_a_killed_export_left_is_gone_after_the_next(lake: Settings, tmp_path: Path) -> None:
    left = tmp_path / ".out.writing-999999999"
    left.mkdir()
    (left / "half.csv").write_text("x")
    exports.export(lake, tmp_path / "out", Order("csv", tables=(POSTINGS,)))
    assert not left.exists()


def test_a_folder_in_use_is_left_alone(lake: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(ExportRefused, match="mine: is there and not empty"):
        exports.export(lake, tmp_path / "mine", Order("csv"))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order("docx"), "format 'docx'; expected one of parquet, jsonl, jsonl.gz, csv, xlsx"),
        (Order("csv", "sale"), "use 'sale'; expected one of service, analysis"),
        (Order("csv", "service", ("silver__seekers",)), "silver__seekers: not served"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(lake: Settings, tmp_path: Path, order: Order, found: str) -> None:
    with pytest.raises(ExportRefused, match=found):
        exports.export(lake, tmp_path / "out", order)
    assert not (tmp_path / "out").exists()
