"""Post an alert to a webhook: a few tries within a deadline, no redirect followed, the address never told.

Put here: what is tried, and how a failure is named. Do not put here: the exchange itself (lake/http_exchange.py).
"""

from __future__ import annotations

import json
import time
from typing import Any

import httpx

from lake.http_exchange import BodyTooLarge, exchange, open_transport

MOST_TRIES = 3
TRY_S = 1.5
BACKOFF_S = 0.2
_WORTH_A_REPEAT = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_BYTES = 64 * 1024


def post(url: str, body: dict[str, Any], *, until: float) -> tuple[int, str | None]:
    """(tries made, None when it was taken, else why not), no later than `until` of the monotonic clock."""
    try:
        request_url = httpx.URL(url)
    except httpx.InvalidURL:
        return 0, "unusable address"
    transport = open_transport()
    problem, tries = "not tried: the time for alerts was used up", 0
    try:
        while tries < MOST_TRIES and (left := until - time.monotonic()) > 0:
            tries += 1
            problem, is_final = _try(transport, request_url, body, min(TRY_S, left))
            if not problem:
                return tries, None
            wait = BACKOFF_S * 2.0 ** (tries - 1)
            if is_final or time.monotonic() + wait >= until:
                break
            if tries < MOST_TRIES:
                time.sleep(wait)
    finally:
        transport.close()
    return tries, problem


def _try(transport: httpx.HTTPTransport, url: httpx.URL, body: dict[str, Any], seconds: float) -> tuple[str, bool]:
    """(problem, whether a repeat is no use); the problem is empty when the alert was taken."""
    request = httpx.Request(
        "POST",
        url,
        headers={"Content-Type": "application/json; charset=utf-8"},
        content=json.dumps(body, ensure_ascii=False).encode(),
        extensions={"timeout": httpx.Timeout(seconds).as_dict()},
    )
    try:
        reply = exchange(transport, request, deadline_s=seconds, max_bytes=_MAX_BYTES)
    except BodyTooLarge:
        return "reply too large", True
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return type(error).__name__, isinstance(error, httpx.UnsupportedProtocol)
    if httpx.codes.is_success(reply.status):
        return "", True
    redirected = " (redirect, not followed)" if httpx.codes.is_redirect(reply.status) else ""
    return f"HTTP {reply.status}{redirected}", reply.status not in _WORTH_A_REPEAT
