"""The night's page and the site say what the file says, and ask nobody for anything."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from lxml import html

from dashboards import dictionary_page, gate_sections, page_files, texts
from dashboards.build import build_site
from dashboards.catalog import WrongCatalog
from lake.contracts.registry import TABLES
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.conftest import page_of


@pytest.fixture(scope="module")
def page(settings: Settings, catalog: Path) -> str:
    return page_of(settings, catalog, "index")


def _said(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


def test_stages_add_up_by_layer_and_name_the_longest(page: str) -> None:
    assert "가장 오래 걸린 단계는 특성(features), 30.2초" in _said(page)


def _changed(catalog: Path, folder: Path, *statements: str) -> Path:
    file = folder / "goyong-changed.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        for statement in statements:
            db.execute(statement)
    return file


def test_a_stage_far_over_the_median_of_earlier_nights_is_named(
    settings: Settings, catalog: Path, tmp_path: Path
) -> None:
    """Tonight 12.5 s of silver; 4, 5 and 60 s before, of which the 60 s night was not published: median 4.5."""
    earlier = """insert into ops.runs by name (select * replace ('{run}' as run_id, date '2026-06-{day}' as as_of,
        '{status}' as status_code, '{{"silver__seekers": {seconds}, "features__seekers": 30.0}}' as stages_json)
        from ops.runs where run_id = '20260701-test')"""
    nights = [("a", 28, "PUBLISHED", 4), ("b", 29, "FORCED", 5), ("c", 30, "BLOCKED", 60)]
    inserts = [earlier.format(run=run, day=day, status=status, seconds=sec) for run, day, status, sec in nights]
    page = html.fromstring(page_of(settings, _changed(catalog, tmp_path, *inserts), "index"))
    (stages,) = page.xpath("//section[@id='stages']")
    assert stages.xpath("string(h2)").endswith("두 배 넘게 걸린 단계는 1개(정제(silver))")
    rows = {row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")] for row in stages.xpath(".//tr")}
    assert rows["정제(silver)"] == ["12.5초", "4.5초", "2밤"]
    assert stages.xpath(".//img/@alt")[0].startswith("두 점 그래프. 지난 밤들의 중간값 → 어젯밤.")


def test_rows_set_aside_are_counted_from_the_balance_and_hidden_where_the_check_is(
    settings: Settings, catalog: Path, tmp_path: Path
) -> None:
    check = """insert into ops.quality by name (select * replace ('{table}' as table_id, 'row_balance' as check_name,
        {detail} as detail, 0.0 as value) from ops.quality where check_name = 'unique_key')"""
    told = "'in 200 = out 180 + quarantined 12 + superseded 8 + deleted 0'"
    inserts = [check.format(table="silver__job_postings", detail=told)]
    inserts.append(check.format(table="silver__applications", detail="null"))
    page = html.fromstring(page_of(settings, _changed(catalog, tmp_path, *inserts), "quality"))
    (balance,) = page.xpath("//section[@id='balance']")
    assert "격리한 비율이 가장 높은 표는 구인공고(6.0%)" in balance.xpath("string(h2)")
    rows = [[cell.text_content() for cell in row.xpath("td")] for row in balance.xpath(".//tbody/tr")]
    assert rows == [
        ["200행", "180행", "12행", "8행", "0행", "6.0%", "통과"],
        [*["비공개"] * 6, "통과"],
    ]


def test_why_rows_were_set_aside_is_said_in_words(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    check = """insert into ops.quality by name (select * replace ('quarantine__{noun}' as table_id,
        'refused:{why}' as check_name, {count} as value) from ops.quality where check_name = 'unique_key')"""
    inserts = [
        check.format(noun="job_postings", why="closing_date:BEFORE_REGISTRATION", count="12.0"),
        check.format(noun="seekers", why="row:UNREADABLE", count="null"),
    ]
    page = html.fromstring(page_of(settings, _changed(catalog, tmp_path, *inserts), "quality"))
    (reasons,) = page.xpath("//section[@id='reasons']")
    assert "가장 많은 것은 구인공고 격리의 마감일: 등록한 날보다 앞섬(12행)" in reasons.xpath("string(h2)")
    rows = [[cell.xpath("string(text()[1])") for cell in row] for row in reasons.xpath(".//tbody/tr")]
    assert rows == [
        ["구인공고 격리", "마감일", "등록한 날보다 앞섬", "12행"],
        ["구직자 격리", "행 전체", "읽을 수 없음", "비공개"],
    ]


def test_wages_of_many_openings_do_not_overflow(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    many = "update gold.labour_market set wage_median_krw_month = 3130000, openings_count = 711"
    page = html.fromstring(page_of(settings, _changed(catalog, tmp_path, many), "labour-market"))
    assert "월 313만원" in page.xpath("string(//section[@id='region_wages']//tbody)")


def test_start_is_said_in_seoul_time(page: str) -> None:
    assert "2026-07-01 02:00" in _said(page)


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("matching", "결과를 받은 구직자: 6개월 취업확률 83%"),
        ("labour-market", "모집인원이 가장 많은 직업은 사회복지사, 9명"),
        ("index", "통과하지 못한 점검 1개"),
        ("index", "걸린 시간: 2026-07-01 1분 13초, 견줄 지난 밤이 없음"),
        ("quality", "점검 5개: 1개에 주의가 필요하고 나머지는 모두 통과"),
    ],
)
def test_each_section_title_states_its_finding(settings: Settings, catalog: Path, name: str, finding: str) -> None:
    assert finding in _said(page_of(settings, catalog, name))


def test_each_gate_is_a_sentence_with_the_number_nearest_to_its_limit(page: str) -> None:
    (section,) = html.fromstring(page).xpath("//section[@id='gates']")
    assert "공표 전 점검 2가지를 모두 지킴" in section.xpath("string(.)")
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in section.xpath(".//tbody/tr")]
    assert rows == [
        ["통과", "입력과 답의 분포가 어젯밤과 크게 다르지 않다2곳", "0.2", "0.25", "구직자학력"],
        ["통과", "입력과 답의 분포가 지난 같은 요일과 크게 다르지 않다", "견줄 밤 없음", "0.25", "구직자거주 시도코드"],
    ]


def test_small_courses_are_not_listed(settings: Settings, catalog: Path) -> None:
    rows = html.fromstring(page_of(settings, catalog, "skills")).xpath("//section[@id='outcomes']//tbody/tr")
    assert [row.xpath("string(th)") for row in rows] == ["C4"]


def test_each_section_names_its_table_and_keeps_its_sql(page: str) -> None:
    for section in html.fromstring(page).xpath("//main//section"):
        assert section.xpath("string(.//caption)").startswith("표 ")
        assert "select" in section.xpath("string(.//pre)")


def test_the_synthetic_night_says_so(page: str) -> None:
    assert "합성 데이터" in html.fromstring(page).xpath("string(//*[@role='note'])")


PAGES = {entry["file"] for entry in texts.load("night")["pages"]}


def test_pages_link_only_to_each_other_and_to_files_that_are_there(
    settings: Settings, pointer: Pointer, catalog: Path, tmp_path: Path
) -> None:
    build_site(settings, pointer, tmp_path, catalog_path=catalog)
    assert {f"{name}.html" for name in page_files.names()} < PAGES
    for file in tmp_path.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        links = {link for link in re.findall(r"""(?:src|href)=["']([^"'#]+)""", text) if not link.startswith("data:")}
        assert links >= PAGES
        assert [link for link in links if not (tmp_path / link).is_file()] == []
        is_lineage = file.name.startswith("lineage")  # lists in the order things are made: nothing to sort
        assert text.count("<script") == (0 if is_lineage else 1)  # sorts tables (test_page.py)
        assert len(text.encode()) < 300_000


def test_dictionary_has_every_table_of_the_lake_on_the_page_of_its_layer(settings: Settings, catalog: Path) -> None:
    pages = dictionary_page.render(settings, catalog)
    for table_id in TABLES:
        page = html.fromstring(pages[dictionary_page.layer_file(table_id.split("__")[0])])
        assert page.xpath(f"//main/div/section[@id='{table_id}']")


def test_the_dictionarys_index_keeps_the_anchors_of_tables_and_leads_to_them(settings: Settings, catalog: Path) -> None:
    pages = dictionary_page.render(settings, catalog)
    index = html.fromstring(pages[dictionary_page.INDEX_FILE])
    assert set(TABLES) <= set(index.xpath("//main//li/@id"))
    for link in index.xpath("//main//li/a/@href"):
        file, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in pages[file]


def test_site_has_a_person_page_only_when_asked(settings: Settings, pointer: Pointer, tmp_path: Path) -> None:
    index = build_site(settings, pointer, tmp_path)
    assert index == tmp_path / "index.html"
    names = (*PAGES, "model-card.md", "data-dictionary-gold.html")
    assert all((tmp_path / name).is_file() for name in names)
    assert not (tmp_path / "person").exists()
    build_site(settings, pointer, tmp_path, person_key=f"{0:032x}")
    assert (tmp_path / "person" / "sample.html").is_file()


def test_a_file_of_no_night_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WrongCatalog, match="goyong nightly"):
        page_of(settings, tmp_path / "goyong.duckdb", "index")


def test_places_of_a_top_list_are_one_row_of_the_dictionary() -> None:
    names = ("as_of", "share_0_1", "score_0_1_1", "score_0_1_2", "score_0_1_3", "fit_0_1_1", "fit_0_1_2")
    labels = ("기준일", "비율", "점수 1위", "점수 2위", "점수 3위", "적합 1위", "적합 2위")
    columns = [{"column_name": name, "column_label": label} for name, label in zip(names, labels, strict=True)]
    found = [(row["column_name"], row["column_label"]) for row in dictionary_page.fold_places(columns)]
    assert found == [
        ("as_of", "기준일"),
        ("share_0_1", "비율"),
        ("score_0_1_1 … 3", "점수 1~3위"),
        ("fit_0_1_1 … 2", "적합 1~2위"),
    ]


@pytest.mark.parametrize(
    ("results", "title"),
    [
        (["PASS", "PASS"], "공표 전 점검 2가지를 모두 지킴"),
        (["PASS", "WARN"], "공표 전 점검 2가지 가운데 1가지에 주의가 필요하고 나머지는 모두 지킴"),
        (["FAIL", "WARN"], "공표 전 점검 2가지 가운데 1가지를 지키지 못한 채 공표함"),
    ],
)
def test_a_warning_is_no_failure(results: list[str], title: str) -> None:
    assert gate_sections._title(len(results), results) == title
