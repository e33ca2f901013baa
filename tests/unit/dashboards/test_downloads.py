"""Files beside a page: no formula runs, no head stands twice, codes are names, a sheet is named by its section."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from dashboards.downloads import sheet_names, write_downloads
from dashboards.sections import Section

SQL = """select '=1+1' as occupation_name, '11' as region_code, sum(7) as openings_count, 1.0 / 3 as share_0_1,
    cast(null as double) as tightness_ratio"""


def _section(title: str, sql: str = SQL) -> Section:
    return Section("one_table", title, "gold.occupations", sql, (), ())


def test_both_files_say_the_same_and_no_text_is_a_formula(tmp_path: Path) -> None:
    with duckdb.connect() as db:
        write_downloads(db, tmp_path, "p", [_section("직업: 가장 많은 것")])
    lines = (tmp_path / "data" / "p-one-table.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ['"직업명","시도","모집인원(명)","비율(0~1)","구인배수(배)"', '"\'=1+1","서울",7,0.333333,']
    book = load_workbook(tmp_path / "data" / "p.xlsx")
    assert book.sheetnames == ["1 직업"]
    assert [cell.value for cell in book["1 직업"][2]] == ["'=1+1", "서울", 7, 0.333333, None]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("직종 × 시도: 가장 높은 곳", "1 직종 × 시도"),
        ("공표된 표 11개, 모두 3행", "1 공표된 표 11개"),
        ("공표 전 점검 48가지 가운데 2가지", "1 공표 전 점검 48가지 가운데"),
        ("가/나[다]: x", "1 가 나 다"),
    ],
)
def test_a_sheet_is_named_by_the_first_words_of_its_title(title: str, name: str) -> None:
    assert sheet_names([_section(title)]) == [name]


def test_sheets_of_one_title_have_names_of_their_own() -> None:
    assert sheet_names([_section("같음"), _section("같음")]) == ["1 같음", "2 같음"]
