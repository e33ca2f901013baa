"""Who is served again although they refused since that night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lake import publication, tables
from lake.privacy import load_master_key
from lake.publication import Pointer
from lake.refused_since import count_refused_since
from lake.settings import Settings

OLD, NEW = date(2026, 11, 19), date(2026, 11, 20)
SERVED = "serving__seeker_employment_v1"


def test_those_who_refuse_today_and_are_answered_then_are_counted(
    settings: Settings, write_rows: Callable[..., None]
) -> None:
    load_master_key(settings)
    write_rows(SERVED, *({"as_of": OLD, "run_id": "old", "seeker_key": key} for key in "abc"))
    pointer = Pointer("old", OLD, {SERVED: publication.describe_table(settings, SERVED)}, {}, is_synthetic=True)
    assert count_refused_since(settings, pointer) == 0
    rights = [("a", OLD, True, False), ("a", NEW, False, False), ("b", NEW, True, False), ("d", NEW, False, True)]
    write_rows(
        "gold__seeker_rights",
        *(
            {"as_of": day, "seeker_key": key, "is_opted_out": refuses, "is_restricted": stopped}
            for key, day, refuses, stopped in rights
        ),
    )
    assert count_refused_since(settings, pointer) == 1
    assert tables.count(settings, "gold__seeker_rights") == 4
