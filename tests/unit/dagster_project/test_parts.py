"""The list of parts: every locked package, its licence, and faults that fail the check."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from dagster_project import parts

LOCK = """\
duckdb==1.5.5 \\
    --hash=sha256:00
    # via x
not-installed==1.0 ; python_version < '3' \\
    --hash=sha256:11
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "default.txt").write_text(LOCK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_locked_package_is_listed_with_its_licence() -> None:
    first, second = parts.list_parts(LOCK)
    assert (first["name"], first["version"]) == ("duckdb", "1.5.5")
    assert "MIT" in first["licence"]
    assert second == {"name": "not-installed", "version": "1.0", "licence": ""}


def test_without_a_network_the_list_is_written_and_nothing_fails(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parts, "ask_for_faults", lambda: None)
    assert parts.main() == 0
    document = json.loads((room / "build" / "sbom.json").read_text(encoding="utf-8"))
    assert [c["purl"] for c in document["components"]] == ["pkg:pypi/duckdb@1.5.5", "pkg:pypi/not-installed@1.0"]
    told = capsys.readouterr().out
    assert "2 locked packages; licence not stated by not-installed" in told
    assert "not asked: no network" in told


@pytest.mark.parametrize("said", ["", '{"dependencies": [{"name": "duckdb", "skip_reason": "not found"}]}'])
def test_a_service_that_knows_no_package_was_not_asked(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen with a package mirror: pip-audit skips everything, says "No known vulnerabilities found" and exits 0."""
    done = subprocess.CompletedProcess([], 0, stdout=said)
    monkeypatch.setattr(parts.subprocess, "run", lambda *_, **__: done)
    assert parts.ask_for_faults() is None


def test_a_known_fault_fails_the_check_and_says_what_fixes_it(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = {"id": "PYSEC-1", "fix_versions": ["1.6"]}
    asked = [{"name": "duckdb", "version": "1.5.5", "vulns": [fault]}]
    monkeypatch.setattr(parts, "ask_for_faults", lambda: asked)
    assert parts.main() == 1
    assert "duckdb 1.5.5: PYSEC-1, fixed in 1.6" in capsys.readouterr().out
