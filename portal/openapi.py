"""The OpenAPI text: what the API promises, from the contracts and the closed list of problems.

The committed copy is infra/contracts/openapi.json; a test compares it. Put here: how paths and answers are described.
Do not put here: the schemas of rows (schemas.py), what counts as a breaking change (openapi_changes.py).
"""

from __future__ import annotations

import json
import re
from typing import Any

from dashboards import texts
from portal import problems
from portal.resources import ALL_OF_SEEKER, Resource
from portal.schemas import component_schemas, envelope_name

_COMMON = (401, 403, 413, 414, 429, 500, 503)
_DESCRIPTION = (
    "야간 배치가 공표한 결과를 키로 조회한다. 읽기 전용이다. 한 응답의 모든 값은 같은 회차(run_id)의 것이다. "
    "404는 공표된 결과에 그 키가 없다는 뜻이다. "
    "키는 있으나 아직 결과가 없으면 200으로 answer에 코드와 까닭을 담아 답한다. "
    "결과가 오래되었거나 읽을 수 없으면 503과 Retry-After로 답한다."
)
_ETAG = "회차와 내용의 표시. 다음 요청의 If-None-Match에 넣으면 바뀐 것이 없을 때 304로 답한다"


def describe_path(path: str, resource: Resource | None) -> dict[str, Any]:
    """What FastAPI is told of a path: its name, Korean summary, and each status with its schema."""
    is_status = path == "/v1/status"
    summary, schema = _summary_and_schema(path, resource)
    statuses = _COMMON if is_status else (404, 422, *_COMMON)
    responses: dict[int | str, dict[str, Any]] = {status: _problem(status) for status in sorted(statuses)}
    headers = {} if is_status else {"headers": {"ETag": _header(_ETAG)}}
    responses[200] = {"description": summary, "content": _content("application/json", schema), **headers}
    if not is_status:
        responses[304] = {"description": "If-None-Match의 ETag와 같음"}
    words = re.findall(r"[a-z]+", path.removeprefix("/v1/").removesuffix(":path}"))
    return {
        "operation_id": "_".join(words),
        "summary": summary,
        "responses": responses,
    }


def document_of(app: Any) -> bytes:
    """The OpenAPI text of the application as JSON, the same bytes for the same code."""
    from fastapi.openapi.utils import get_openapi

    document = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted(component_schemas().items()))
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _summary_and_schema(path: str, resource: Resource | None) -> tuple[str, str]:
    if resource is not None:
        return resource.table.label, envelope_name(resource)
    return ("여섯 가지 답", "SeekerAnswers") if path == ALL_OF_SEEKER else ("공표 상태", "Status")


def _problem(status: int) -> dict[str, Any]:
    codes = [code for code, known in problems.STATUS.items() if known == status]
    titles = " / ".join(f"{texts.load('api')['problem'][code]['title']} ({code})" for code in codes)
    described: dict[str, Any] = {"description": titles, "content": _content(problems.MEDIA_TYPE, "Problem")}
    if any(code in problems.RETRY_AFTER_SECONDS for code in codes):
        described["headers"] = {"Retry-After": _header("다시 요청할 때까지 기다릴 초")}
    return described


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _content(media_type: str, schema: str) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
