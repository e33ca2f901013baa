"""A whole night, in Kiritimati, over a delivery full of lies: it is published, the truth is in, the lies are told.

P05 to P10, P13, P25 from outside. Do not put here: each lie apart (test_lying_input.py, test_lying_files.py).
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.faults.lying import DAY, KINDS, Lie, Refused, deliver
from tests.faults.test_lying_files import corpus, normalised
from tests.faults.test_lying_input import DIALECTS, ENCODINGS
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import World, in_memory

pytestmark = pytest.mark.slow

VALUES = {
    "1e999": "registered_date:NOT_A_DATE",
    "2027-02-29": "registered_date:NOT_A_DATE",
    "0000-00-00": "registered_date:NOT_A_DATE",
    "26-11-01": "registered_date:NOT_A_DATE",
    "46327": "registered_date:NOT_A_DATE",
    "NaN": "registered_date:NOT_A_DATE",
    "": "registered_date:MISSING",
    "=TODAY()": "registered_date:NOT_A_DATE",
}
GOOD_DAYS = {
    "2026-11-01": date(2026, 11, 1),
    "２０２６－１１－０２": date(2026, 11, 2),
    "2026.11.03": date(2026, 11, 3),
    "2026-11-03T15:00:00Z": date(2026, 11, 4),
    "2024-02-29": date(2024, 2, 29),
}


MARKED = """
table = "job_postings"
pattern = "marked/*.csv"
format = "csv"
deleted = { from = "삭제여부", values = ["Y"] }
[columns]
posting_id = "번호"
registered_date = "등록일"
updated_at = "수정"
title = "제목"
"""
MARKS = """번호,등록일,수정,제목,삭제여부
gone,2026-11-01,2026-11-01 09:00:00,first,N
gone,,2026-11-02 09:00:00,,Y
back,,2026-11-02 09:00:00,,Y
back,2026-11-01,2026-11-03 09:00:00,again,N
late,2026-11-01,2026-11-05 09:00:00,newest,N
late,2026-11-01,2026-11-04 09:00:00,older though it comes later,N
same,2026-11-01,2026-11-04 09:00:00,first,N
same,2026-11-01,2026-11-04 09:00:00,last of equal times,N
"""


@dataclass(frozen=True)
class Lied:
    """The night's outcome, its lake, and what was planted."""

    outcome: Outcome
    database: duckdb.DuckDBPyConnection
    sources: Path
    refused: list[Lie]
    titles: dict[str, str | None]


@pytest.fixture(scope="module")
def lied(world: World, shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Lied:
    room = tmp_path_factory.mktemp("lied")
    sources = room / "sources"
    shutil.copytree(world.sources, sources)
    day = world.days[0].isoformat()
    refused = [lie for lie in (*ENCODINGS, *DIALECTS) if isinstance(lie.expected, Refused)]
    planted = deliver(room / "planted", refused)
    for form, encoding in KINDS:
        mapping = f"{form}_{encoding}.toml"
        shutil.copyfile(planted / "mappings" / mapping, sources / "mappings" / mapping)
        shutil.copytree(planted / DAY.isoformat() / mapping[:-5], sources / day / mapping[:-5])
    folder = sources / day / "jsonl_utf-8"
    strings: list[str] = corpus("naughty_strings")
    titles = {f"naughty{number}": text for number, text in enumerate(strings)}
    rows = [{"번호": key, "등록일": "2026-11-01", "제목": text} for key, text in titles.items()]
    rows += [{"번호": f"bad{number}", "등록일": text, "제목": "x"} for number, text in enumerate(VALUES)]
    rows += [{"번호": f"day{number}", "등록일": text, "제목": "x"} for number, text in enumerate(GOOD_DAYS)]
    rows += [{"번호": "huge", "등록일": "2026-11-01", "제목": "가" * 3_500_000}]
    (folder / "values.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "overlap.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:100]), encoding="utf-8")
    (sources / "mappings" / "marked.toml").write_text(MARKED, encoding="utf-8")
    (sources / day / "marked").mkdir()
    (sources / day / "marked" / "a.csv").write_text(MARKS, encoding="utf-8")
    (folder / "link.jsonl").symlink_to(folder / "values.jsonl")
    (folder / "new\nline.jsonl").write_text("{}", encoding="utf-8")
    lake = in_memory(None, room / "lake")
    outcome = shell.night(sources, lake, world.days[0], TZ="Pacific/Kiritimati")
    database = readers.open_duckdb(lake, readers.served(lake))
    readers.add_view(database, lake, "ops__deliveries")
    for noun in ("job_postings", "seekers"):
        for layer in ("silver", "quarantine"):
            readers.add_view(database, lake, f"{layer}__{noun}", world.days[0])
    return Lied(outcome, database, sources, refused, {key: normalised(text) for key, text in titles.items()})


def test_night_full_of_lies_is_published(world: World, lied: Lied) -> None:
    assert lied.outcome.exit_code == 0, lied.outcome.text
    assert "Traceback" not in lied.outcome.stderr


def test_every_refused_file_is_recorded_with_its_problem(lied: Lied) -> None:
    told = dict(lied.database.execute("select source_file, problem from ops__deliveries").fetchall())
    missing = [lie.path for lie in lied.refused if not all(word in told[lie.path] for word in lie.expected.words)]  # type: ignore[union-attr]
    assert missing == []
    assert "a link" in told["jsonl_utf-8/link.jsonl"]
    assert "control characters" in told["jsonl_utf-8/new\\x0aline.jsonl"]


def test_naughty_titles_are_in_silver_as_they_were_sent_and_once(lied: Lied) -> None:
    """P09, P25: 100 of them came in a second file too."""
    found = lied.database.execute(
        "select posting_id, title from silver__job_postings where posting_id like 'naughty%'"
    ).fetchall()
    assert len(found) == len(lied.titles)
    assert dict(found) == lied.titles


def test_values_that_lie_are_quarantined_and_odd_days_are_read(lied: Lied) -> None:
    """P13."""
    wrong = dict(
        lied.database.execute(
            "select json_extract_string(row_text, '$.posting_id'), reason_codes from quarantine__job_postings "
            "where source_file = 'jsonl_utf-8/values.jsonl'"
        ).fetchall()
    )
    expected = {f"bad{number}": reason for number, reason in enumerate(VALUES.values())}
    assert wrong == expected | {"huge": "title:TOO_LONG"}
    days = lied.database.execute(
        "select posting_id, registered_date from silver__job_postings where posting_id like 'day%'"
    ).fetchall()
    assert dict(days) == {f"day{number}": day for number, day in enumerate(GOOD_DAYS.values())}


def test_newest_row_of_a_key_decides_and_a_delete_mark_leaves_none(lied: Lied) -> None:
    """P10; the row balance of the night counts the deleted key."""
    found = lied.database.execute(
        "select posting_id, title from silver__job_postings where source_file = 'marked/a.csv'"
    ).fetchall()
    assert dict(found) == {"back": "again", "late": "newest", "same": "last of equal times"}


def test_birth_dates_are_the_days_that_were_sent(world: World, lied: Lied) -> None:
    """P13: fourteen hours ahead of UTC no birthday moves."""
    with (lied.sources / world.days[0].isoformat() / "seekers_0000.csv").open(encoding="utf-8", newline="") as file:
        sent = {row["생년월일"] for row in csv.DictReader(file)}
    found = [day for (day,) in lied.database.execute("select birth_date::varchar from silver__seekers").fetchall()]
    assert len(found) > 1_000
    assert [day for day in found if day and day not in sent] == []
