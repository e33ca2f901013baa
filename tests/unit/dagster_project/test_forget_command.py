"""`goyong forget`: whom it asks for, how a resident number comes in, what is printed and with which exit code."""

from __future__ import annotations

import fcntl
import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.night import NightOptions, inputs_hash
from lake import erasure, exports, publication, session
from lake.erasure import key_of_resident_number
from lake.erasures import add_erasures
from lake.settings import Settings

KEY = "a" * 32
NUMBER = "900101-1234567"
CERTIFICATE = {
    "certificate_id": "1",
    "at": "2026-11-26T00:00:00+00:00",
    "legal_basis": "개인정보 보호법 제36조",
    "people": ["1f"],
    "tables": [],
    "vault_rows": 0,
    "exports_removed": [],
    "exports_to_recall": [],
    "tables_looked_through": 46,
    "residue": [],
    "not_touched": [],
    "seal": "s",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The people that the command asks to be erased; nothing is computed."""
    people: list[str] = []

    def forget(_lake: object, keys: list[str]) -> dict[str, Any]:
        people.extend(keys)
        return CERTIFICATE | ({"residue": ["dagster/runs.db"]} if "b" * 32 in keys else {})

    monkeypatch.setattr(erasure, "forget", forget)
    monkeypatch.setattr(session, "open_session", lambda _settings: nullcontext())
    return people


def run(tmp_path: Path, *words: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["forget", *words, "--lake", str(tmp_path / "lake")], input=given)
    return result.exit_code, result.output


def test_the_certificate_is_printed_in_korean(tmp_path: Path, asked: list[str]) -> None:
    code, text = run(tmp_path, KEY, "c" * 32)
    assert (code, asked) == (0, [KEY, "c" * 32])
    assert text.startswith("개인정보 삭제 확인서")


def test_the_certificate_is_printed_for_machines(tmp_path: Path, asked: list[str]) -> None:
    code, text = run(tmp_path, KEY, "--json")
    assert (code, json.loads(text)) == (0, CERTIFICATE)


def test_a_resident_number_comes_from_standard_input_and_is_not_repeated(tmp_path: Path, asked: list[str]) -> None:
    code, text = run(tmp_path, "--resident-number-stdin", given=f"{NUMBER}\n")
    assert (code, asked) == (0, [key_of_resident_number(Settings(lake_dir=tmp_path / "lake"), "9001011234567")])
    assert "1234567" not in text


@pytest.mark.parametrize("words", [(), (KEY, "--resident-number-stdin")])
def test_neither_or_both_is_a_mistake(tmp_path: Path, asked: list[str], words: tuple[str, ...]) -> None:
    assert (run(tmp_path, *words)[0], asked) == (2, [])


def test_a_key_that_is_left_somewhere_is_a_failed_check(tmp_path: Path, asked: list[str]) -> None:
    code, text = run(tmp_path, "b" * 32)
    assert code == 1
    assert "아직 남은 곳: dagster/runs.db" in text


def test_a_lake_in_use_is_left_alone(tmp_path: Path, asked: list[str]) -> None:
    with publication.lock(Settings(lake_dir=tmp_path / "lake")):
        result = CliRunner().invoke(app, ["forget", KEY, "--lake", str(tmp_path / "lake")])
    assert isinstance(result.exception, publication.LakeLocked)
    assert asked == []


def test_nobody_is_erased_beside_a_running_export(tmp_path: Path, asked: list[str]) -> None:
    """An export that has read the person would be kept after the erasure."""
    lake = tmp_path / "lake"
    with exports._held(Settings(lake_dir=lake), fcntl.LOCK_SH, "never"):
        result = CliRunner().invoke(app, ["forget", KEY, "--lake", str(lake)])
    assert isinstance(result.exception, publication.LakeLocked)
    assert "an export is running" in str(result.exception)
    assert asked == []


def test_a_night_after_an_erasure_is_another_run(tmp_path: Path) -> None:
    settings, day = Settings(lake_dir=tmp_path / "lake"), date(2026, 11, 26)
    options = NightOptions(settings, tmp_path / "deliveries")
    before = inputs_hash(options, day)
    assert inputs_hash(options, day) == before
    add_erasures(settings, [KEY], erased_on=day)
    assert inputs_hash(options, day) != before


@pytest.mark.parametrize("given", ["", "홍길동", "900101-123456", KEY])
def test_what_is_no_resident_number_is_refused_without_repeating_it(tmp_path: Path, given: str) -> None:
    with pytest.raises(erasure.MalformedKey) as refusal:
        key_of_resident_number(Settings(lake_dir=tmp_path), given)
    assert not given or given not in str(refusal.value)
