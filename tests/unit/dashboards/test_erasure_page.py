"""The certificate of an erasure in Korean: every place, what was not touched, and never who it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards import erasure_page, texts
from lake.erased_places import ExportTraces
from lake.erasure_certificate import NOT_TOUCHED, begin_plan, write_certificate
from lake.erasure_traces import Traces
from lake.settings import Settings

HANDED = ExportTraces((), ({"file": "out/serving__seeker_jobs_v1.csv", "at": "2026-11-20"},))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(lake_dir=tmp_path / "lake")


def certify(settings: Settings, *traces: Traces, residue: tuple[str, ...] = ()) -> dict[str, Any]:
    plan = begin_plan(settings, ["1f" * 32], traces)
    at, versions = datetime(2026, 11, 25, 16, 30, tzinfo=UTC), {"silver__seekers": [7]}
    return write_certificate(settings, plan, at=at, versions=versions, exports=HANDED, residue=residue)


def test_everything_that_is_not_touched_is_said_in_korean() -> None:
    assert set(texts.load("erasure")["not_touched"]) == set(NOT_TOUCHED)


def test_the_certificate_reads_in_korean_with_every_place(settings: Settings) -> None:
    written = certify(settings, Traces("silver__seekers", 3, 5, (), needs_cut=False, people=frozenset()))
    text = erasure_page.as_text(written)
    for expected in (
        "개인정보 삭제 확인서",
        "개인정보 보호법 제36조",
        "대상 1명",
        "구직자 (silver__seekers): 현재 판 3행, 지난 판 5행, 남은 판 7",
        "회수 필요): out/serving__seeker_jobs_v1.csv, 2026-11-20 제공",
        "남은 곳 없음",
        "출처 기관이 보낸 원본 파일",
        written["seal"],
    ):
        assert expected in text


def test_what_is_left_is_said_instead_of_nothing_left(settings: Settings) -> None:
    written = certify(settings, residue=("dagster/runs.db",))
    text = erasure_page.as_text(written)
    assert "아직 남은 곳: dagster/runs.db" in text
    assert "남은 곳 없음" not in text
    assert "이미 삭제되어" in text
