"""Contracts as Arrow, Spark, DuckDB and the data dictionary see them."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from lake.contracts import columns as c
from lake.contracts.codes import SEX
from lake.contracts.model import Column, Kind, Privacy, Table
from lake.contracts.registry import TABLES
from lake.contracts.render import (
    ARROW_TYPES,
    SPARK_TYPES,
    arrow_schema,
    comment,
    dictionary_rows,
    duckdb_comments,
    spark_schema,
)

WAGES = Table(
    "gold__wages",
    "임금's 표",
    "지역별 '통상' 임금",
    "한 행 = 시도 하나",
    ("region_code",),
    (
        c.REGION_CODE.required(),
        c.krw_month("wage_krw_month", "임금", "'세전' 금액"),
        Column("sex_code", Kind.STRING, "성별", codes=SEX, privacy=Privacy.SENSITIVE),
        Column("seen_at", Kind.INSTANT, "본 시각"),
    ),
)


def test_arrow_has_the_order_types_and_nullability_of_the_contract() -> None:
    assert arrow_schema(WAGES) == pa.schema(
        [
            pa.field("region_code", pa.string(), nullable=False),
            pa.field("wage_krw_month", pa.int32()),
            pa.field("sex_code", pa.string()),
            pa.field("seen_at", pa.timestamp("us", tz="UTC")),
        ]
    )


def test_spark_ddl_quotes_every_name() -> None:
    whole = "`region_code` string, `wage_krw_month` int, `sex_code` string, `seen_at` timestamp"
    assert spark_schema(WAGES) == whole
    assert spark_schema(WAGES, ["sex_code", "region_code"]) == "`sex_code` string, `region_code` string"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_in_arrow_and_spark(kind: Kind) -> None:
    assert kind in ARROW_TYPES
    assert kind in SPARK_TYPES


def test_a_comment_is_label_unit_and_description() -> None:
    assert comment(WAGES.column("wage_krw_month")) == "임금 [원/월] — '세전' 금액"
    assert comment(WAGES.column("seen_at")) == "본 시각"


def test_duckdb_takes_comments_with_quotes_as_they_are() -> None:
    with duckdb.connect() as db:
        db.execute("create table wages (region_code text, wage_krw_month int, sex_code text, seen_at timestamptz)")
        for statement in duckdb_comments(WAGES, "main.wages"):
            db.execute(statement)
        told = db.execute("select comment from duckdb_tables()").fetchall()
        columns = dict(db.execute("select column_name, comment from duckdb_columns() where not internal").fetchall())
    assert told == [("임금's 표 — 지역별 '통상' 임금",)]
    assert columns["wage_krw_month"] == "임금 [원/월] — '세전' 금액"


def test_the_dictionary_says_what_the_contract_says() -> None:
    rows = {row["column_name"]: row for row in dictionary_rows([WAGES]).to_pylist()}
    assert rows["region_code"]["is_key"]
    assert not rows["region_code"]["is_nullable"]
    assert rows["wage_krw_month"]["unit"] == "원/월"
    assert rows["sex_code"]["codes_text"] == "M=남성; F=여성"
    assert rows["sex_code"]["privacy"] == "민감 속성(감사용)"
    assert [row["position"] for row in rows.values()] == [1, 2, 3, 4]


def test_the_dictionary_has_one_row_for_every_column_of_every_table() -> None:
    rows = dictionary_rows(TABLES.values())
    listed = list(zip(rows["table_id"].to_pylist(), rows["column_name"].to_pylist(), strict=True))
    assert listed == [(contract.id, name) for contract in TABLES.values() for name in contract.names]


def test_a_new_column_is_in_the_dictionary_at_once() -> None:
    wider = replace(WAGES, columns=(*WAGES.columns, c.OCCUPATION_CODE))
    assert dictionary_rows([wider]).num_rows == dictionary_rows([WAGES]).num_rows + 1
