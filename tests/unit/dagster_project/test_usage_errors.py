"""Paths that cannot be used: one clear line and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project import cli


def test_verifying_a_lake_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["goyong", "verify", "--lake", str(tmp_path / "none")])
    monkeypatch.setattr(cli, "set_up_logging", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip() == (
        f"SettingsError: {tmp_path / 'none'}: no such folder; expected a lake. Do: --lake FOLDER"
    )
    assert not (tmp_path / "none").exists()
