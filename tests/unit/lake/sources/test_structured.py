"""XLSX, JSONL and Parquet: values as a person would write them, and damaged files refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.sources.errors import EmptyFile, EncodingMismatch, SourceSchemaError, TruncatedFile, UnreadableFile

Read = Callable[..., list[dict[str, Any]]]
PAIR = {"company_id": "번호", "region_code": "값"}


def workbook(rows: list[list[Any]], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.create_sheet("other").append(["x"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def values(rows: list[dict[str, Any]]) -> list[Any]:
    return [row["region_code"] for row in rows]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3500.0, "3500"),
        (0.25, "0.25"),
        (9013011234567, "9013011234567"),
        ("0111", "0111"),
        (dt.date(2026, 3, 2), "2026-03-02"),
        (dt.datetime(2026, 3, 2), "2026-03-02"),
        (dt.datetime(2026, 3, 2, 9, 30), "2026-03-02T09:30:00"),
        (True, "true"),
        (None, None),
    ],
)
def test_a_cell_is_written_as_a_person_would(read_rows: Read, cell: Any, text: str | None) -> None:
    rows = read_rows(workbook([["번호", "값"], ["A", cell]]), PAIR, name="a.xlsx", format="xlsx")
    assert values(rows) == [text]


def test_blank_rows_of_a_sheet_are_no_rows(read_rows: Read) -> None:
    sent = workbook([["번호", "값"], ["A", 1], [None, None], ["B", 2]])
    rows = read_rows(sent, PAIR, name="a.xlsx", format="xlsx")
    assert [(row["row_number"], row["company_id"]) for row in rows] == [(1, "A"), (2, "B")]


def test_the_sheet_of_the_mapping_is_read(read_rows: Read) -> None:
    sent = workbook([["번호", "값"], ["A", 1]], title="자료")
    assert values(read_rows(sent, PAIR, name="a.xlsx", format="xlsx", sheet="자료")) == ["1"]
    with pytest.raises(UnreadableFile, match="no sheet 'nil'"):
        read_rows(sent, PAIR, name="a.xlsx", format="xlsx", sheet="nil")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (workbook([["번호", "값"], ["A", 1]])[:2000], UnreadableFile),
        (workbook([["번호", "값"]]), EmptyFile),
        (workbook([]), EmptyFile),
        (workbook([["번호"], ["A"]]), SourceSchemaError),
    ],
)
def test_a_workbook_that_cannot_be_used_is_refused(read_rows: Read, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="a.xlsx"):
        read_rows(content, PAIR, name="a.xlsx", format="xlsx")


def test_json_values_become_text_and_objects_json(read_rows: Read) -> None:
    sent = [
        {"번호": "A", "값": 9013011234567},
        {"값": {"k": [1, 2]}, "번호": "B"},
        {"번호": "C"},
        {"번호": "D", "값": True},
    ]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in sent)
    rows = read_rows(content, PAIR, name="a.jsonl", format="jsonl")
    assert values(rows) == ["9013011234567", '{"k":[1,2]}', None, "true"]


def test_lines_that_are_no_objects_land_with_their_number_and_reason(read_rows: Read) -> None:
    content = '{"번호":"A","값":1}\n{oops\n\n[1]\n{"번호":"B","값":2}\n'
    rows = read_rows(content, PAIR, name="a.jsonl", format="jsonl")
    assert [(row["row_number"], row["company_id"], row["landing_error"]) for row in rows] == [
        (1, "A", None),
        (2, None, "not valid JSON"),
        (3, None, "not a JSON object"),
        (4, "B", None),
    ]


def test_spellings_of_one_key_are_one_column_and_two_values_none(read_rows: Read) -> None:
    """P08: keys that differ in form only would take each other's values away."""
    decomposed = unicodedata.normalize("NFD", "값")
    content = "\n".join(
        (
            '{"번호":"A","값":1,"비고":"x"}',
            f'{{"번호":"B","{decomposed}":2}}',
            '{"번호":"C"," 값 ":3,"값":null}',
            f'{{"번호":"D","값":4,"{decomposed}":4}}',
            '{"번호":"E","값":5,"값":6}',
            '{"번호":"F","값":7,"비고":"y"," 비고":"z"}',
        )
    )
    rows = read_rows(content, PAIR, name="a.jsonl", format="jsonl")
    assert [(row["company_id"], row["region_code"]) for row in rows] == [
        *(("A", "1"), ("B", "2"), ("C", "3")),
        *[(None, None)] * 3,
    ]
    assert [row["landing_error"] for row in rows] == [None] * 3 + ["two values of one name"] * 3
    assert [row["row_number"] for row in rows] == [1, 2, 3, 4, 5, 6]


def test_other_keys_of_an_object_are_kept(read_rows: Read) -> None:
    rows = read_rows('{"번호":"A","값":1,"q\\"x":"y"}\n', PAIR, name="a.jsonl", format="jsonl")
    assert json.loads(rows[0]["payload"]) == {"번호": "A", "값": "1", 'q"x': "y"}


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ('{"번호":"A","값":1}\n{"번호":"B","va', TruncatedFile, "line 2"),
        ('[{"번호":"A"}]', UnreadableFile, "JSON array"),
        ('{"번호":"A"}\n', SourceSchemaError, "no column 값"),
        ("", EmptyFile, "no text"),
        ('{"번호":"가"}\n'.encode("cp949"), EncodingMismatch, "cp949"),
    ],
)
def test_json_lines_that_cannot_be_used_are_refused(
    read_rows: Read, content: str | bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_rows(content, PAIR, name="a.jsonl", format="jsonl")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([3500.0]), "3500"),
        (pa.array([0.84]), "0.84"),
        (pa.array([9013011234567]), "9013011234567"),
        (pa.array([dt.date(2026, 3, 2)]), "2026-03-02"),
        (pa.array([dt.datetime(2026, 3, 2)]), "2026-03-02"),
        (pa.array([dt.datetime(2026, 3, 2, 9, 30)]), "2026-03-02T09:30:00"),
        (pa.array([dt.datetime(2026, 3, 2, 0, 0)], pa.timestamp("us", "Asia/Seoul")), "2026-03-02T00:00:00Z"),
        (pa.array([["a", "b"]]), '["a","b"]'),
        (pa.array([{"k": 1}]), '{"k":1}'),
        (pa.array([True]), "true"),
        (pa.array(["0111"]).dictionary_encode(), "0111"),
        (pa.array([None], pa.int32()), None),
    ],
)
def test_parquet_values_become_text(read_rows: Read, column: pa.Array, text: str | None) -> None:
    content = parquet(번호=["A"], 값=column)
    assert values(read_rows(content, PAIR, name="a.parquet", format="parquet")) == [text]


def test_a_cut_off_parquet_file_is_refused(read_rows: Read) -> None:
    content = parquet(번호=["A"], 값=["x"])
    with pytest.raises(TruncatedFile, match=f"a.parquet.*{len(content) - 9} bytes"):
        read_rows(content[:-9], PAIR, name="a.parquet", format="parquet")
