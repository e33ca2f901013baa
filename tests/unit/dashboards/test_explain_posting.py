"""An employer's posting: its talents from the published rows, in words, and what is said when there is no answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project import cli, report
from dashboards.explain_posting import ClosedPosting, UnknownPosting, as_text, explain_posting
from dashboards.lookups import NotPublished
from lake import publication
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.matching_rows import FIRST, SECOND


def test_talents_with_the_postings_own_facts_are_json(settings: Settings, pointer: Pointer) -> None:
    answers = explain_posting(settings, pointer, "P1")
    assert json.loads(json.dumps(answers, ensure_ascii=False)) == answers
    assert answers["posting"]["occupation_name"] == "사회복지사"
    assert answers["posting"]["fill_chance_0_1"] == 0.061
    assert [talent["seeker_key"] for talent in answers["talents"]] == [FIRST, SECOND]
    assert answers["talents"][0]["met_codes"] == ["OCCUPATION", "REGION", "LICENCE"]
    assert answers["sharing"] == {
        "candidates_count": 80,
        "capacity_count": 36.0,
        "exposures_before_count": 72,
        "exposures_count": 36,
        "price_0_1": 0.012,
    }


def test_text_says_who_fits_and_how_recommendations_are_shared(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_posting(settings, pointer, "P1"))
    assert "합성 데이터" in text
    assert "추천이 몰려 구직자 72명에서 36명으로 나누었습니다. 모집인원에 맞춘 몫은 36명입니다." in text
    assert FIRST not in text
    assert "1. 인재 — 종합 5.6점" in text
    assert "맞는 조건: 공고의 직종을 희망함, " in text
    assert "1350" in text


def test_text_drops_control_characters_of_a_source(settings: Settings, pointer: Pointer) -> None:
    assert "\x1b" not in as_text(explain_posting(settings, pointer, "P1"))


def test_a_posting_that_gained_says_so(settings: Settings, pointer: Pointer) -> None:
    text = as_text(explain_posting(settings, pointer, "P3"))
    assert "추천이 몰린 다른 공고를 나누면서 구직자 0명에서 3명으로 늘었습니다." in text


def test_without_a_candidate_the_reason_stands_there(settings: Settings, pointer: Pointer) -> None:
    answers = explain_posting(settings, pointer, "P2")
    assert answers["talents"] == []
    assert "동의한 구직자가 없습니다" in as_text(answers)


def test_an_unknown_posting_is_an_error_that_says_where_it_was_sought(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(UnknownPosting, match=r"serving__job_postings_v1, run 20260701-test: no posting 'K0'"):
        explain_posting(settings, pointer, "K0")


def test_a_closed_posting_is_told_from_an_unknown_one(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(ClosedPosting, match=r"'P9' is not open on 2026-07-01 \(closing date 2026-06-20"):
        explain_posting(settings, pointer, "P9")


def test_a_night_older_than_the_talents_says_so(settings: Settings, pointer: Pointer) -> None:
    tables = {name: entry for name, entry in pointer.tables.items() if "talents" not in name}
    with pytest.raises(NotPublished, match="goyong nightly") as caught:
        explain_posting(settings, replace(pointer, tables=tables), "P1")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("error", "code"), [(UnknownPosting, 1), (ClosedPosting, 1), (NotPublished, 3)])
def test_each_error_has_its_exit_code(error: type[LookupError], code: int) -> None:
    assert cli._exit_code(error("")) == code


def test_the_command_prints_text_or_json_or_writes_a_page(
    settings: Settings, pointer: Pointer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "current", lambda _: pointer)
    page = tmp_path / "posting.html"
    assert "■ 정보 공개에 동의한 인재" in report.explain_posting(settings, "P1", as_json=False, html=None)
    assert json.loads(report.explain_posting(settings, "P1", as_json=True, html=None))["posting_id"] == "P1"
    assert report.explain_posting(settings, "P1", as_json=False, html=page) == f"wrote {page}"
    assert "공고에 맞는 인재" in page.read_text(encoding="utf-8")
