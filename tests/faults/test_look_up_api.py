"""The look-up API over real copies while nights come, go, are rolled back, erased and damaged.

Put here: the API and the lake together; what a single request gets is in tests/unit/portal.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lake import audit_log, publication
from lake.key_value import KeyValueCopy
from lake.settings import Settings
from portal.api_keys import create_key
from portal.app import Service, create_app
from portal.nights import RETRY_SECONDS, NightFollower
from portal.resources import ALL_OF_SEEKER
from portal.serving import make_service
from tests.faults.api_load import load
from tests.faults.served_nights import nights_switching, person, publish_night, serving
from tests.faults.small_nights import settings_of
from tests.faults.tally import Add
from tests.pipeline.commands import Shell

EVER = "0"
"""--stale-after-hours: these nights are of a fixed date."""
ALL = ALL_OF_SEEKER.replace("{seeker_key}", "{}")


@pytest.fixture(scope="module")
def two_nights(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with two published nights, the second is served; tests work on copies."""
    lake = tmp_path_factory.mktemp("nights") / "lake"
    for number in (0, 1):
        publish_night(settings_of(lake, shell.folder / "pseudonym.key"), number)
    return lake


@pytest.fixture
def settings(shell: Shell, two_nights: Path, tmp_path: Path) -> Settings:
    """A copy of the two nights, and a place for keys."""
    shutil.copytree(two_nights, tmp_path / "lake", symlinks=True)
    return Settings(
        lake_dir=tmp_path / "lake",
        secret_file=shell.folder / "pseudonym.key",
        memory_mb=256,
        threads=1,
        api_keys_file=tmp_path / "keys" / "api_keys.json",
        api_stale_hours=0,
        api_requests_per_second=0,
    )


@pytest.fixture
def key(settings: Settings) -> str:
    """A key that may read everything."""
    return create_key(settings.api_keys_path, "portal", ["seeker", "posting", "status"])


class Asker:
    """The application in this process; it looks for new nights when it is told to."""

    def __init__(self, service: Service, key: str) -> None:
        self._app, self._key, self.service = create_app(service), key, service
        self.service.refresh()

    def get(self, path: str) -> httpx.Response:
        """Look for another night, then ask."""
        self.service.refresh()
        return asyncio.run(self._get(path))

    async def _get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.get(path, headers={"X-Api-Key": self._key})


@pytest.fixture
def asker(settings: Settings, key: str) -> Iterator[Asker]:
    """The API as `goyong serve` makes it."""
    made = Asker(make_service(settings), key)
    yield made
    made.service.nights.close()


def run_of(response: httpx.Response) -> str:
    """The night of an answer."""
    assert response.status_code == 200, response.text
    return str(response.json()["night"]["run_id"])


def test_p16_after_a_rollback_the_older_night_is_answered(shell: Shell, settings: Settings, asker: Asker) -> None:
    """P16. And forward again."""
    path = ALL.format(person(7))
    assert run_of(asker.get(path)) == "2026-night-001"
    assert shell.run("rollback", "--lake", settings.lake_dir).exit_code == 0
    assert run_of(asker.get(path)) == "2026-night-000"
    assert shell.run("publish", "2026-night-001", "--lake", settings.lake_dir).exit_code == 0
    assert run_of(asker.get(path)) == "2026-night-001"


def test_a_damaged_copy_is_503_says_what_to_do_and_is_answered_again_once_it_is_put_back(
    settings: Settings, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    pointer = publication.current(settings)
    file = settings.publication_dir / pointer.key_values
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    now = [0.0]
    service = make_service(settings)
    nights = NightFollower(settings, KeyValueCopy.open, clock=lambda: now[0])
    asker = Asker(Service(nights, service.keys, service.rate_limit, stale_hours=0), key)
    refused = asker.get(ALL.format(person(7)))
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "DAMAGED", "60")
    assert "Do: goyong verify, then goyong rollback or restore the file" in caplog.text
    file.write_bytes(whole)
    now[0] += RETRY_SECONDS
    assert run_of(asker.get(ALL.format(person(7)))) == pointer.run_id
    nights.close()


@pytest.mark.parametrize("damage", ["missing", "short", "empty"])
def test_a_copy_that_is_not_there_whole_is_503_until_the_night_is_rolled_back(
    settings: Settings, asker: Asker, damage: str
) -> None:
    served = publication.current(settings)
    file = settings.publication_dir / served.key_values
    publication.rollback(settings)
    assert run_of(asker.get(ALL.format(person(7)))) == "2026-night-000"
    file.unlink() if damage == "missing" else os.truncate(file, file.stat().st_size // 2 if damage == "short" else 0)
    publication.publish(settings, served)
    assert asker.get(ALL.format(person(7))).json()["code"] == "DAMAGED"
    publication.rollback(settings)
    assert run_of(asker.get(ALL.format(person(7)))) == "2026-night-000"


def test_a_night_of_before_there_were_copies_is_503_and_says_what_to_do(
    settings: Settings, asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    publication.publish(settings, publication.Pointer("old", publication.current(settings).as_of, {}, {}, True))
    assert asker.get(ALL.format(person(7))).json()["code"] == "DAMAGED"
    assert "Do: publish a night with this version (goyong nightly)" in caplog.text


def test_an_erased_person_is_unknown_as_soon_as_the_pointer_is_rewritten(settings: Settings, asker: Asker) -> None:
    assert asker.get(ALL.format(person(7))).status_code == 200
    kept = publication.current(settings)
    others = [number for number in range(50) if number != 7]
    publish_night(settings, 1, others)  # the same run without them, as an erasure leaves it
    assert publication.current(settings).key_values != kept.key_values
    unknown, never = asker.get(ALL.format(person(7))), asker.get(ALL.format(person(999)))
    assert (unknown.status_code, unknown.content) == (404, never.content)
    assert asker.get(ALL.format(person(8))).status_code == 200


@pytest.mark.parametrize("requests", [1_500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_p15_under_load_no_request_fails_and_none_mixes_nights_while_nights_are_published(
    settings: Settings, key: str, tmp_path: Path, tally: Add, requests: int
) -> None:
    """P15. 64 connections ask for all answers of people; it ends only after several switches."""
    paths = [ALL.format(person(number)) for number in range(50)]
    log, stop = tmp_path / "serve.log", threading.Event()
    with (
        serving(settings, log, "--stale-after-hours", EVER) as (port, _),
        nights_switching(settings, stop) as switched,
    ):
        found = load(port, key, paths, 64, lambda asked: asked < requests or len(switched) < 5)
    tally("API requests during publication", requests=len(found.times_ms), mixed=found.mixed, errors=len(found.errors))
    assert (found.errors[:3], found.mixed) == ([], 0)
    assert set(found.nights) == {"2026-night-000", "2026-night-001"}
    said = log.read_text(encoding="utf-8")
    assert person(7) not in said
    assert key not in said
    assert "/v1/seekers/{seeker_key}" in said


def test_serve_without_keys_or_with_a_taken_port_says_what_to_do(
    settings: Settings, shell: Shell, key: str, tmp_path: Path
) -> None:
    lake = ("--lake", settings.lake_dir)
    none = shell.run("serve", *lake, "--keys-file", tmp_path / "none.json")
    assert (none.exit_code, none.complaint.rsplit("Do: ", 1)[1]) == (2, "goyong api-key create NAME")
    with serving(settings, tmp_path / "serve.log") as (port, _):
        taken = shell.run("serve", *lake, "--keys-file", settings.api_keys_path, "--port", str(port))
    assert (taken.exit_code, taken.complaint.rsplit("Do: ", 1)[1]) == (2, "--port N")


def test_a_key_is_made_shown_once_listed_and_revoked_on_the_command_line(
    settings: Settings, shell: Shell, tmp_path: Path
) -> None:
    file = ("--keys-file", tmp_path / "new" / "keys.json", "--lake", settings.lake_dir)
    made = shell.run("api-key", "create", "work24-web", "--scope", "seeker", "--scope", "status", *file)
    assert made.exit_code == 0, made.text
    assert made.stdout.startswith("goyong_")
    assert shell.run("api-key", "list", *file).stdout.split()[1:] == ["work24-web", "seeker", "status"]
    assert shell.run("api-key", "revoke", "work24-web", *file).stdout == "revoked work24-web\n"
    again = shell.run("api-key", "revoke", "work24-web", *file)
    logged = [entry for entry in audit_log.entries(settings) if entry["action"].startswith("api-key")]
    assert [(entry["action"], entry["facts"]) for entry in logged] == [
        ("api-key create", {"name": "work24-web", "scopes": "seeker status"}),
        ("api-key revoke", {"name": "work24-web"}),
    ]
    assert audit_log.verify(settings) == []
    assert again.exit_code == 2
    assert "expected one of: none" in again.complaint
