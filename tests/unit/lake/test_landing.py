"""One delivery: each file is staged whole under its mapping, or named as a problem, and is never taken twice."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.erasure import key_of_resident_number
from lake.erasures import add_erasures
from lake.landing import DeliveryMissing, LandedFile, land_delivery
from lake.settings import Settings
from lake.sources.errors import MappingError

DAY = date(2026, 3, 2)
RECEIVED = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SEEKERS = """
table = "seekers"
pattern = "seekers*.csv"
format = "csv"
[columns]
seeker_key = { from = "번호", pseudonym = true }
registered_date = "등록일"
"""
COMPANIES = 'table = "companies"\npattern = "기업/*.csv"\nformat = "csv"\n[columns]\ncompany_id = "id"\n'
NUMBER = "900101-1234567"
SENT = f"번호,등록일\n{NUMBER},2026-03-01\n900102-2234567,2026-03-02\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "mappings").mkdir(parents=True)
    (folder / "mappings" / "seekers.toml").write_text(SEEKERS)
    (folder / "mappings" / "companies.toml").write_text(COMPANIES)
    (folder / DAY.isoformat() / "기업").mkdir(parents=True)
    return folder


def deliver(sources: Path, name: str, content: str | bytes = SENT) -> None:
    (sources / DAY.isoformat() / name).write_bytes(content.encode() if isinstance(content, str) else content)


def land(sources: Path, known: dict[str, str] | None = None) -> list[LandedFile]:
    settings = Settings(lake_dir=sources.parent / "lake", threads=2)
    return land_delivery(settings, sources, DAY, known=known or {}, received_at=RECEIVED, linkers={})


def test_a_file_is_staged_with_exactly_the_columns_of_its_bronze_table(sources: Path) -> None:
    deliver(sources, "seekers_1.csv")
    (landed,) = land(sources)
    assert (landed.table_noun, landed.source_file, landed.rows, landed.unreadable_rows) == (
        "seekers",
        "seekers_1.csv",
        2,
        0,
    )
    assert landed.staged is not None
    assert landed.staged.relative_to(sources.parent).as_posix() == "lake/_staging/2026-03-02/seekers/0000.parquet"
    staged = pq.read_table(landed.staged)
    assert staged.schema.equals(arrow_schema(table("bronze__seekers")))
    first = staged.to_pylist()[0]
    assert (first["delivery_date"], first["received_at"], first["row_number"]) == (DAY, RECEIVED, 1)
    assert (first["registered_date"], first["home_region_code"]) == ("2026-03-01", None)


def test_staging_again_gives_the_same_bytes(sources: Path) -> None:
    deliver(sources, "seekers.csv")
    first = [landed.staged.read_bytes() for landed in land(sources) if landed.staged]
    assert [landed.staged.read_bytes() for landed in land(sources) if landed.staged] == first


def test_the_resident_number_stands_in_no_byte_of_the_lake_and_no_log(
    sources: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(sources, "seekers.csv")
    deliver(sources, f"seekers_{NUMBER}.csv", SENT + f"{NUMBER}\n{NUMBER},a,b\n")
    with caplog.at_level(logging.DEBUG):
        land(sources)
    written = b"".join(path.read_bytes() for path in (sources.parent / "lake").rglob("*") if path.is_file())
    digits = NUMBER.replace("-", "")
    assert [text for text in (NUMBER, digits) if text.encode() in written] == []
    assert NUMBER not in caplog.text


def test_a_file_named_after_a_person_is_refused(sources: Path) -> None:
    other = NUMBER.replace("1234567", "1234568")
    for number in (NUMBER, other):
        deliver(sources, f"seekers_{number}.csv")
    landed = land(sources)
    assert [file.source_file.partition(" #")[0] for file in landed] == ["seekers[삭제].csv"] * 2
    assert len({file.source_file for file in landed}) == 2
    assert all("name holds personal data" in str(file.problem) for file in landed)


def test_the_same_bytes_are_taken_once_within_a_delivery(sources: Path) -> None:
    deliver(sources, "seekers_1.csv")
    deliver(sources, "seekers_2.csv")
    first, second = land(sources)
    assert (first.duplicate_of, second.duplicate_of, second.staged) == (None, "seekers_1.csv", None)


def test_bytes_that_an_earlier_delivery_brought_are_skipped(sources: Path) -> None:
    deliver(sources, "seekers.csv")
    (first,) = land(sources)
    (again,) = land(sources, {first.file_sha256: "old/seekers.csv"})
    assert (again.duplicate_of, again.staged, again.problem) == ("old/seekers.csv", None, None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SENT.encode("cp949"), 'encoding = "cp949"'),
        ("번호\n1\n", "no column 등록일"),
        (SENT + '"1', "quote"),
        ("", "no text"),
    ],
)
def test_a_bad_file_is_named_and_the_others_go_on(sources: Path, content: str | bytes, words: str) -> None:
    deliver(sources, "seekers_1.csv", content)
    deliver(sources, "seekers_2.csv")
    bad, good = land(sources)
    assert bad.problem is not None
    assert "seekers_1.csv" in bad.problem
    assert words in bad.problem
    assert (bad.rows, bad.staged) == (0, None)
    assert (good.rows, good.problem) == (2, None)
    left = sorted(path.name for path in (sources.parent / "lake" / "_staging").rglob("*") if path.is_file())
    assert left == ["0000.parquet"]


def test_unreadable_rows_are_counted_and_kept(sources: Path) -> None:
    deliver(sources, "seekers.csv", SENT + "1,2,3\n")
    (landed,) = land(sources)
    assert (landed.rows, landed.unreadable_rows) == (3, 1)


def test_a_file_in_a_folder_needs_the_folder_in_the_pattern(sources: Path) -> None:
    deliver(sources, "기업/a.csv", "id\n1\n")
    deliver(sources, "기업/seekers.csv", "id\n2\n")
    assert [(landed.table_noun, landed.source_file) for landed in land(sources)] == [
        ("companies", "기업/a.csv"),
        ("companies", "기업/seekers.csv"),
    ]


def test_a_file_that_no_mapping_knows_is_reported(sources: Path) -> None:
    deliver(sources, "새자료.csv")
    deliver(sources, ".DS_Store")
    assert [(landed.table_noun, landed.source_file, landed.problem) for landed in land(sources)] == [
        ("", "새자료.csv", "no mapping")
    ]


def test_two_mappings_of_one_table_for_one_file_are_a_problem(sources: Path) -> None:
    (sources / "mappings" / "seekers2.toml").write_text(SEEKERS)
    deliver(sources, "seekers.csv")
    first, second = land(sources)
    assert (first.problem, first.rows) == (None, 2)
    assert "a second mapping, seekers2.toml" in str(second.problem)


def test_one_file_may_feed_two_tables(sources: Path) -> None:
    certificates = SEEKERS.replace("seekers", "certificates", 1).replace("registered_date", "certificate_name")
    (sources / "mappings" / "z.toml").write_text(certificates)
    deliver(sources, "seekers.csv")
    assert [(landed.table_noun, landed.rows) for landed in land(sources)] == [("seekers", 2), ("certificates", 2)]


def test_an_unfinished_fetch_is_a_problem(sources: Path) -> None:
    columns = '[columns]\noccupation_title_id = "jobCd"\ntitle = "jobNm"\n'
    content = f'table = "occupations"\nformat = "work24_occupations"\n{columns}'
    (sources / "mappings" / "o.toml").write_text(content)
    (sources / DAY.isoformat() / "work24" / "occupations").mkdir(parents=True)
    deliver(sources, "work24/occupations/all-0001.xml", "<x/>")
    (landed,) = land(sources)
    assert (landed.table_noun, landed.source_file) == ("occupations", "work24/occupations")
    assert "the fetch has not finished" in str(landed.problem)


def test_a_date_without_a_folder_is_an_error(sources: Path) -> None:
    (sources / DAY.isoformat() / "기업").rmdir()
    (sources / DAY.isoformat()).rmdir()
    with pytest.raises(DeliveryMissing, match="2026-03-02"):
        land(sources)


def test_a_wrong_mapping_stops_the_landing_before_it_begins(sources: Path) -> None:
    (sources / "mappings" / "companies.toml").write_text(COMPANIES + 'regoin_code = "r"\n')
    with pytest.raises(MappingError, match="nearest: region_code"):
        land(sources)
    assert not (sources.parent / "lake").exists()


def test_rows_of_erased_people_are_staged_nowhere_and_counted(sources: Path) -> None:
    """Case P23: who was erased does not come back with the next delivery; row numbers stay those of the file."""
    settings = Settings(lake_dir=sources.parent / "lake", threads=2)
    add_erasures(settings, [key_of_resident_number(settings, NUMBER)], erased_on=DAY)
    deliver(sources, "seekers_1.csv", SENT + "broken\n")
    (landed,) = land(sources)
    assert (landed.rows, landed.unreadable_rows, landed.erased_rows) == (3, 1, 1)
    assert landed.staged is not None
    assert pq.read_table(landed.staged)["row_number"].to_pylist() == [2, 3]
