"""Dictionaries and queries from files: every form of a dictionary says the same, faults are named."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.tabular.errors import TableFileMissingError
from ml.title_answers import (
    TitleColumnError,
    TitleFileError,
    answer_titles,
    describe_titles,
    read_dictionary,
    write_titles,
)

pytestmark = pytest.mark.unit
ROWS = [
    {"dJobNm": "웹개발자", "similarNm": "웹퍼블리셔, 웹프로그래머", "dJobECd": "1333", "dJobECdNm": "[1333]웹 개발자"},
    {"dJobNm": "경영컨설턴트", "similarNm": None, "dJobECd": "0221", "dJobECdNm": "[0221]경영·진단 전문가"},
]


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    path = tmp_path / "dictionary.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


def queries(folder: Path, *lines: str, header: str = "query") -> Path:
    path = folder / "q.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_csv_json_lines_and_parquet_say_the_same(tmp_path: Path, dictionary: Path) -> None:
    as_csv, as_lines = tmp_path / "d.csv", tmp_path / "d.jsonl"
    as_csv.write_text(
        'title,similar_titles,code,occupation_name\n웹개발자,"웹퍼블리셔, 웹프로그래머",1333,웹 개발자\n'
        "경영컨설턴트,,221,경영·진단 전문가\n",
        encoding="utf-8",
    )
    renamed = [
        {"title": "웹개발자", "similar_titles": ["웹퍼블리셔", "웹프로그래머"], "code": 1333, "keco_name": "웹 개발자"},
        {"title": "경영컨설턴트", "code": "0221", "keco_name": "경영·진단 전문가"},
    ]
    as_lines.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in renamed), encoding="utf-8")
    assert read_dictionary(as_csv).equals(read_dictionary(dictionary))
    assert read_dictionary(as_lines).equals(read_dictionary(dictionary))


@pytest.mark.parametrize(
    "text", ["웹 퍼블리셔", "[웹퍼블리셔]", "「웹퍼블리셔」", unicodedata.normalize("NFD", "웹퍼블리셔")]
)
def test_writing_of_a_title_makes_no_difference(tmp_path: Path, dictionary: Path, text: str) -> None:
    plain = answer_titles(dictionary, queries(tmp_path, "웹퍼블리셔"))
    assert plain.found[0][0] == ("1333", 1.0)
    assert answer_titles(dictionary, queries(tmp_path, text)).found == plain.found


def test_leaving_out_takes_the_asked_title_and_no_other(tmp_path: Path, dictionary: Path) -> None:
    asked = queries(tmp_path, "웹 퍼블리셔,1333", "웹프로그래머,", header="query,code")
    (left_out, other) = answer_titles(dictionary, asked, leave_out=True).found
    assert 0 < left_out[0][1] < 1
    assert other[0] == ("1333", 1.0)


def test_nonsense_gets_fewer_answers_and_rerun_the_same_bytes(tmp_path: Path, dictionary: Path) -> None:
    asked = queries(tmp_path, "웹퍼블리셔", "ㅋㅋ", "???", '""', "zzz")
    answers = answer_titles(dictionary, asked)
    assert [len(found) for found in answers.found] == [2, 0, 0, 0, 0]
    assert describe_titles(answers) == "answered 1 of 5 queries"
    write_titles(answers, tmp_path / "a.csv")
    write_titles(answer_titles(dictionary, asked), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_code_that_lost_its_zero_still_counts(tmp_path: Path, dictionary: Path) -> None:
    answers = answer_titles(dictionary, queries(tmp_path, "경영컨설턴트,221", header="query,code"))
    assert "hit@1 1.0000 of 1 queries" in describe_titles(answers)


def test_faults_are_named(tmp_path: Path, dictionary: Path) -> None:
    asked = queries(tmp_path, "웹퍼블리셔")
    with pytest.raises(TableFileMissingError, match=r"no\.csv"):
        answer_titles(tmp_path / "no.csv", asked)
    with pytest.raises(TitleColumnError, match="no column code"):
        answer_titles(dictionary, asked, leave_out=True)
    with pytest.raises(TitleColumnError, match="a column query"):
        answer_titles(dictionary, queries(tmp_path, "x", header="text"))
    asked = queries(tmp_path, "x")
    for name, content, error in [
        ("d.parquet", "no parquet", TitleFileError),
        ("d.jsonl", '{"title": "x"}\n{broken', TitleFileError),
        ("d.jsonl", "", TitleFileError),
        ("d.csv", "title,code\nx,1333\n", TitleColumnError),
        ("d.csv", "title,similar_titles,code\nx,,\n", TitleFileError),
    ]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(error, match=name):
            answer_titles(tmp_path / name, asked)
