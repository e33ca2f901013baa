"""The 고용24 HTTP client against a local server: bounded retries and waits, redirects, size, addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from lake.sources.work24 import OCCUPATIONS, TransportSettings, Work24Client
from lake.sources.work24.client import Reply
from lake.sources.work24.errors import (
    KeyRefused,
    RedirectRefused,
    RequestRefused,
    ResponseTooLarge,
    TransportFailed,
    Work24Error,
    Work24SettingsError,
)
from tests.fakes.work24_server import Endpoint, FakeWork24, Fault, occupations_xml

KEY = "key-for-tests"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BROKEN = Fault("status", status=500)


def redirect_to(target: str) -> Fault:
    return Fault("redirect", status=302, headers=(("Location", target),))


@pytest.fixture
def server() -> Iterator[FakeWork24]:
    with FakeWork24({OCCUPATIONS.path: Endpoint((), render=occupations_xml)}) as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def get(server: FakeWork24, slept: list[float]) -> Callable[..., Reply]:
    def run(max_bytes: int = 10_000) -> Reply:
        settings = TransportSettings(retries=2, max_bytes=max_bytes, sleep=slept.append, clock=lambda: NOON)
        client = Work24Client(server.base_url, KEY, settings=settings)
        try:
            return client.get(OCCUPATIONS.path, {"target": "JOBCD"}, label="occupations")
        finally:
            client.close()

    return run


@pytest.mark.case("P14")
def test_retries_are_bounded_and_wait_longer_each_time(
    get: Callable[..., Reply], server: FakeWork24, slept: list[float]
) -> None:
    server.faults.extend([BROKEN] * 9)
    with pytest.raises(TransportFailed, match="occupations: HTTP 500 on the last of 3 tries"):
        get()
    assert (slept, len(server.asked)) == ([1.0, 2.0], 3)


@pytest.mark.case("P14")
@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 12:00:30 -0000", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("99999", 120.0),
        ("soon", 1.0),
        ("-5", 1.0),
    ],
)
def test_retry_after_is_obeyed_up_to_the_cap(
    get: Callable[..., Reply], server: FakeWork24, slept: list[float], asked: str, waited: float
) -> None:
    server.faults.append(Fault("status", status=429, headers=(("Retry-After", asked),)))
    assert get().retries == 1
    assert slept == [waited]


@pytest.mark.parametrize(("status", "expected"), [(401, KeyRefused), (403, KeyRefused), (404, RequestRefused)])
def test_status_that_a_repeat_would_not_change_is_not_repeated(
    get: Callable[..., Reply], server: FakeWork24, status: int, expected: type[Work24Error]
) -> None:
    server.faults.append(Fault("status", status=status))
    with pytest.raises(expected, match=f"HTTP {status}"):
        get()
    assert len(server.asked) == 1


@pytest.mark.parametrize("target", ["http://other.invalid{path}", "ftp://127.0.0.1/x", "file:///etc/hosts", "//[", ""])
def test_redirect_elsewhere_is_not_followed(get: Callable[..., Reply], server: FakeWork24, target: str) -> None:
    server.faults.append(redirect_to(target))
    with pytest.raises(RedirectRefused, match="Do: check the base address"):
        get()
    assert len(server.asked) == 1


def test_redirect_to_the_same_server_is_followed(get: Callable[..., Reply], server: FakeWork24) -> None:
    server.faults.append(redirect_to("{path}"))
    assert b"<jobsList>" in get().body


def test_redirects_in_a_circle_end(get: Callable[..., Reply], server: FakeWork24) -> None:
    server.faults.extend([redirect_to("{path}")] * 9)
    with pytest.raises(RedirectRefused, match="more than 3 redirects"):
        get()


def test_reply_over_the_size_cap_is_refused(get: Callable[..., Reply]) -> None:
    with pytest.raises(ResponseTooLarge, match="passed 50 bytes"):
        get(max_bytes=50)


@pytest.mark.parametrize(
    "address", ["http://api.example/call", "ftp://api.example", "https://u:p@api.example", "x", "//["]
)
def test_address_that_would_leak_the_key_is_refused(address: str) -> None:
    with pytest.raises(Work24SettingsError, match="Do: correct it"):
        Work24Client(address, KEY)


def test_missing_key_is_refused() -> None:
    with pytest.raises(Work24SettingsError, match="has 0 characters"):
        Work24Client("https://api.example/call", " ")
