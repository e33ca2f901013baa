"""Personal data in columns where it does not belong: by its form anywhere, a person's own name in the person's rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lake.privacy import pseudonyms
from lake.sources.mapped_files import ReadContext, read
from lake.sources.mapping import parse_mapping

KEY = bytes(range(32))
VAULT = {"name": "성명", "address": ["주소", "상세주소"], "phone": "전화"}
SEEKERS = {
    "table": "seekers",
    "pattern": "*.csv",
    "format": "csv",
    "columns": {
        "seeker_key": {"from": "번호", "pseudonym": True},
        "registered_date": "등록일",
        "education_code": {"from": "학력", "codes": {"고졸": "03"}, "optional": True},
        "wanted_wage_krw_month": {"from": "임금", "optional": True},
    },
}
RESUMES = {
    "table": "resumes",
    "pattern": "*.csv",
    "format": "csv",
    "columns": {
        "seeker_key": {"from": "번호", "pseudonym": True},
        "updated_at": "수정",
        "keywords_text": "핵심어",
    },
}


def land(folder: Path, mapping: dict[str, Any], text: str, **context: Any) -> list[dict[str, Any]]:
    """The rows of one file."""
    (folder / "a.csv").write_text(text, encoding="utf-8")
    given = ReadContext(KEY, date(2026, 3, 2), **context)
    batches = read(parse_mapping(mapping, "m.toml"), folder / "a.csv", base=folder, context=given)
    return pa.Table.from_batches(list(batches)).to_pylist()


def test_what_the_vault_takes_lands_nowhere_else(tmp_path: Path) -> None:
    kept: list[pa.Table] = []
    text = "번호,성명,주소,상세주소,전화,등록일,비고\n1,홍길동,가상로 1,2층,010-0000-0000,2026-01-01,없음\n"
    (row,) = land(tmp_path, SEEKERS | {"vault": VAULT}, text, keep=kept.append)
    (people,) = kept
    assert people.to_pylist() == [
        {"seeker_key": row["seeker_key"], "name": "홍길동", "address": "가상로 1 2층", "phone": "010-0000-0000"}
    ]
    assert row["payload"] == '{"등록일":"2026-01-01","비고":"없음"}'
    assert not [value for value in row.values() if "홍길동" in str(value) or "가상로" in str(value)]


def test_row_hash_does_not_depend_on_what_the_vault_takes(tmp_path: Path) -> None:
    text = "번호,성명,등록일\n1,{},2026-01-01\n"
    rows = [land(tmp_path, SEEKERS | {"vault": {"name": "성명"}}, text.format(name)) for name in ("홍길동", "임꺽정")]
    assert rows[0] == rows[1]


def test_a_file_without_the_columns_for_the_vault_lands(tmp_path: Path) -> None:
    kept: list[pa.Table] = []
    assert land(tmp_path, SEEKERS | {"vault": VAULT}, "번호,등록일\n1,2026-01-01\n", keep=kept.append)
    assert kept[0].column_names == ["seeker_key"]


@pytest.mark.parametrize(
    ("cell", "left"),
    [("010-1234-5678", "[삭제]"), ("a@b.kr", "[삭제]"), ("900101-1234567", "[삭제]"), ("무학위", "무학위")],
)
def test_what_has_a_form_is_taken_out_of_a_wrong_column(tmp_path: Path, cell: str, left: str) -> None:
    (row,) = land(tmp_path, SEEKERS, f"번호,등록일,학력\n1,2026-01-01,{cell}\n")
    assert row["education_code"] == left
    assert left in row["payload"]


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("홍길동", "[삭제]"),
        ("전화는 홍길동에게", "전화는 [삭제]에게"),
        ("가상로  1 2층", "[삭제]"),
        ("고졸", "03"),
        ("임꺽정", "임꺽정"),
    ],
)
def test_own_name_and_address_are_taken_out_of_a_wrong_column(tmp_path: Path, cell: str, left: str) -> None:
    text = f"번호,성명,주소,상세주소,등록일,학력\n1,홍길동,가상로 1,2층,2026-01-01,{cell}\n"
    (row,) = land(tmp_path, SEEKERS | {"vault": VAULT}, text)
    assert row["education_code"] == left


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("홍길동", "용접;홍길동;홍 길동", "용접;[삭제];홍 길동"),
        ("NGUYEN VAN A", "용접 Nguyen  Van A", "용접 [삭제]"),
        ("이상", "이상 조건, 이상;도면", "[삭제] 조건, [삭제];도면"),
        ("이상", "이상형 용접", "이상형 용접"),
    ],
)
def test_own_name_is_taken_out_of_free_text_of_another_file(tmp_path: Path, name: str, text: str, left: str) -> None:
    own = pseudonyms(pa.array(["1"]), KEY, purpose="seeker_key")[0].as_py()
    content = f'번호,수정,핵심어\n1,2026-01-01,"{text}"\n2,2026-01-01,"{text}"\n'
    first, second = land(
        tmp_path, RESUMES, content, known=lambda keys: {key: {"name": name} for key in keys if key == own}
    )
    assert first["keywords_text"] == left
    assert second["keywords_text"] == text


def test_an_identifier_written_as_a_phone_number_becomes_a_hash_of_its_own(tmp_path: Path) -> None:
    companies = {"table": "companies", "pattern": "*.csv", "format": "csv", "columns": {"company_id": "id"}}
    rows = land(tmp_path, companies, "id\n02-123-4567\n02-123-4568\n9001011234567\n123-45-67890\n")
    ids = [row["company_id"] for row in rows]
    assert [one.startswith("[삭제]") for one in ids] == [True, True, False, False]
    assert len(set(ids)) == 4
