"""The page about training outcomes and skills: findings, no data where nobody knows, hidden where few are."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from lxml import html

from dashboards.catalog import open_catalog
from lake.settings import Settings
from tests.unit.dashboards.conftest import page_of

SOURCES = {
    "fields": "agg.course_fields",
    "missing": "agg.missing_skills",
    "readiness": "agg.skill_gaps",
    "occupations": "agg.occupation_recommendations",
    "courses": "agg.course_recommendations",
    "certificates": "agg.certificate_recommendations",
    "outcomes": "gold.course_outcomes",
}


@pytest.fixture(scope="module")
def page(settings: Settings, catalog: Path) -> str:
    return page_of(settings, catalog, "skills")


def _changed(settings: Settings, catalog: Path, folder: Path, *statements: str) -> str:
    file = folder / "goyong-changed.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        for statement in statements:
            db.execute(statement)
    return page_of(settings, file, "skills")


def _rows(page: str, section: str) -> list[list[str]]:
    rows = html.fromstring(page).xpath(f"//section[@id='{section}']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def _title(page: str, section: str) -> str:
    return " ".join(html.fromstring(page).xpath(f"string(//section[@id='{section}']/h2)").split())


@pytest.mark.parametrize(
    ("section", "finding"),
    [
        (
            "fields",
            "관측 취업률은 보이는 분야를 모두 더해 53%, 가장 높은 분야는 경영·회계·사무(53%), 자료가 없는 분야 1개",
        ),
        ("missing", "가장 많은 것은 총무(30명), 갖추면 모집인원의 평균 12%가 더 열림"),
        ("readiness", "가장 덜 갖춘 것은 사회복지사(평균 62%)"),
        ("occupations", "1순위로 가장 많이 추천된 것은 사회복지사"),
        ("courses", "1순위로 가장 많이 채우는 역량은 총무(30명)"),
        ("certificates", "1순위로 가장 많이 추천된 것은 사회조사분석사 2급(30명)"),
    ],
)
def test_each_title_states_its_finding(page: str, section: str, finding: str) -> None:
    assert finding in _title(page, section)


def test_a_field_shows_its_rates_with_the_interval(page: str) -> None:
    assert _rows(page, "fields")[0][:6] == ["보이는 분야 모두", "3개(3)", "1개", "247명", "53%", ""]
    assert _rows(page, "fields")[1][:6] == ["경영·회계·사무", "3개(3)", "1개", "247명", "53%", "60%50~70%"]


def test_a_field_that_nobody_measured_has_no_data_and_never_nothing(page: str) -> None:
    assert _rows(page, "fields")[-1][:6] == ["사회복지·종교", "1개(0)", "1개", "자료 없음", "자료 없음", "자료 없음"]


def test_a_field_of_few_graduates_is_hidden_and_not_called_unmeasured(
    settings: Settings, catalog: Path, tmp_path: Path
) -> None:
    hide = """update agg.course_fields set graduates_count = null, raw_rate_0_1 = null, shrunk_low_mean_0_1 = null,
        is_suppressed = true where field_code = '02'"""
    row = next(row for row in _rows(_changed(settings, catalog, tmp_path, hide), "fields") if row[0].startswith("경영"))
    assert row[3:5] == ["비공개", "비공개"]


def test_a_missing_skill_without_openings_has_no_data(page: str) -> None:
    assert _rows(page, "missing") == [
        ["총무", "30명", "42%", "12%", ""],
        ["사례관리", "30명", "42%", "자료 없음", ""],
    ]


def test_who_has_no_wish_is_counted_for_no_wish(settings: Settings, catalog: Path) -> None:
    with open_catalog(settings, catalog) as db:
        wishes = db.execute("select occupation_code, people_count, readiness_mean_0_1 from agg.skill_gaps order by 1")
        assert wishes.fetchall() == [("0231", 30, 0.62), ("NO_ANSWER", 42, None), ("TOTAL", 72, 0.62)]


def test_the_page_says_what_its_tables_count(page: str) -> None:
    said = " ".join(html.fromstring(page).text_content().split())
    for words in (
        "자동화된 평가를 거부한 사람은 여기서 세지 않으므로",
        "희망직종이 없어 해 온 일을 기준으로 본 사람은 세지 않습니다",
        "추정 취업률(추천받은 사람으로 평균)",
        "첫 자리가 1순위 희망직종 그대로인 때가 많으므로",
    ):
        assert words in said


def test_each_section_names_its_table_and_keeps_its_sql(page: str) -> None:
    for name, source in SOURCES.items():
        section = html.fromstring(page).xpath(f"//section[@id='{name}']")[0]
        assert section.xpath("string(.//caption)") == f"표 {source} · 기준일 2026-07-01 · 합성 데이터"
        sql = section.xpath("string(.//pre)")
        assert f"from {source}" in sql
        assert sql.startswith("-- question: ")
        assert "-- grain: " in sql


def test_the_page_is_linked_loads_no_script_and_says_synthetic(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.get("lang") == "ko"
    assert tree.xpath("//script[@src] | //*[@style]") == []
    assert "합성 데이터" in tree.xpath("string(//*[@role='note'])")
    assert tree.xpath("string(//nav//a[@aria-current='page'])") == "훈련 성과와 역량"
    assert "훈련의 효과로 읽으면 안 됩니다" in tree.text_content()


def test_a_night_without_any_such_row_still_has_a_page(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    empty = _changed(settings, catalog, tmp_path, *(f"delete from {source}" for source in SOURCES.values()))
    assert "이 밤에는 해당하는 자료가 없습니다" in html.fromstring(empty).text_content()


def test_a_night_in_which_no_rate_is_known_says_so(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    unknown = "update agg.course_fields set observed_courses_count = 0, raw_rate_0_1 = null, graduates_count = null"
    changed = _changed(settings, catalog, tmp_path, unknown, "update agg.missing_skills set unlocked_mean_0_1 = null")
    assert "취업률을 볼 수 있는 분야가 없음, 자료가 없는 분야 2개" in _title(changed, "fields")
    assert "더 열리는 모집인원은 자료 없음" in _title(changed, "missing")
