"""Dirty rows at a known count: what real deliveries contain, so that a test can say what must be quarantined.

Each is a clean row with one thing wrong and an id of its own, so no clean row is lost to it. Do not put here:
oddities that are legal (employment rate letters, blanks, mixed wage units), which stand in their tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lake.sources.simulated import people, text
from lake.sources.simulated.world import World

ROWS_PER_DIRTY_ROW = 10_000


@dataclass(frozen=True)
class Trap:
    """One kind of dirty row: the columns that are wrong, and whether silver must quarantine it (or supersede it)."""

    name: str
    values: Mapping[str, str | None]
    is_quarantined: bool = True


TRAPS: Mapping[str, tuple[Trap, ...]] = {
    "seekers": (
        Trap("unknown_education", {"학력": "박사후과정"}),
        Trap("impossible_birth_date", {"생년월일": "1990-02-30"}),
        Trap("missing_registration", {"구직등록일": None}),
        Trap("negative_wage", {"희망임금": "-2500000"}),
        Trap("stale_duplicate", {"희망임금": "9990000", "최종수정일시": "2001-01-01 00:00:00Z"}, is_quarantined=False),
    ),
    "employment_spells": (
        Trap("impossible_start_date", {"취득일": "2024-13-01"}),
        Trap("negative_wage", {"월평균보수": "-1"}),
        Trap("unknown_reason", {"이직사유코드": "99"}),
    ),
    "applications": (Trap("unknown_result", {"지원결과": "HIERD"}),),
    "test_results": (
        Trap("score_out_of_range", {"흥미_현실형": "999"}),
        Trap("unknown_item", {"흥미문항응답": "R01:4;R35:2"}),
        Trap("item_answer_out_of_range", {"흥미문항응답": "R01:6;R02:3"}),
    ),
    "certificates": (Trap("missing_name", {"자격증명": None}),),
    "rights_requests": (
        Trap("impossible_request_date", {"요구일": "2026-11-31"}),
        Trap("withdrawn_before_it_was_made", {"철회일": "2001-01-01"}),
        Trap("unknown_request", {"요구종류": "삭제"}),
        Trap("extended_too_long", {"연장일수": "61"}),
    ),
    "job_postings": (
        Trap("negative_wage", {"minSal": "-100"}),
        Trap("closing_before_registration", {"closeDt": "2000-01-01"}),
        Trap("unknown_career", {"career": "무관함"}),
        Trap("impossible_registration_date", {"regDt": "2025-02-30"}),
    ),
    "training_courses": (
        Trap("impossible_start_date", {"과정시작일": "2025-06-31"}),
        Trap("negative_fee", {"훈련비": "-1"}),
    ),
}
# The column that gives a dirty row an id of its own; seekers and their papers get a resident number of their own.
ID_COLUMNS: Mapping[str, str] = {
    "employment_spells": "취득번호",
    "rights_requests": "요구번호",
    "job_postings": "wantedAuthNo",
    "training_courses": "훈련과정 ID",
}


def dirty_rows(world: World, table: str, clean: pa.Table, day: int) -> tuple[pa.Table | None, dict[str, int]]:
    """Dirty rows to append to a delivery of `table` on `day`, as text, with their count by trap.

    `clean` holds the rows of the delivery's first file. None if the table has no traps or no rows to start from.
    """
    if clean.num_rows == 0 or table not in TRAPS:
        return None, {}
    wanted = 1 if day != world.today else max(1, world.size.seekers // ROWS_PER_DIRTY_ROW)
    count = min(wanted, clean.num_rows)
    parts = []
    for number, trap in enumerate(TRAPS[table]):
        rows = clean.slice(0, count)
        own = (np.arange(count) * len(TRAPS[table]) + number) + 100_000 * (day - world.today)
        if trap.is_quarantined:
            rows = _with_own_id(world, table, rows, own)
        parts.append(text.override(rows, trap.values))
    return pa.concat_tables(parts), {trap.name: count for trap in TRAPS[table]}


def _with_own_id(world: World, table: str, rows: pa.Table, own: np.ndarray) -> pa.Table:
    """The rows under ids that no clean row has: person numbers are taken from the far end of their range."""
    if table in ID_COLUMNS:
        column, ids = ID_COLUMNS[table], text.padded("SYNDIRTY", own, 8)
    else:
        column = "주민등록번호"
        ids = people.resident_numbers(world, people.MAX_PEOPLE - 1 - own)
    return rows.set_column(rows.column_names.index(column), column, ids)


def count_quarantined(traps: Mapping[str, int], table: str) -> int:
    """How many rows of `table` silver must quarantine, from a report's `traps` ("date/table/name" → count)."""
    total = 0
    for key, count in traps.items():
        _, owner, name = key.split("/")
        if owner == table and any(trap.name == name and trap.is_quarantined for trap in TRAPS[table]):
            total += count
    return total
