"""Real files whose header changes from month to month, or lacks a name, are read whole (data/README of the project)."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from lake.sources.mapped_files import ReadContext, read
from lake.sources.mapping import parse_mapping

DATA = Path(os.environ.get("GOYONG_SHARED_DATA", Path(__file__).resolve().parents[5] / "shared" / "data"))
KDT = {
    "session_id": {"join": ["훈련과정 ID", "회차"], "separator": "-"},
    "course_id": "훈련과정 ID",
    "start_date": "과정시작일",
    "end_date": "과정종료일",
    "fee_krw": "훈련비",
    "employment_rate_6m_text": {"from": "취업률 (6개월)", "optional": True},
}
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data folder (GOYONG_SHARED_DATA) is not here")


def read_all(folder: str, name: str, table: str, columns: dict[str, object], encoding: str = "utf-8") -> pa.Table:
    content = {"table": table, "pattern": name, "format": "csv", "encoding": encoding, "columns": columns}
    context = ReadContext(bytes(32), date(2025, 6, 1))
    mapping = parse_mapping(content, "m.toml")
    return pa.Table.from_batches(list(read(mapping, DATA / folder / name, base=DATA / folder, context=context)))


@pytest.mark.parametrize(
    ("month", "rows", "has_rates"),
    [("202410", 3960, False), ("202412", 4382, False), ("202505", 5132, True), ("202506", 5244, True)],
)
def test_every_header_variant_of_the_training_sessions_is_read(month: str, rows: int, has_rates: bool) -> None:
    found = read_all("kdt", f"result_kdtdata_{month}.csv", "training_courses", KDT)
    first = found.slice(0, 1).to_pylist()[0]
    assert (found.num_rows, found["landing_error"].null_count) == (rows, rows)
    assert (first["session_id"], first["fee_krw"]) == ("AIG20200000286626-1", "9,140,160")
    assert first["employment_rate_6m_text"] == ("84%" if has_rates else None)


def test_real_resumes_are_read_with_pseudonyms_only() -> None:
    columns = {"seeker_key": {"from": "resume_seq", "pseudonym": True}, "registered_date": "reg_date"}
    found = read_all("scout", "resume.csv", "seekers", columns)
    assert found.num_rows == 8482
    assert len(found["seeker_key"].unique()) == 8482
    assert "U00606" not in found["payload"][0].as_py()


def test_a_real_cp949_file_is_read_as_cp949() -> None:
    columns = {"respondent_id": "idx", "occupation_code": "knowcode"}
    found = read_all("know", "KNOW_2017.csv", "worker_surveys", columns, encoding="cp949")
    assert found.num_rows == 9486
    assert "자동차도장기능사" in found["payload"][0].as_py()
