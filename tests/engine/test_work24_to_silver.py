"""The 고용24 open API end to end: a served reply becomes a delivery, bronze and silver rows a person can check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from lake import deliveries, tables
from lake.settings import Settings
from lake.sources.work24 import (
    COURSES,
    OCCUPATIONS,
    POSTINGS,
    Work24Client,
    fetch_service,
    job_dictionary_details,
)
from lake.sources.work24.errors import KeyRefused, Work24SettingsError
from lake.sources.work24.nightly import fetch_delivery, read_keys
from lake.tables import Lake
from tests.engine.conftest import AS_OF
from tests.fakes.work24_server import (
    CODE_BODY,
    ERROR_BODY,
    Endpoint,
    FakeWork24,
    Fault,
    Row,
    as_sent,
    courses_json,
    occupations_xml,
    postings_xml,
)
from transforms.silver.clean import accepted, judge, refused

pytestmark = pytest.mark.engine
KEY = "k3y-of-고용24/and=more"
NOUNS = ("job_postings", "training_courses", "occupations")
LINK = (
    "https://www.work24.go.kr/hr/a/a/3100/selectTracseDetl.do?tracseId={course}&tracseTme={round}&trainstCstmrId=5000"
)
ENTRY = job_dictionary_details([("K000007117", "1")])
ENTRY_XML = (
    "<dJobsSum><dJobCd>K000007117</dJobCd><dJobCdSeq>1</dJobCdSeq><dJobNm>ESG경영컨설턴트</dJobNm><optionJobInfo>"
    "<eduLevel>14년 초과 ~ 16년 이하(대졸 정도)</eduLevel><dJobECd>0221</dJobECd>"
    "<dJobECdNm>[0221]경영·진단 전문가</dJobECdNm></optionJobInfo></dJobsSum>"
)


def posting(number: int, **changed: str) -> Row:
    """A posting as the list sends it; the page echoes the key, as some of its links do."""
    return {
        "wantedAuthNo": f"K{number}",
        "company": "가나다요양원",
        "busino": "5038169211",
        "title": "요양보호사",
        "salTpNm": "월급",
        "sal": "250만원",
        "minSal": "2500000",
        "maxSal": "0",
        "region": "서울 강남구",
        "minEdubg": "학력무관",
        "career": "관계없음",
        "regDt": "26-11-19",
        "closeDt": "26-12-31",
        "wantedInfoUrl": f"https://www.work24.go.kr/wk/detail.do?wantedAuthNo=K{number}&authKey={KEY}",
        "empTpCd": "10",
        "jobsCd": "550102",
        "smodifyDtm": "202611191948",
    } | changed


def course(number: int, **changed: str) -> Row:
    """A course session whose trprDegr is not its round, as sent."""
    return {
        "trprId": f"AIG{number}",
        "trprDegr": "1",
        "titleLink": LINK.format(course=f"AIG{number}", round=4),
        "trainstCstId": "5000",
        "title": "요양보호사 자격취득과정",
        "subTitle": "가나다교육원",
        "telNo": "02-0000-0000",
        "traStartDate": "2025-01-02",
        "traEndDate": "2025-06-30",
        "courseMan": "1520000",
        "yardMan": "20",
        "regCourseMan": "18",
        "stdgScor": "92.4",
        "eiEmplCnt3": "3",
        "eiEmplRate6": "72.5",
        "ncsCd": "02010202",
        "trngAreaCd": "51150",
    } | changed


SENT_POSTINGS = (
    posting(1, closeDt="채용시까지  26-12-31", minEdubg="대졸(4년)", career="신입", jobsCd="029500"),
    posting(
        2, salTpNm="시급", minSal="10320", region="강원특별자치도 춘천시", closeDt="채용시까지", career="경력 3년 이상"
    ),
    posting(3, salTpNm="연봉", minSal="36000000", region="전북 전주시 덕진구", regDt="20261120", closeDt="20991231"),
    posting(
        4, salTpNm="일급", minSal="100000", region="전남광주통합특별시 북구", regDt="2026-11-20", career="신입/경력1년"
    ),
    posting(5, closeDt="26-1-5"),
    posting(6, career="추후협의"),
)
SENT_COURSES = (
    course(1, trainTargetCd="C0104"),
    course(2, eiEmplRate6="A", trngAreaCd="52111", stdgScor="0", trainTargetCd="C0054G"),
    course(3, eiEmplRate6="B", trngAreaCd="12210", trainTargetCd="C0061S"),
    course(4, eiEmplRate6="C", trngAreaCd="45111", trainTargetCd="C0031"),
    course(5, eiEmplRate6="D", trngAreaCd="11680"),
)


def endpoints() -> dict[str, Endpoint]:
    jobs = ({"jobClcd": "550", "jobClcdNM": "돌봄 서비스 종사자", "jobCd": "K000000951", "jobNm": "요양보호사"},)
    return {
        POSTINGS.path: Endpoint(SENT_POSTINGS, render=postings_xml),
        COURSES.path: Endpoint(SENT_COURSES, page_param="pageNum", size_param="pageSize", render=courses_json),
        OCCUPATIONS.path: Endpoint(jobs, render=occupations_xml),
        ENTRY.path: Endpoint((), render=as_sent(ENTRY_XML)),
    }


def prepare_sources(folder: Path) -> Path:
    """A sources folder with the mappings that ship."""
    with as_file(files("lake.sources").joinpath("mappings", "work24")) as shipped:
        shutil.copytree(shipped, folder / "mappings")
    return folder


def land(lake: Lake, sources: Path) -> deliveries.Staged:
    """Land what lies in the sources, as the nightly assets do."""
    staged = deliveries.stage(lake, sources, [AS_OF])
    for noun in NOUNS:
        deliveries.write_bronze(lake, noun)
    deliveries.record(lake)
    return staged


@dataclass(frozen=True)
class Landed:
    """A night's delivery in a lake, its silver and quarantine rows by their id."""

    lake: Lake
    sources: Path
    server: FakeWork24
    silver: dict[str, dict[str, Any]]
    quarantine: dict[str, str]


@pytest.fixture(scope="module")
def landed(session_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    root = tmp_path_factory.mktemp("work24")
    sources = prepare_sources(root / "sources")
    silver: dict[str, dict[str, Any]] = {}
    quarantine: dict[str, str] = {}
    with FakeWork24(endpoints()) as server:
        settings = Settings(lake_dir=root / "lake", memory_mb=512, work24_url=server.base_url, work24_key=KEY)
        lake = Lake(settings, session_lake.spark)
        folder = sources / AS_OF.isoformat()
        fetch_delivery(settings, folder, AS_OF)
        with closing(Work24Client(server.base_url, KEY)) as client:
            fetch_service(client, ENTRY, delivery_dir=folder, since=None, until=None)
        land(lake, sources)
        for noun in NOUNS:
            judged = judge(tables.read(lake, f"bronze__{noun}"), noun, as_of=AS_OF)
            for row in accepted(judged, noun, as_of=AS_OF).collect():
                values = row.asDict()
                silver[values.get("posting_id") or values.get("session_id") or values["occupation_title_id"]] = values
            quarantine |= {str(row.row_number): row.reason_codes for row in refused(judged, noun).collect()}
        yield Landed(lake, sources, server, silver, quarantine)


def part(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The columns of `row` that `expected` names."""
    return {name: row[name] for name in expected}


@pytest.mark.parametrize(
    ("posting_id", "expected"),
    [
        (
            "K1",
            {
                "company_id": "5038169211",
                "occupation_code": "0295",
                "region_code": "11",
                "min_education_code": "05",
                "career_code": "N",
                "wage_min_krw_month": 2_500_000,
                "wage_max_krw": None,
                "registered_date": date(2026, 11, 19),
                "closing_date": date(2026, 12, 31),
                "employment_type_code": "10",
            },
        ),
        (  # 10,320 won x 48 paid hours x 4.345 weeks
            "K2",
            {
                "wage_min_krw_month": 2_152_339,
                "region_code": "51",
                "career_code": "E",
                "min_career_months": 36,
                "closing_date": None,
            },
        ),
        (
            "K3",
            {
                "wage_min_krw_month": 3_000_000,
                "region_code": "45",
                "registered_date": date(2026, 11, 20),
                "closing_date": None,
            },
        ),
        (
            "K4",
            {"wage_min_krw_month": 2_090_000, "region_code": None, "career_code": "Z", "min_career_months": None},
        ),
    ],
)
def test_a_posting_means_what_it_says(landed: Landed, posting_id: str, expected: dict[str, Any]) -> None:
    assert part(landed.silver[posting_id], expected) == expected


def test_the_time_of_change_is_korean_time(landed: Landed) -> None:
    assert f"{landed.silver['K1']['updated_at']:%Y-%m-%d %H:%M}" == "2026-11-19 10:48"


def test_a_posting_that_cannot_be_read_is_refused_with_its_reason(landed: Landed) -> None:
    assert landed.quarantine == {"5": "closing_date:NOT_A_DATE", "6": "career_code:UNKNOWN_CODE"}


def test_a_course_session_means_what_it_says(landed: Landed) -> None:
    expected = {
        "round_no": 4,
        "course_id": "AIG1",
        "institution_name": "가나다교육원",
        "start_date": date(2025, 1, 2),
        "fee_krw": 1_520_000,
        "seats_count": 20,
        "enrolled_count": 18,
        "satisfaction_pct": 92.4,
        "skill_code": "02010202",
        "region_code": "51",
        "employment_rate_6m_0_1": 0.725,
        "employed_6m_count": None,
    }
    assert part(landed.silver["AIG1-4-5000"], expected) == expected


@pytest.mark.parametrize(
    ("session_id", "status", "region"),
    [
        ("AIG1-4-5000", "OBSERVED", "51"),
        ("AIG2-4-5000", "PLANNED", "45"),
        ("AIG3-4-5000", "RUNNING", None),
        ("AIG4-4-5000", "NOT_HELD", "45"),
        ("AIG5-4-5000", "NO_GRADUATE", "11"),
    ],
)
def test_letters_are_no_rates_and_areas_are_provinces(
    landed: Landed, session_id: str, status: str, region: str | None
) -> None:
    row = landed.silver[session_id]
    assert (row["rate_status_code"], row["region_code"]) == (status, region)
    assert (row["employment_rate_6m_0_1"] is None) is (status != "OBSERVED")


@pytest.mark.parametrize(("number", "kind"), [(1, "DIGITAL"), (2, "STRATEGIC"), (3, "SEEKER"), (4, None), (5, None)])
def test_a_kind_of_training_that_is_no_card_training_stays_empty(landed: Landed, number: int, kind: str | None) -> None:
    row = landed.silver[f"AIG{number}-4-5000"]
    assert (row["training_type_code"], row["self_payment_krw"]) == (kind, None)


def test_a_course_that_nobody_rated_has_no_satisfaction(landed: Landed) -> None:
    assert landed.silver["AIG2-4-5000"]["satisfaction_pct"] is None


def test_only_the_dictionary_brings_a_unit_group(landed: Landed) -> None:
    named = {"title": "ESG경영컨설턴트", "occupation_code": "0221", "occupation_name": "경영·진단 전문가"}
    assert part(landed.silver["K000007117-1"], named) == named
    assert part(landed.silver["K000000951"], named) == {
        "title": "요양보호사",
        "occupation_code": None,
        "occupation_name": None,
    }


def test_the_key_stands_nowhere_on_disk(landed: Landed) -> None:
    roots = (landed.sources, landed.lake.settings.lake_dir)
    written = [file for root in roots for file in root.rglob("*") if file.is_file()]
    assert any(b"authKey=[key]" in file.read_bytes() for file in written)
    assert [file.name for file in written if KEY.encode() in file.read_bytes()] == []
    payloads = "".join(row.payload for row in tables.read(landed.lake, "bronze__job_postings").collect())
    assert KEY not in payloads
    assert "가나다요양원" not in payloads


def test_a_second_fetch_asks_the_server_nothing(landed: Landed) -> None:
    asked = len(landed.server.asked)
    folder = landed.sources / AS_OF.isoformat()
    reports = fetch_delivery(landed.lake.settings, folder, AS_OF)
    assert [(report.service, report.rows) for report in reports] == [
        ("postings", 6),
        ("courses", 5),
        ("occupations", 1),
    ]
    assert len(landed.server.asked) == asked
    assert deliveries.stage(landed.lake, landed.sources, [AS_OF]).dates == ()


@pytest.mark.parametrize(
    "body",
    [
        ERROR_BODY.format(text="신청하신 OpenApi 서비스가 존재하지 않습니다"),
        CODE_BODY.format(root="wantedRoot", text="유효하지 않은 인증키입니다.", code="002"),
    ],
)
def test_a_refusal_with_http_200_is_named_and_lands_nothing(lake: Lake, tmp_path: Path, body: str) -> None:
    sources = prepare_sources(tmp_path / "sources")
    with FakeWork24(endpoints()) as server:
        server.faults.append(Fault("body", body=body))
        settings = replace(lake.settings, work24_url=server.base_url, work24_key=KEY)
        with pytest.raises(KeyRefused, match=r"work24 work24/postings/.*HTTP 200.*Do: check the key") as caught:
            fetch_delivery(settings, sources / AS_OF.isoformat(), AS_OF)
    assert KEY not in str(caught.value)
    staged = land(Lake(settings, lake.spark), sources)
    assert [file.source_file for file in staged.files if "has not finished" in str(file.problem)] == ["work24/postings"]
    assert [tables.count(settings, f"bronze__{noun}") for noun in NOUNS] == [0, 0, 0]


def test_each_service_may_have_a_key_of_its_own(tmp_path: Path) -> None:
    with FakeWork24(endpoints()) as server:
        settings = Settings(work24_url=server.base_url, work24_key="postings=key-for-wk courses=key-for-hr")
        reports = fetch_delivery(settings, tmp_path, AS_OF)
        asked = {query["authKey"]: query["returnType"] for query in server.asked}
    assert asked == {"key-for-wk": "XML", "key-for-hr": "JSON"}
    assert [report.service for report in reports] == ["postings", "courses"]


def test_a_misspelt_list_of_keys_is_refused_without_showing_them() -> None:
    with pytest.raises(Work24SettingsError, match="2 words that are no list of keys") as caught:
        read_keys("posting=secret-one courses=secret-two")
    assert "secret" not in str(caught.value)


def test_without_a_key_nothing_is_asked(tmp_path: Path) -> None:
    assert fetch_delivery(Settings(work24_url="http://127.0.0.1:9/call"), tmp_path, AS_OF) == []


@pytest.mark.parametrize("service", [POSTINGS, COURSES, OCCUPATIONS], ids=lambda service: service.name)
def test_the_default_address_holds_both_branches(service: Any) -> None:
    address = f"{Settings().work24_url}/{service.path}"
    branch = "hr" if service is COURSES else "wk"
    assert address.startswith(f"https://www.work24.go.kr/cm/openApi/call/{branch}/callOpenApiSvcInfo")
