"""What leaves the process as a log line or a traceback holds no personal data; Dagster's store not even a reason."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from dagster_project import cli
from dagster_project.redacted_log import RedactingFormatter, keep_errors_out_of_records, print_redacted_traceback
from lake.settings import SettingsError

PHONE = "010-1234-5678"
NAME = "".join(("홍", "길동"))  # no line of source that a traceback shows holds it


def test_log_lines_and_their_tracebacks_are_redacted() -> None:
    try:
        raise ValueError(f"{NAME}, row of {PHONE}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "call %s", (PHONE,), info)
    text = RedactingFormatter("%(message)s").format(record)
    assert text.startswith("call [삭제]\nTraceback")
    assert text.endswith("ValueError (its text is left out: it may quote a row)\n")
    assert __file__ in text


def test_an_error_nobody_expected_keeps_its_traceback_without_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError(f"Failed to parse '{NAME}, 종로구, {PHONE}'")
        except ValueError as cause:
            raise SettingsError(f"engine is {PHONE}, of {'a1' * 16}") from cause
    except SettingsError as error:
        print_redacted_traceback(error)
    told = capsys.readouterr().err
    assert told.count("test_redacted_log.py") == 2
    assert "ValueError (its text is left out: it may quote a row)\n" in told
    assert told.endswith("SettingsError: engine is [삭제], of [가명키]\n")
    assert NAME not in told


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyError(PHONE), 1, "KeyError (its text is left out: it may quote a row)"),
        (SettingsError(f"engine is {PHONE}"), 2, "SettingsError: engine is [삭제]"),
    ],
)
def test_command_line_redacts_whatever_it_was_stopped_by(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    def stopped() -> None:
        raise error

    monkeypatch.setattr(cli, "app", stopped)
    monkeypatch.setattr(cli, "set_up_logging", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    assert capsys.readouterr().err.strip().endswith(said)


@pytest.fixture
def run_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Runs a job of one step that raises, on a store of its own, as a night is run."""

    def run(error: Exception) -> None:
        @dg.op
        def breaks() -> None:
            raise error

        @dg.job
        def one() -> None:
            breaks()

        monkeypatch.setenv("DAGSTER_REDACT_USER_CODE_ERRORS", "0")  # put back after the test
        keep_errors_out_of_records()
        with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            result = one.execute_in_process(instance=instance, raise_on_error=False)
        assert not result.success

    return run


def test_dagsters_store_does_not_hold_what_a_step_raised(
    run_step: Callable[[Exception], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_step(ValueError(f"{NAME} {PHONE}"))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"has been masked" in stored
    assert not [value for value in (PHONE, NAME, "\\ud64d") if value.encode() in stored]
    told = capsys.readouterr().err
    assert "ValueError (its text is left out: it may quote a row)" in told
    assert NAME not in told


def test_a_full_disk_in_a_step_has_its_line_elsewhere_and_no_traceback(
    run_step: Callable[[Exception], None], capsys: pytest.CaptureFixture[str]
) -> None:
    run_step(sqlite3.OperationalError("disk I/O error"))
    assert "Traceback" not in capsys.readouterr().err
