"""Each step that a mapping may ask for, and what is kept of the row as it was sent."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from lake.privacy import pseudonyms
from lake.sources.errors import MappingError
from tests.unit.lake.conftest import CERTIFICATES, KEY

Rows = list[dict[str, Any]]
Read = Callable[..., Rows]
PERSON = {"seeker_key": {"from": "번호", "pseudonym": True}, "registered_date": "등록일"}


def column(read_rows: Read, spec: Any, content: str, target: str = "region_code") -> list[str | None]:
    return [row[target] for row in read_rows(content, {"company_id": "id", target: spec})]


def wage(read_rows: Read, unit: str, sent: str) -> str | None:
    spec = {"from": "w", "unit": unit}
    rows = read_rows(
        f'번호,등록일,w\n1,2026-01-02,"{sent}"\n', PERSON | {"wanted_wage_krw_month": spec}, table="seekers"
    )
    found = rows[0]["wanted_wage_krw_month"]
    assert found is None or isinstance(found, str)
    return found


def test_a_renamed_column_stands_under_the_name_of_the_contract(read_rows: Read) -> None:
    assert column(read_rows, "지역", "id,지역\nA,11\n") == ["11"]


def test_the_first_column_that_has_a_value_wins(read_rows: Read) -> None:
    assert column(read_rows, {"from": ["p", "q"]}, "id,p,q\nA,,11\nB,26,11\nC,,\n") == ["11", "26", None]


def test_joined_columns_are_null_when_one_is(read_rows: Read) -> None:
    spec = {"join": ["p", "q"], "separator": "-"}
    assert column(read_rows, spec, "id,p,q\nA,x,1\nB,x,\n") == ["x-1", None]


def test_a_part_of_a_join_can_be_cut_out(read_rows: Read) -> None:
    spec = {"join": ["p", {"from": "url", "extract": "tracseTme=([0-9]+)"}], "separator": "-"}
    assert column(read_rows, spec, "id,p,url\nA,x,u?tracseTme=12&y\nB,x,u\n") == ["x-12", None]


def test_a_constant_fills_every_row(read_rows: Read) -> None:
    assert column(read_rows, {"value": "11"}, "id\nA\nB\n") == ["11", "11"]


def test_the_delivery_date_can_fill_a_column(read_rows: Read) -> None:
    assert column(read_rows, {"delivery_date": True}, "id\nA\n", target="updated_at") == ["2026-03-02"]


def test_listed_codes_are_replaced_and_others_stay_as_sent(read_rows: Read) -> None:
    spec = {"from": "r", "codes": {"서울": "11", "미상": ""}}
    assert column(read_rows, spec, "id,r\nA,서울\nB,화성\nC,미상\nD,\n") == ["11", "화성", None, None]


def test_pad_prefix_and_codes_follow_each_other(read_rows: Read) -> None:
    spec = {"from": "r", "pad": 6, "prefix": 4, "codes": {"9999": ""}}
    assert column(read_rows, spec, "id,r\nA,22101\nB,9999999\nC,825101\n") == ["0221", None, "8251"]


def test_each_item_of_a_list_is_coded_and_unwanted_items_are_left_out(read_rows: Read) -> None:
    spec = {"from": ["t", "r"], "each": ";", "codes": {"2507": "의상", "2707": "", "2810": "생산"}}
    sent = "id,t,r\nA,,2507;2707; 2810\nB,기획;MD,2507\nC,,2707\n"
    assert column(read_rows, spec, sent) == ["의상;생산", "기획;MD", None]


def test_text_can_be_put_before(read_rows: Read) -> None:
    assert column(read_rows, {"from": "r", "before": "2017-"}, "id,r\nA,1\nB,\n") == ["2017-1", None]


def test_an_optional_column_may_be_absent(read_rows: Read) -> None:
    assert column(read_rows, {"from": "r", "optional": True}, "id\nA\n") == [None]


@pytest.mark.parametrize(
    ("unit", "sent", "expected"),
    [
        ("manwon_year", "3,600", "3000000"),
        ("manwon_year", "3500.0", "2916667"),
        ("manwon_month", "250만원", "2500000"),
        ("krw_year", "36000000 원", "3000000"),
        ("thousand_krw_month", "2500", "2500000"),
        ("krw_month", "2500만원", "2500만원"),
        ("krw_month", "250,00", "250,00"),
        ("krw_month", "2 500 000", "2 500 000"),
        ("krw_month", "면접 후 결정", "면접 후 결정"),
        ("krw_month", "", None),
    ],
)
def test_wages_come_in_won_a_month_and_what_is_no_amount_stays_as_sent(
    read_rows: Read, unit: str, sent: str, expected: str | None
) -> None:
    assert wage(read_rows, unit, sent) == expected


def test_a_percentage_becomes_a_share(read_rows: Read) -> None:
    columns = {"occupation_code": "o", "skill_code": "s", "importance_0_1": {"from": "p", "unit": "percent_0_1"}}
    rows = read_rows("o,s,p\n0111,20010105,84%\n", columns, table="skill_requirements")
    assert rows[0]["importance_0_1"] == "0.84"


def test_a_test_score_is_put_on_mean_100_and_deviation_15(read_rows: Read) -> None:
    scale = {"from": "iq", "scale": {"mean": 3, "sd": 2}}
    columns = {"respondent_id": "id", "occupation_code": "o", "interest_social": scale}
    rows = read_rows("id,o,iq\n1,0111,5\n2,0111,x\n", columns, table="worker_surveys")
    assert [row["interest_social"] for row in rows] == ["115", "x"]


def test_free_text_is_linked_column_by_column_until_one_links(read_rows: Read) -> None:
    def link(texts: pa.Array, place: int = 1) -> pa.Array:
        codes = {("요리사", 1): "5311", ("조리", 2): "5312"}
        return pa.array([codes.get((text, place)) for text in texts.to_pylist()], pa.string())

    sent = "id,직무,키워드\nA,?,요리사\nB,요리사,\nC,?,조리\n"
    spec = {"from": ["직무", "키워드"], "link": "titles"}
    rows = read_rows(sent, {"company_id": "id", "region_code": spec}, linkers={"titles": link})
    assert [row["region_code"] for row in rows] == ["5311", "5311", None]
    rows = read_rows(sent, {"company_id": "id", "region_code": spec | {"place": 2}}, linkers={"titles": link})
    assert [row["region_code"] for row in rows] == [None, None, "5312"]


def test_a_linker_that_nobody_gave_is_named(read_rows: Read) -> None:
    with pytest.raises(MappingError, match="no linker 'titel', nearest: title"):
        read_rows("id\nA\n", {"company_id": {"from": "id", "link": "titel"}}, linkers={"title": lambda texts: texts})


def test_values_lose_invisible_characters_and_outer_spaces(read_rows: Read) -> None:
    decomposed = "\u1109\u1165\u110b\u116e\u11af"  # 서울 as macOS writes it
    rows = read_rows(f'id,r\n\u3000A\u200b ,{decomposed}\nB," 9,140 "\n', {"company_id": "id", "region_code": "r"})
    assert [(row["company_id"], row["region_code"]) for row in rows] == [("A", "서울"), ("B", "9,140")]


def test_null_values_of_the_mapping_and_blanks_become_null(read_rows: Read) -> None:
    columns = {"company_id": "id", "region_code": "r"}
    rows = read_rows('id,r\nA,NA\nB,""\nC, \nD, NA\nE,N/A\n', columns, null_values=["NA"])
    assert [row["region_code"] for row in rows] == [None, None, None, None, "N/A"]


def test_a_plain_mapping_keeps_no_payload(read_rows: Read) -> None:
    assert read_rows("id\nA\n")[0]["payload"] is None


def test_columns_that_the_contract_does_not_know_are_kept_as_sent(read_rows: Read) -> None:
    assert json.loads(read_rows("id,비고\nA,급구\n")[0]["payload"]) == {"id": "A", "비고": "급구"}


def test_ignored_columns_are_not_kept(read_rows: Read) -> None:
    assert read_rows("id,비고\nA,급구\n", ignore=["비고"])[0]["payload"] is None


def test_a_changed_value_keeps_the_row_as_sent(read_rows: Read) -> None:
    rows = read_rows('id,r\nA,"서""울"\n', {"company_id": "id", "region_code": {"from": "r", "codes": {'서"울': "11"}}})
    assert rows[0]["region_code"] == "11"
    assert json.loads(rows[0]["payload"]) == {"id": "A", "r": '서"울'}


def test_the_row_hash_is_sha256_of_the_mapped_values_as_sent(read_rows: Read) -> None:
    columns = {"company_id": "id", "region_code": {"from": "r", "codes": {"서울": "11"}}}
    rows = read_rows("id,r,비고\nA,서울,x\nB,,y\n", columns)
    assert [row["row_hash"] for row in rows] == [
        hashlib.sha256(text.encode()).hexdigest() for text in ("A\x1f서울", "B\x1f")
    ]


def test_reordered_and_added_columns_do_not_change_the_row_hash(read_rows: Read) -> None:
    columns = {"company_id": "id", "region_code": "r"}
    first, second = read_rows("id,r\nA,11\n", columns), read_rows("new,r,id\nx,11,A\n", columns)
    assert first[0]["row_hash"] == second[0]["row_hash"]


def test_an_identifier_is_found_nowhere_in_what_lands(read_rows: Read) -> None:
    number = "900101-1234567"
    sent = f"번호,자격,이름,메모,전화\n{number},조리사 {number},홍길동,본인 {number} 010-1234-5678,010-1234-5678\n"
    row = read_rows(sent, CERTIFICATES, table="certificates")[0]
    assert row["seeker_key"] == pseudonyms(pa.array([number]), KEY, purpose="seeker_key")[0].as_py()
    assert row["certificate_name"] == "조리사 [삭제]"
    assert json.loads(row["payload"]) == {"자격": "조리사 [삭제]", "메모": "본인 [삭제] [삭제]"}
    expected = f"조리사 [삭제]\x1f{row['seeker_key']}"
    assert row["row_hash"] == hashlib.sha256(expected.encode()).hexdigest()


def test_of_an_unreadable_row_about_a_person_nothing_is_kept(read_rows: Read) -> None:
    rows = read_rows("번호,자격\n900101-1234567,조리사,홍길동\n2,제빵사\n", CERTIFICATES, table="certificates")
    assert [row["landing_error"] for row in rows] == ["3 columns, expected 2", None]
    assert rows[0]["payload"] is None
    assert "홍길동" not in str(rows)


def test_rows_that_delete_are_marked(read_rows: Read) -> None:
    rows = read_rows("id,삭제여부\nA,Y\nB,N\nC,\nD,Ｙ\n", deleted={"from": "삭제여부", "values": ["Y"]})
    assert [row["is_deleted"] for row in rows] == [True, False, False, True]


@pytest.mark.parametrize("mark", ["Y", "y", "Ｙ", " y ", "YES"])
def test_a_delete_mark_counts_in_any_case_and_width(read_rows: Read, mark: str) -> None:
    rows = read_rows(f"id,삭제여부\nA,{mark}\n", deleted={"from": "삭제여부", "values": ["Y", "yes"]})
    assert [(row["is_deleted"], row["landing_error"]) for row in rows] == [(True, None)]


def test_a_mark_that_says_neither_is_no_row(read_rows: Read) -> None:
    """A mark that nobody understands must not keep a row that was to go."""
    sent = "id,삭제여부\n" + "".join(f"{mark},{mark}\n" for mark in ("삭제", "1", "x", "N", "ｎ", "No", "0", "아니오"))
    rows = read_rows(sent, deleted={"from": "삭제여부", "values": ["Y"]})
    assert [row["landing_error"] for row in rows] == ["is_deleted:UNKNOWN_MARK"] * 3 + [None] * 5
    assert [row["is_deleted"] for row in rows] == [None] * 3 + [False] * 5
    assert [row["row_number"] for row in rows] == list(range(1, 9))
    assert [row["payload"] for row in rows[:3]] == ["삭제,삭제", "1,1", "x,x"]


NUMBERED = {"seeker_key": {"from": "주민등록번호", "pseudonym": True}, "certificate_name": "자격"}


@pytest.mark.parametrize(
    "number",
    ["980906-9******", "980906-9XXXXXX", "미상", "0000000000000", "111111-1111111", "980906", "98090691234567"],
)
def test_what_is_nobodys_resident_number_makes_no_person(read_rows: Read, number: str) -> None:
    """Six masked numbers would be one person, who would get the answers of all six."""
    rows = read_rows(
        f"주민등록번호,자격\n{number},용접\n980906-9123456,용접\n９８０９０６ 9123456,미용\n,용접\n",
        NUMBERED,
        table="certificates",
    )
    assert [row["landing_error"] for row in rows] == ["seeker_key:NOT_AN_IDENTIFIER", None, None, None]
    assert [(row["seeker_key"], row["payload"]) for row in rows][0] == (None, None)
    assert rows[1]["seeker_key"] == rows[2]["seeker_key"] is not None
    assert rows[3]["seeker_key"] is None


def test_the_vault_section_tells_resident_numbers_too(read_rows: Read) -> None:
    sent = "id,등록일\n980906-9******,2026-01-02\n"
    columns = {"seeker_key": {"from": "id", "pseudonym": True}, "registered_date": "등록일"}
    (masked,) = read_rows(sent, columns, table="seekers", vault={"resident_number": "id"})
    assert masked["landing_error"] == "seeker_key:NOT_AN_IDENTIFIER"
    (other,) = read_rows(sent, columns, table="seekers")
    assert other["landing_error"] is None


def test_full_width_digits_and_letters_are_plain_in_codes_and_stay_in_text(read_rows: Read) -> None:
    columns = {"company_id": "id", "region_code": {"from": "r", "codes": {"서울Ａ": "11"}}}
    rows = read_rows("id,r\nＡ１,서울A\nA２,１１\n", columns)
    assert [(row["company_id"], row["region_code"]) for row in rows] == [("A1", "11"), ("A2", "11")]
    rows = read_rows("번호,자격\n1,Ａ급\n", CERTIFICATES, table="certificates")
    assert rows[0]["certificate_name"] == "Ａ급"


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("1990-05-05", "1990-05-05"),
        ("1990-05-05T00:00:00+09:00", "1990-05-05"),
        ("1990-05-04T15:00:00Z", "1990-05-05"),  # midnight in Korea
        ("1987-06-09T14:00:00Z", "1987-06-10"),  # midnight in the summer time of 1987
        ("1955-03-01T15:30:00+00:00", "1955-03-02"),  # midnight when Korea kept UTC+8:30
        ("1955-03-02T00:00:00+09:00", "1955-03-02"),
        ("9999-12-31T23:00:00Z", "9999-12-31T23:00:00Z"),  # no day that there is; silver refuses it
        ("2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
def test_a_birth_date_that_was_written_as_an_instant_is_its_day_in_korea(
    read_rows: Read, monkeypatch: pytest.MonkeyPatch, sent: str, day: str, zone: str
) -> None:
    """P13."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        rows = read_rows(f"번호,등록일,생일\n1,2026-01-02,{sent}\n", PERSON | {"birth_date": "생일"}, table="seekers")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert rows[0]["birth_date"] == day


@pytest.mark.parametrize(
    ("sent", "utc"),
    [
        ("2026-11-01T08:30:00+09:00", "2026-10-31T23:30:00Z"),
        ("2026-11-01T08:30:00-0500", "2026-11-01T13:30:00Z"),
        ("2026-11-01 08:30+00:00", "2026-11-01T08:30:00Z"),
        ("2026-11-01 08:30:00", "2026-11-01 08:30:00"),
    ],
)
def test_the_zone_that_a_time_names_is_kept(read_rows: Read, sent: str, utc: str) -> None:
    rows = read_rows(f"번호,등록일,수정\n1,2026-01-02,{sent}\n", PERSON | {"updated_at": "수정"}, table="seekers")
    assert rows[0]["updated_at"] == utc
