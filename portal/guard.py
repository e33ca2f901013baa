"""What happens to every request around its answer: limits on size, HEAD, security headers, the access log.

An ASGI middleware around the application. Put here: what is the same for every path. Do not put here: who may ask
(app.py), answers. The access log holds route templates, statuses and the names of API keys: never a path, so never
the key of a person.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portal import problems
from portal.nights import describe
from portal.resources import PATH_BYTES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FACTS = "goyong.facts"
"""Under this name a request's scope holds what the access log says of it: api_key, run_id."""

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"vary", b"X-Api-Key"),
)

log = logging.getLogger("portal.access")


class Guard:
    """The application with its limits, headers and access log."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or pass another kind of event on)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, method = time.perf_counter(), scope["method"]
        answer = _Answer(send, is_head=method == "HEAD")
        scope[FACTS] = {}
        if method == "HEAD":
            scope["method"] = "GET"
        refused = _refused(scope)
        try:
            if refused:
                await answer.problem(refused)
            else:
                await self._app(scope, receive, answer)
        except Exception as error:
            log.exception("look-up API: %s", describe(error))
            if not answer.status:
                await answer.problem("INTERNAL")
        finally:
            _log_request(scope, method, answer.status, (time.perf_counter() - began) * 1000)


class _Answer:
    """Passes a response on: security headers added, the body left out of an answer to HEAD."""

    def __init__(self, send: Send, *, is_head: bool) -> None:
        self._send, self._is_head = send, is_head
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def problem(self, code: str) -> None:
        """Send a refusal."""
        body = problems.body_of(code)
        headers = {"content-type": problems.MEDIA_TYPE, "content-length": str(len(body))} | problems.headers_of(code)
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": problems.STATUS[code], "headers": raw})
        await self({"type": "http.response.body", "body": body})


def _refused(scope: Scope) -> str:
    """The problem with a request's size, or nothing."""
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > PATH_BYTES:
        return "PATH_TOO_LONG"
    headers = dict(scope["headers"])
    if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        return "BODY_NOT_ALLOWED"
    return ""


def _log_request(scope: Scope, method: str, status: int, milliseconds: float) -> None:
    facts = {
        "at_route": getattr(scope.get("route"), "path", "-"),
        "method": method if method in ("GET", "HEAD") else "other",
        "status": status,
        "milliseconds": round(milliseconds, 2),
        **scope[FACTS],
    }
    log.info("%s", json.dumps(facts, ensure_ascii=False))
