"""Every page of the site: findings first, each with SQL, files, a described picture; safe, small and the same again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from lxml import html
from openpyxl import load_workbook

from dashboards import column_words, page_files, site_pages, texts
from dashboards.build import write_pages
from dashboards.catalog import open_catalog
from lake.settings import Settings

NAMES = page_files.names()


@pytest.fixture(scope="module")
def site(settings: Settings, catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    write_pages(settings, catalog, out)
    return out


def _page(site: Path, name: str) -> html.HtmlElement:
    return html.fromstring((site / f"{name}.html").read_text(encoding="utf-8"))


def test_the_issues_pages_are_there_and_in_the_navigation(site: Path) -> None:
    wanted = {"index", "labour-market", "matching", "exposure", "employment", "fairness", "skills", "quality"}
    assert set(NAMES) == wanted
    named = [entry["file"] for entry in texts.load("night")["pages"]]
    assert _page(site, "index").xpath("//header//nav//a/@href") == named


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_korean_and_named_and_says_when_and_that_it_is_synthetic(site: Path, name: str) -> None:
    page = _page(site, name)
    assert page.get("lang") == "ko"
    assert page.xpath("string(//title)") == page.xpath("string(//h1)") == page_files.read(name).title
    assert "기준시각 2026-07-01" in page.xpath("string(//header)")
    assert "합성 데이터" in page.xpath("string(//*[@role='note'])")
    assert page.xpath("//nav//a[@aria-current='page']/@href") == [f"{name}.html"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_page_is_blocked_by_its_own_policy(site: Path, name: str) -> None:
    page = _page(site, name)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert page.xpath("//script[@src] | //*[@style] | //*[starts-with(name(@*), 'on')]") == []
    assert [src for src in page.xpath("//img/@src") if not src.startswith("data:image/svg+xml;base64,")] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_section_has_its_finding_table_sql_and_files(site: Path, name: str) -> None:
    page = _page(site, name)
    sections = page.xpath("//main//section")
    assert sections
    for section in sections:
        assert section.xpath("string(h2)").strip()
        assert "· 기준일 2026-07-01" in section.xpath("string(.//caption)")
        assert "select" in section.xpath("string(.//details//pre)")
        assert section.xpath(".//th[@scope='col']")
        assert section.xpath(".//th[@scope='row']")
        assert section.xpath("p[@class='files']/a/@href") == [
            f"data/{name}-{section.get('id').replace('_', '-')}.csv",
            f"data/{name}.xlsx",
        ]


@pytest.mark.parametrize("name", NAMES)
def test_the_findings_stand_first_and_lead_to_their_sections(site: Path, name: str) -> None:
    page = _page(site, name)
    ids = page.xpath("//main//section/@id")
    assert page.xpath("//nav[@class='findings']//a/@href") == [f"#{section}" for section in ids]
    levels = [int(head.tag[1]) for head in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_described_with_its_values(site: Path, name: str) -> None:
    for picture in _page(site, name).xpath("//img"):
        assert "모든 수치는 아래 표에 있습니다" in picture.get("alt")
        assert int(picture.get("width")) > 100


@pytest.mark.parametrize("name", NAMES)
def test_files_open_with_korean_heads_and_as_many_rows_as_the_sql_gives(
    site: Path, settings: Settings, catalog: Path, name: str
) -> None:
    book = load_workbook(site / "data" / f"{name}.xlsx", read_only=True)
    with open_catalog(settings, catalog) as db:
        for section, sheet in zip(site_pages.sections_of(db, name), book.worksheets, strict=True):
            rows = db.execute(f"select count(*) from ({section.sql})").fetchall()[0][0]
            raw = (site / "data" / f"{name}-{section.id.replace('_', '-')}.csv").read_bytes()
            assert raw.startswith(b"\xef\xbb\xbf")
            head, *body = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
            assert len(body) == rows
            columns = [column[0] for column in db.execute(f"describe {section.sql}").fetchall()]
            assert [text.removesuffix(f" {own}") for text, own in zip(head, columns, strict=True)] == [
                column_words.heading(own) for own in columns
            ]
            assert [cell.value for cell in next(sheet.iter_rows(max_row=1))] == head
    book.close()


def test_the_same_night_gives_the_same_files(site: Path, settings: Settings, catalog: Path, tmp_path: Path) -> None:
    write_pages(settings, catalog, tmp_path)
    again = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert again == {file.relative_to(site): file.read_bytes() for file in site.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_with_its_pictures_is_small(site: Path, name: str) -> None:
    assert (site / f"{name}.html").stat().st_size < 300_000


def test_no_section_made_in_python_is_left_out() -> None:
    named = {block.name for name in NAMES for block in page_files.read(name).blocks if block.kind == "section"}
    assert named == set(site_pages.SECTIONS)
