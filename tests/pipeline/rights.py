"""Who may be answered and shown, from the delivered files and from silver: by neither the transforms nor the gates.

Do not put here: what must be true of the answers (the test modules).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from tests.pipeline import readers

ENTITLED = """
create or replace view entitled as
with asked as (
    select seeker_key, request_kind_code as kind, coalesce(request_service_code, 'ALL') as service,
        answered_date is not null and answered_date <= date '{day}' as is_answered, request_outcome_code as outcome
    from silver__rights_requests
    where requested_date <= date '{day}' and (withdrawn_date is null or withdrawn_date > date '{day}')),
refused as (from asked where not (is_answered and outcome is not distinct from 'REJECTED'))
select seeker_key, is_profile_public and seeker_key not in (
        select seeker_key from refused where kind = 'AUTOMATED_DECISION_OPT_OUT' and service = 'TALENTS'
        union all
        select seeker_key from asked where kind = 'HUMAN_REVIEW' and service in ('ALL', 'TALENTS') and not is_answered
    ) as is_shown
from silver__seekers
where not coalesce(is_opted_out, false) and seeker_key not in (
    select seeker_key from refused
    where kind = 'PROCESSING_RESTRICTION' or (kind = 'AUTOMATED_DECISION_OPT_OUT' and service <> 'TALENTS'))
"""
"""One row per registered person who may be answered, and whether employers may see the person."""


def add_entitled(database: duckdb.DuckDBPyConnection, lake: Path, day: date) -> None:
    """Views on silver__seekers, silver__rights_requests and `entitled` of a business date."""
    readers.add_view(database, lake, "silver__seekers", day)
    readers.add_view(database, lake, "silver__rights_requests", day)
    database.execute(ENTITLED.format(day=day))


def refused_in_files(sources: Path, days: Sequence[date]) -> set[str]:
    """Resident numbers that the delivered requests keep from being answered on the last of `days`."""
    newest: dict[str, dict[str, str]] = {}
    for day in days:
        for file in sorted((sources / day.isoformat()).glob("rights_requests_????.csv")):
            with file.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    before = newest.get(row["요구번호"])
                    if not row["요구번호"].startswith("SYNDIRTY") and (
                        before is None or row["최종수정일시"] > before["최종수정일시"]
                    ):
                        newest[row["요구번호"]] = row
    in_force = [row for row in newest.values() if not row["철회일"] and row["결과"] != "거절"]
    return {
        row["주민등록번호"]
        for row in in_force
        if row["요구종류"] == "처리정지" or (row["요구종류"] == "거부" and row["요구서비스"] != "인재추천")
    }
