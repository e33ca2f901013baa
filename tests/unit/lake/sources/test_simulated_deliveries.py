"""Synthetic Korea as files: they read through their own mappings, their dirt is counted, they say synthetic."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lake.contracts import silver
from lake.sources.mapped_files import ReadContext, read
from lake.sources.mapping import load_mappings
from lake.sources.simulated import SimulationReport, simulate

pytestmark = pytest.mark.unit

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    return simulate(
        seekers=2000,
        postings=400,
        sessions=400,
        nights=3,
        seed=9,
        out=tmp_path_factory.mktemp("sim"),
        first_date=date(2025, 11, 3),
    )


def rows_of(report: SimulationReport, table: str, day: str) -> list[dict[str, str]]:
    encoding = "cp949" if table == "training_courses" else "utf-8"
    rows = []
    for path in sorted((report.out / day).glob(f"{table}_????.csv")):
        with path.open(encoding=encoding, newline="") as stream:
            rows += list(csv.DictReader(stream))
    return rows


def test_every_table_has_a_mapping_that_names_every_delivered_column(report: SimulationReport) -> None:
    mappings = {mapping.noun: mapping for mapping in load_mappings(report.out)}
    assert set(mappings) == {table.noun for table in silver.TABLES}
    for table in silver.TABLES:
        assert {spec.name for spec in mappings[table.noun].columns} == {column.name for column in table.delivered}


def test_every_file_reads_through_its_mapping(report: SimulationReport) -> None:
    base = report.out / DAYS[0]
    context = ReadContext(b"k" * 32, report.dates[0])
    for mapping in load_mappings(report.out):
        batches = [
            b for file in sorted(base.glob(mapping.pattern)) for b in read(mapping, file, base=base, context=context)
        ]
        assert sum(batch.num_rows for batch in batches) == report.rows[f"{DAYS[0]}/{mapping.noun}"]
        assert all(batch.column("landing_error").null_count == batch.num_rows for batch in batches)


def test_every_file_of_a_date_belongs_to_a_mapping(report: SimulationReport) -> None:
    patterns = [mapping.pattern for mapping in load_mappings(report.out)]
    for day in DAYS:
        for path in (report.out / day).iterdir():
            assert sum(path.match(pattern) for pattern in patterns) == 1


def test_codes_in_the_files_are_those_of_the_mappings_except_the_planted_ones(report: SimulationReport) -> None:
    known = {
        entry
        for mapping in load_mappings(report.out)
        for s in mapping.columns
        if s.name == "education_code"
        for entry in s.codes or {}
    }
    sent = [row["학력"] for row in rows_of(report, "seekers", DAYS[0]) if row["학력"]]
    assert sum(value not in known for value in sent) == report.traps[f"{DAYS[0]}/seekers/unknown_education"] == 1


@pytest.mark.parametrize(
    ("table", "column", "value", "trap"),
    [
        ("seekers", "생년월일", "1990-02-30", "impossible_birth_date"),
        ("seekers", "구직등록일", "", "missing_registration"),
        ("seekers", "희망임금", "-2500000", "negative_wage"),
        ("employment_spells", "이직사유코드", "99", "unknown_reason"),
        ("job_postings", "closeDt", "2000-01-01", "closing_before_registration"),
        ("training_courses", "과정시작일", "2025-06-31", "impossible_start_date"),
        ("certificates", "자격증명", "", "missing_name"),
        ("test_results", "흥미문항응답", "R01:4;R35:2", "unknown_item"),
        ("test_results", "흥미문항응답", "R01:6;R02:3", "item_answer_out_of_range"),
    ],
)
def test_dirty_rows_are_as_many_as_reported(
    report: SimulationReport, table: str, column: str, value: str, trap: str
) -> None:
    for day in DAYS:
        rows = rows_of(report, table, day)
        assert sum(row[column] == value for row in rows) == report.traps.get(f"{day}/{table}/{trap}", 0)


def test_quarantine_count_leaves_out_rows_that_are_only_superseded(report: SimulationReport) -> None:
    """Three dates × (education, birth date, registration, wage); the stale duplicates are superseded."""
    assert report.count_quarantined("seekers") == 12


def test_dirty_rows_take_no_id_of_a_clean_row(report: SimulationReport) -> None:
    rows = rows_of(report, "seekers", DAYS[0])
    clean = {row["주민등록번호"] for row in rows[:2000]}
    assert len(clean) == 2000
    assert not clean & {row["주민등록번호"] for row in rows[2000:] if row["희망임금"] != "9990000"}


def test_stale_duplicate_is_older_than_the_row_it_repeats(report: SimulationReport) -> None:
    rows = rows_of(report, "seekers", DAYS[0])
    stale = next(row for row in rows if row["희망임금"] == "9990000")
    current = next(row for row in rows if row["주민등록번호"] == stale["주민등록번호"])
    assert stale["최종수정일시"] < current["최종수정일시"]


def test_later_night_sends_only_what_is_new(report: SimulationReport) -> None:
    """Four of 2,000 register (one in 500), about six change their wish, five rows are dirty."""
    rows = rows_of(report, "seekers", DAYS[1])
    new = {row["주민등록번호"] for row in rows[:-5] if row["구직등록일"] == DAYS[1]}
    assert len(new) == 4
    assert len(rows) < 30
    for row in rows_of(report, "employment_spells", DAYS[1])[:-3]:
        assert DAYS[1] in (row["취득신고일"], row["상실신고일"]) or row["주민등록번호"] in new


def test_correction_is_newer_than_what_it_corrects(report: SimulationReport) -> None:
    first = {row["취득번호"]: row for row in rows_of(report, "employment_spells", DAYS[0])}
    later = [row for row in rows_of(report, "employment_spells", DAYS[1]) if row["취득번호"] in first]
    assert later
    assert all(row["최종수정일시"] > first[row["취득번호"]]["최종수정일시"] for row in later)
    assert all(row["상실일"] and not first[row["취득번호"]]["상실일"] for row in later)


def test_resent_file_is_the_same_bytes(report: SimulationReport) -> None:
    assert report.resent_files == (f"{DAYS[1]}/seekers_0000_resend.csv", f"{DAYS[2]}/seekers_0000_resend.csv")
    sent = (report.out / DAYS[0] / "seekers_0000.csv").read_bytes()
    assert (report.out / report.resent_files[0]).read_bytes() == sent


def test_truth_stands_outside_the_deliveries_and_covers_every_seeker(report: SimulationReport) -> None:
    truth = pq.read_table(report.out / "truth" / DAYS[0] / "seekers.parquet")
    assert truth.num_rows == 2000
    sent = {row["주민등록번호"] for row in rows_of(report, "seekers", DAYS[0])[:2000]}
    assert set(truth.column("resident_number").to_pylist()) == sent
    later = pq.read_table(report.out / "truth" / DAYS[2] / "seekers.parquet")
    assert later.num_rows == 2008
    headers = {
        name for path in report.out.glob("2025-*/*.csv") for name in path.read_bytes().split(b"\n")[0].split(b",")
    }
    assert not any(b"probability" in header for header in headers)


def test_everything_says_synthetic(report: SimulationReport) -> None:
    notice = (report.out / "SYNTHETIC.txt").read_text(encoding="utf-8")
    assert "합성 데이터" in notice
    assert "synthetic" in notice
    assert all(mapping.is_synthetic for mapping in load_mappings(report.out))
    assert all(row["title"].startswith("(합성)") for row in rows_of(report, "job_postings", DAYS[0]))
    assert all(row["과정명"].startswith("(합성)") for row in rows_of(report, "training_courses", DAYS[0]))
    assert "합성" in json.loads((report.out / "truth" / "report.json").read_text(encoding="utf-8"))["notice"]


def test_courses_are_cp949(report: SimulationReport) -> None:
    content = Path(report.out / DAYS[0] / "training_courses_0000.csv").read_bytes()
    assert content.decode("cp949").startswith('"훈련과정 ID"')
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.parametrize(
    ("table", "column"), [("applications", "지원일"), ("training_history", "훈련시작일"), ("benefits", "수급시작일")]
)
def test_event_is_delivered_on_no_day_before_it(report: SimulationReport, table: str, column: str) -> None:
    for day in DAYS:
        assert all(row[column] <= day for row in rows_of(report, table, day))


def test_newly_registered_bring_their_past(report: SimulationReport) -> None:
    """Each later date registers four; what was reported of them earlier comes with them, and nothing came before."""
    brought = 0
    for day in DAYS[1:]:
        new = {row["주민등록번호"] for row in rows_of(report, "seekers", day) if row["구직등록일"] == day}
        spells = [row for row in rows_of(report, "employment_spells", day) if row["주민등록번호"] in new]
        brought += sum(row["취득신고일"] < DAYS[0] for row in spells)
        for table in ("employment_spells", "applications", "training_history", "resumes", "certificates"):
            earlier = [row for before in DAYS if before < day for row in rows_of(report, table, before)]
            assert not new & {row["주민등록번호"] for row in earlier}
    assert brought > 0


def test_later_night_sends_only_what_became_known_that_day(report: SimulationReport) -> None:
    """Training that begins or whose end is a week old, applications made or decided, résumés written."""
    for day in DAYS[1:]:
        new = {row["주민등록번호"] for row in rows_of(report, "seekers", day) if row["구직등록일"] == day}
        for table in ("applications", "training_history", "resumes"):
            for row in rows_of(report, table, day):
                if row["주민등록번호"] not in new and row.get("지원결과") != "HIERD":
                    assert row["최종수정일시"].startswith(day)
