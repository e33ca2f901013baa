"""What the command line prints about a lake: status, runs, doctor, a person, a posting, an occupation.

Reads published and ops tables only. Do not put here: anything that changes the lake.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from dashboards import counsellor_page, explain, person_page, posting_page
from dashboards import explain_posting as posting
from lake import alerts, publication, tables
from lake.contracts.rights import HUMAN_REVIEWS
from lake.device import find_missing_for_gpu
from lake.erasure_certificate import count_unfinished
from lake.settings import Settings

_NEEDED = ("pysail", "pyspark-client", "deltalake", "duckdb", "pyarrow", "dagster", "interpret-core", "faiss-cpu")


def status(settings: Settings, *, as_json: bool) -> str:
    """What is served, how large it is, and how the newest run ended."""
    served = publication.current(settings)
    last = _run_rows(settings)[:1]
    facts: dict[str, Any] = {
        "serving": served.run_id,
        "as_of": served.as_of.isoformat(),
        "is_synthetic": served.is_synthetic,
        "forced_because": served.forced_because or None,
        "rows": {name: entry.rows for name, entry in sorted(served.tables.items())},
        "reviews_overdue": _overdue_reviews(settings, served.as_of),
        "refused_files": _refused_files(settings, served.as_of),
        "last_run": last[0] if last else None,
    }
    facts["unfinished_erasures"] = count_unfinished(settings)
    facts["undelivered_alerts"] = _undelivered_alerts(settings)
    if as_json:
        return json.dumps(facts, ensure_ascii=False, indent=1, default=str)
    lines = [f"serving {served.run_id} (business date {served.as_of})"]
    lines += ["synthetic data (합성 데이터)"] if served.is_synthetic else []
    lines += [f"published in spite of a failed gate: {served.forced_because}"] if served.forced_because else []
    lines += [f"  {name:<34} {entry.rows:>12,} rows" for name, entry in sorted(served.tables.items())]
    if facts["reviews_overdue"]:
        lines.append(f"{facts['reviews_overdue']} reviews overdue: answer them, or record the extension")
    if facts["refused_files"]:
        lines.append(f"{facts['refused_files']} files refused, see problem in ops__deliveries: have them sent again")
    lines += [f"last run {row['run_id']}: {row['status_code']} in {row['seconds']:.1f} s" for row in last]
    if facts["unfinished_erasures"]:
        lines.append(
            f"{facts['unfinished_erasures']} erasures were not finished: run goyong forget again for those people"
        )
    lines += [
        f"alert {each['kind']} of {each['as_of']} not delivered by {each['channel']}: {each['problem']}"
        for each in facts["undelivered_alerts"]
    ]
    lines += [f"  because {row['detail']}" for row in last if row["status_code"] in ("BLOCKED", "FAILED")]
    return "\n".join(lines)


def runs(settings: Settings, *, as_json: bool) -> str:
    """Every recorded run, newest first."""
    rows = _run_rows(settings)
    if as_json:
        return json.dumps(rows, ensure_ascii=False, indent=1, default=str)
    return "\n".join(
        f"{row['as_of']}  {row['status_code']:<12} {row['seconds']:>9.1f} s  "
        f"{row['seekers_count']:>12,} seekers  {row['run_id']}"
        for row in rows
    )


def doctor(settings: Settings, *, as_json: bool) -> tuple[str, bool]:
    """What this machine has and lacks; the second value is whether a night can run here."""
    findings = [_package(name) for name in _NEEDED]
    missing_gpu = find_missing_for_gpu()
    findings.append(("gpu", not missing_gpu or settings.device != "gpu", ", ".join(missing_gpu) or "ready", ""))
    has_java = shutil.which("java") is not None
    findings.append(
        ("java (engine spark only)", has_java or settings.engine != "spark", "found" if has_java else "absent", "")
    )
    free_gb = shutil.disk_usage(settings.lake_dir if settings.lake_dir.exists() else Path.cwd()).free / 1e9
    has_room, room = free_gb > settings.alert_disk_gb, "free some space: a country's night takes about 20 GB"
    findings.append(("disk", has_room, f"{free_gb:.0f} GB free", room))
    is_healthy = all(fine for _, fine, _, _ in findings)
    if as_json:
        keys = ("what", "is_fine", "found", "fix")
        return json.dumps([dict(zip(keys, finding, strict=True)) for finding in findings], indent=1), is_healthy
    lines = [
        f"{'ok ' if fine else 'NO '} {what:<26} {found}{'  → ' + fix if not fine and fix else ''}"
        for what, fine, found, fix in findings
    ]
    return "\n".join(lines), is_healthy


def explain_seeker(
    settings: Settings, key: str, *, as_json: bool, html: Path | None, is_for_counsellor: bool = False
) -> str:
    """One person's answers as JSON, text, or a page written to `html`; a counsellor reads more of the same row."""
    answers = explain.explain_seeker(settings, publication.current(settings), key)
    if html is not None:
        return _write_page(html, (counsellor_page if is_for_counsellor else person_page).render(answers))
    if as_json:
        return _as_json(answers)
    seeker = explain.as_text(answers)
    return f"{counsellor_page.as_text(answers)}\n\n{seeker}" if is_for_counsellor else seeker


def explain_posting(settings: Settings, posting_id: str, *, as_json: bool, html: Path | None) -> str:
    """One posting's talents as JSON, text, or a page written to `html`."""
    answers = posting.explain_posting(settings, publication.current(settings), posting_id)
    if html is not None:
        return _write_page(html, posting_page.render(answers))
    return _as_json(answers) if as_json else posting.as_text(answers)


def explain_occupation(settings: Settings, text: str, *, as_json: bool, html: Path | None) -> str:
    """One occupation's facts as JSON, text, or a page written to `html`."""
    # The linker of titles loads scikit-learn, which the other commands would wait for.
    from dashboards import explain_occupation as occupation
    from dashboards import occupation_page

    answers = occupation.explain_occupation(settings, publication.current(settings), text)
    if html is not None:
        return _write_page(html, occupation_page.render(answers))
    return _as_json(answers) if as_json else occupation.as_text(answers)


def _write_page(file: Path, page: str) -> str:
    file.write_text(page, encoding="utf-8")
    return f"wrote {file}"


def _as_json(answers: dict[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False, indent=1, default=str)


def _package(name: str) -> tuple[str, bool, str, str]:
    try:
        return name, True, version(name), ""
    except PackageNotFoundError:
        return name, False, "absent", "run: make setup"


def _overdue_reviews(settings: Settings, as_of: date) -> int:
    """Reviews and explanations whose answer was late on the served date; 0 in a lake older than the table."""
    if not tables.exists(settings, HUMAN_REVIEWS.id):
        return 0
    overdue = pc.field("review_state_code") == "OVERDUE"
    return int(tables.dataset(settings, HUMAN_REVIEWS.id, as_of).count_rows(filter=overdue))


def _undelivered_alerts(settings: Settings) -> list[dict[str, Any]]:
    """Alerts of the last 90 days that nobody received, oldest first."""
    return [
        {
            "kind": last.alert.kind_code,
            "as_of": last.alert.as_of.isoformat(),
            "channel": last.channel_code,
            "problem": last.problem,
        }
        for last in alerts.undelivered(settings)
    ]


def _refused_files(settings: Settings, as_of: date) -> int:
    """Files of the served date's delivery that could not be taken in."""
    if not tables.exists(settings, "ops__deliveries"):
        return 0
    refused = (pc.field("delivery_date") == as_of) & pc.field("problem").is_valid()
    return int(tables.dataset(settings, "ops__deliveries").count_rows(filter=refused))


def _run_rows(settings: Settings) -> list[dict[str, Any]]:
    if not tables.exists(settings, "ops__runs"):
        return []
    rows = tables.dataset(settings, "ops__runs").to_table().to_pylist()
    return sorted(rows, key=lambda row: row["finished_at"], reverse=True)
