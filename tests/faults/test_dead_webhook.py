"""Alerts to a webhook that refuses, hangs, drips, answers 500 or points elsewhere: told, kept, never in the way."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lake import alert_webhook, alerts
from lake.alerts import Alert, new_alert
from lake.contracts.alerts import ALERTS
from lake.settings import Settings
from tests.fakes import webhook
from tests.fakes.webhook import Webhook

pytestmark = pytest.mark.faults

DAY = date(2026, 11, 20)
PATIENCE_S = 20
"""No limit of ours: what ends a test of something that would hang for ever."""


def say(alert: Alert) -> str:
    return f"text of {alert.kind_code}"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook.running() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(alerts, "BUDGET_S", 1.0)
    monkeypatch.setattr(alert_webhook, "TRY_S", 0.2)
    monkeypatch.setattr(alert_webhook, "BACKOFF_S", 0.01)
    return Settings(lake_dir=tmp_path / "lake", alert_webhook_url=hook.url)


def failed() -> Alert:
    return new_alert("NIGHT_FAILED", DAY, "까닭", run_id="r1")


def test_a_webhook_gets_text_and_facts_and_the_journal_says_so(settings: Settings, hook: Webhook) -> None:
    alert = failed()
    (attempt,) = alerts.send(settings, [alert], say)
    assert attempt.is_received
    assert hook.bodies == [alerts.payload(alert, "text of NIGHT_FAILED")]
    assert {"text", "kind_code", "severity_code", "as_of", "run_id", "detail"} <= set(hook.bodies[0])
    assert alerts.undelivered(settings) == []
    assert alerts.rows(settings).schema.names == list(ALERTS.names)


@pytest.mark.parametrize(
    ("answers", "problem", "tries"),
    [
        ([500, 503, 500], "HTTP 500", 3),
        ([404], "HTTP 404", 1),
        ([302], "HTTP 302 (redirect, not followed)", 1),
        (["hang", "hang", "hang"], "ReadTimeout", 3),
        (["drip", "drip", "drip"], "ReadTimeout", 3),
    ],
    ids=["500", "404", "redirect", "hangs", "drips"],
)
def test_a_dead_webhook_is_recorded_with_the_reason(
    settings: Settings, hook: Webhook, answers: list[int | str], problem: str, tries: int
) -> None:
    hook.answers.extend(answers)
    started = time.monotonic()
    (attempt,) = alerts.send(settings, [failed()], say)
    assert time.monotonic() - started < PATIENCE_S
    assert (attempt.problem, attempt.tries, hook.posts) == (problem, tries, tries)
    (row,) = alerts.rows(settings).to_pylist()
    assert (row["is_received"], row["problem"], row["attempts_count"]) == (False, problem, tries)


def test_a_refused_connection_is_recorded(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/x"
    (attempt,) = alerts.send(replace(settings, alert_webhook_url=nobody), [failed()], say)
    assert attempt.problem == "ConnectError"


def test_one_failure_and_then_an_answer_is_an_alert_received(settings: Settings, hook: Webhook) -> None:
    hook.answers.extend([500])
    (attempt,) = alerts.send(settings, [failed()], say)
    assert (attempt.is_received, attempt.tries) == (True, 2)


def test_many_alerts_to_a_webhook_that_hangs_share_one_time(settings: Settings, hook: Webhook) -> None:
    hook.answers.extend(["hang"] * 50)
    made = alerts.send(settings, [failed() for _ in range(12)], say)
    untried = [attempt for attempt in made if attempt.tries == 0]
    assert untried
    assert {attempt.problem for attempt in untried} == {"not tried: the time for alerts was used up"}
    assert len(alerts.attempts(settings)) == 12


def test_what_did_not_arrive_is_sent_again_later_each_time_and_not_for_ever(settings: Settings, hook: Webhook) -> None:
    hook.answers.extend([404] * 9)
    alerts.send(settings, [failed()], say)
    sent, now = 1, datetime.now(tz=UTC)
    assert alerts.send_again(settings, say, now=now) == []
    for _ in range(10):
        now += timedelta(days=1)
        sent += len(alerts.send_again(settings, say, now=now))
    assert sent == alerts.MOST_SENDS
    assert len(alerts.undelivered(settings)) == 1


def test_an_alert_that_arrives_the_second_time_is_no_longer_undelivered(settings: Settings, hook: Webhook) -> None:
    hook.answers.extend([404])
    alerts.send(settings, [failed()], say)
    assert len(alerts.undelivered(settings)) == 1
    alerts.send_again(settings, say, now=datetime.now(tz=UTC) + timedelta(hours=1))
    assert alerts.undelivered(settings) == []
    assert hook.bodies[-1]["kind_code"] == "NIGHT_FAILED"


def test_the_same_subject_is_told_once(settings: Settings, hook: Webhook) -> None:
    for _ in range(2):
        alerts.send_new(settings, [new_alert("NIGHT_LATE", DAY, "늦음", subject="late")], say)
    assert hook.posts == 1


def test_personal_data_and_the_address_are_nowhere(
    settings: Settings, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    hook.answers.extend([404])
    number, key = "900101-1234567", "0123456789abcdef0123456789abcdef"
    alerts.send(settings, [new_alert("NIGHT_FAILED", DAY, f"{number} {key}")], lambda _: f"{number} {key}")
    alerts.send(settings, [new_alert("NIGHT_FAILED", DAY, f"{number} {key}")], lambda _: f"{number} {key}")
    journal = (settings.alerts_dir / "journal.jsonl").read_text(encoding="utf-8")
    told = f"{journal} {hook.bodies} {caplog.text} {settings}"
    assert [secret for secret in (number, key, "SECRET") if secret in told] == []


def test_a_line_that_a_kill_cut_short_costs_that_line_alone(settings: Settings) -> None:
    alerts.send(settings, [failed()], say)
    journal = settings.alerts_dir / "journal.jsonl"
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"alert_id": "cut')
    alerts.send(settings, [failed()], say)
    assert len(alerts.attempts(settings)) == 2


def test_a_file_takes_alerts_and_one_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    file = tmp_path / "alerts.jsonl"
    settings = Settings(lake_dir=tmp_path / "lake", alert_file=file)
    assert alerts.send(settings, [failed()], say)[0].is_received
    assert '"text": "text of NIGHT_FAILED"' in file.read_text(encoding="utf-8")
    (attempt,) = alerts.send(replace(settings, alert_file=tmp_path / "absent" / "x"), [failed()], say)
    assert attempt.problem == "FileNotFoundError: No such file or directory"


def test_without_a_channel_an_alert_is_recorded_and_not_called_undelivered(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path / "lake")
    (attempt,) = alerts.send(settings, [failed()], say)
    assert (attempt.channel_code, attempt.is_received, attempt.problem) == ("RECORD", False, None)
    assert alerts.undelivered(settings) == []
