"""Refusals as RFC 9457 problem details: a closed list of codes, each with a status and Korean words.

The words stand in dashboards/texts/api.toml. Do not put here: when a request is refused. A problem never repeats what
was sent: it may be the key of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dashboards import texts

STATUS: Mapping[str, int] = {
    "UNAUTHENTICATED": 401,
    "SCOPE_MISSING": 403,
    "NO_SUCH_KEY": 404,
    "NO_SUCH_PATH": 404,
    "METHOD_NOT_ALLOWED": 405,
    "BODY_NOT_ALLOWED": 413,
    "PATH_TOO_LONG": 414,
    "MALFORMED_KEY": 422,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL": 500,
    "NOTHING_PUBLISHED": 503,
    "DAMAGED": 503,
    "STALE": 503,
}
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS: Mapping[str, int] = {"NOTHING_PUBLISHED": 60, "DAMAGED": 60, "STALE": 600, "TOO_MANY_REQUESTS": 1}


class Problem(Exception):
    """A request is answered with this refusal."""

    def __init__(self, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.headers = headers_of(code) | dict(headers or {})


def headers_of(code: str) -> dict[str, str]:
    """What a refusal says beside its body: when to come back, how to say who one is; it is never stored."""
    headers = {"Cache-Control": "no-store"}
    if code in RETRY_AFTER_SECONDS:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS[code])
    if code == "UNAUTHENTICATED":
        headers["WWW-Authenticate"] = 'ApiKey realm="goyong"'
    return headers


def body_of(code: str) -> bytes:
    """The problem as JSON: the same bytes for the same code, whoever asks and for whomever."""
    words = texts.load("api")["problem"][code]
    problem = {
        "type": f"urn:goyong:problem:{code.lower().replace('_', '-')}",
        "title": words["title"],
        "status": STATUS[code],
        "detail": words["detail"],
        "code": code,
    }
    return json.dumps(problem, ensure_ascii=False).encode()
