"""The page about exposure says before and after the sharing, by group, and builds for a night that has no record."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from lxml import html

from dashboards.build import build_site
from dashboards.catalog import build_catalog, open_catalog
from lake import tables
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.conftest import page_of


@pytest.fixture(scope="module")
def page(settings: Settings, catalog: Path) -> str:
    return page_of(settings, catalog, "exposure")


def _titles(page: str) -> dict[str, str]:
    return {
        section.get("id"): " ".join(section.xpath("string(h2)").split())
        for section in html.fromstring(page).xpath("//main//section")
    }


def _row(page: str, section: str, name: str) -> list[str]:
    rows = html.fromstring(page).xpath(f"//section[@id='{section}']//tbody/tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    return next(row for row in cells if row[0] == name)


@pytest.mark.parametrize(
    ("section", "finding"),
    [
        ("sharing", "가장 몰린 공고가 몫의 12.34배에서 1.00배로, 평균 점수는 -1.2%"),
        ("company_size", "추천의 비중이 모집인원의 비중과 가장 다르던 곳은 300인 이상(+30%p에서 +5%p로)"),
        ("region", "추천의 비중이 모집인원의 비중과 가장 다르던 곳은 서울(+9%p에서 +3%p로)"),
    ],
)
def test_each_title_states_its_finding(page: str, section: str, finding: str) -> None:
    assert finding in _titles(page)[section]


@pytest.mark.parametrize(
    "row",
    [
        ["가장 많이 추천된 공고의 추천 ÷ 몫", "12.34배", "1.00배", "-11.34"],
        ["추천 ÷ 몫의 99백분위", "6.00배", "1.00배", "-5.00"],
        ["몫을 넘은 공고", "9건", "0건", "-9"],
        ["지니계수(한 자리당 추천)", "0.720", "0.410", "-0.310"],
        ["한 번이라도 추천된 공고", "61%", "83%", "+22%p"],
        ["추천된 자리의 평균 종합 점수", "5.00점", "4.94점", "-1.2%"],
        ["후보가 다섯 이상인데 다섯을 받지 못한 사람", "0명", "0명", "0"],
    ],
)
def test_the_whole_is_measured_before_and_after(page: str, row: list[str]) -> None:
    assert _row(page, "sharing", row[0]) == row


def test_a_group_shows_after_with_before_below(page: str) -> None:
    found = _row(page, "company_size", "300인 이상")
    assert found[:5] == ["300인 이상", "40건", "20%", "25%전 50%", "1.00배전 12.34배"]
    assert _row(page, "company_size", "모름")[1] == "40건"


def test_a_group_of_few_people_is_hidden_and_one_more_with_it(page: str, settings: Settings, catalog: Path) -> None:
    assert _row(page, "region", "제주")[3] == "비공개"
    assert _row(page, "region", "부산")[3] == "비공개"
    assert _row(page, "region", "서울")[3] == "62%전 69%"
    with open_catalog(settings, catalog) as db:
        sql = "select group_code, recommendations_count, mean_score_0_1 from ops.exposure"
        found = db.execute(f"{sql} where group_kind = 'region_code' and phase_code = 'AFTER' order by 1").fetchall()
    assert found == [("11", 90, 0.0494), ("26", None, None), ("50", None, None)]


def test_each_section_names_its_table_and_keeps_its_sql(page: str) -> None:
    for section in html.fromstring(page).xpath("//main//section"):
        assert section.xpath("string(.//caption)") == "표 ops.exposure · 기준일 2026-07-01 · 합성 데이터"
        assert "from ops.exposure" in section.xpath("string(.//pre)")


def test_the_page_is_linked_loads_no_script_and_says_synthetic(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.get("lang") == "ko"
    assert tree.xpath("//script[@src] | //*[@style]") == []
    assert "합성 데이터" in tree.xpath("string(//*[@role='note'])")
    assert tree.xpath("string(//nav//a[@aria-current='page'])") == "노출과 쏠림"


def test_a_night_without_a_record_says_so(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "goyong-older.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        db.execute("delete from ops.exposure")
    older = page_of(settings, file, "exposure")
    assert "쏠림을 나눈 기록이 없습니다" in html.fromstring(older).xpath("string(//main//p[@class='none'])")
    assert _titles(older) == {}


def test_a_lake_that_never_had_the_table_still_builds(
    settings: Settings, pointer: Pointer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_table = tables.exists
    monkeypatch.setattr(tables, "exists", lambda lake, name: name != "ops__exposure" and has_table(lake, name))
    catalog = build_catalog(settings, pointer, out=tmp_path)
    build_site(settings, pointer, tmp_path / "site", catalog_path=catalog)
    assert re.search("기록이 없습니다", (tmp_path / "site" / "exposure.html").read_text(encoding="utf-8"))
