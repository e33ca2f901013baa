"""The analyst surface: one SELECT on the served night's goyong.duckdb, in a child process and the audit log.

Put here: the limits of a query, its child process, its entry in the log. Not here: which SQL is allowed
(analyst_rules.py), what the child does (analyst_child.py), how an answer is printed (answer_formats.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lake import audit_log, publication
from lake.privacy import redact
from lake.settings import Settings

SQL_CHARACTERS = 20_000
ANSWER_BYTES = 32 << 20
_THREADS = 2
_ROOT = Path(__file__).resolve().parents[1]


class QueryRefused(ValueError):
    """The analyst surface runs one SELECT over its own tables and nothing else."""

    exit_code = 2


class QueryLimit(RuntimeError):
    """The query needed more time, memory or rows than one query may."""

    exit_code = 1


@dataclass(frozen=True)
class Answer:
    """Column names and rows of plain values: None, bool, int, float, text (also dates), lists."""

    names: list[str]
    rows: list[list[Any]]


def ask(settings: Settings, sql: str) -> Answer:
    """The answer of one SELECT. It and every refusal is in the audit log before this returns.

    Raises:
        QueryRefused: the SQL holds something that is not on the surface.
        QueryLimit: it took too long, too much memory, or its answer is too large.
    """
    sql = sql.encode("utf-8", "backslashreplace").decode()  # a lone surrogate has no bytes for child and log
    database = publication.database(settings, publication.current(settings))
    started = time.monotonic()
    answer, how, why = _run(settings, database, sql)
    facts = {"outcome": how, "rows": len(answer.rows), "seconds": round(time.monotonic() - started, 3)}
    audit_log.record(settings, "query", sql=redact(sql)[:SQL_CHARACTERS], why=why, **facts)
    if how == "REFUSED":
        raise QueryRefused(redact(why))
    if how == "LIMIT":
        raise QueryLimit(redact(why))
    return answer


def _run(settings: Settings, database: Path, sql: str) -> tuple[Answer, str, str]:
    """What the child answered, how it ended (OK, REFUSED, LIMIT) and why."""
    nothing = Answer([], [])
    if len(sql) > SQL_CHARACTERS:
        return nothing, "REFUSED", f"the SQL has {len(sql):,} characters; at most {SQL_CHARACTERS:,} are read"
    request = {
        "database": str(database.resolve()),
        "sql": sql,
        "seconds": settings.analyst_seconds,
        "memory_mb": settings.analyst_memory_mb,
        "rows": settings.analyst_rows,
        "bytes": ANSWER_BYTES,
        "threads": min(_THREADS, settings.cores),
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the SQL travels on stdin
            [sys.executable, "-P", "-s", "-m", "dashboards.analyst_child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=settings.analyst_seconds,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return nothing, "LIMIT", f"the query took longer than {settings.analyst_seconds} s; aggregate or filter it"
    lines = done.stdout.decode(errors="replace").splitlines()
    end = _end(lines)
    if done.returncode != 0 or end is None:
        return nothing, "LIMIT", "the query broke its process (memory, processor time or depth); write it simpler"
    if end["end"] != "OK":
        return nothing, end["end"], end["why"]
    return Answer(json.loads(lines[0]), [json.loads(line) for line in lines[1:-1]]), "OK", ""


def _end(lines: list[str]) -> dict[str, str] | None:
    """The child's last line, or None when it did not get that far."""
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _environment() -> dict[str, str]:
    """Nothing of ours: no key, no setting, no home folder that might hold extensions or secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
