"""Rows and lists without a person: found by the contract, others untouched, lists without gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.registry import TABLES, table
from lake.contracts.render import arrow_schema
from lake.erased_rows import close_up, find_rows, lists_people, person_columns, tables_about_people

A, B, C, D = (letter * 32 for letter in "abcd")
TALENTS = "matches__posting_talents"


def talents(*people: str, **more: Any) -> dict[str, Any]:
    """One posting's list; each person's score is the letter of the key as a number."""
    row: dict[str, Any] = {"posting_id": "K1", "answer_code": "OK" if people else "NO_CANDIDATE", "price_0_1": 0.5}
    for place, key in enumerate(people, 1):
        row |= {f"seeker_key_{place}": key, f"score_0_1_{place}": int(key[0], 16) / 16, f"met_codes_{place}": key[0]}
    return row | more


def batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    schema = pa.schema([wanted.with_nullable(True) for wanted in arrow_schema(table(TALENTS))])
    return pa.RecordBatch.from_pylist(list(rows), schema=schema)


@pytest.mark.parametrize(
    ("people", "gone", "left"),
    [
        ([A, B, C], [B], [A, C]),
        ([A, B, C], [A], [B, C]),
        ([A, B, C], [C], [A, B]),
        ([A, B, C], [D], [A, B, C]),
        ([A, B, C, D], [A, C], [B, D]),
        ([A], [A], []),
        ([], [A], []),
        ([(hex(16 + place)[2:]) * 16 for place in range(20)], ["10" * 16], None),
    ],
    ids=["middle", "first", "last", "absent", "two", "only", "nobody", "full list"],
)
def test_others_move_up_and_keep_what_is_said_of_them(people: list[str], gone: list[str], left: list[str]) -> None:
    expected = people[1:] if left is None else left
    assert close_up(batch(talents(*people)), table(TALENTS), gone).to_pylist() == batch(talents(*expected)).to_pylist()


def test_each_posting_is_closed_up_by_itself() -> None:
    before = batch(talents(A, B), talents(C), talents(B, D, A))
    after = batch(talents(A), talents(C), talents(D, A))
    assert close_up(before, table(TALENTS), [B]).to_pylist() == after.to_pylist()


def test_a_list_that_nobody_is_left_on_says_so_and_one_without_an_answer_keeps_its_reason() -> None:
    rows = batch(talents(A), talents(answer_code="NO_MODEL"))
    assert close_up(rows, table(TALENTS), [A])["answer_code"].to_pylist() == ["NO_CANDIDATE", "NO_MODEL"]


def test_the_lists_are_those_of_talents() -> None:
    assert [name for name in TABLES if lists_people(table(name))] == [TALENTS, "serving__posting_talents_v1"]


@pytest.mark.parametrize(
    ("table_id", "is_about_people"),
    [
        ("bronze__resumes", True),
        ("quarantine__resumes", True),
        ("quarantine__job_postings", False),
        ("serving__seeker_jobs_v1", True),
        ("gold__occupations", False),
        ("ops__runs", False),
    ],
)
def test_tables_about_people_follow_from_their_contracts(table_id: str, is_about_people: bool) -> None:
    assert (table_id in tables_about_people()) is is_about_people


def test_every_column_that_holds_a_seekers_key_is_known_as_one() -> None:
    named = {(t.id, c.name) for t in TABLES.values() for c in t.columns if c.name.startswith("seeker_key")}
    assert named == {(name, column) for name in tables_about_people() for column in person_columns(table(name))}


def write(folder: Path, columns: dict[str, list[str | None]]) -> Path:
    pq.write_table(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), folder / "a")
    return folder / "a"


def test_rows_are_found_by_key_in_any_of_the_columns(tmp_path: Path) -> None:
    file = write(tmp_path, {"seeker_key_1": [A, B, None], "seeker_key_2": [B, C, None]})
    assert find_rows(file, table(TALENTS), [B, D]) == (2, {B})


def test_refused_rows_are_found_by_the_key_in_what_was_sent(tmp_path: Path) -> None:
    file = write(tmp_path, {"row_text": [f'{{"seeker_key":"{A}"}}', None, "{}"], "row_hash": [B, A, B]})
    assert find_rows(file, table("quarantine__resumes"), [A, B]) == (1, {A})


def test_a_file_that_is_not_whole_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, {"seeker_key": [A]})
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises((pa.ArrowInvalid, OSError)):
        find_rows(file, table("silver__seekers"), [A])
