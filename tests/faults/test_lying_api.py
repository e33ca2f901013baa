"""An open API that lies: errors with 200, pages that repeat or stop, drips, redirects, bombs; and XML that attacks.

P14. Do not put here: the client's ordinary behaviour (tests/unit/lake/sources/test_work24_*.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from lake.sources.work24 import POSTINGS, FetchReport, TransportSettings, Work24Client, fetch_service
from lake.sources.work24.errors import MalformedResponse, Work24Error
from lake.sources.work24.pages import read_page
from lake.sources.work24.services import COURSES
from tests.fakes.work24_server import ERROR_BODY, Endpoint, FakeWork24, Fault, FaultKind, postings_xml
from tests.faults.tally import Add

KEY = "key-that-nobody-may-see"
DAY = date(2026, 3, 2)
ROWS = tuple(
    {"wantedAuthNo": f"K{number:04d}", "title": f"요양보호사 {number}", "regDt": "2026-03-02"} for number in range(25)
)
HTML = "<!DOCTYPE html><html><head><title>502</title></head><body>Bad Gateway</body></html>"

Fetch = Callable[..., FetchReport]


@pytest.fixture
def server() -> Iterator[FakeWork24]:
    endpoint = Endpoint(
        ROWS, date_field="regDt", date_params=("minWantedAuthDt", "maxWantedAuthDt"), render=postings_xml
    )
    with FakeWork24({POSTINGS.path: endpoint}) as running:
        yield running


@pytest.fixture
def fetch(server: FakeWork24, tmp_path: Path) -> Fetch:
    def run(deadline_s: float = 20.0, timeout_s: float = 5.0) -> FetchReport:
        settings = TransportSettings(
            *(timeout_s, deadline_s),
            retries=1,
            page_size=10,
            max_pages=5,
            max_bytes=1_000_000,
            sleep=lambda seconds: None,
        )
        client = Work24Client(server.base_url, KEY, settings=settings)
        try:
            return fetch_service(client, POSTINGS, delivery_dir=tmp_path, since=DAY, until=DAY)
        finally:
            client.close()

    return run


def html(status: int = 200) -> Fault:
    return Fault("body", status=status, headers=(("Content-Type", "text/html"),), body=HTML)


def body(text: str) -> Fault:
    return Fault("body", body=text)


LASTING = {
    "error with 200": (body(ERROR_BODY.format(text="인증키가 유효하지 않습니다")), "HTTP 200"),
    "html with 200": (html(), "DTD"),
    "html with 500": (html(500), "HTTP 500"),
    "too many calls": (Fault("status", status=429, headers=(("Retry-After", "999999"),)), "HTTP 429"),
    "unavailable": (Fault("status", status=503), "HTTP 503"),
    "silence": (Fault("time_out"), "ReadTimeout"),
    "empty body": (Fault("empty"), "empty"),
    "cut body": (Fault("truncated"), "cut off"),
    "connection dropped": (Fault("drop"), "RemoteProtocolError"),
    "no rows": (Fault("no_rows"), "no rows, but the reply announces 25"),
    "redirect to a file": (Fault("redirect", 302, (("Location", "file:///etc/passwd"),)), "redirected to file://"),
    "redirect elsewhere": (Fault("redirect", 302, (("Location", "http://evil.invalid/{path}"),)), "not followed"),
    "gzip bomb": (Fault("gzip_bomb", headers=(("Content-Encoding", "gzip"),)), "passed 1000000 bytes"),
    "huge": (body("x" * 2_000_000), "passed 1000000 bytes"),
    "no xml": (body("ok"), "XML"),
    "json for xml": (body('{"total": 0}'), "XML"),
    "another root": (body("<other><total>0</total></other>"), "expected <wantedRoot>"),
    "no total": (body("<wantedRoot></wantedRoot>"), "whole number"),
    "total of letters": (body("<wantedRoot><total>many</total></wantedRoot>"), "whole number"),
    "negative total": (body("<wantedRoot><total>-1</total></wantedRoot>"), "whole number"),
    "rows but none told": (
        body("<wantedRoot><total>0</total><wanted><title>a</title></wanted></wantedRoot>"),
        "announces 0 rows",
    ),
}


@pytest.mark.parametrize(("fault", "words"), LASTING.values(), ids=LASTING)
def test_server_that_goes_on_lying_is_refused_by_name(
    fetch: Fetch, server: FakeWork24, caplog: pytest.LogCaptureFixture, tally: Add, fault: Fault, words: str
) -> None:
    """P14."""
    server.faults.extend([fault] * 20)
    with caplog.at_level(logging.DEBUG), pytest.raises(Work24Error) as caught:
        fetch(timeout_s=0.2 if fault.kind == "time_out" else 5.0)
    assert words in str(caught.value)
    assert "postings" in str(caught.value)
    assert "Do: " in str(caught.value)
    assert KEY not in caplog.text + repr(caught.value)
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)


@pytest.mark.parametrize("kind", ["drip_head", "drip_body"])
def test_server_that_drips_is_left_at_the_deadline(
    fetch: Fetch, server: FakeWork24, kind: FaultKind, tally: Add
) -> None:
    """P14: every byte comes in time, the whole never does."""
    server.faults.extend([Fault(kind)] * 2)
    with pytest.raises(Work24Error, match="ReadTimeout on the last of 2 tries"):
        fetch(deadline_s=0.3)
    assert len(server.asked) == 2
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([Fault("ok"), Fault("repeated_page")], "same rows as page 1"),
        ([Fault("ok"), Fault("overlapping_page")], "20 of them distinct, 25 announced"),
    ],
    ids=["repeated", "overlapping"],
)
def test_pages_that_repeat_rows_do_not_pass_for_new_ones(
    fetch: Fetch, server: FakeWork24, faults: list[Fault], words: str, tally: Add
) -> None:
    """P14."""
    server.faults.extend(faults)
    with pytest.raises(Work24Error, match=words):
        fetch()
    assert fetch().rows == 25
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)


def test_page_count_that_lies_is_refused(fetch: Fetch, server: FakeWork24, tally: Add) -> None:
    """P14: the server stops before the end that it announced."""
    server.totals.extend([35] * 20)
    with pytest.raises(Work24Error, match="announces 35"):
        fetch()
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)


def bomb(inside: str) -> str:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE r [<!ENTITY e0 "ha">{levels}]><wantedRoot><total>1</total>{inside}</wantedRoot>'


ROW = "<wanted><title>a</title></wanted>"
WHOLE = f"<wantedRoot><total>1</total>{ROW}</wantedRoot>"
ATTACKS = {
    "laughs": bomb("<wanted><title>&e11;</title></wanted>"),
    "laughs in an attribute": bomb('<wanted a="&e11;"><title>a</title></wanted>'),
    "laughs in a parameter": f"<!DOCTYPE r [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>{WHOLE}",
    "file": f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>{WHOLE.replace(">a<", ">&x;<")}',
    "network": f'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">{WHOLE}',
    "dtd alone": f"<!DOCTYPE wantedRoot>{WHOLE}",
    "entity nobody declared": "<wantedRoot><total>1</total><wanted><title>&x;</title></wanted></wantedRoot>",
    "deep": "<wantedRoot><total>1</total>" + "<wanted>" * 5_000 + "</wanted>" * 5_000 + "</wantedRoot>",
    "two roots": f"<wantedRoot><total>1</total>{ROW}</wantedRoot><x/>",
    "cut": f"<wantedRoot><total>1</total>{ROW}"[:-4],
    "nul": f"<wantedRoot><total>1</total>{ROW}</wantedRoot>\0",
    "control": "<wantedRoot><total>1</total><wanted><title>\x01</title></wanted></wantedRoot>",
    "name": "<wantedRoot><total>1</total><wanted><가격>1</가격></wanted></wantedRoot>",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_attacks_is_refused_by_name(text: str, encoding: str, tally: Add) -> None:
    """No entity, no DTD, no network, in any encoding."""
    with pytest.raises(MalformedResponse, match="work24 page-1.xml: ") as caught:
        read_page(text.encode(encoding), POSTINGS, source="page-1.xml")
    assert "root:" not in str(caught.value)
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)


@pytest.mark.parametrize(
    "content",
    [
        b'{"scn_cnt": NaN, "srchList": []}',
        b'{"scn_cnt": 1, "srchList": [{"a": Infinity}]}',
        b'{"scn_cnt": 1, "srchList": [{"a": 1},]}',
        b'{"scn_cnt": 1, "srchList": {"a": {"b": 1}}',
        b'{"scn_cnt": 1, "srchList": ["a"]}',
        b'{"returnJSON": "{\\"scn_cnt\\": 1"}',
        b"[" * 100_000,
        b"\xff\xfe{}",
        b"null",
        b"",
    ],
)
def test_json_that_is_none_is_refused_by_name(content: bytes, tally: Add) -> None:
    with pytest.raises(MalformedResponse, match="work24 page-1.json: "):
        read_page(content, COURSES, source="page-1.json")
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)
