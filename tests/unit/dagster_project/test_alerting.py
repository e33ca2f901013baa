"""What is told between nights: late, old, full, unfinished; each once a day, in Korean."""

from __future__ import annotations

from collections import namedtuple
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dagster_project import alerting
from dashboards import texts
from lake import alerts, publication
from lake.alerts import new_alert
from lake.contracts.alerts import ALERT_KIND, SEVERITIES
from lake.publication import Pointer
from lake.settings import Settings, SettingsError

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=SEOUL)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    disk(monkeypatch, free_gb=100)
    return Settings(lake_dir=tmp_path, alert_late_at="06:00")


def disk(monkeypatch: pytest.MonkeyPatch, *, free_gb: float) -> None:
    monkeypatch.setattr(alerting.shutil, "disk_usage", lambda _: Usage(1, 1, free_gb * 1e9))


def serve(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    pointer = Pointer(run_id="r", as_of=day, tables={}, model_versions={}, is_synthetic=True, inputs_hash="h")
    monkeypatch.setattr(publication, "current", lambda _: pointer)


def told(settings: Settings, now: datetime = MORNING) -> list[str]:
    return [attempt.alert.kind_code for attempt in alerting.watch(settings, now=now)]


def test_every_kind_has_a_severity_and_a_text_and_no_text_is_left_over() -> None:
    assert set(texts.load("alerts")["kind"]) == set(ALERT_KIND.codes) == set(SEVERITIES)


@pytest.mark.parametrize("kind", ALERT_KIND.codes)
def test_a_message_says_kind_urgency_date_and_detail(kind: str) -> None:
    said = alerting.message(new_alert(kind, date(2026, 11, 23), "자세한 말"))
    assert said.startswith("[")
    assert ALERT_KIND.codes[kind] in said
    assert "2026-11-23" in said
    assert "자세한 말" in said or kind == "TEST"


@pytest.mark.parametrize(
    ("served", "hour", "kinds"),
    [
        (date(2026, 11, 23), 7, []),
        (date(2026, 11, 22), 5, []),
        (date(2026, 11, 22), 6, ["NIGHT_LATE"]),
        (date(2026, 11, 20), 7, ["NIGHT_LATE", "SERVED_STALE"]),
        (date(2026, 11, 20), 1, ["SERVED_STALE"]),
    ],
    ids=["in time", "not yet due", "due", "three days old", "old before the hour"],
)
def test_a_night_is_late_after_the_hour_and_results_are_old_after_two_days(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, served: date, hour: int, kinds: list[str]
) -> None:
    serve(monkeypatch, served)
    assert told(settings, MORNING.replace(hour=hour, minute=0)) == kinds


def test_a_late_night_is_told_once_a_day(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, date(2026, 11, 22))
    assert (told(settings), told(settings), told(settings, MORNING.replace(day=24))) == (
        ["NIGHT_LATE"],
        [],
        ["NIGHT_LATE"],
    )


def test_a_lake_that_never_published_is_not_late(settings: Settings) -> None:
    assert told(settings) == []


def test_a_disk_is_nearly_full_below_the_limit(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, free_gb=4.9)
    (attempt,) = alerting.watch(settings, now=MORNING)
    assert (attempt.alert.kind_code, attempt.alert.detail) == ("DISK_NEARLY_FULL", "남은 공간 4.9 GB, 기준 5 GB")


@pytest.mark.parametrize(("unfinished", "said"), [(3, "10건 미만"), (12, "12건")])
def test_unfinished_erasures_are_told_without_counting_few(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, unfinished: int, said: str
) -> None:
    monkeypatch.setattr(alerting, "count_unfinished", lambda _: unfinished)
    (attempt,) = alerting.watch(settings, now=MORNING)
    assert (attempt.alert.kind_code, attempt.alert.detail) == ("ERASURE_UNFINISHED", said)


def test_a_night_that_could_not_be_opened_is_told(settings: Settings) -> None:
    alerting.tell_unopened(settings, date(2026, 11, 23), "LakeLocked: another run holds the lake")
    assert [attempt.alert.kind_code for attempt in alerts.attempts(settings)] == ["NIGHT_FAILED"]


@pytest.mark.parametrize(
    "url", ["hooks.example.org/x", "http://hooks.example.org/SECRET", "ftp://x/SECRET", "https://"]
)
def test_an_address_that_would_send_in_clear_or_nowhere_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(SettingsError, match="expected https://host") as caught:
        Settings(alert_webhook_url=url)
    assert "SECRET" not in str(caught.value)


def test_an_hour_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="alert_late_at is '25:00'; expected HH:MM"):
        Settings(alert_late_at="25:00")
