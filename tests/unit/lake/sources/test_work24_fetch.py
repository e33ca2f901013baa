"""The 고용24 fetch against a local server: paging, cutting, refusals, faults, resuming, the secret key in files."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lake.sources.work24 import (
    COURSES,
    OCCUPATIONS,
    POSTINGS,
    FetchReport,
    Service,
    TransportSettings,
    Work24Client,
    fetch_service,
    read_postings,
)
from lake.sources.work24.errors import (
    DeliveryMismatch,
    IncompleteDelivery,
    KeyRefused,
    MalformedResponse,
    QuotaExceeded,
    RepeatedPage,
    RequestRefused,
    RowsMissing,
    ShardOverCap,
    TransportFailed,
    Work24Error,
)
from tests.fakes.work24_server import (
    CODE_BODY,
    ERROR_BODY,
    Endpoint,
    FakeWork24,
    Fault,
    courses_json,
    occupations_xml,
    postings_xml,
)

KEY = "k3y/of+고용24=and-more"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BUSY = Fault("status", status=429, headers=(("Retry-After", "7"),))
BROKEN = Fault("status", status=500)


def posting(number: int, day: str) -> dict[str, str]:
    return {"wantedAuthNo": f"K{number:04d}", "title": f"요양보호사 {number}", "regDt": day, "jobsCd": "550102"}


def postings_on(days: dict[str, int]) -> tuple[dict[str, str], ...]:
    listed = [day for day, count in days.items() for _ in range(count)]
    return tuple(posting(number, day) for number, day in enumerate(listed))


def endpoints(rows: tuple[dict[str, str], ...]) -> dict[str, Endpoint]:
    courses = tuple({"trprId": f"C{n}", "traStartDate": "2026-03-02", "courseMan": "1000"} for n in range(7))
    jobs = tuple({"jobClcd": "0", "jobCd": f"K{n}", "jobNm": "회계사"} for n in range(5))
    return {
        POSTINGS.path: Endpoint(
            rows, date_field="regDt", date_params=("minWantedAuthDt", "maxWantedAuthDt"), render=postings_xml
        ),
        COURSES.path: Endpoint(courses, page_param="pageNum", size_param="pageSize", render=courses_json),
        OCCUPATIONS.path: Endpoint(jobs, render=occupations_xml),
    }


@pytest.fixture
def server() -> Iterator[FakeWork24]:
    with FakeWork24(endpoints(postings_on({"2026-03-02": 25}))) as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


Fetch = Callable[..., FetchReport]


@pytest.fixture
def fetch(server: FakeWork24, tmp_path: Path, slept: list[float]) -> Fetch:
    def run(
        service: Service = POSTINGS,
        *,
        since: date = date(2026, 3, 2),
        until: date = date(2026, 3, 2),
        **changed: object,
    ) -> FetchReport:
        bounds: dict[str, object] = {"page_size": 10, "max_pages": 5, "retries": 2, "timeout_s": 5.0} | changed
        settings = TransportSettings(sleep=slept.append, clock=lambda: NOON, **bounds)  # type: ignore[arg-type]
        client = Work24Client(server.base_url, KEY, settings=settings)
        try:
            dates = (since, until) if service.date_params else (None, None)
            return fetch_service(client, service, delivery_dir=tmp_path, since=dates[0], until=dates[1])
        finally:
            client.close()

    return run


def saved_names(tmp_path: Path, service: str = "postings") -> list[str]:
    return sorted(file.name for file in (tmp_path / "work24" / service).iterdir())


def numbers_read(tmp_path: Path) -> list[str]:
    return [number for batch in read_postings(tmp_path) for number in batch.column("wantedAuthNo").to_pylist()]


def test_every_page_is_saved_and_counted(fetch: Fetch, tmp_path: Path) -> None:
    report = fetch()
    assert (report.pages, report.rows, report.rows_announced, report.shards, report.retries) == (3, 25, 25, 1, 0)
    pages = [f"2026-03-02-000{number}.xml" for number in (1, 2, 3)]
    assert saved_names(tmp_path) == [*pages, "_complete.json", "_request.json"]
    assert numbers_read(tmp_path) == [f"K{number:04d}" for number in range(25)]


def test_manifest_names_every_file_with_its_hash_and_time(fetch: Fetch, tmp_path: Path) -> None:
    fetch()
    manifest = json.loads((tmp_path / "work24/postings/_complete.json").read_bytes())
    assert manifest["fetched_at"] == "2026-03-02T12:00:00+00:00"
    assert [(file["rows"], len(file["sha256"])) for file in manifest["files"]] == [(10, 64), (10, 64), (5, 64)]


def test_finished_delivery_asks_the_server_nothing(fetch: Fetch, server: FakeWork24) -> None:
    fetch()
    server.asked.clear()
    report = fetch()
    assert (server.asked, report.rows, report.pages_reused) == ([], 25, 3)


def test_service_without_paging_is_asked_once(fetch: Fetch, server: FakeWork24) -> None:
    assert fetch(OCCUPATIONS).rows == 5
    assert len(server.asked) == 1


def test_courses_are_decoded_twice(fetch: Fetch, tmp_path: Path) -> None:
    assert fetch(COURSES).rows == 7
    assert saved_names(tmp_path, "courses")[0] == "2026-03-02-0001.json"


def test_range_over_the_cap_is_cut_by_month_then_week_then_day(
    fetch: Fetch, server: FakeWork24, tmp_path: Path
) -> None:
    # Cap 50. January 30. March 110: its first week (to Sunday 8) 80, of which Monday 45 and Tuesday 35.
    days = {"2026-01-15": 30, "2026-03-02": 45, "2026-03-03": 35, "2026-03-09": 30}
    server.endpoints |= endpoints(postings_on(days))
    report = fetch(since=date(2026, 1, 1), until=date(2026, 3, 31))
    assert (report.rows, len(set(numbers_read(tmp_path)))) == (140, 140)
    first_pages = {name.removesuffix("-0001.xml") for name in saved_names(tmp_path) if name.endswith("-0001.xml")}
    assert {"2026-01-01_2026-03-31", "2026-01", "2026-03", "2026-03-02_2026-03-08", "2026-03-02"} <= first_pages


def test_day_over_the_cap_is_an_error_that_names_it(fetch: Fetch, server: FakeWork24) -> None:
    server.endpoints |= endpoints(postings_on({"2026-03-02": 51}))
    with pytest.raises(ShardOverCap, match="shard 2026-03-02"):
        fetch()


def test_moving_total_is_followed_and_reported(fetch: Fetch, server: FakeWork24) -> None:
    server.totals.extend([24, 25, 25])
    report = fetch()
    assert (report.rows, report.rows_announced, report.total_drift_rows) == (25, 25, 1)


def test_many_missing_rows_are_an_error(fetch: Fetch, server: FakeWork24, tmp_path: Path) -> None:
    server.totals.extend([30, 30, 30])
    with pytest.raises(RowsMissing, match="25 rows sent, 25 of them distinct, 30 announced"):
        fetch()
    assert fetch().rows == 25


@pytest.mark.parametrize("fault", [BUSY, BROKEN, Fault("drop"), Fault("truncated"), Fault("empty"), Fault("no_rows")])
def test_passing_fault_is_retried(fetch: Fetch, server: FakeWork24, fault: Fault, tmp_path: Path) -> None:
    server.faults.append(fault)
    report = fetch()
    assert (report.rows, report.retries) == (25, 1)
    assert len(numbers_read(tmp_path)) == 25


def test_silent_server_is_retried_after_the_time_out(fetch: Fetch, server: FakeWork24) -> None:
    server.faults.append(Fault("time_out"))
    assert fetch(timeout_s=0.2).retries == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ERROR_BODY.format(text="인증키가 존재하지 않습니다"), KeyRefused),
        (ERROR_BODY.format(text="개인회원은 사용할 수 없는 OPEN-API입니다."), KeyRefused),
        (ERROR_BODY.format(text="일일 호출 건수를 초과하였습니다"), QuotaExceeded),
        ("<error>authKey는 필수 입니다</error>", KeyRefused),
        (CODE_BODY.format(root="wantedRoot", text="유효하지 않은 인증키 입니다.", code="002"), KeyRefused),
        (CODE_BODY.format(root="wantedRoot", text="호출타입 값이 바르지 않습니다.", code="008"), RequestRefused),
    ],
)
def test_refusal_with_http_200_is_recognised_and_not_repeated(
    fetch: Fetch, server: FakeWork24, tmp_path: Path, body: str, expected: type[Work24Error]
) -> None:
    server.faults.append(Fault("body", body=body))
    with pytest.raises(expected, match="HTTP 200"):
        fetch()
    assert len(server.asked) == 1
    assert "2026-03-02-0001.xml.rejected" in saved_names(tmp_path)


def test_no_data_code_is_an_empty_answer(fetch: Fetch, server: FakeWork24, tmp_path: Path) -> None:
    body = CODE_BODY.format(root="wantedRoot", text="정보가 존재하지 않습니다.", code="006")
    server.faults.append(Fault("body", body=body))
    report = fetch()
    assert (report.rows, report.no_data, numbers_read(tmp_path)) == (0, 1, [])


def test_no_rows_without_a_total_are_not_an_empty_answer(fetch: Fetch, server: FakeWork24) -> None:
    server.faults.extend([Fault("body", body="<wantedRoot></wantedRoot>")] * 3)
    with pytest.raises(MalformedResponse, match="expected a whole number in 'total'"):
        fetch()


def test_announced_rows_that_stay_away_are_an_error(fetch: Fetch, server: FakeWork24) -> None:
    server.faults.extend([Fault("no_rows")] * 3)
    with pytest.raises(RowsMissing, match="announces 25 in all, so 10 here"):
        fetch()


def test_repeated_page_is_an_error_and_heals(fetch: Fetch, server: FakeWork24) -> None:
    server.faults.extend([Fault("ok"), Fault("repeated_page")])
    with pytest.raises(RepeatedPage, match="page 2 holds the same rows as page 1"):
        fetch()
    assert fetch().rows == 25


def test_stopped_fetch_goes_on_where_it_stopped(fetch: Fetch, server: FakeWork24, tmp_path: Path) -> None:
    server.faults.extend([Fault("ok"), Fault("ok"), *[BROKEN] * 3])
    with pytest.raises(TransportFailed):
        fetch()
    with pytest.raises(IncompleteDelivery, match="Do: run the fetch again"):
        numbers_read(tmp_path)
    server.asked.clear()
    report = fetch()
    assert [query["startPage"] for query in server.asked] == ["3"]
    assert (report.pages, report.pages_reused, len(numbers_read(tmp_path))) == (3, 2, 25)


def test_page_left_broken_by_a_kill_is_downloaded_again(fetch: Fetch, server: FakeWork24, tmp_path: Path) -> None:
    server.faults.extend([Fault("ok"), *[BROKEN] * 3])
    with pytest.raises(TransportFailed):
        fetch()
    (tmp_path / "work24/postings/2026-03-02-0001.xml").write_text("<wantedRoot><total>25</tot")
    report = fetch()
    assert (report.rows, report.pages_reused) == (25, 0)


def test_folder_of_another_request_is_refused(fetch: Fetch) -> None:
    fetch()
    with pytest.raises(DeliveryMismatch, match="another delivery folder"):
        fetch(until=date(2026, 3, 3))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("body", body=ERROR_BODY.format(text=f"유효하지 않은 인증키 {KEY}")),
        Fault("redirect", status=302, headers=(("Location", "http://other.invalid{path}"),)),
        Fault("status", status=404, body=f"no such page for {KEY}"),
        Fault("time_out"),
    ],
)
def test_key_shows_in_no_log_file_or_error(
    fetch: Fetch, server: FakeWork24, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.append(fault)
    with pytest.raises(Work24Error) as caught:
        fetch(timeout_s=0.2, retries=0)
    fetch()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    shown += "".join(f"{file}{file.read_bytes().decode()}" for file in files)
    assert all(query["authKey"] == KEY for query in server.asked)
    for spelling in (KEY, "k3y%2Fof%2B", "k3y/of", "and-more"):
        assert spelling not in shown
    assert caught.value.__cause__ is None
