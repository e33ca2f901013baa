"""The record of an erasure: what was removed where, without saying who, sealed and kept in LAKE/audit/certificates.

Put here: the record and its seal. Not here: erasing (erasure.py), how it reads in Korean (dashboards). While an erasure
is under way its plan keeps the counts, so that one that is killed and run again still tells all that was removed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lake.erased_places import ExportTraces
from lake.erased_rows import tables_about_people
from lake.erasure_traces import Traces
from lake.file_sync import sync_folder, write_durably
from lake.privacy import keyed_hash, load_master_key
from lake.settings import KST, Settings

_PLAN = "erasure_plan-"
LEGAL_BASIS = "개인정보 보호법 제36조"
NOT_TOUCHED = ("SOURCES", "AGGREGATES", "MODELS", "COPIES_ELSEWHERE")
"""What an erasure leaves alone; dashboards/texts/erasure.toml says why."""


class CertificateForged(ValueError):
    """The certificate is not one that this lake wrote."""


def begin_plan(settings: Settings, marks: Sequence[str], traces: Sequence[Traces]) -> dict[str, Any]:
    """What is going to be removed, durable before anything goes; counts of an interrupted run for the same people stay.

    Tables are {table_id: {rows, older_rows}}.
    """
    before = _read(_plan_file(settings, marks))
    tables = {found.table_id: {"rows": found.rows, "older_rows": found.older_rows} for found in traces}
    for name, counted in before.get("tables", {}).items():
        now = tables.get(name, {"rows": 0, "older_rows": 0})
        tables[name] = {kind: max(counted[kind], now[kind]) for kind in now}
    others = {"vault_rows": before.get("vault_rows", 0), "exports_removed": before.get("exports_removed", [])}
    plan = {"marks": list(marks), "tables": tables, **others}
    save_plan(settings, plan)
    return plan


def save_plan(settings: Settings, plan: Mapping[str, Any]) -> None:
    """Keep the plan as it stands."""
    settings.vault_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(_plan_file(settings, plan["marks"]), json.dumps(plan, ensure_ascii=False), mode=0o600)


def end_plan(settings: Settings, marks: Sequence[str]) -> None:
    """The erasure is complete and certified."""
    _plan_file(settings, marks).unlink(missing_ok=True)
    sync_folder(settings.vault_dir)


def count_unfinished(settings: Settings) -> int:
    """How many erasures were begun and not completed: each must be run again with the same keys."""
    return len(list(settings.vault_dir.glob(f"{_PLAN}*.json")))


def write_certificate(
    settings: Settings,
    plan: Mapping[str, Any],
    *,
    at: datetime,
    versions: Mapping[str, Sequence[int]],
    exports: ExportTraces,
    residue: Sequence[str],
) -> dict[str, Any]:
    """Seal, store and return the certificate of one erasure.

    `versions` are the Delta versions that each table has now, `residue` the tables and files that still hold a key: a
    sound lake has none.
    """
    body = {
        "certificate_id": f"{at.astimezone(KST):%Y%m%d-%H%M%S}-{plan['marks'][0][:8]}",
        "at": at.isoformat(timespec="seconds"),
        "legal_basis": LEGAL_BASIS,
        "people": plan["marks"],
        "tables": [
            {"table_id": name, **counted, "versions": list(versions.get(name, ()))}
            for name, counted in sorted(plan["tables"].items())
        ],
        "vault_rows": plan["vault_rows"],
        "exports_removed": plan["exports_removed"],
        "exports_to_recall": list(exports.handed_out),
        "tables_looked_through": len(tables_about_people()),
        "residue": list(residue),
        "not_touched": list(NOT_TOUCHED),
    }
    sealed = body | {"seal": _seal(settings, body)}
    folder = settings.audit_dir / "certificates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(folder / f"{body['certificate_id']}.json", json.dumps(sealed, ensure_ascii=False, indent=1))
    return sealed


def read_certificate(settings: Settings, file: Path) -> dict[str, Any]:
    """A stored certificate; raises CertificateForged when a letter of it was changed."""
    found = _read(file)
    body = {name: value for name, value in found.items() if name != "seal"}
    if not hmac.compare_digest(str(found.get("seal", "")), _seal(settings, body)):
        raise CertificateForged(
            f"{file.name}: changed after it was written, or of another lake; expected the seal of this lake. "
            "Do: take the copy that was handed out, and look for who changed it."
        )
    return found


def _seal(settings: Settings, body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return keyed_hash(text, load_master_key(settings), purpose="erasure certificate")


def _plan_file(settings: Settings, marks: Sequence[str]) -> Path:
    name = hashlib.sha256("\n".join(marks).encode()).hexdigest()[:12]
    return settings.vault_dir / f"{_PLAN}{name}.json"


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
