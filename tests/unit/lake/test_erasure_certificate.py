"""The certificate: sealed, and tells everything also when the erasure was killed and run again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lake.erased_places import ExportTraces
from lake.erasure_certificate import (
    CertificateForged,
    begin_plan,
    count_unfinished,
    end_plan,
    read_certificate,
    save_plan,
    write_certificate,
)
from lake.erasure_traces import Traces
from lake.settings import Settings

MARKS = ["1f" * 32]
AT = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
HANDED = ExportTraces((), ({"file": "out/serving__seeker_jobs_v1.csv", "at": "2026-11-20"},))


def traces(table_id: str, rows: int, older_rows: int = 0) -> Traces:
    return Traces(table_id, rows, older_rows, (), needs_cut=False, people=frozenset())


def certify(settings: Settings, plan: dict[str, Any], residue: tuple[str, ...] = ()) -> dict[str, Any]:
    versions = {"silver__seekers": [7]}
    return write_certificate(settings, plan, at=AT, versions=versions, exports=HANDED, residue=residue)


def file_of(settings: Settings) -> Path:
    (file,) = (settings.audit_dir / "certificates").iterdir()
    return file


def test_a_stored_certificate_is_read_back_as_written(settings: Settings) -> None:
    written = certify(settings, begin_plan(settings, MARKS, [traces("silver__seekers", 3, 5)]))
    assert read_certificate(settings, file_of(settings)) == written
    assert written["tables"] == [{"table_id": "silver__seekers", "rows": 3, "older_rows": 5, "versions": [7]}]
    assert written["certificate_id"] == "20261126-013000-1f1f1f1f"


def test_a_changed_certificate_is_noticed(settings: Settings) -> None:
    certify(settings, begin_plan(settings, MARKS, [traces("silver__seekers", 3)]))
    changed = json.loads(file_of(settings).read_text())
    changed["tables"][0]["rows"] = 4
    file_of(settings).write_text(json.dumps(changed))
    with pytest.raises(CertificateForged, match="changed after it was written"):
        read_certificate(settings, file_of(settings))


def test_an_erasure_run_again_tells_what_the_killed_one_had_found(settings: Settings) -> None:
    plan = begin_plan(settings, MARKS, [traces("silver__seekers", 3, 5), traces("bronze__seekers", 2)])
    plan["vault_rows"] += 1
    save_plan(settings, plan)
    assert count_unfinished(settings) == 1
    again = begin_plan(settings, MARKS, [traces("silver__seekers", 0, 8)])
    assert again["vault_rows"] == 1
    assert again["tables"] == {
        "silver__seekers": {"rows": 3, "older_rows": 8},
        "bronze__seekers": {"rows": 2, "older_rows": 0},
    }
    end_plan(settings, MARKS)
    assert count_unfinished(settings) == 0


def test_erasures_of_different_people_do_not_mix(settings: Settings) -> None:
    begin_plan(settings, MARKS, [traces("silver__seekers", 3)])
    other = begin_plan(settings, ["2e" * 32], [])
    assert other["tables"] == {}
    assert count_unfinished(settings) == 2
