"""The HTTP client of the 고용24 open API: one GET at a time, bounded in time, size and number of tries.

Put here: transport (retries, waiting, redirects, size, keeping the key secret).
Not here: what a body means (``pages.py``), files (``delivery.py``), paging (``fetch.py``). Makes no table.
The key travels as a query parameter because the API has no other way; nothing else may ever show it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, quote_plus

import httpx

from lake.http_exchange import LOOPBACK_HOSTS, BodyTooLarge, Exchanged, exchange, open_transport
from lake.sources.work24.errors import (
    KeyRefused,
    RedirectRefused,
    RequestRefused,
    ResponseTooLarge,
    TransportFailed,
    Work24SettingsError,
)

_RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 3
_SHORTEST_KEY = 8
_REDACTED = "[key]"
# At DEBUG httpcore logs response headers, and a redirect's Location repeats the query.
_WIRE_LOGGERS = ("httpcore.connection", "httpcore.http11", "httpcore.proxy")


def utc_now() -> datetime:
    """Return the present instant (UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class TransportSettings:
    """Bounds of every call. ``page_size`` × ``max_pages`` is the API's cap a query: 100,000 rows."""

    timeout_s: float = 30.0
    deadline_s: float = 300.0
    retries: int = 4
    backoff_s: float = 1.0
    wait_cap_s: float = 120.0
    page_size: int = 100
    max_pages: int = 1000
    max_bytes: int = 32 * 1024 * 1024
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True)
class Reply:
    """One body, already free of the key, and the retries it took."""

    body: bytes
    retries: int


class Work24Client:
    """Asks one 고용24 address with one key. Each service needs its own key at 고용24."""

    def __init__(self, base_url: str, auth_key: str, *, settings: TransportSettings | None = None) -> None:
        """Store the address (``https://…/call``) and key; http is taken for this machine only."""
        self.settings = settings or TransportSettings()
        self._base = _checked_base(base_url)
        self._key = auth_key.strip()
        if len(self._key) < _SHORTEST_KEY:
            raise Work24SettingsError(
                f"work24: the authentication key has {len(self._key)} characters, expected at least {_SHORTEST_KEY}. "
                "Do: put the key issued by 고용24 for this service into the settings."
            )
        forms = {self._key, quote(self._key, safe=""), quote_plus(self._key), self._key.replace("/", "\\/")}
        self._key_forms = tuple(sorted(forms, key=len, reverse=True))
        self._transport = open_transport()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def redact(self, text: str) -> str:
        """Return the text without the key in any of its spellings."""
        for form in self._key_forms:
            text = text.replace(form, _REDACTED)
        return text

    def redact_body(self, body: bytes) -> bytes:
        """Return the body without the key: some error bodies echo the request."""
        for form in self._key_forms:
            body = body.replace(form.encode(), _REDACTED.encode())
        return body

    def wait_before_retry(self, attempt: int, retry_after: str | None = None) -> None:
        """Sleep as the server asked, else twice as long as the last time; never longer than the cap."""
        asked = _seconds_asked(retry_after, self.settings.clock())
        seconds = self.settings.backoff_s * 2.0**attempt if asked is None else asked
        self.settings.sleep(min(max(seconds, 0.0), self.settings.wait_cap_s))

    def get(self, path: str, params: Mapping[str, str], *, label: str) -> Reply:
        """Return the body of one call; ``label`` (service, shard, page) names it in errors.

        Raises:
            TransportFailed: no usable reply after the allowed retries, a redirect elsewhere, or too large a body.
            KeyRefused: HTTP 401 or 403.
            RequestRefused: any other status that a repeat would not change.
        """
        url = self._base.join(path).copy_merge_params({"authKey": self._key, **params})
        found = ""
        for attempt in range(self.settings.retries + 1):
            retry_after: str | None = None
            try:
                with _without_key_in_wire_logs(self.redact):
                    status, headers, body = self._exchange(url, label)
            except httpx.TransportError as error:
                found = type(error).__name__
            else:
                if status == httpx.codes.OK:
                    return Reply(self.redact_body(body), attempt)
                if status not in _RETRY_STATUSES:
                    raise _refusal(status, label)
                found = f"HTTP {status}"
                retry_after = headers.get("retry-after")
            if attempt < self.settings.retries:
                self.wait_before_retry(attempt, retry_after)
        # Raised outside the except block: httpx's exception holds the URL, and with it the key.
        raise TransportFailed(
            f"work24 {label}: {found} on the last of {self.settings.retries + 1} tries, expected HTTP 200. "
            "Do: run again later; saved pages are kept and the fetch goes on where it stopped."
        )

    def _exchange(self, url: httpx.URL, label: str) -> Exchanged:
        for _ in range(_MAX_REDIRECTS + 1):
            status, headers, body = self._send_once(url, label)
            if status not in _REDIRECT_STATUSES:
                return Exchanged(status, headers, body)
            url = self._next_url(url, headers.get("location", ""), label)
        raise RedirectRefused(f"work24 {label}: more than {_MAX_REDIRECTS} redirects. Do: check the base address.")

    def _send_once(self, url: httpx.URL, label: str) -> Exchanged:
        request = httpx.Request(
            "GET",
            url,
            headers={"Accept": "application/xml, application/json", "Accept-Encoding": "identity"},
            extensions={"timeout": httpx.Timeout(self.settings.timeout_s).as_dict()},
        )
        deadline_s, max_bytes = self.settings.deadline_s, self.settings.max_bytes
        try:
            return exchange(self._transport, request, deadline_s=deadline_s, max_bytes=max_bytes)
        except BodyTooLarge:
            raise ResponseTooLarge(
                f"work24 {label}: the reply passed {self.settings.max_bytes} bytes, the largest accepted. "
                "Do: check the base address, or lower page_size."
            ) from None

    def _next_url(self, url: httpx.URL, location: str, label: str) -> httpx.URL:
        target: httpx.URL | None = None
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            location = ""
        if target is None or not location or (target.scheme, target.host, target.port) != _origin(url):
            where = "an unreadable address" if target is None or not location else f"{target.scheme}://{target.host}"
            raise RedirectRefused(
                f"work24 {label}: redirected to {self.redact(where)}, which is not {url.scheme}://{url.host}; "
                "not followed, it would receive the key. Do: check the base address."
            )
        return target


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _checked_base(base_url: str) -> httpx.URL:
    url: httpx.URL | None = None
    try:
        url = httpx.URL(base_url.rstrip("/") + "/")
    except httpx.InvalidURL:
        url = None
    if url is None or not url.host or url.userinfo or url.query or url.scheme not in {"http", "https"}:
        raise Work24SettingsError(
            "work24: the base address cannot be used; expected https://host/path without user or query. "
            "Do: correct it in the settings."
        )
    if url.scheme == "http" and url.host not in LOOPBACK_HOSTS:
        raise Work24SettingsError(
            f"work24: http://{url.host} would send the key in clear; expected https. Do: correct it in the settings."
        )
    return url


def _refusal(status: int, label: str) -> KeyRefused | RequestRefused:
    if status in {401, 403}:
        return KeyRefused(f"work24 {label}: HTTP {status}. Do: check that the key is signed up for this service.")
    return RequestRefused(f"work24 {label}: HTTP {status}, expected 200. Do: check the base address and parameters.")


def _seconds_asked(retry_after: str | None, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds or an HTTP date; None when absent or unreadable."""
    text = (retry_after or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (instant.replace(tzinfo=instant.tzinfo or UTC) - now).total_seconds()


@contextmanager
def _without_key_in_wire_logs(redact: Callable[[str], str]) -> Iterator[None]:
    def hide_key(record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True

    loggers = [logging.getLogger(name) for name in _WIRE_LOGGERS]
    for logger in loggers:
        logger.addFilter(hide_key)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(hide_key)
