"""The OpenAPI text is what is committed, tells the truth about answers, and does not break who relies on it."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from lake.contracts.model import CodeList, Column, Kind
from portal.openapi_changes import breaking_changes
from portal.resources import RESOURCES
from portal.schemas import column_schema
from tests.unit.portal.conftest import EVERY_PATH, NO_RESULT, PERSON, Api, asked_for

COMMITTED = Path(__file__).parents[3] / "infra" / "contracts" / "openapi.json"
Document = dict[str, Any]


def committed() -> Document:
    """The text that portals were given."""
    document: Document = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return document


def test_the_committed_text_is_the_one_that_is_served(api: Api) -> None:
    served = api.get("/v1/openapi.json").text
    if os.environ.get("GOYONG_UPDATE_CONTRACTS"):
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(served, encoding="utf-8")
    broken = breaking_changes(committed(), json.loads(served))
    assert broken == [], "portals would break: keep /v1 as it is and add a new version beside it"
    assert json.loads(served) == committed(), "after a compatible change: GOYONG_UPDATE_CONTRACTS=1 pytest (this test)"


def test_the_text_is_asked_for_without_a_key(api: Api) -> None:
    assert api.get("/v1/openapi.json", x_api_key="").status_code == 200


def test_every_path_is_in_the_text_with_its_refusals_and_a_korean_name() -> None:
    paths = committed()["paths"]
    assert len(paths) == len(RESOURCES) + 2
    for path, operations in paths.items():
        (operation,) = operations.values()
        always = {"200", "401", "403", "413", "414", "429", "500", "503"}
        assert set(operation["responses"]) == always | (set() if path == "/v1/status" else {"304", "404", "422"})
        assert any("가" <= letter <= "힣" for letter in operation["summary"])
        assert operation["security"] == [{"APIKeyHeader": []}]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)
def test_every_column_is_described_in_korean_and_always_there(resource: Any) -> None:
    schema = committed()["components"]["schemas"][resource.schema_name]
    assert tuple(sorted(schema["required"])) == tuple(sorted(resource.table.names))
    for column in resource.table.columns:
        described = schema["properties"][column.name]
        assert described["title"] == column.label
        assert column.label in described["description"]


@pytest.mark.parametrize("path", [*EVERY_PATH, f"/v1/seekers/{NO_RESULT}", "/v1/status", f"/v1/seekers/{'a' * 32}"])
def test_an_answer_is_what_the_text_says(api: Api, path: str) -> None:
    response = api.get(path)
    document = committed()
    by_path = {asked_for(known.replace("{skill_code}", "{skill_code:path}")): known for known in document["paths"]}
    known = by_path.get(path, "/v1/seekers/{seeker_key}")
    described = document["paths"][known]["get"]["responses"][str(response.status_code)]
    (schema,) = (content["schema"] for content in described["content"].values())
    jsonschema.validate(response.json(), schema | {"components": document["components"]})


@pytest.mark.parametrize(
    ("column", "schema"),
    [
        (Column("a_pct", Kind.INT16, "값", unit="%", minimum=0, maximum=100, nullable=False),
         {"type": "integer", "minimum": 0, "maximum": 100, "title": "값", "description": "값 [%]"}),
        (Column("a_date", Kind.DATE, "날"),
         {"type": ["string", "null"], "format": "date", "title": "날", "description": "날"}),
        (Column("a_code", Kind.STRING, "코드", codes=CodeList("x", "x", {"A": "가"})),
         {"type": ["string", "null"], "enum": ["A", None], "title": "코드", "description": "코드 코드: A=가"}),
    ],
)  # fmt: skip
def test_a_column_becomes_a_schema(column: Column, schema: Document) -> None:
    assert column_schema(column) == schema


# --- what breaks ------------------------------------------------------------------------------------

ROW = ("components", "schemas", "SeekerJobsV1")
OPERATION = ("paths", "/v1/seekers/{seeker_key}/jobs", "get")


def at(document: Document, *names: str) -> Any:
    """What stands in a document under these names."""
    for name in names:
        document = document[name]
    return document


BREAKING: list[tuple[Callable[[Document], Any], str]] = [
    (lambda d: d["paths"].pop("/v1/status"), "GET /v1/status: removed"),
    (lambda d: at(d, *ROW, "properties").pop("posting_id_1"), "SeekerJobsV1.posting_id_1: removed"),
    (lambda d: at(d, *ROW, "required").remove("basis_code"), "SeekerJobsV1.basis_code: no longer always there"),
    (lambda d: at(d, *ROW, "properties", "run_id").update(type=["string", "null"]),
     "SeekerJobsV1.run_id: was string, may now be null"),
    (lambda d: at(d, *ROW, "properties", "shared_out_count").update(type=["string", "null"]),
     "SeekerJobsV1.shared_out_count: another type"),
    (lambda d: at(d, *ROW, "properties", "as_of").pop("format"), "SeekerJobsV1.as_of: another type"),
    (lambda d: at(d, *ROW, "properties", "basis_code", "enum").pop(0), "SeekerJobsV1.basis_code: code "),
    (lambda d: d["components"]["schemas"].pop("Night"), "Night: schema removed"),
    (lambda d: at(d, *OPERATION, "responses").pop("404"), "status 404 removed"),
    (lambda d: at(d, *OPERATION, "responses", "200", "content").clear(), "status 200 has another content"),
    (lambda d: at(d, *OPERATION, "parameters")[0]["schema"].update(pattern="^x$"), "seeker_key has another form"),
    (lambda d: at(d, *OPERATION, "parameters").append({"in": "query", "name": "q", "required": True, "schema": {}}),
     "parameter q newly required"),
    (lambda d: at(d, *OPERATION).update(security=[]), "another authentication"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BREAKING, ids=[said for _, said in BREAKING])
def test_what_takes_away_or_asks_for_more_is_breaking(change: Callable[[Document], Any], said: str) -> None:
    changed = copy.deepcopy(committed())
    change(changed)
    found = breaking_changes(committed(), changed)
    assert any(said in line for line in found), found


COMPATIBLE: list[Callable[[Document], Any]] = [
    lambda d: None,
    lambda d: d["paths"].update({"/v2/status": d["paths"]["/v1/status"]}),
    lambda d: at(d, *ROW, "properties").update(more={"type": "string"}),
    lambda d: at(d, *ROW, "properties", "basis_code", "enum").append("NEW"),
    lambda d: at(d, *ROW, "properties", "shared_out_count").update(type="integer"),
    lambda d: at(d, *ROW).update(title="다른 이름", description="다른 설명"),
    lambda d: at(d, *OPERATION, "parameters").append({"in": "query", "name": "q", "schema": {}}),
]


@pytest.mark.parametrize("change", COMPATIBLE)
def test_what_is_added_is_not_breaking(change: Callable[[Document], Any]) -> None:
    changed = copy.deepcopy(committed())
    change(changed)
    assert breaking_changes(committed(), changed) == []


# --- everything the text allows, and what it forbids --------------------------------------------------

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]
KNOWN_KEYS = {"seeker_key": PERSON, "posting_id": "1", "occupation_code": "1", "session_id": "1", "skill_code": "1"}


KINDS = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE, None]
ASKED = [(path, mode) for path in committed()["paths"] for mode in KINDS if "{" in path or mode is None]


@pytest.mark.parametrize(("path", "mode"), ASKED, ids=str)
def test_schemathesis_finds_no_answer_that_the_text_does_not_say(
    api: Api, path: str, mode: GenerationMode | None
) -> None:
    """Keys that the text allows, keys that it forbids, and keys that are there (None)."""
    operation = schemathesis.openapi.from_dict(committed())[path]["GET"]
    known = {name: key for name, key in KNOWN_KEYS.items() if mode is None and f"{{{name}}}" in path}
    cases = operation.as_strategy(mode or GenerationMode.POSITIVE, **({"path_parameters": known} if known else {}))
    seen: set[int] = set()

    @settings(max_examples=1 if mode is None else 6, derandomize=True, deadline=None, database=None)
    @given(case=cases)
    def ask(case: schemathesis.Case) -> None:
        sent = case.as_transport_kwargs(base_url="http://api")
        response = api.request(sent["method"], sent["url"])
        case.validate_response(response, checks=CHECKS)
        seen.add(response.status_code)

    ask()
    assert seen <= ({200} if mode is None else {200, 404, 422} if mode is GenerationMode.POSITIVE else {404, 422})
