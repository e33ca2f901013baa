"""The look-up API as an application: paths, who may read them, answers with their ETags, and the OpenAPI text.

Put here: HTTP in and out. Do not put here: what an answer holds (answers.py), which paths there are (resources.py),
words (dashboards/texts/api.toml). A handler looks its rows up within one lease and without waiting for anything, so
it runs on the event loop: a look-up takes microseconds where a thread would take longer to hand it over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import Depends, FastAPI, Path, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader

from lake.key_value import NoKeyValueCopy
from lake.publication import PublicationDamaged
from portal import answers, problems
from portal.api_keys import ApiKey, KeyRing, KeysFileUnusable
from portal.guard import FACTS, Guard
from portal.nights import NightFollower, NightUnavailable, OpenNight
from portal.openapi import describe_path, document_of
from portal.problems import Problem
from portal.rate_limit import RateLimit
from portal.resources import ALL_OF_SEEKER, RESOURCES, SEEKER_KEY_PATTERN, Resource

WATCH_SECONDS = 0.2
"""How often the pointer and the file of API keys are looked at."""

_API_KEY = APIKeyHeader(name="X-Api-Key", auto_error=False, description="goyong api-key create NAME이 만든 키")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """What the application answers with: nights, keys, how often a key may ask, when a night is too old, the time."""

    nights: NightFollower
    keys: KeyRing
    rate_limit: RateLimit
    stale_hours: int
    now: Callable[[], datetime] = lambda: datetime.now(tz=UTC)

    def refresh(self) -> None:
        """Look whether another night is published or other keys are given; a stat each when not."""
        self.nights.refresh()
        try:
            self.keys.refresh()
        except KeysFileUnusable as error:
            log.error("look-up API: nobody is let in: %s", error)


def create_app(service: Service) -> FastAPI:
    """The application; while it runs it follows the pointer and the file of keys by itself."""
    app = FastAPI(
        title="goyong 조회 API",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(service),
        redirect_slashes=False,
    )
    app.add_middleware(Guard)
    for resource in RESOURCES:
        _add(app, resource.path, _one(service, resource), resource)
    _add(app, ALL_OF_SEEKER, _all(service), None)
    _add_status(app, service)
    document = cache(document_of)

    async def openapi() -> Response:
        return _json(document(app))

    async def healthz() -> Response:
        return _json(b'{"status":"ok"}')

    app.add_api_route("/v1/openapi.json", openapi, include_in_schema=False)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    for refused in (Problem, NightUnavailable, RequestValidationError, 404, 405):
        app.add_exception_handler(refused, _refuse)
    return app


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def follow(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(service.refresh)
        watching = asyncio.create_task(_watch(service))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            service.nights.close()

    return follow


async def _watch(service: Service) -> None:
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        await asyncio.to_thread(service.refresh)


def _may_read(service: Service, scope: str) -> Callable[..., Coroutine[Any, Any, ApiKey]]:
    """A dependency that lets keys with this scope (any key when empty) through."""

    async def authenticate(request: Request, text: str | None = Security(_API_KEY)) -> ApiKey:
        key = service.keys.find(text)
        if key is None:
            raise Problem("UNAUTHENTICATED")
        request.scope[FACTS]["api_key"] = key.name
        if scope and scope not in key.scopes:
            raise Problem("SCOPE_MISSING")
        if not service.rate_limit.allows(key.key_id):
            raise Problem("TOO_MANY_REQUESTS")
        return key

    return authenticate


def _add(app: FastAPI, path: str, endpoint: Callable[..., Any], resource: Resource | None) -> None:
    app.add_api_route(path, endpoint, methods=["GET"], response_model=None, **describe_path(path, resource))


def _one(service: Service, resource: Resource) -> Callable[..., Any]:
    """The handler of one row's path."""
    authenticated = Depends(_may_read(service, resource.scope))

    async def look_up(
        request: Request,
        key: str = Path(alias=resource.parameter, pattern=resource.pattern),
        _: ApiKey = authenticated,
    ) -> Response:
        return _answered(service, request, lambda night: answers.one_answer(night, resource, key))

    return look_up


def _all(service: Service) -> Callable[..., Any]:
    """The handler of all of a seeker's answers."""
    authenticated = Depends(_may_read(service, "seeker"))

    async def look_up(
        request: Request,
        key: str = Path(alias="seeker_key", pattern=SEEKER_KEY_PATTERN),
        _: ApiKey = authenticated,
    ) -> Response:
        return _answered(service, request, lambda night: answers.all_answers(night, key))

    return look_up


def _add_status(app: FastAPI, service: Service) -> None:
    authenticated = Depends(_may_read(service, "status"))

    async def status(request: Request, _: ApiKey = authenticated) -> Response:
        with service.nights.lease() as night:
            request.scope[FACTS]["run_id"] = night.pointer.run_id
            return _json(answers.status_answer(night, service.stale_hours, service.now()))

    _add(app, "/v1/status", status, None)


def _answered(service: Service, request: Request, answer: Callable[[OpenNight], bytes | None]) -> Response:
    """An answer from one night with its ETag, or 304; raises Problem when the night is old or has no such key."""
    with service.nights.lease() as night:
        request.scope[FACTS]["run_id"] = night.pointer.run_id
        if answers.is_stale(night, service.stale_hours, service.now()):
            raise Problem("STALE")
        try:
            body = answer(night)
        except (PublicationDamaged, NoKeyValueCopy) as error:
            service.nights.tell("DAMAGED", error)
            raise Problem("DAMAGED") from error
        if body is None:
            raise Problem("NO_SUCH_KEY")
        entity = answers.entity_tag(night, body)
    # No shared cache keeps what is about a person, and a client asks each time: the person may be erased meanwhile.
    headers = {"ETag": entity, "Cache-Control": "private, no-cache"}
    if answers.is_known(entity, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _refuse(_: Request, error: Exception) -> Response:
    """Whatever stops a request, as problem details."""
    problem = error if isinstance(error, Problem) else _problem_of(error)
    body = problems.body_of(problem.code)
    return Response(body, problems.STATUS[problem.code], problem.headers, problems.MEDIA_TYPE)


def _problem_of(error: Exception) -> Problem:
    """The problem for a night that cannot answer, a malformed key, and FastAPI's own 404 and 405."""
    if isinstance(error, NightUnavailable):
        return Problem(error.code)
    if isinstance(error, RequestValidationError):
        return Problem("MALFORMED_KEY")
    if getattr(error, "status_code", 404) == 405:
        return Problem("METHOD_NOT_ALLOWED", {"Allow": "GET, HEAD"})
    return Problem("NO_SUCH_PATH")
