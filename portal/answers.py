"""An answer's bytes: the night it is of, whether there is a result, and the published row as it stands.

Put here: what a 200 holds and its ETag. Do not put here: HTTP (app.py), refusals (problems.py). Pure functions of an
open night: everything in an answer comes from one published night, and a row that says another run is refused.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from dashboards import texts
from lake.publication import PublicationDamaged
from lake.settings import KST
from portal.nights import OpenNight
from portal.resources import SEEKER_ANSWERS, Resource

Row = dict[str, Any]


def one_answer(night: OpenNight, resource: Resource, key: str) -> bytes | None:
    """The resource's answer for a key as JSON; None when the night has no such key.

    Raises PublicationDamaged when the row is not one of this night.
    """
    row = _read(night, resource.table.id, resource.parameter, key)
    if row is None:
        return None
    return _as_json({"night": night_facts(night), **_with_reason(row)})


def all_answers(night: OpenNight, key: str) -> bytes | None:
    """Every answer for one seeker as JSON, all of one night; None when the night has no such key.

    Raises PublicationDamaged when a row is not one of this night, or when only some of them are there.
    """
    rows = {name: _read(night, table.id, "seeker_key", key) for name, table in SEEKER_ANSWERS.items()}
    found = {name: _with_reason(row) for name, row in rows.items() if row is not None}
    if not found:
        return None
    if len(found) < len(rows):
        missing = ", ".join(sorted(rows.keys() - found.keys()))
        raise _damaged(night, f"a person without an answer in {missing}", "all six")
    return _as_json({"night": night_facts(night), "answers": found})


def status_answer(night: OpenNight, stale_hours: int, now: datetime) -> bytes:
    """What is served, how old it is and whether it still counts as fresh, as JSON."""
    pointer = night.pointer
    tables = {
        name: {"version": entry.version, "rows": entry.rows, "contract_version": entry.contract_version}
        for name, entry in sorted(pointer.tables.items())
    }
    return _as_json(
        {
            "night": night_facts(night),
            "age_hours": round(age_hours(night, now), 1),
            "stale_after_hours": stale_hours,
            "is_stale": is_stale(night, stale_hours, now),
            "is_forced": bool(pointer.forced_because),
            "model_versions": dict(sorted(pointer.model_versions.items())),
            "tables": tables,
        }
    )


def night_facts(night: OpenNight) -> Row:
    """The run, its business date, and whether the people in it are synthetic."""
    pointer = night.pointer
    return {"run_id": pointer.run_id, "as_of": pointer.as_of.isoformat(), "is_synthetic": pointer.is_synthetic}


def age_hours(night: OpenNight, now: datetime) -> float:
    """Hours since the business date began in Seoul; the night of a date runs at 02:00 of that date."""
    began = datetime.combine(night.pointer.as_of, datetime.min.time(), tzinfo=KST)
    return (now - began) / timedelta(hours=1)


def is_stale(night: OpenNight, stale_hours: int, now: datetime) -> bool:
    """Whether the night is too old to be answered from (0 hours: it never is)."""
    return stale_hours > 0 and age_hours(night, now) > stale_hours


def entity_tag(night: OpenNight, body: bytes) -> str:
    """A strong ETag: the pointer of the night, then the body."""
    return f'"{night.sha256[:16]}-{hashlib.sha256(body).hexdigest()[:24]}"'


def is_known(entity: str, if_none_match: str) -> bool:
    """Whether an If-None-Match header names this ETag (weak comparison, as RFC 9110 asks), or any by *."""
    named = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return entity in named or "*" in named


def _read(night: OpenNight, table_id: str, parameter: str, key: str) -> Row | None:
    stored = night.copy.get(table_id, key)
    if stored is None:
        return None
    try:
        row: Row = json.loads(stored)
        is_its_own = row["run_id"] == night.pointer.run_id and row[parameter] == key
    except (ValueError, KeyError, TypeError):
        is_its_own = False
    if not is_its_own:
        raise _damaged(night, f"in {table_id} a row of another run or key", "this night's")
    return row


def _damaged(night: OpenNight, found: str, expected: str) -> PublicationDamaged:
    return PublicationDamaged(
        f"run {night.pointer.run_id}, key-value copy: found {found}; expected {expected}. Do: goyong verify, then "
        "goyong rollback or run the night again"
    )


def _with_reason(row: Row) -> Row:
    """The row; before it, for an answer, whether there is a result, or in Korean why not and what can be done."""
    code = row.get("answer_code")
    if code is None:
        return {"row": row}
    words = texts.no_result(code)
    answer = {"answer_code": code, "has_result": code == "OK", "reason": words.why, "next_step": words.next or None}
    return {"answer": answer, "row": row}


def _as_json(content: Row) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
