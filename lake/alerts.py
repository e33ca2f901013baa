"""Alerts: tell the people who run the lake, and keep what was told and whether it arrived.

Every attempt is one line of `alerts/journal.jsonl`, on disk before `send` returns; ops__alerts is made from it. A dead
webhook costs at most BUDGET_S, is recorded like anything else, and is tried again by the watch, each time after twice
as long. Put here: sending and the journal. Do not put here: what is worth an alert, its words (dagster_project/).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake.alert_webhook import post
from lake.contracts.alerts import ALERTS, SEVERITIES
from lake.contracts.render import arrow_schema
from lake.file_sync import sync_folder
from lake.privacy import redact_record
from lake.settings import Settings

BUDGET_S = 4.0
"""All channels, tries and waits of one call together; what is left over is recorded as not tried."""
MOST_SENDS = 5
FIRST_WAIT = timedelta(minutes=10)
KEPT = timedelta(days=90)
DETAIL_LIMIT = 600


@dataclass(frozen=True)
class Alert:
    """One thing to tell. `detail` is Korean and holds no personal data; `raised_at` is UTC."""

    kind_code: str
    as_of: date
    detail: str
    raised_at: datetime
    run_id: str | None = None
    alert_id: str = ""

    @property
    def severity_code(self) -> str:
        """How urgent its kind is."""
        return SEVERITIES[self.kind_code]


@dataclass(frozen=True)
class Attempt:
    """One alert on one channel: `problem` says why it did not arrive; `tries` were made for it."""

    alert: Alert
    channel_code: str
    attempted_at: datetime
    tries: int
    problem: str | None = None

    @property
    def is_received(self) -> bool:
        """Whether the channel took it."""
        return self.problem is None and self.channel_code != "RECORD"


def new_alert(
    kind_code: str,
    as_of: date,
    detail: str,
    *,
    run_id: str | None = None,
    at: datetime | None = None,
    subject: str = "",
) -> Alert:
    """An alert, redacted and cut; with a `subject` it is the same alert whenever it is raised again for that."""
    raised = at or datetime.now(tz=UTC)
    known_by = subject or raised.isoformat()
    text = f"{kind_code}|{as_of.isoformat()}|{run_id or ''}|{known_by}"
    number = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Alert(kind_code, as_of, redact_record(detail)[:DETAIL_LIMIT], raised, run_id, number)


def send(settings: Settings, alerts: Sequence[Alert], say: Callable[[Alert], str]) -> list[Attempt]:
    """Send each alert on every channel of the settings and keep each attempt; never raises for a dead channel.

    `say` gives the text of an alert. Without a channel an alert is only recorded.
    """
    until = time.monotonic() + BUDGET_S
    made = [_attempt(settings, alert, say(alert), channel, until) for alert in alerts for channel in channels(settings)]
    _append(settings, made)
    return made


def send_new(settings: Settings, alerts: Sequence[Alert], say: Callable[[Alert], str]) -> list[Attempt]:
    """`send` those alerts that were not raised before, by their numbers."""
    known = {attempt.alert.alert_id for attempt in attempts(settings)}
    return send(settings, [alert for alert in alerts if alert.alert_id not in known], say)


def send_again(settings: Settings, say: Callable[[Alert], str], *, now: datetime | None = None) -> list[Attempt]:
    """Send what did not arrive, when its time has come: after 10, 20, 40, 80 minutes, then no more."""
    at, until = now or datetime.now(tz=UTC), time.monotonic() + BUDGET_S
    made = [
        _attempt(settings, last.alert, say(last.alert), last.channel_code, until)
        for last, sends in _unreceived(settings)
        if sends < MOST_SENDS
        and at - last.attempted_at >= FIRST_WAIT * 2.0 ** (sends - 1)
        and last.channel_code in channels(settings)
    ]
    _append(settings, made)
    return made


def undelivered(settings: Settings) -> list[Attempt]:
    """The last attempt of everything of the last 90 days that did not arrive, oldest first."""
    return [last for last, _ in _unreceived(settings)]


def channels(settings: Settings) -> tuple[str, ...]:
    """Where alerts go by the settings; RECORD when nowhere."""
    found = (*(["WEBHOOK"] if settings.alert_webhook_url else []), *(["FILE"] if settings.alert_file else []))
    return found or ("RECORD",)


def attempts(settings: Settings) -> list[Attempt]:
    """Every attempt in the journal, oldest first; a line that a kill cut short is left out."""
    file = _journal(settings)
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    return [attempt for attempt in map(_parsed, lines) if attempt is not None]


def rows(settings: Settings, *, now: datetime | None = None) -> pa.Table:
    """The rows of ops__alerts: the attempts of the last 90 days."""
    since = (now or datetime.now(tz=UTC)) - KEPT
    listed = [_row(attempt) for attempt in attempts(settings) if attempt.attempted_at >= since]
    return pa.Table.from_pylist(listed, schema=arrow_schema(ALERTS))


def payload(alert: Alert, text: str) -> dict[str, Any]:
    """What a channel receives: `text`, which Slack-like webhooks show, and the facts for programs."""
    return {
        "text": text,
        "alert_id": alert.alert_id,
        "kind_code": alert.kind_code,
        "severity_code": alert.severity_code,
        "as_of": alert.as_of.isoformat(),
        "run_id": alert.run_id,
        "raised_at": alert.raised_at.isoformat(timespec="seconds"),
        "detail": alert.detail,
    }


def _attempt(settings: Settings, alert: Alert, text: str, channel: str, until: float) -> Attempt:
    at = datetime.now(tz=UTC)
    body = payload(alert, redact_record(text))
    if channel == "WEBHOOK":
        tries, problem = post(settings.alert_webhook_url, body, until=until)
        return Attempt(alert, channel, at, tries, problem)
    if channel == "FILE" and settings.alert_file is not None:
        return Attempt(alert, channel, at, 1, _write(settings.alert_file, body))
    return Attempt(alert, channel, at, 0)


def _write(file: Path, body: dict[str, Any]) -> str | None:
    """One more line in `file`; why not, without its path."""
    try:
        _append_line(file, json.dumps(body, ensure_ascii=False))
    except OSError as error:
        return f"{type(error).__name__}: {os.strerror(error.errno) if error.errno else 'not written'}"
    return None


def _append(settings: Settings, made: Sequence[Attempt]) -> None:
    if not made:
        return
    file = _journal(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    _append_line(file, "\n".join(json.dumps(_row(attempt), ensure_ascii=False, default=_said) for attempt in made))


def _append_line(file: Path, text: str) -> None:
    """`text` at the end of `file` and on disk; whoever writes at the same time waits. A cut line before it is ended."""
    with file.open("a+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        end = opened.seek(0, os.SEEK_END)
        if end:
            opened.seek(end - 1)
            is_cut = opened.read(1) != b"\n"
        opened.write((b"\n" if end and is_cut else b"") + text.encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    if not end:
        sync_folder(file.parent)


def _unreceived(settings: Settings) -> list[tuple[Attempt, int]]:
    """(last attempt, attempts so far) of every alert and channel that has received nothing."""
    by_channel: dict[tuple[str, str], list[Attempt]] = {}
    since = datetime.now(tz=UTC) - KEPT
    for attempt in attempts(settings):
        if attempt.channel_code != "RECORD" and attempt.attempted_at >= since:
            by_channel.setdefault((attempt.alert.alert_id, attempt.channel_code), []).append(attempt)
    return [(tried[-1], len(tried)) for tried in by_channel.values() if not any(each.is_received for each in tried)]


def _journal(settings: Settings) -> Path:
    return settings.alerts_dir / "journal.jsonl"


def _row(attempt: Attempt) -> dict[str, Any]:
    alert = attempt.alert
    return {
        "alert_id": alert.alert_id,
        "as_of": alert.as_of,
        "run_id": alert.run_id,
        "alert_kind_code": alert.kind_code,
        "alert_severity_code": alert.severity_code,
        "raised_at": alert.raised_at,
        "detail": alert.detail,
        "alert_channel_code": attempt.channel_code,
        "attempted_at": attempt.attempted_at,
        "attempts_count": attempt.tries,
        "is_received": attempt.is_received,
        "problem": attempt.problem,
    }


def _said(value: date | datetime) -> str:
    return value.isoformat()


def _parsed(line: str) -> Attempt | None:
    try:
        row = json.loads(line)
        raised, at = (datetime.fromisoformat(row[name]) for name in ("raised_at", "attempted_at"))
        day = date.fromisoformat(row["as_of"])
        alert = Alert(row["alert_kind_code"], day, row["detail"], raised, row["run_id"], row["alert_id"])
        found = Attempt(alert, row["alert_channel_code"], at, row["attempts_count"], row["problem"])
    except (ValueError, KeyError, TypeError):
        return None
    return found if alert.kind_code in SEVERITIES else None
