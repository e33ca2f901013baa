"""Reading 고용24 bodies and deliveries: real samples, both encodings of courses, broken files, traps as text."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from lake.sources.work24 import (
    COURSES,
    COURSES_XML,
    POSTINGS,
    MalformedResponse,
    Service,
    TransportSettings,
    Work24Client,
    fetch_service,
    job_dictionary,
    job_dictionary_details,
    posting_details,
    read_courses,
    read_job_dictionary,
    read_job_dictionary_details,
    read_posting_details,
    read_postings,
    session_round,
)
from lake.sources.work24.errors import IncompleteDelivery, Work24SettingsError
from lake.sources.work24.pages import read_page
from lake.sources.work24.shards import root_shards, split_shard
from tests.fakes.work24_server import Endpoint, FakeWork24, as_sent, courses_json, courses_xml, postings_xml

DAY = date(2026, 3, 2)
LINK = "https://hrd.work24.go.kr/hrdp/co/pcobo/PCOBO0100P.do?tracseId=ABF2&tracseTme=4&trainstCstmrId=5000"
COURSE = {
    "trprId": "ABF2", "trprDegr": "1", "titleLink": LINK, "courseMan": "1520000", "yardMan": "20",
    "eiEmplRate3": "B", "eiEmplRate6": "72.50", "ncsCd": "02010202", "trngAreaCd": "51150", "certificate": "",
}  # fmt: skip


def real_sample(name: str) -> str:
    root = os.environ.get("GOYONG_SHARED_DATA") or str(Path(__file__).parents[5] / "shared" / "data")
    file = Path(root) / "work24" / name
    if not file.exists():
        pytest.skip(f"real 고용24 sample {name} is not here; runs where GOYONG_SHARED_DATA points to shared/data")
    return file.read_text(encoding="utf-8")


@pytest.fixture
def server() -> Iterator[FakeWork24]:
    with FakeWork24({}) as running:
        yield running


def deliver(server: FakeWork24, service: Service, folder: Path) -> None:
    client = Work24Client(server.base_url, "key-for-tests", settings=TransportSettings(sleep=lambda seconds: None))
    days = (DAY, DAY) if service.date_params else (None, None)
    fetch_service(client, service, delivery_dir=folder, since=days[0], until=days[1])
    client.close()


def deliver_courses(server: FakeWork24, service: Service, folder: Path) -> None:
    render = courses_json if service.body_format == "json" else courses_xml
    server.endpoints[service.path] = Endpoint((COURSE,), "pageNum", "pageSize", render=render)
    deliver(server, service, folder)


def deliver_postings(server: FakeWork24, folder: Path, count: int = 3) -> Path:
    rows = tuple({"wantedAuthNo": f"K{n}", "jobsCd": "022100", "newField": "x"} for n in range(count))
    server.endpoints[POSTINGS.path] = Endpoint(rows, render=postings_xml)
    deliver(server, POSTINGS, folder)
    return folder / "work24/postings/2026-03-02-0001.xml"


def test_real_dictionary_list_has_its_19_occupations(server: FakeWork24, tmp_path: Path) -> None:
    service = job_dictionary(["1110"])
    server.endpoints[service.path] = Endpoint((), render=as_sent(real_sample("work24_sample_djob_1110.xml")))
    deliver(server, service, tmp_path)
    table = pa.Table.from_batches(read_job_dictionary(tmp_path))
    assert table.num_rows == 19
    assert table.slice(2, 1).to_pylist() == [
        {
            "dJobCd": "K000003893",
            "dJobCdSeq": "1",
            "dJobNm": "교육감",
            "_source_file": "work24/job_dictionary/1110-0001.xml",
            "_row_number": 3,
        }
    ]
    assert server.asked[0]["stdJobCl"] == "1110"


def test_real_dictionary_entry_keeps_the_leading_zero_of_its_keco_code(server: FakeWork24, tmp_path: Path) -> None:
    service = job_dictionary_details([("K000007117", "1")])
    server.endpoints[service.path] = Endpoint((), render=as_sent(real_sample("work24_sample_djob_detail_real.xml")))
    deliver(server, service, tmp_path)
    row = pa.Table.from_batches(read_job_dictionary_details(tmp_path)).to_pylist()[0]
    assert (row["dJobNm"], row["dJobECd"], row["certLic"]) == ("ESG경영컨설턴트", "0221", "변호사, 회계사")
    assert (row["workEnv"], row["physicalAct"]) == (None, "언어력|")
    assert "인수합병(M&A)" in row["doWork"]


def test_real_no_data_answer_is_no_row_and_no_error(server: FakeWork24, tmp_path: Path) -> None:
    service = job_dictionary_details([("2111", "1")])
    server.endpoints[service.path] = Endpoint((), render=as_sent(real_sample("work24_sample_djob_2111_1.xml")))
    deliver(server, service, tmp_path)
    assert pa.Table.from_batches(read_job_dictionary_details(tmp_path)).num_rows == 0


def test_real_first_page_of_73_announces_all_and_holds_10() -> None:
    body = real_sample("work24_sample_djob_list.xml").encode()
    page = read_page(body, job_dictionary(), source="sample")
    assert (page.total, len(page.rows), page.rows[0]["dJobNm"]) == (73, 10, "ESG경영컨설턴트")


@pytest.mark.parametrize("service", [COURSES, COURSES_XML])
def test_course_traps_stay_text_in_both_encodings(server: FakeWork24, tmp_path: Path, service: Service) -> None:
    deliver_courses(server, service, tmp_path)
    row = pa.Table.from_batches(read_courses(tmp_path)).to_pylist()[0]
    assert (row["eiEmplRate3"], row["eiEmplRate6"], row["courseMan"]) == ("B", "72.50", "1520000")
    assert (row["ncsCd"], row["trngAreaCd"], row["certificate"], row["grade"]) == ("02010202", "51150", None, None)
    assert (row["trprDegr"], session_round(row["titleLink"])) == ("1", "4")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (LINK, "4"),
        ("https://x/p.do?tracseTme=12", "12"),
        ("https://x/p.do?a=1&amp;tracseTme=7&amp;b=2", "7"),
        ("https://x/p.do?srchtracseTme=9", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_round_comes_from_the_title_link(link: str | None, expected: str | None) -> None:
    assert session_round(link) == expected


def test_json_numbers_and_single_decoding_are_read_as_sent() -> None:
    body = json.dumps({"scn_cnt": "1", "srchList": [{"trprId": "A", "courseMan": 12.50, "ncsCd": None}]})
    rows = read_page(body.replace("12.5", "12.50").encode(), COURSES, source="x").rows
    assert rows == ({"trprId": "A", "courseMan": "12.50", "ncsCd": None},)


def test_columns_are_the_documented_fields_then_new_ones_then_the_place(server: FakeWork24, tmp_path: Path) -> None:
    deliver_postings(server, tmp_path)
    schema = next(read_postings(tmp_path)).schema
    assert tuple(schema.names) == (*POSTINGS.fields, "newField", "_source_file", "_row_number")
    assert {str(kind) for kind in schema.types[:-1]} == {"string"}
    assert str(schema.types[-1]) == "int64"


def test_people_in_charge_are_not_read_and_keywords_are_joined(server: FakeWork24, tmp_path: Path) -> None:
    body = (
        "<wantedDtl><wantedAuthNo>K1</wantedAuthNo><corpInfo><corpNm>한빛</corpNm><reperNm>홍길동</reperNm></corpInfo>"
        "<wantedInfo><collectPsncnt>3</collectPsncnt><keywordList><srchKeywordNm>요양</srchKeywordNm></keywordList>"
        "<keywordList><srchKeywordNm>간병</srchKeywordNm></keywordList></wantedInfo>"
        "<empchargeInfo><contactTelno>010-0000-0000</contactTelno></empchargeInfo></wantedDtl>"
    )
    service = posting_details(["K1"])
    server.endpoints[service.path] = Endpoint((), render=as_sent(body))
    deliver(server, service, tmp_path)
    row = pa.Table.from_batches(read_posting_details(tmp_path)).to_pylist()[0]
    assert (row["corpNm"], row["collectPsncnt"], row["srchKeywordNm"]) == ("한빛", "3", "요양|간병")
    assert not {"reperNm", "contactTelno"} & set(row)


def test_delivery_without_manifest_is_refused(server: FakeWork24, tmp_path: Path) -> None:
    file = deliver_postings(server, tmp_path)
    file.with_name("_complete.json").unlink()
    with pytest.raises(IncompleteDelivery, match="no work24/postings/_complete.json"):
        list(read_postings(tmp_path))


def test_manifest_that_points_outside_is_refused(server: FakeWork24, tmp_path: Path) -> None:
    manifest = deliver_postings(server, tmp_path).with_name("_complete.json")
    manifest.write_text(manifest.read_text().replace("2026-03-02-0001.xml", "../../../secret.xml"))
    with pytest.raises(IncompleteDelivery, match="no page of this folder"):
        list(read_postings(tmp_path))


def test_delivered_file_cut_off_later_is_named_with_its_byte(server: FakeWork24, tmp_path: Path) -> None:
    file = deliver_postings(server, tmp_path)
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(MalformedResponse, match=rf"2026-03-02-0001.xml: the file is cut off at .* byte 100 of {size}"):
        list(read_postings(tmp_path))


def test_delivered_file_changed_later_is_refused(server: FakeWork24, tmp_path: Path) -> None:
    file = deliver_postings(server, tmp_path)
    file.write_bytes(file.read_bytes().replace(b"K1", b"K9"))
    with pytest.raises(MalformedResponse, match="sha256 differs"):
        list(read_postings(tmp_path))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty at byte 0"),
        (b"<wantedRoot>\n<total>1</total>\n<wanted><title>a</tit", "cut off or broken .* line 3, byte 5"),
        (b"<wantedRoot><total>1</total><wanted></wantedRoot>", "not well-formed"),
        (b"<wantedRoot><total>x</total></wantedRoot>", "whole number in 'total', found 'x'"),
        (b"<wantedRoot><total>0</total><wanted><a>1</a></wanted></wantedRoot>", "announces 0 rows and holds 1"),
        (b"<html><body>hello</body></html>", "expected <wantedRoot>, found <html>"),
        ("<wantedRoot><total>1</total><wanted><a>가".encode("cp949"), "cut off or broken"),
        (b"<wantedRoot><total>1</total><wanted><a.b>1</a.b></wanted></wantedRoot>", "field name 'a.b'"),
    ],
)
def test_broken_xml_says_where(body: bytes, message: str) -> None:
    with pytest.raises(MalformedResponse, match=message):
        read_page(body, POSTINGS, source="2026-03-0001.xml")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"returnJSON": "{\\"scn_cnt\\": 1, \\"srchLi"}', "inside returnJSON"),
        (b'{"scn_cnt": 1, "srchList": [{"title": "a', "JSON cut off or broken .* line 1, byte 38 of 40"),
        (b'{"scn_cnt": 1, "srchList": "none"}', "expected a list of objects"),
        ('{"scn_cnt": 1, "제목": 1}'.encode("cp949"), "not UTF-8 at byte 16"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "expected a JSON object"),
    ],
)
def test_broken_json_says_where(body: bytes, message: str) -> None:
    with pytest.raises(MalformedResponse, match=message):
        read_page(body, COURSES, source="2026-03-0001.json")


def test_entities_and_dtds_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("내부 문서")
    body = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        "<wantedRoot><total>1</total><wanted><title>&x;</title></wanted></wantedRoot>"
    )
    with pytest.raises(MalformedResponse, match="declares a DTD") as caught:
        read_page(body.encode(), POSTINGS, source="x")
    assert "내부" not in str(caught.value)


def test_entity_bomb_is_refused() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    rows = "<wantedRoot><total>1</total><wanted><a>&e11;</a></wanted></wantedRoot>"
    body = f'<!DOCTYPE r [<!ENTITY e0 "ha">{levels}]>{rows}'
    with pytest.raises(MalformedResponse):
        read_page(body.encode(), POSTINGS, source="x")


def test_lone_surrogate_does_not_stop_the_page() -> None:
    body = b'{"scn_cnt": 1, "srchList": [{"title": "a\\ud800b"}]}'
    assert read_page(body, COURSES, source="x").rows == ({"title": "a?b"},)


def test_february_of_a_leap_year_is_cut_without_gap_or_overlap() -> None:
    (whole,) = root_shards(POSTINGS, date(2028, 1, 30), date(2028, 3, 1))
    months = split_shard(POSTINGS, whole)
    assert [shard.name for shard in months] == ["2028-01-30_2028-01-31", "2028-02", "2028-03-01"]
    weeks = split_shard(POSTINGS, months[1])
    assert [shard.name for shard in weeks][::4] == ["2028-02-01_2028-02-06", "2028-02-28_2028-02-29"]
    assert [shard.name for shard in split_shard(POSTINGS, weeks[-1])] == ["2028-02-28", "2028-02-29"]


def test_id_that_could_leave_the_folder_is_refused() -> None:
    with pytest.raises(Work24SettingsError, match="cannot be a file name"):
        root_shards(posting_details(["../../etc/passwd"]), None, None)


def test_days_are_needed_for_a_service_with_dates() -> None:
    with pytest.raises(Work24SettingsError, match="give both days"):
        root_shards(POSTINGS, None, DAY)
