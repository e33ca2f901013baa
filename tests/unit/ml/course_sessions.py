"""Sessions of courses as tables and snapshot files, for the tests of ml/courses; holds no test."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from ml.hashing import hash_keys, mix, unit_interval

AS_OF = date(2025, 3, 31)
HEADER = [
    "고유값", "과정명", "훈련과정 ID", "회차", "훈련기관", "총 훈련일수", "총 훈련시간", "과정시작일", "과정종료일",
    "NCS명", "NCS코드", "훈련비", "정원", "수강신청 인원", "수료인원", "수료율", "만족도", "지역",
]  # fmt: skip
RATES = ["취업률 (3개월)", "취업률 (6개월)"]
PLAIN = {
    "훈련과정 ID": "A1", "회차": "1", "훈련기관": "가나학원", "총 훈련시간": "800", "과정시작일": "2023-09-01",
    "과정종료일": "2024-03-31", "NCS코드": "20010202", "훈련비": " 8,576,100 ", "정원": "20", "수강신청 인원": "20",
    "수료인원": "10", "수료율": "50%", "만족도": "90", "지역": "서울 중구",
}  # fmt: skip


def session(number: int, **changes: Any) -> dict[str, Any]:
    """A session of course A1 with 40 finishers, three of four employed, that ended 365 days before AS_OF."""
    end = changes.pop("end", AS_OF - timedelta(days=365))
    row = {
        "session_id": f"s{number:05d}",
        "course_id": "A1",
        "round_no": 1,
        "institution_name": "가나학원",
        "skill_code": "20010202",
        "region_code": "11",
        "start_date": end - timedelta(days=120),
        "end_date": end,
        "training_hours": 800,
        "fee_krw": 8_000_000,
        "seats_count": 50,
        "enrolled_count": 50,
        "completed_count": 40,
        "satisfaction_pct": 90.0,
        "employment_rate_3m_0_1": None,
        "employment_rate_6m_0_1": 0.75,
    }
    return row | changes


def table(*rows: dict[str, Any]) -> pa.Table:
    """Sessions as Arrow, rates as numbers even where all are missing."""
    made = pa.Table.from_pylist(list(rows))
    for name in ("employment_rate_3m_0_1", "employment_rate_6m_0_1"):
        made = made.set_column(made.column_names.index(name), name, made.column(name).cast(pa.float64()))
    return made


def many_sessions(count: int = 900) -> pa.Table:
    """Sessions of 30 courses over four years; a course's own level decides its rate, finishers add their noise."""
    numbers = pa.array([str(number) for number in range(count)])
    first, second = (unit_interval(mix(hash_keys(numbers), stream)) for stream in (1, 2))
    rows = []
    for number in range(count):
        course = number % 30
        rate = min(max(0.2 + 0.6 * course / 29 + 0.2 * (first[number] + second[number] - 1), 0.0), 1.0)
        end = AS_OF + timedelta(days=60) - timedelta(days=number * 1_500 // count)
        rows.append(
            session(
                number,
                end=end,
                course_id=f"c{course}",
                institution_name=f"i{course % 7}",
                completed_count=5 + number % 40,
                employment_rate_6m_0_1=round(rate, 2),
                employment_rate_3m_0_1=round(rate / 2, 2),
            )
        )
    return table(*rows)


def write_snapshot(folder: Path, month: str, rows: list[dict[str, str]], *, has_rates: bool = True) -> Path:
    """`result_kdtdata_<month>.csv` with the columns of its time; a blank header column as in the real files."""
    header = [*HEADER, *(RATES if has_rates else []), ""]
    path = folder / f"result_kdtdata_{month}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, header, restval="")
        writer.writeheader()
        writer.writerows({name: value for name, value in (PLAIN | row).items() if name in header} for row in rows)
    return path
