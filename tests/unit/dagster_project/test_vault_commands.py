"""`goyong vault`: numbers for everybody, a person only with a reason, and every look written down."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from lake import audit_log
from lake.erasures import mark_of
from lake.privacy import load_master_key
from lake.settings import Settings
from lake.vault import VaultError, open_vault

KEY = "a" * 32


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    with open_vault(Settings(lake_dir=tmp_path / "lake")) as vault:
        vault.put(pa.table({"seeker_key": [KEY], "name": ["홍길동"], "phone": ["010-0123-4567"]}))
    return tmp_path / "lake"


def run(lake: Path, *words: str) -> Result:
    """One command on the lake."""
    return CliRunner().invoke(app, ["vault", *words, "--lake", str(lake)])


def test_status_counts_and_names_nobody(lake: Path) -> None:
    found = json.loads(run(lake, "status", "--json").stdout)
    assert found["people"] == 1
    assert [(key["people"], key["age_days"]) for key in found["keys"]] == [(1, 0)]
    text = run(lake, "status").stdout
    assert text.startswith("people 1\nkey    ")
    assert "홍길동" not in text


def test_status_of_a_lake_without_a_vault_makes_none(tmp_path: Path) -> None:
    assert run(tmp_path / "empty", "status").stdout == "people 0\n"
    assert not (tmp_path / "empty").exists()


def test_a_look_at_a_person_is_written_down_with_its_reason(lake: Path) -> None:
    shown = run(lake, "show", KEY, "--reason", " 본인 열람 청구 ", "--json")
    assert json.loads(shown.stdout)["name"] == "홍길동"
    (entry,) = audit_log.entries(Settings(lake_dir=lake))
    assert entry["action"] == "vault show"
    person = mark_of(KEY, load_master_key(Settings(lake_dir=lake)))
    assert entry["facts"] == {"person": person, "reason": "본인 열람 청구", "is_known": True}


@pytest.mark.parametrize("reason", [[], ["--reason", "  "]])
def test_without_a_reason_nobody_is_shown(lake: Path, reason: list[str]) -> None:
    refused = run(lake, "show", KEY, *reason)
    assert refused.exit_code == 2
    assert "홍길동" not in refused.output
    assert audit_log.entries(Settings(lake_dir=lake)) == []


def test_looking_for_an_unknown_key_is_written_down_too(lake: Path) -> None:
    assert isinstance(run(lake, "show", "b" * 32, "--reason", "x").exception, VaultError)
    assert audit_log.entries(Settings(lake_dir=lake))[0]["facts"]["is_known"] is False


def test_rotation_is_written_down_and_people_stay(lake: Path) -> None:
    done = run(lake, "rotate")
    (entry,) = audit_log.entries(Settings(lake_dir=lake))
    assert entry["facts"]["people"] == 1
    assert done.stdout.startswith(f"1 people encrypted anew under {entry['facts']['key_ids'][0]}")
    with open_vault(Settings(lake_dir=lake)) as vault:
        assert vault.get(KEY)["name"] == "홍길동"
