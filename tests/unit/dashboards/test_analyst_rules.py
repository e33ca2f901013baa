"""Which SQL an analyst may run: decided on DuckDB's own syntax tree, by what is named and nothing else."""

from __future__ import annotations

import json

import duckdb
import pytest

from dashboards.analyst import Answer, QueryRefused
from dashboards.analyst_rules import SqlRefused, check_tree
from dashboards.answer_formats import as_csv, as_json, as_text, require_format

TABLES = {"agg.answers", "gold.occupations"}
MACROS = {"gold.by_region"}


def check(sql: str) -> None:
    (text,) = duckdb.execute("select json_serialize_sql(?)", [sql]).fetchall()[0]
    check_tree(json.loads(text), TABLES, MACROS)


@pytest.mark.parametrize(
    "sql",
    [
        "from agg.answers",
        "select * from AGG.Answers where a like '%x%' order by 1 limit 3",
        "with x as (from agg.answers), y as (from x) select count(*) from y",
        "with x as materialized (from agg.answers) select (select max(a) from x)",
        "select a, sum(b) over (partition by c) from agg.answers qualify row_number() over () = 1",
        "(select 1) union all (select 2) except select 3",
        "describe agg.answers",
        "summarize gold.occupations",
        "show all tables",
        "from agg.answers join gold.occupations using (a)",
        "unpivot agg.answers on a, b into name n value v",
        "select [x * 2 for x in [1, 2] if x > 1], list_transform([1], lambda x: x + 1)",
        "select date_trunc('month', d), extract(year from d), d + interval 3 day from agg.answers",
        "select list_aggregate([1], 'sum')",
        "from gold.by_region('2026-11')",
        "select max(a) from GOYONG.Gold.By_Region(top := (select 1)) as r join goyong.agg.answers using (a)",
        "describe goyong.agg.answers",
    ],
)
def test_questions_about_the_tables_are_allowed(sql: str) -> None:
    check(sql)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("from 'file.csv'", "'file.csv' is no table"),
        ("from answers", "'answers' is no table"),
        ("from other.agg.answers", "'other.agg.answers' is no table"),
        ("from read_text('x')", r"read_text\(\) is not on"),
        ("from by_region('2026-11')", r"by_region\(\) is not on"),
        ("from agg.by_region('2026-11')", r"by_region\(\) is not on"),
        ("from system.gold.by_region('2026-11')", r"by_region\(\) is not on"),
        ("from gold.by_region((select getenv('HOME')))", r"getenv\(\) is not on"),
        ("from gold.by_region((from read_text('x')))", r"read_text\(\) is not on"),
        ("from goyong.answers", "'goyong.answers' is no table"),
        ("select getenv('HOME')", r"getenv\(\) is not on"),
        ("select list_aggregate([1], 'histogram')", "list_aggregate"),
        ("with recursive x as (select 1 union all from x) from x", "recursive cte is not on"),
        ("with a as (from duckdb_settings), duckdb_settings as (select 1) from a", "'duckdb_settings' is no table"),
        ("with duckdb_settings as (select 1) from duckdb_settings", "not a name a query may give"),
        ("select * from (with x as (select 1) from x), x", "'x' is no table"),
        ('with "a.csv" as (select 1) select 2', "not a name a query may give"),
        ("from agg.answers at (version => 1)", "AT is not on"),
        ("select $1", "parameter is not on"),
        ("show databases", "SHOW lists tables only"),
        ("select system.main.abs(1)", "without a schema"),
        ("select 1; select 2", "runs one SELECT"),
        ("copy (select 1) to 'x'", "runs one SELECT"),
        ("", "runs one SELECT"),
        ("selec", "syntax error"),
    ],
)
def test_everything_else_is_refused_with_its_name(sql: str, why: str) -> None:
    with pytest.raises(SqlRefused, match=why):
        check(sql)


ANSWER = Answer(["name", "n", "n"], [["=1+1", 5, None], ["서울", -2.5, [1, "=x"]]])


def test_an_answer_as_text_has_aligned_columns() -> None:
    assert as_text(Answer(["a", "bb"], [[1, None], [100, "x"]])) == "a    bb\n1      \n100  x "


def test_an_answer_as_json_keeps_columns_of_one_name_apart() -> None:
    assert json.loads(as_json(ANSWER))[0] == {"name": "=1+1", "n": 5, "n_1": None}


def test_an_answer_as_csv_is_formula_safe() -> None:
    assert as_csv(ANSWER).splitlines() == [
        '\ufeff"name","n","n"',
        '"\'=1+1",5,""',
        '"서울",-2.5,"[1, ""=x""]"',
    ]


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(QueryRefused, match="format 'xml'; expected one of text, json, csv"):
        require_format("xml")
