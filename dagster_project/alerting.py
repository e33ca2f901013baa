"""What is worth an alert: how a night ended, what it warned of, and what a watch finds between nights.

Nothing here delays a night by more than lake.alerts.BUDGET_S or fails it. Put here: when to alert, and with which
facts. Do not put here: channels and the journal (lake/alerts.py), words (dashboards/texts/alerts.toml).
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow.compute as pc

from dagster_project.night import Night
from dashboards import texts
from lake import alerts, publication, tables
from lake.alerts import Alert, Attempt, new_alert
from lake.contracts.alerts import ALERT_KIND, ALERT_SEVERITY, ALERTS
from lake.contracts.rights import HUMAN_REVIEWS
from lake.erasure_certificate import count_unfinished
from lake.settings import KST, Settings, today_in_seoul

log = logging.getLogger("goyong.alerts")

STALE_DAYS = 2
"""Days after which what is served counts as old: a night may be missed, two may not."""
_OVERDUE_CHECK = "gate:reviews_overdue"
_FEW = 10
_MOST_NAMED = 5


def message(alert: Alert) -> str:
    """The text of an alert in Korean, as a channel shows it."""
    words = texts.load("alerts")
    subject = words["subject"].format(
        severity=texts.label(ALERT_SEVERITY, alert.severity_code),
        kind=texts.label(ALERT_KIND, alert.kind_code),
        as_of=alert.as_of,
    )
    return f"{subject}\n{words['kind'][alert.kind_code].format(detail=alert.detail)}"


def tell_end(night: Night, status: str, detail: str) -> None:
    """Tell that a night failed or was blocked, and keep it in ops__alerts although nothing is published."""
    kind = "NIGHT_BLOCKED" if status == "BLOCKED" else "NIGHT_FAILED"
    try:
        alerts.send(night.settings, [new_alert(kind, night.as_of, detail, run_id=night.run_id)], message)
        record(night.lake)
    except Exception as error:  # noqa: BLE001 - the night has failed already, for a reason that must stay the one told
        log.warning("alerts: not told or not recorded: %s", type(error).__name__)


def tell_unopened(settings: Settings, as_of: date, detail: str) -> None:
    """Tell that a night could not even be opened; the next night takes it into ops__alerts."""
    try:
        alerts.send(settings, [new_alert("NIGHT_FAILED", as_of, detail)], message)
    except OSError as error:
        log.warning("alerts: not told: %s", type(error).__name__)


def tell_night(night: Night) -> tables.Commit:
    """Before a night is published: tell what its checks warned of and what was forced, and write ops__alerts."""
    try:
        alerts.send_new(night.settings, night_alerts(night), message)
    except OSError as error:
        log.warning("alerts: not kept: %s", type(error).__name__)
    return record(night.lake)


def night_alerts(night: Night) -> list[Alert]:
    """What a night that is about to be published has to tell, once a run; its checks are read from ops__quality."""
    made: list[tuple[str, str]] = []
    warned, failed = _checks(night, "WARN"), _checks(night, "FAIL")
    if warned:
        made.append(("NIGHT_WARNED", _named(warned)))
    if night.options.force_reason and failed:
        made.append(("NIGHT_FORCED", f"{night.options.force_reason} ({_named(failed)})"))
    overdue = _overdue(night.settings, night.as_of)
    made += [("REVIEWS_OVERDUE", _said_count(overdue))] if overdue else []
    made += _standing(night.settings)
    return [new_alert(kind, night.as_of, detail, run_id=night.run_id, subject=kind) for kind, detail in made]


def watch(settings: Settings, *, now: datetime | None = None) -> list[Attempt]:
    """Tell of a late night, of old results, of a full disk, of unfinished erasures, each once a day; and send again.

    Reads the lake and writes nothing but the journal of alerts; needs no engine and no lock.
    """
    at = (now or datetime.now(tz=KST)).astimezone(KST)
    today = today_in_seoul(at)
    found = [*_timely(settings, at), *_standing(settings)]
    raised = [new_alert(kind, today, detail, at=at, subject=kind) for kind, detail in found]
    return [*alerts.send_new(settings, raised, message), *alerts.send_again(settings, message)]


def send_test(settings: Settings) -> list[Attempt]:
    """Send one test alert on every channel."""
    return alerts.send(settings, [new_alert("TEST", today_in_seoul(), "")], message)


def record(lake: tables.Lake) -> tables.Commit:
    """Write ops__alerts from the journal."""
    return tables.replace_from_arrow(lake, ALERTS.id, alerts.rows(lake.settings))


def _timely(settings: Settings, at: datetime) -> list[tuple[str, str]]:
    """A late night and old results. A lake that never published has no night to wait for."""
    words = texts.load("alerts")["detail"]
    try:
        served = publication.current(settings).as_of
    except publication.NothingPublished:
        return []
    today, found = today_in_seoul(at), []
    if served < today and f"{at:%H:%M}" >= settings.alert_late_at:
        found.append(("NIGHT_LATE", words["late"].format(limit=settings.alert_late_at, served=served)))
    if today - served > timedelta(days=STALE_DAYS):
        found.append(("SERVED_STALE", words["stale"].format(served=served, days=(today - served).days)))
    return found


def _standing(settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with the lake whatever the night."""
    words, found = texts.load("alerts")["detail"], []
    free = shutil.disk_usage(settings.lake_dir if settings.lake_dir.exists() else ".").free / 1e9
    if free < settings.alert_disk_gb:
        found.append(("DISK_NEARLY_FULL", words["disk"].format(free=f"{free:.1f}", limit=settings.alert_disk_gb)))
    unfinished = count_unfinished(settings)
    if unfinished:
        found.append(("ERASURE_UNFINISHED", _said_count(unfinished)))
    return found


def _checks(night: Night, result_code: str) -> list[str]:
    """The names of tonight's checks with a result; overdue reviews are an alert of their own."""
    found = tables.dataset(night.settings, "ops__quality", night.as_of)
    is_meant = (pc.field("run_id") == night.run_id) & (pc.field("result_code") == result_code)
    names = found.to_table(columns=["check_name"], filter=is_meant)["check_name"].to_pylist()
    return sorted(str(name) for name in names if name != _OVERDUE_CHECK)


def _named(checks: Sequence[str]) -> str:
    """The checks as people read them, without their numbers: those may count few people."""
    names = list(dict.fromkeys(map(_check_text, checks)))
    more = len(names) - _MOST_NAMED
    return "; ".join(names[:_MOST_NAMED]) + (f" …(+{more})" if more > 0 else "")


def _check_text(name: str) -> str:
    """What must hold, for a gate; the rule's own name for a rule of a contract."""
    kind, _, gate = name.partition(":")
    return texts.gate(gate.split(":")[0]) if kind == "gate" else name


def _overdue(settings: Settings, as_of: date) -> int:
    if not tables.exists(settings, HUMAN_REVIEWS.id):
        return 0
    late = pc.field("review_state_code") == "OVERDUE"
    return int(tables.dataset(settings, HUMAN_REVIEWS.id, as_of).count_rows(filter=late))


def _said_count(count: int) -> str:
    words: dict[str, Any] = texts.load("alerts")["detail"]
    return str(words["few"] if count < _FEW else words["count"].format(count=count))
