"""Which sources answers rest on: the newest accepted delivery by the night's date, and words for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards import data_sources, texts
from lake.contracts import silver
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.conftest import write

AS_OF = date(2026, 7, 1)
POINTER = Pointer("run", AS_OF, {}, {}, is_synthetic=True)


def _file(noun: str, day: int, problem: str | None = None) -> dict[str, Any]:
    name = f"{noun}_{day}.csv"
    row = {"table_id": f"bronze__{noun}", "delivery_date": date(2026, 7, 1).replace(month=6, day=day)}
    arrived = {"received_at": datetime(2026, 7, 2, tzinfo=UTC), "file_sha256": name}
    return row | arrived | {"source_file": name, "problem": problem}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Résumés came on three days, the last time unreadable; benefits never; postings once after the night."""
    made = Settings(lake_dir=tmp_path_factory.mktemp("sources"))
    later = _file("job_postings", 1) | {"delivery_date": date(2026, 7, 2)}
    files = [_file("resumes", 3), _file("resumes", 20), _file("resumes", 28, "no header"), _file("job_postings", 9)]
    write(made, "ops__deliveries", [*files, later])
    return made


def test_the_newest_accepted_delivery_by_the_nights_date_counts(delivered: Settings) -> None:
    found = data_sources.delivered_dates(delivered, POINTER, ("resumes", "job_postings", "benefits"))
    assert found == {"resumes": "2026-06-20", "job_postings": "2026-06-09", "benefits": None}


def test_each_day_is_told_with_its_sources_and_what_never_came() -> None:
    told = data_sources.told({"resumes": "2026-06-20", "benefits": None, "seekers": "2026-07-01", "test_results": None})
    assert told == (
        ("2026년 7월 1일까지", "구직신청서"),
        ("2026년 6월 20일까지", "이력서"),
        ("들어오지 않음", "구직급여 기록, 직업심리검사 결과"),
    )


def test_a_lake_without_a_list_of_deliveries_says_nothing(tmp_path: Path) -> None:
    assert data_sources.delivered_dates(Settings(lake_dir=tmp_path), POINTER, data_sources.SEEKER) == {}


def test_every_source_has_a_name_and_no_name_is_left_over() -> None:
    nouns = {*data_sources.SEEKER, *data_sources.POSTING}
    assert set(texts.load("sources")["name"]) == nouns == {table.noun for table in silver.TABLES}
