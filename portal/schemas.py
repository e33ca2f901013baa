"""JSON Schemas of what the API answers, made from the contracts: types, units, codes and Korean descriptions.

Do not put here: facts about a column that are not in its contract, paths (app.py).
"""

from __future__ import annotations

from typing import Any

from dashboards import texts
from lake.contracts import codes
from lake.contracts.model import Column, Kind, Table
from lake.contracts.render import comment
from portal import problems
from portal.resources import RESOURCES, SEEKER_ANSWERS, Resource

Schema = dict[str, Any]
_TYPES: dict[Kind, Schema] = {
    Kind.STRING: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.INT8: {"type": "integer"},
    Kind.INT16: {"type": "integer"},
    Kind.INT32: {"type": "integer"},
    Kind.INT64: {"type": "integer"},
    Kind.FLOAT32: {"type": "number"},
    Kind.FLOAT64: {"type": "number"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
}


def column_schema(column: Column) -> Schema:
    """The schema of one value; a column that may be empty allows null."""
    schema = dict(_TYPES[column.kind]) | {"title": column.label, "description": comment(column)}
    if column.codes:
        schema["enum"] = [*column.codes.codes]
        listed = ", ".join(f"{code}={label}" for code, label in column.codes.codes.items())
        schema["description"] += f" 코드: {listed}"
    for name, bound in (("minimum", column.minimum), ("maximum", column.maximum)):
        if bound is not None:
            schema[name] = bound
    if column.nullable:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def row_schema(table: Table) -> Schema:
    """The schema of a serving row: every column is always there."""
    properties = {column.name: column_schema(column) for column in table.columns}
    description = f"{table.description} {table.grain}."
    return _object(properties, table.label, description)


def component_schemas() -> dict[str, Schema]:
    """Every schema of the OpenAPI text by name."""
    schemas = {"Night": _NIGHT, "Answer": _answer_schema(), "Problem": _problem_schema(), "Status": _STATUS}
    for resource in RESOURCES:
        schemas[resource.schema_name] = row_schema(resource.table)
        schemas[envelope_name(resource)] = _object({"night": _ref("Night"), **_answer_parts(resource)})
    by_path = {resource.path.rsplit("/", 1)[-1]: resource for resource in RESOURCES if resource.scope == "seeker"}
    answers = {name: _object(_answer_parts(by_path[name]), _title(name)) for name in SEEKER_ANSWERS}
    schemas["SeekerAnswers"] = _object({"night": _ref("Night"), "answers": _object(answers, "여섯 가지 답")})
    return schemas


def envelope_name(resource: Resource) -> str:
    """The schema of a resource's whole answer."""
    return f"{resource.schema_name}Answer"


def _answer_parts(resource: Resource) -> dict[str, Schema]:
    row = {"row": _ref(resource.schema_name)}
    return {"answer": _ref("Answer"), **row} if resource.has_answer else row


def _title(name: str) -> str:
    return str(texts.load("api")["resource"][name])


def _object(properties: dict[str, Schema], title: str = "", description: str = "") -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "required": [*properties]}
    words = {"title": title, "description": description}
    return {name: text for name, text in words.items() if text} | schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer_schema() -> Schema:
    listed = ", ".join(f"{code}={label}" for code, label in codes.ANSWER.codes.items())
    properties: dict[str, Schema] = {
        "answer_code": {"type": "string", "enum": [*codes.ANSWER.codes], "description": f"답변 상태. 코드: {listed}"},
        "has_result": {"type": "boolean", "description": "결과가 있는가. 거짓이면 까닭은 reason에 있다"},
        "reason": {"type": "string", "description": "사람이 읽는 까닭"},
        "next_step": {"type": ["string", "null"], "description": "결과를 얻으려면 할 수 있는 일. 없으면 비움"},
    }
    return _object(properties, "답변 상태", "결과가 있는지, 없으면 왜 없는지")


def _problem_schema() -> Schema:
    properties: dict[str, Schema] = {
        "type": {"type": "string", "format": "uri", "description": "문제 종류의 식별자"},
        "title": {"type": "string", "description": "문제의 이름"},
        "status": {"type": "integer", "description": "HTTP 상태"},
        "detail": {"type": "string", "description": "무엇이 잘못되었고 무엇을 하면 되는가"},
        "code": {"type": "string", "enum": [*problems.STATUS], "description": "문제 코드"},
    }
    return _object(properties, "문제", "RFC 9457 problem details. 보낸 값은 되풀이하지 않는다")


_NIGHT = _object(
    {
        "run_id": {"type": "string", "description": "실행 번호. 한 응답의 모든 값은 이 회차의 것이다"},
        "as_of": {"type": "string", "format": "date", "description": "기준일(Asia/Seoul)"},
        "is_synthetic": {"type": "boolean", "description": "합성 데이터로 만든 결과인가. 참이면 실제 사람이 아니다"},
    },
    "공표 회차",
)
_STATUS = _object(
    {
        "night": _ref("Night"),
        "age_hours": {"type": "number", "description": "기준일 0시(Asia/Seoul)부터 지난 시간 [시간]"},
        "stale_after_hours": {
            "type": "integer",
            "minimum": 0,
            "description": "이보다 오래되면 답하지 않음. 0: 끝없이",
        },
        "is_stale": {"type": "boolean", "description": "오래되어 답하지 않는 중인가"},
        "is_forced": {"type": "boolean", "description": "점검에 걸렸으나 사유를 기록하고 공표했는가"},
        "model_versions": {
            "type": "object",
            "description": "표별 모형 버전",
            "additionalProperties": {"type": "string"},
        },
        "tables": {
            "type": "object",
            "description": "공표된 표와 그 버전",
            "additionalProperties": _object(
                {
                    "version": {"type": "integer", "description": "Delta 버전"},
                    "rows": {"type": "integer", "description": "행 수"},
                    "contract_version": {"type": "string", "description": "계약 버전"},
                }
            ),
        },
    },
    "공표 상태",
)
