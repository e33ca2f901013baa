"""A block of SQL becomes a table, a sentence with its finding and a chart; what is hidden stays hidden."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dashboards import texts
from dashboards.column_words import heading, said
from dashboards.exhibits import exhibit
from dashboards.page_files import Block, BrokenPage

ROWS = """select * from (values ('서울', 120, 0.5), ('부산', 40, 0.04), ('제주', null, null))
    as rows (region_name, people_count, mean_0_1)"""
FINDING = "select format('가장 많은 곳은 {} {}', region_name, people_count_said) from found where place = 1"
OPTIONS = {"from": "agg.regions", "chart": "bars:region_name:mean_0_1"}
BLOCK = Block("sql", "regions", OPTIONS, ROWS, FINDING)


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def test_rows_are_said_with_their_units_under_the_contracts_labels(db: duckdb.DuckDBPyConnection) -> None:
    found = exhibit(db, BLOCK)
    assert found is not None
    assert found.columns[1] == "구직자 수"
    assert [[cell.text for cell in row] for row in found.rows] == [
        ["서울", "120명", "50%"],
        ["부산", "40명", "4.0%"],
        ["제주", "비공개", "비공개"],
    ]


def test_the_title_is_the_finding_over_values_and_words(db: duckdb.DuckDBPyConnection) -> None:
    found = exhibit(db, BLOCK)
    assert found is not None
    assert found.title == "가장 많은 곳은 서울 120명"


def test_a_hidden_row_is_not_drawn(db: duckdb.DuckDBPyConnection) -> None:
    found = exhibit(db, BLOCK)
    assert found is not None
    assert found.chart is not None
    assert [row["region_name"] for row in found.chart.rows] == ["서울", "부산"]


def test_rows_over_the_limit_stand_in_the_files_only(db: duckdb.DuckDBPyConnection) -> None:
    found = exhibit(db, Block("sql", "regions", OPTIONS | {"rows": "2"}, ROWS, FINDING))
    assert found is not None
    assert (len(found.rows), found.more) == (2, 1)


@pytest.mark.parametrize("options", [OPTIONS, OPTIONS | {"if": "ops.alerts"}])
def test_without_a_row_or_a_table_there_is_no_exhibit(db: duckdb.DuckDBPyConnection, options: dict[str, str]) -> None:
    sql = ROWS if "if" in options else f"{ROWS} where people_count > 1000"
    assert exhibit(db, Block("sql", "regions", options, sql, FINDING)) is None


@pytest.mark.parametrize("finding", ["", "select null"])
def test_an_exhibit_without_a_finding_is_refused(db: duckdb.DuckDBPyConnection, finding: str) -> None:
    with pytest.raises(BrokenPage, match="regions: its finding gave no sentence"):
        exhibit(db, Block("sql", "regions", OPTIONS, ROWS, finding))


def test_the_second_chart_is_drawn_where_the_first_has_nothing(db: duckdb.DuckDBPyConnection) -> None:
    sql = "select 'silver' as stage_code, 2.0 as stage_seconds, cast(null as double) as median_seconds"
    chart = {"chart": "pairs:stage_code:median_seconds:stage_seconds", "else": "bars:stage_code:stage_seconds"}
    found = exhibit(db, Block("sql", "stages", {"from": "ops.runs"} | chart, sql, "select stage_code_said from found"))
    assert found is not None
    assert found.title == "정제(silver)"
    assert found.chart is not None
    assert found.chart.kind == "bars"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("wage_median_krw_month", 2_960_000, "월 296만원"),
        ("tightness_ratio", 0.436, "0.44배"),
        ("result_code", "PASS", "통과"),
        ("region_code", "11", "서울"),
        ("table_id", "gold__occupations", "직업"),
        ("change_share", -0.08, "-8%"),
        ("is_suppressed", True, "예"),
        ("stage_seconds", 73.4, "1분 13초"),
    ],
)
def test_a_value_is_said_as_its_column_wants_it(name: str, value: object, text: str) -> None:
    assert said(name, value) == text


def test_a_head_names_the_unit_of_what_stands_in_the_file() -> None:
    assert heading("mean_0_1").endswith("(0~1)")
    assert heading("stage_seconds") == "어젯밤(초)"


@pytest.mark.parametrize(("name", "value"), [("result_code", "MAYBE"), ("no_such_column", 1)])
def test_a_code_or_column_without_a_text_is_an_error(name: str, value: object) -> None:
    with pytest.raises(texts.MissingText):
        said(name, value)
