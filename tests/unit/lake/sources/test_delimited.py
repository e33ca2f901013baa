"""CSV and TSV: every dialect is read as meant, every row counted, and a file that lies about itself is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from lake.sources import records
from lake.sources.errors import EmptyFile, EncodingMismatch, SourceSchemaError, TruncatedFile, UnreadableFile

Read = Callable[..., list[dict[str, Any]]]
PAIR = {"company_id": "a", "region_code": "b"}
TEXT = {"posting_id": "a", "title": "b", "registered_date": {"delivery_date": True}}
KOREAN = {"company_id": "번호", "region_code": "지역"}
SENT = "번호,지역\n1,서울\n2,부산\n"


def pairs(rows: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(row["company_id"], row["region_code"]) for row in rows]


def texts(rows: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(row["posting_id"], row["title"]) for row in rows]


# The cases of csv-spectrum (comma in quotes, empty fields, escaped quotes, JSON, new lines, …), two columns each.
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", [("1", "2")]),
        ("a,b\r\n1,2\r\n", [("1", "2")]),
        ("a,b\r1,2\r", [("1", "2")]),
        ("a,b\n1,2", [("1", "2")]),
        ('a,b\n"123, Ave. B",2\n', [("123, Ave. B", "2")]),
        ('a,b\n1,""\n', [("1", None)]),
        ('a,b\r\n"",2\r\n', [(None, "2")]),
        ('a,b\n1,"ha ""ha"" ha"\n', [("1", 'ha "ha" ha')]),
        ('a,b\n1,""""\n', [("1", '"')]),
        ('a,b\n1,"{""type"": ""Point"", ""at"": [1.5, 2]}"\n', [("1", '{"type": "Point", "at": [1.5, 2]}')]),
        ('a,b\n1,"Once upon\na time"\n', [("1", "Once upon\na time")]),
        ('a,b\r\n1,"Once upon\r\na time"\r\n', [("1", "Once upon\r\na time")]),
        ('a,b\n1,"ha\n""ha""\nha"\n3,4\n', [("1", 'ha\n"ha"\nha'), ("3", "4")]),
        ("a,b\n1,ʤ 가나 😀\n", [("1", "ʤ 가나 😀")]),
        ('"a","b"\n"1","2"\n', [("1", "2")]),
        ('a,b\n5" 화면,6"\n7,8\n', [('5" 화면', '6"'), ("7", "8")]),
        ("\n\na,b\n\n1,2\n\n", [("1", "2")]),
        ('"a",\n"b"\n1,2\n', None),
    ],
)
def test_a_dialect_is_read_as_meant(read_rows: Read, content: str, expected: list[tuple[Any, Any]] | None) -> None:
    if expected is None:
        with pytest.raises(SourceSchemaError):
            read_rows(content, TEXT, table="job_postings")
    else:
        assert texts(read_rows(content, TEXT, table="job_postings")) == expected


def test_tabs_divide_columns_of_tsv(read_rows: Read) -> None:
    assert pairs(read_rows("a\tb\n1,5\t2\n", PAIR, name="a.tsv", format="tsv")) == [("1,5", "2")]


@pytest.mark.parametrize("size", [16, 33, 64, 1_000_000])
@pytest.mark.parametrize("stray", ["x", '5" screen', "a\nb"])
def test_chunks_end_where_rows_end(read_rows: Read, monkeypatch: pytest.MonkeyPatch, size: int, stray: str) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    monkeypatch.setattr("lake.sources.decode.BLOCK_BYTES", 7)
    quoted = f'"{stray}"' if "\n" in stray else stray
    sent = "a,b\n" + "".join(f'{n},"line one\nline ""two"" {n}"\n{n},{quoted}\n' for n in range(20))
    rows = read_rows(sent, TEXT, table="job_postings")
    assert texts(rows) == [pair for n in range(20) for pair in ((str(n), f'line one\nline "two" {n}'), (str(n), stray))]
    assert [row["row_number"] for row in rows] == list(range(1, 41))


def test_rows_with_too_many_or_few_columns_land_with_their_number_and_reason(read_rows: Read) -> None:
    rows = read_rows("a,b\n1,2\n3\n\n4,5,6\n7,8\n", PAIR)
    assert [(row["row_number"], row["company_id"], row["landing_error"], row["payload"]) for row in rows] == [
        (1, "1", None, None),
        (2, None, "1 columns, expected 2", "3"),
        (3, None, "3 columns, expected 2", "4,5,6"),
        (4, "7", None, None),
    ]
    assert all(len(row["row_hash"]) == 64 for row in rows)


WIDE = {"posting_id": "a", "company_id": "b", "title": "c", "registered_date": {"delivery_date": True}}


@pytest.mark.parametrize("size", [16, 1_000_000])
@pytest.mark.parametrize(
    ("sent", "read", "swallowed"),
    [
        ('"A,1,t\nB,2,t\nC",3,t\nD,4,t\n', {4: "D"}, {1: "A,1,t", 2: "B,2,t", 3: "C,3,t"}),
        ('Z,0,t\n"A,1,t\nB",2,t\nD,4,t\n', {1: "Z", 4: "D"}, {2: "A,1,t", 3: "B,2,t"}),
        ('A,"1,t\nB,2",t\nD,4,t\n', {3: "D"}, {1: "A,1,t", 2: "B,2,t"}),
        ('A,1,"t\nB,2,t\n\nC,3,"\nD,4,t\n', {4: "D"}, {1: "A,1,t", 2: "B,2,t", 3: "C,3,"}),
        ('A,1,"t\r\nB,2"\r\nx,1,2,3\r\nD,4,t\r\n', {1: "A", 3: "D"}, {2: "x,1,2,3"}),
        (
            '"A,1,t\nB",2,t\nx\n"C,1,t\nD",2,t\nE,4,t',
            {6: "E"},
            {1: "A,1,t", 2: "B,2,t", 3: "x", 4: "C,1,t", 5: "D,2,t"},
        ),
    ],
)  # fmt: skip
def test_rows_that_a_stray_quote_swallowed_are_all_counted(
    read_rows: Read,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    sent: str,
    read: dict[int, str],
    swallowed: dict[int, str],
) -> None:
    """P07: two quotes too many pair with each other, so that everything between them is one value."""
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    rows = read_rows("a,b,c\n" + sent, WIDE, table="job_postings")
    assert {row["row_number"]: row["posting_id"] for row in rows if not row["landing_error"]} == read
    assert {row["row_number"]: row["payload"] for row in rows if row["landing_error"]} == swallowed


def test_a_column_that_nobody_reads_can_swallow_rows_too(read_rows: Read) -> None:
    rows = read_rows('성명,a\n"김,A\n이,B\n박",C\n', {"company_id": "a"})
    assert [(row["row_number"], row["company_id"]) for row in rows] == [(1, None), (2, None), (3, None)]


def test_a_line_break_in_a_code_makes_the_row_unreadable(read_rows: Read) -> None:
    rows = read_rows('a,b\n1,"서\n울"\n2,"부산\n"\n"3\r\n4",5\n', PAIR)
    assert [(row["company_id"], row["region_code"], row["landing_error"]) for row in rows] == [
        (None, None, "a line break in b"),
        ("2", "부산", None),
        (None, None, "a line break in a"),
    ]


def test_unreadable_rows_are_numbered_over_chunks_and_beyond_one_parser_batch(read_rows: Read) -> None:
    bad = {5, 100_001, 150_000, 249_999}
    sent = "a,b\n" + "".join(f"{n}\n" if n in bad else f"{n},{n % 7}\n" for n in range(1, 250_001))
    rows = read_rows(sent, PAIR)
    assert {row["row_number"] for row in rows if row["landing_error"]} == bad
    assert all(row["company_id"] == str(row["row_number"]) for row in rows if not row["landing_error"])
    assert len(rows) == 250_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_file_in_its_declared_encoding_is_read(read_rows: Read, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    assert pairs(read_rows(SENT.encode(encoding), KOREAN, encoding=declared)) == [("1", "서울"), ("2", "부산")]


@pytest.mark.parametrize(
    ("real", "declared", "words"),
    [
        ("cp949", "utf-8", ["byte 0 (line 1)", 'encoding = "cp949"']),
        ("utf-8", "cp949", ["not cp949 at byte", 'encoding = "utf-8"']),
        ("utf-8-sig", "cp949", ["UTF-8 byte order mark", "encoding = utf-8"]),
        ("utf-16", "utf-8", ["UTF-16 byte order mark", "encoding = utf-16"]),
        ("utf-16", "cp949", ["UTF-16 byte order mark"]),
        ("utf-8", "utf-16", ["no UTF-16 byte order mark"]),
    ],
)
def test_another_encoding_than_declared_is_an_error_not_mojibake(
    read_rows: Read, real: str, declared: str, words: list[str]
) -> None:
    with pytest.raises(EncodingMismatch) as caught:
        read_rows(SENT.encode(real), KOREAN, encoding=declared)
    assert [word for word in ["a.csv", *words] if word not in str(caught.value)] == []


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 1000])
def test_utf8_that_would_decode_as_cp949_is_still_refused(
    read_rows: Read, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    sent = "번호,바다\n1,차마\n".encode()
    assert sent.decode("cp949")  # the trap: no error, only mojibake
    monkeypatch.setattr("lake.sources.decode.BLOCK_BYTES", block_bytes)
    with pytest.raises(EncodingMismatch, match='UTF-8 text from byte 0 on.*encoding = "utf-8"'):
        read_rows(sent, {"company_id": "번호"}, encoding="cp949")


def test_the_byte_and_line_of_a_wrong_character_are_told_over_blocks(
    read_rows: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lake.sources.decode.BLOCK_BYTES", 5)
    with pytest.raises(EncodingMismatch, match=r"byte 13 \(line 3\)"):
        read_rows("a,b\n서울,1\n".encode() + b"\xbc\xad\xbf\xef,2\n", PAIR)


def test_plain_ascii_may_be_declared_either_way(read_rows: Read) -> None:
    assert pairs(read_rows("a,b\n1,2\n", PAIR, encoding="cp949")) == [("1", "2")]


def test_gz_is_read_through(read_rows: Read) -> None:
    assert pairs(read_rows(gzip.compress(SENT.encode(), mtime=0), KOREAN, name="a.csv.gz")) == [
        ("1", "서울"),
        ("2", "부산"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (gzip.compress(b"a,b\n" + b"1,2\n" * 5000, mtime=0)[:-12], "a.csv.gz", ["a.csv.gz", "gzip", "byte"]),
        (b'a,b\n1,2\n3,"4\n5,6\n', "a.csv", ["quote", "line 3", "byte 10", "never closed"]),
        (b"a,b\n1,2\n3", "a.csv", ["1 of 2 columns", "line 3"]),
        ("a,b\n1,서울".encode()[:-1], "a.csv", ["half a character at byte 9"]),
    ],
)
def test_a_file_that_is_cut_off_is_refused_with_the_place(
    read_rows: Read, content: bytes, name: str, words: list[str]
) -> None:
    with pytest.raises(TruncatedFile) as caught:
        read_rows(content, PAIR, name=name)
    assert [word for word in words if word not in str(caught.value)] == []


def test_gz_that_is_no_gz_is_refused(read_rows: Read) -> None:
    with pytest.raises(UnreadableFile, match="gzip"):
        read_rows(b"a,b\n1,2\n", PAIR, name="a.csv.gz")


@pytest.mark.parametrize("content", ["", "\n\n", "a,b", "a,b\n", "a,b\n\n\n"])
def test_a_file_without_rows_is_empty(read_rows: Read, content: str) -> None:
    with pytest.raises(EmptyFile, match="a.csv: found no"):
        read_rows(content, PAIR)


def test_a_missing_column_is_named_with_what_is_there_and_what_is_near(read_rows: Read) -> None:
    with pytest.raises(SourceSchemaError) as caught:
        read_rows("번호,지역명\n1,서울\n", KOREAN)
    assert "no column 지역, nearest: 지역명 (only 번호, 지역명)" in str(caught.value)


def test_a_first_line_of_data_is_not_shown(read_rows: Read) -> None:
    with pytest.raises(SourceSchemaError, match="a first line that holds data") as caught:
        read_rows("900101-1234567,홍길동\n900102-1234567,김철수\n", KOREAN)
    assert "홍길동" not in str(caught.value)


def test_one_name_for_two_columns_is_an_error(read_rows: Read) -> None:
    with pytest.raises(SourceSchemaError, match="the columns b more than once"):
        read_rows("a,b, b\n1,2,3\n", PAIR)


def test_columns_may_come_in_any_order_and_unnamed_ones_are_left_out(read_rows: Read) -> None:
    rows = read_rows("b,a,,\n2,1,x,\n", PAIR)
    assert (pairs(rows), rows[0]["payload"]) == ([("1", "2")], None)
