"""The lineage pages and `goyong lineage`: links lead somewhere, every published column is there, no page is large."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dashboards import lineage_page, lineage_text
from dashboards.dictionary_page import layer_file
from dashboards.lineage_text import UnknownName
from lake.contracts import serving
from lake.contracts.registry import TABLES, table
from lake.settings import Settings
from tests.unit.dashboards.conftest import AS_OF

LARGEST = 300_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    import duckdb

    file = tmp_path_factory.mktemp("lineage") / "night.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute("create schema ops")
        db.execute(f"create table ops.published_tables as select date '{AS_OF}' as as_of, true as is_synthetic")
    return lineage_page.render(Settings(lake_dir=Path("nowhere"), memory_mb=256), file)


def test_there_is_an_index_a_page_a_published_table_and_the_sources(pages: dict[str, str]) -> None:
    own = {lineage_page.table_file(table_id) for table_id in serving.SOURCES}
    assert set(pages) == {lineage_page.INDEX_FILE, lineage_page.SOURCES_FILE} | own


def test_pages_are_korean_small_without_script_and_say_that_data_are_synthetic(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert len(page.encode()) < LARGEST, name
        assert '<html lang="ko">' in page
        assert "<script" not in page
        assert "합성 데이터로 만든 결과입니다" in page


def test_every_link_leads_to_a_page_and_a_place_that_is_there(pages: dict[str, str]) -> None:
    layers = {layer_file(contract.layer) for contract in TABLES.values()}
    for page in pages.values():
        for file, place in re.findall(r'href="(lineage[^"#]*|data-dictionary-[^"#]*)?(?:#([^"]+))?"', page):
            assert not file or file in pages or file in layers
            target = pages.get(file) if file else page
            assert not (target and place) or f'id="{place}"' in target, (file, place)


@pytest.mark.parametrize("table_id", serving.SOURCES)
def test_every_published_column_is_on_its_page(pages: dict[str, str], table_id: str) -> None:
    page = pages[lineage_page.table_file(table_id)]
    folded = {re.sub(r"_\d+$", "", name) for name in table(table_id).names}
    assert [name for name in folded if f"<code>{name}" not in page] == []


def test_the_text_of_a_column_ends_in_what_sources_call_it() -> None:
    said = lineage_text.as_text("serving__job_postings_v1.title")
    assert "serving__job_postings_v1.title  공고 제목" in said
    assert "bronze__job_postings.title  공고 제목 ← 합성 데이터:" in said
    assert "고용24 오픈API: " in said


def test_the_text_of_a_table_names_its_inputs_and_how_that_is_known() -> None:
    said = lineage_text.as_text("serving__courses_v1")
    assert said.splitlines()[0].endswith("(실행 계획에서 읽음)")
    assert "features__courses" in said


@pytest.mark.parametrize("name", ["serving__skills_v1", "serving__skills_v1.skill_name"])
def test_json_is_for_machines(name: str) -> None:
    assert json.loads(lineage_text.as_json(name))["table_id"] == "serving__skills_v1"


@pytest.mark.parametrize("name", ["nothing", "serving__skills_v1.nothing"])
def test_a_name_that_is_none_says_what_to_do(name: str) -> None:
    with pytest.raises(UnknownName, match="Do: goyong lineage TABLE") as caught:
        lineage_text.as_text(name)
    assert caught.value.exit_code == 2
