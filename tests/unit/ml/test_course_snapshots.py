"""Snapshot folders: header variants, faults by count, and that nothing later than the month is read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ml.courses import columns as c
from ml.courses.errors import (
    MonthFormatError,
    NoSnapshotError,
    SnapshotColumnError,
    SnapshotUnreadableError,
    TwoSnapshotsError,
)
from ml.courses.snapshot_file import read_snapshot
from ml.courses.snapshots import parse_month, read_outcomes, read_snapshots
from ml.tabular.errors import TableFileMissingError
from tests.unit.ml.course_sessions import AS_OF, HEADER, PLAIN, RATES, write_snapshot

pytestmark = pytest.mark.unit
KNOWN = {"훈련과정 ID": "A1", "취업률 (3개월)": "30%", "취업률 (6개월)": "43%"}
OPEN = {"훈련과정 ID": "B1", "과정종료일": "2025-02-28", "취업률 (3개월)": "0%", "취업률 (6개월)": "0%"}


def test_values_are_read_as_people_wrote_them(tmp_path: Path) -> None:
    row = KNOWN | {"NCS코드": "8020104", "만족도": "8930%", "수료인원": ""}
    (found,) = read_snapshot(write_snapshot(tmp_path, "202505", [row])).sessions.to_pylist()
    assert (found[c.SESSION], found[c.FIELD], found[c.FEE]) == ("A1-1", "08020104", 8_576_100)
    assert (found[c.RATE_6M], found[c.SATISFACTION], found[c.COMPLETED], found[c.REGION]) == (0.43, None, None, "서울")


@pytest.mark.parametrize("code", ["0", "#N/A", ""])
def test_failed_lookup_is_no_field(tmp_path: Path, code: str) -> None:
    (found,) = read_snapshot(write_snapshot(tmp_path, "202505", [{"NCS코드": code}])).sessions.to_pylist()
    assert found[c.FIELD] is None


def test_snapshot_without_rates_is_an_older_one(tmp_path: Path) -> None:
    (found,) = read_snapshot(write_snapshot(tmp_path, "202503", [KNOWN], has_rates=False)).sessions.to_pylist()
    assert found[c.RATE_6M] is None


def test_workbook_and_cp949_say_the_same_as_utf8(tmp_path: Path) -> None:
    plain = write_snapshot(tmp_path, "202505", [KNOWN, OPEN])
    other = tmp_path / "k_202504.csv"
    other.write_bytes(plain.read_text(encoding="utf-8-sig").encode("cp949"))
    book = openpyxl.Workbook()
    book.active.append([*HEADER, *RATES])  # type: ignore[union-attr]
    for row in (KNOWN, OPEN):
        full = PLAIN | row
        shares = [float(full[name].rstrip("%")) / 100 for name in RATES]
        book.active.append([*(full.get(name, "") for name in HEADER), *shares])  # type: ignore[union-attr]
    book.save(tmp_path / "k_2025-03.xlsx")
    tables = [read_snapshot(path).sessions for path in (plain, other, tmp_path / "k_2025-03.xlsx")]
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


def test_broken_rows_are_counted_not_fatal(tmp_path: Path) -> None:
    path = write_snapshot(tmp_path, "202505", [KNOWN, {"과정종료일": "미정"}, {"과정종료일": "2025-02-31"}])
    path.write_text(path.read_text(encoding="utf-8-sig") + "x,y\n", encoding="utf-8")
    read = read_snapshot(path)
    assert read.sessions.num_rows == 1
    assert list(read.faults.values()) == [1, 2]


def test_newest_row_of_each_session_counts_and_only_the_newest_lists_are_asked(tmp_path: Path) -> None:
    write_snapshot(tmp_path, "202502", [KNOWN | {"취업률 (6개월)": "40%"}, OPEN | {"훈련과정 ID": "GONE"}])
    write_snapshot(tmp_path, "202503", [OPEN, KNOWN, KNOWN])
    read = read_snapshots(tmp_path, as_of=AS_OF)
    assert read.sessions.column(c.SESSION).to_pylist() == ["A1-1", "B1-1", "GONE-1"]
    assert read.sessions.column(c.RATE_6M).to_pylist()[0] == 0.43
    assert read.asked.to_pylist() == ["B1-1", "A1-1"]


def test_faults_of_rates_are_counted(tmp_path: Path) -> None:
    write_snapshot(tmp_path, "202503", [KNOWN | {"취업률 (6개월)": "136%"}, OPEN])
    faults = read_snapshots(tmp_path, as_of=AS_OF).faults
    assert faults["6-month rates above 100 %, left out"] == 1
    assert faults["6-month rates stated before six months had passed, unknown"] == 1


def test_later_snapshots_are_not_even_opened(tmp_path: Path) -> None:
    write_snapshot(tmp_path, "202503", [KNOWN, OPEN])
    alone = read_snapshots(tmp_path, as_of=AS_OF)
    (tmp_path / "result_kdtdata_202505.csv").write_bytes(b"\xff\xfe broken")
    assert read_snapshots(tmp_path, as_of=AS_OF).sessions.equals(alone.sessions)


def test_settled_rates_take_what_was_settled_and_nothing_else(tmp_path: Path) -> None:
    write_snapshot(tmp_path, "202503", [KNOWN, OPEN], has_rates=False)
    write_snapshot(tmp_path, "202505", [KNOWN | {"수료인원": "99"}, OPEN | {"취업률 (6개월)": "70%"}])
    write_snapshot(tmp_path, "202506", [KNOWN | {"취업률 (6개월)": "99%"}, OPEN | {"취업률 (6개월)": "80%"}])
    strict = read_snapshots(tmp_path, as_of=AS_OF)
    settled = read_snapshots(tmp_path, as_of=AS_OF, settled_rates=True)
    assert strict.sessions.column(c.RATE_6M).to_pylist() == [None, None]
    assert settled.sessions.column(c.RATE_6M).to_pylist() == [0.43, None]
    assert settled.sessions.column(c.RATE_3M).to_pylist() == [0.3, None]
    assert settled.sessions.column(c.COMPLETED).to_pylist() == [10, 10]


def test_outcomes_are_the_last_snapshot_after_the_month(tmp_path: Path) -> None:
    write_snapshot(tmp_path, "202503", [KNOWN])
    assert read_outcomes(tmp_path, as_of=AS_OF) is None
    write_snapshot(tmp_path, "202506", [OPEN])
    outcomes = read_outcomes(tmp_path, as_of=AS_OF)
    assert outcomes is not None
    assert outcomes[0].isoformat() == "2025-06-30"
    assert outcomes[1].column(c.SESSION).to_pylist() == ["B1-1"]


@pytest.mark.parametrize("text", ["2025-13", "202503", "2025-3", ""])
def test_month_is_written_one_way(text: str) -> None:
    with pytest.raises(MonthFormatError, match="YYYY-MM"):
        parse_month(text)


def test_month_stands_for_its_last_day() -> None:
    assert parse_month("2024-02").isoformat() == "2024-02-29"


def test_faults_of_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(TableFileMissingError, match="no folder"):
        read_snapshots(tmp_path / "absent", as_of=AS_OF)
    with pytest.raises(NoSnapshotError, match="no snapshot"):
        read_snapshots(tmp_path, as_of=AS_OF)
    write_snapshot(tmp_path, "202504", [KNOWN])
    with pytest.raises(NoSnapshotError, match="from 2025-04 on"):
        read_snapshots(tmp_path, as_of=AS_OF)
    (tmp_path / "copy_2025-04.csv").write_text("x", encoding="utf-8")
    with pytest.raises(TwoSnapshotsError, match="copy_2025-04"):
        read_snapshots(tmp_path, as_of=AS_OF)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("k_202503.csv", b"", SnapshotColumnError),
        ("k_202503.csv", "회차,훈련기관\n1,x\n".encode(), SnapshotColumnError),
        ("k_202503.csv", b"\x00\xff\xfe\x81\x20", SnapshotUnreadableError),
        ("k_202503.csv", (",".join(HEADER) + "\n").encode(), SnapshotUnreadableError),
        ("k_202503.xlsx", b"no workbook", SnapshotUnreadableError),
    ],
)
def test_unusable_file_is_named(tmp_path: Path, name: str, content: bytes, error: type[Exception]) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match="k_202503"):
        read_snapshots(tmp_path, as_of=AS_OF)
