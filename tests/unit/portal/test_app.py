"""What a request gets: the answer of one night, or a refusal that says nothing about anybody."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dashboards import texts
from portal import problems
from portal.api_keys import create_key, revoke_key
from portal.resources import RESOURCES, SEEKER_ANSWERS
from tests.unit.portal.conftest import (
    AS_OF,
    EVERY_PATH,
    MORNING,
    NO_RESULT,
    NOBODY,
    PERSON,
    Api,
    World,
    asked_for,
    serving,
)


def problem_of(response: httpx.Response) -> str:
    """The code of a refusal, whose form is checked."""
    problem = response.json()
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert response.headers["cache-control"] == "no-store"
    assert problem["status"] == response.status_code
    assert set(problem) == {"type", "title", "status", "detail", "code"}
    return str(problem["code"])


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)
def test_a_path_answers_with_the_row_of_its_table(api: Api, resource: Any) -> None:
    answer = api.get(asked_for(resource.path)).json()
    assert answer["night"] == {"run_id": "first", "as_of": "2026-11-20", "is_synthetic": True}
    assert tuple(answer["row"]) == resource.table.names
    assert ("answer" in answer) == resource.has_answer


def test_all_answers_of_a_person_are_those_of_the_single_paths(api: Api) -> None:
    whole = api.get(f"/v1/seekers/{PERSON}").json()
    single = {name: api.get(f"/v1/seekers/{PERSON}/{name}").json() for name in SEEKER_ANSWERS}
    assert whole == {
        "night": single["jobs"]["night"],
        "answers": {name: {"answer": got["answer"], "row": got["row"]} for name, got in single.items()},
    }


def test_no_result_yet_is_an_answer_with_its_reason_in_korean(api: Api) -> None:
    response = api.get(f"/v1/seekers/{NO_RESULT}/employment")
    assert response.status_code == 200
    assert response.json()["answer"] == {
        "answer_code": "THIN_FILE",
        "has_result": False,
        "reason": texts.no_result("THIN_FILE").why,
        "next_step": "구직신청서와 이력서를 채우면 다음 날 다시 계산합니다.",
    }


def test_a_person_who_opted_out_cannot_be_told_from_one_who_never_was(api: Api) -> None:
    """Both have no row; what comes back may differ in nothing."""
    one, other = api.get(f"/v1/seekers/{NOBODY}"), api.get(f"/v1/seekers/{'b' * 32}")
    assert problem_of(one) == "NO_SUCH_KEY"
    assert one.status_code == 404
    assert (one.content, sorted(one.headers.raw)) == (other.content, sorted(other.headers.raw))


@pytest.mark.parametrize("name", SEEKER_ANSWERS)
def test_an_unknown_key_is_404_on_every_path_of_a_seeker(api: Api, name: str) -> None:
    assert problem_of(api.get(f"/v1/seekers/{NOBODY}/{name}")) == "NO_SUCH_KEY"


def test_a_certificate_with_a_slash_in_its_name_is_found(api: Api) -> None:
    rows = api.world.rows["first"]
    row = json.loads(rows[(serving("skills").id, "1")]) | {"skill_code": "CERT:CAD/CAM 기능사"}
    rows[(serving("skills").id, "CERT:CAD/CAM 기능사")] = json.dumps(row).encode()
    assert api.get("/v1/skills/CERT:CAD%2FCAM%20기능사").json()["row"]["skill_code"] == "CERT:CAD/CAM 기능사"


# --- caches -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EVERY_PATH)
def test_the_same_answer_again_is_304(api: Api, path: str) -> None:
    first = api.get(path)
    again = api.get(path, if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == again.headers["cache-control"] == "private, no-cache"
    assert "X-Api-Key" in first.headers["vary"]


def test_another_night_with_the_same_row_has_another_etag(api: Api) -> None:
    before = api.get("/v1/occupations/1").headers["etag"]
    api.world.publish("second")
    api.service.refresh()
    after = api.get("/v1/occupations/1", if_none_match=before)
    assert after.status_code == 200
    assert after.json()["night"]["run_id"] == "second"


def test_two_people_have_two_etags(api: Api) -> None:
    tags = {api.get(f"/v1/seekers/{key}/jobs").headers["etag"] for key in (PERSON, NO_RESULT)}
    assert len(tags) == 2


# --- nights -----------------------------------------------------------------------------------------


def test_nothing_published_is_503_and_says_when_to_come_back(world: World) -> None:
    key = create_key(world.keys_file, "portal", ["seeker", "status"])
    api = Api(world)
    try:
        for path in (f"/v1/seekers/{PERSON}", "/v1/status"):
            response = api.get(path, x_api_key=key)
            assert problem_of(response) == "NOTHING_PUBLISHED"
            assert response.headers["retry-after"] == "60"
    finally:
        api.close()


def test_an_old_night_is_503_but_its_status_is_told(api: Api) -> None:
    last_minute = MORNING.replace(hour=0) + timedelta(hours=36 - 9)  # nine o'clock in Seoul is hour 9 of the date
    api.world.now = last_minute
    assert api.get(f"/v1/seekers/{PERSON}").status_code == 200
    api.world.now = last_minute + timedelta(minutes=1)
    response = api.get(f"/v1/seekers/{PERSON}")
    assert problem_of(response) == "STALE"
    assert response.headers["retry-after"] == "600"
    assert api.get("/v1/status").json()["is_stale"] is True


def test_status_says_what_is_served(api: Api) -> None:
    status = api.get("/v1/status").json()
    table_facts = {"version": 1, "rows": 1, "contract_version": "0"}
    assert status == {
        "night": {"run_id": "first", "as_of": AS_OF.isoformat(), "is_synthetic": True},
        "age_hours": 9.0,
        "stale_after_hours": 36,
        "is_stale": False,
        "is_forced": False,
        "model_versions": {"employment": "m1"},
        "tables": {resource.table.id: table_facts for resource in RESOURCES},
    }


def test_a_row_of_another_night_is_never_answered(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    rows = api.world.rows["first"]
    place = (serving("seeker_jobs").id, PERSON)
    rows[place] = rows[place].replace(b'"run_id":"first"', b'"run_id":"other"')
    for path in (f"/v1/seekers/{PERSON}/jobs", f"/v1/seekers/{PERSON}"):
        assert problem_of(api.get(path)) == "DAMAGED"
    assert "Do: goyong verify, then goyong rollback" in caplog.text
    assert PERSON not in caplog.text


@pytest.mark.parametrize("stored", [b"{}", b"[1]", b"\xff\xfe", b'{"run_id":"first"'])
def test_a_broken_row_is_503(api: Api, stored: bytes) -> None:
    api.world.rows["first"][(serving("seeker_jobs").id, PERSON)] = stored
    assert problem_of(api.get(f"/v1/seekers/{PERSON}/jobs")) == "DAMAGED"


def test_a_person_with_some_answers_only_is_503(api: Api) -> None:
    del api.world.rows["first"][(serving("seeker_jobs").id, PERSON)]
    assert problem_of(api.get(f"/v1/seekers/{PERSON}")) == "DAMAGED"


# --- who may ask ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*EVERY_PATH, "/v1/status"])
@pytest.mark.parametrize("wrong", ["", "goyong_x", "goyong_" + "0" * 16 + "_" + "a" * 43])
def test_without_a_known_key_nothing_is_answered(api: Api, path: str, wrong: str) -> None:
    response = api.get(path, x_api_key=wrong)
    assert problem_of(response) == "UNAUTHENTICATED"
    assert response.headers["www-authenticate"] == 'ApiKey realm="goyong"'


def test_a_wrong_secret_under_a_known_id_is_refused(api: Api) -> None:
    flipped = api.key[:-1] + ("A" if api.key[-1] != "A" else "B")
    assert problem_of(api.get(f"/v1/seekers/{PERSON}", x_api_key=flipped)) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("seeker", f"/v1/seekers/{PERSON}/jobs", 200),
        ("seeker", f"/v1/seekers/{PERSON}", 200),
        ("seeker", "/v1/postings/1/talents", 403),
        ("seeker", "/v1/status", 403),
        ("posting", f"/v1/seekers/{PERSON}/jobs", 403),
        ("posting", f"/v1/seekers/{PERSON}", 403),
        ("posting", "/v1/postings/1/talents", 200),
        ("status", "/v1/postings/1", 403),
        ("status", "/v1/status", 200),
        ("status", "/v1/occupations/1", 200),
        ("status", "/v1/courses/1", 200),
        ("status", "/v1/skills/1", 200),
    ],
)
def test_a_key_reads_what_its_scope_allows(api: Api, scope: str, path: str, status: int) -> None:
    key = create_key(api.world.keys_file, "narrow", [scope])
    api.service.refresh()
    assert api.get(path, x_api_key=key).status_code == status


def test_a_revoked_key_is_refused(api: Api) -> None:
    revoke_key(api.world.keys_file, "everything")
    api.service.refresh()
    assert problem_of(api.get("/v1/status")) == "UNAUTHENTICATED"


def test_who_may_not_read_a_path_does_not_learn_whether_a_person_is_there(api: Api) -> None:
    key = create_key(api.world.keys_file, "narrow", ["posting"])
    api.service.refresh()
    answers = {api.get(f"/v1/seekers/{person}", x_api_key=key).content for person in (PERSON, NOBODY)}
    assert len(answers) == 1


def test_too_many_requests_are_refused_until_a_second_has_passed(world: World) -> None:
    key, other = (create_key(world.keys_file, name, ["status"]) for name in ("portal", "other"))
    world.publish("first")
    api = Api(world, per_second=2)
    try:
        statuses = [api.get("/v1/status", x_api_key=key).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert api.get("/v1/status", x_api_key=key).headers["retry-after"] == "1"
        assert api.get("/v1/status", x_api_key=other).status_code == 200
        world.monotonic += 0.5
        assert api.get("/v1/status", x_api_key=key).status_code == 200
    finally:
        api.close()


# --- what is not a look-up --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_405(api: Api, method: str) -> None:
    response = api.request(method, f"/v1/seekers/{PERSON}")
    assert problem_of(response) == "METHOD_NOT_ALLOWED"
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [*EVERY_PATH, "/v1/status", "/healthz", "/v1/openapi.json", "/v1/none"])
def test_head_is_get_without_the_body(api: Api, path: str) -> None:
    get, head = api.get(path), api.request("HEAD", path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert sorted(head.headers.raw) == sorted(get.headers.raw)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/seekers/123", "MALFORMED_KEY"),
        (f"/v1/seekers/{PERSON.upper()}", "MALFORMED_KEY"),
        (f"/v1/seekers/{PERSON}%0A", "MALFORMED_KEY"),
        (f"/v1/seekers/{PERSON}%00/jobs", "MALFORMED_KEY"),
        ("/v1/seekers/%EA%B0%80", "MALFORMED_KEY"),
        ("/v1/seekers/%FF%FE", "MALFORMED_KEY"),
        ("/v1/postings/%00", "MALFORMED_KEY"),
        ("/v1/postings/" + "9" * 101, "MALFORMED_KEY"),
        ("/v1/skills/", "MALFORMED_KEY"),
        ("/v1/postings/%27%20or%201=1", "NO_SUCH_KEY"),
        ("/v1/postings/..%2F..%2Fetc", "NO_SUCH_PATH"),
        ("/v1/skills/..%2F..%2F..%2Fetc%2Fpasswd", "NO_SUCH_KEY"),
        ("/v1/skills/" + "%EA%B0%80" * 60, "NO_SUCH_KEY"),
        (f"/v1/seekers/{PERSON}/", "NO_SUCH_PATH"),
        (f"/v1/seekers/{PERSON}/other", "NO_SUCH_PATH"),
        ("/v1", "NO_SUCH_PATH"),
        ("/docs", "NO_SUCH_PATH"),
        ("/v1/postings/" + "9" * 2_000, "PATH_TOO_LONG"),
        ("/v1/postings/1?" + "q" * 2_000, "PATH_TOO_LONG"),
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(api: Api, path: str, code: str) -> None:
    response = api.get(path)
    assert problem_of(response) == code
    assert response.content == problems.body_of(code)


def test_a_body_is_refused(api: Api) -> None:
    assert problem_of(api.request("GET", f"/v1/seekers/{PERSON}", content="x")) == "BODY_NOT_ALLOWED"


def test_an_unexpected_error_is_500_and_neither_answer_nor_log_quote_it(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> bytes:
        raise KeyError(PERSON)

    api.world.opened[0].get = fail  # type: ignore[method-assign]
    assert problem_of(api.get(f"/v1/seekers/{PERSON}")) == "INTERNAL"
    assert [record for record in caplog.records if PERSON in record.getMessage()] == []


@pytest.mark.parametrize("path", [f"/v1/seekers/{PERSON}", "/v1/none", "/v1/postings/" + "9" * 2_000, "/healthz"])
def test_every_answer_has_the_headers_that_keep_browsers_from_misusing_it(api: Api, path: str) -> None:
    headers = api.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_the_access_log_names_the_route_and_the_portal_but_no_person_and_no_key(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in (f"/v1/seekers/{PERSON}/jobs", f"/v1/seekers/{NOBODY}", f"/nowhere/{PERSON}", f"/v1/seekers/{PERSON}1"):
        api.get(path)
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "portal.access"]
    assert [(line["at_route"], line["status"], line.get("api_key"), line.get("run_id")) for line in lines] == [
        ("/v1/seekers/{seeker_key}/jobs", 200, "everything", "first"),
        ("/v1/seekers/{seeker_key}", 404, "everything", "first"),
        ("-", 404, None, None),
        ("/v1/seekers/{seeker_key}", 422, "everything", None),
    ]
    said = " ".join(record.getMessage() for record in caplog.records if record.name != "httpx")  # that is the client
    assert [secret for secret in (PERSON, NOBODY, api.key) if secret in said] == []


def test_health_needs_no_key_and_no_night(world: World) -> None:
    api = Api(world)
    try:
        assert api.get("/healthz").json() == {"status": "ok"}
    finally:
        api.close()


def test_every_problem_has_its_words_and_no_words_are_left_over() -> None:
    words = texts.load("api")
    assert set(words["problem"]) == set(problems.STATUS)
    assert set(words["resource"]) == set(SEEKER_ANSWERS)
    assert all(set(texts_of) == {"title", "detail"} for texts_of in words["problem"].values())
