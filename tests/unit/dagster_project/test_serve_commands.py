"""`goyong serve` without its pip extra, and its limits given on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dagster_project import cli
from lake.settings import Settings, SettingsError, load_settings


def run_cli(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """The exit code of a command."""
    monkeypatch.setattr("sys.argv", ["goyong", *words])
    monkeypatch.setattr(cli, "set_up_logging", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


@pytest.mark.parametrize("missing", ["uvicorn", "fastapi"])
def test_without_the_extra_the_command_that_installs_it_is_said(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("portal.app", "portal.serving", "portal.openapi"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    assert run_cli(monkeypatch, "serve", "--lake", str(tmp_path)) == 2
    assert capsys.readouterr().err.strip() == (
        f"ApiNotInstalled: found no {missing}; expected the pip extra api. Do: pip install 'goyong[api]'"
    )


def test_a_negative_age_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_cli(monkeypatch, "serve", "--lake", str(tmp_path), "--stale-after-hours", "-1") == 2


@pytest.mark.parametrize("name", ["api_stale_hours", "api_requests_per_second"])
def test_a_negative_limit_is_no_setting(name: str) -> None:
    with pytest.raises(SettingsError, match="must be >= 0"):
        load_settings({}, **{name: -1})


def test_the_file_of_keys_lies_beside_the_master_key_unless_it_is_put_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "pseudonym.key"
    assert Settings(secret_file=secret).api_keys_path == secret.parent / "api_keys.json"
    elsewhere = load_settings({"GOYONG_API_KEYS_FILE": str(tmp_path / "keys.json")}).api_keys_path
    assert elsewhere == tmp_path / "keys.json"
