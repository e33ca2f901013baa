"""Gates on refused files: requests by right that nobody could read stop the night, other files are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.file_gates import audit_files
from lake.publication import Pointer, switch
from lake.quality import connect
from lake.settings import Settings

AS_OF, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)
Audited = Callable[..., dict[str, tuple[float, str, bool]]]


def file(name: str, table_id: str, problem: str | None, day: date = AS_OF) -> dict[str, Any]:
    return {"table_id": table_id, "delivery_date": day, "source_file": name, "problem": problem}


REQUESTS = file("rights_requests.csv", "bronze__rights_requests", "rights_requests.csv: not UTF-8")


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Audited:
    """Gate → value, detail and whether it stops the night, of those that do not pass."""

    def audit(*rows: dict[str, Any]) -> dict[str, tuple[float, str, bool]]:
        write_rows("ops__deliveries", *rows)
        with connect(settings) as db:
            checks = audit_files(settings, db, as_of=AS_OF)
        return {c.name.split(":")[1]: (c.value, c.detail, not c.is_warning) for c in checks if not c.passed}

    return audit


def test_a_refused_file_of_requests_by_right_stops_the_night(audited: Audited) -> None:
    assert audited(REQUESTS) == {"refused_rights_files": (1, "rights_requests.csv: not UTF-8", True)}


def test_so_does_a_file_that_no_mapping_takes_and_that_is_named_so(audited: Audited) -> None:
    found = audited(file("new/Rights_Requests_v2.CSV", "none", None))
    assert found == {"refused_rights_files": (1, "new/Rights_Requests_v2.CSV: no mapping takes it", True)}


def test_other_refused_files_are_told_and_stop_nothing(audited: Audited) -> None:
    rows = [file(f"{n}.csv", "bronze__seekers", "cut off") for n in range(4)]
    told = "0.csv: cut off; 1.csv: cut off; 2.csv: cut off; and 1 more"
    assert audited(*rows, file("_complete", "none", None)) == {"refused_files": (4, told, False)}


def test_the_mapping_of_requests_is_no_file_of_requests(audited: Audited) -> None:
    assert audited(file("mappings/rights_requests.toml", "none", None)) == {}


def test_requests_that_were_read_pass(audited: Audited) -> None:
    assert audited(file("rights_requests.csv", "bronze__rights_requests", None)) == {}


def test_a_file_of_a_day_that_no_published_night_had_counts_until_one_was_published(
    settings: Settings, audited: Audited
) -> None:
    late = REQUESTS | {"delivery_date": YESTERDAY}
    assert set(audited(late)) == {"refused_rights_files"}
    switch(settings, Pointer("r", YESTERDAY, {}, {}, is_synthetic=True))
    assert audited(late) == {}


def test_a_file_of_tomorrow_does_not_count(audited: Audited) -> None:
    assert audited(REQUESTS | {"delivery_date": date(2026, 11, 21)}) == {}
