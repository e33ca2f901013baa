"""Column lineage read off plans: small frames with known answers, and the whole file against the night's own steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from dagster_project.lineage_trace import trace_tables
from dagster_project.lineage_update import as_text, planned_entries
from dagster_project.plan_lineage import PlanNotUnderstood, lineage_of, source_frame
from lake.contracts import lineage
from lake.contracts.registry import TABLES
from lake.tables import Lake

pytestmark = pytest.mark.engine

POSTINGS, COMPANIES = "silver__job_postings", "silver__companies"


@pytest.fixture(scope="module")
def spark(session_lake: Lake) -> SparkSession:
    return session_lake.spark


Found = tuple[set[str], set[str], set[str]]


def traced(frame: DataFrame, name: str) -> Found:
    """(values, conditions, rows) of a column, without the names of the tables."""
    scope = lineage_of(frame)
    (field,) = [field for field in scope.fields if field.name == name]
    values, conditions, rows = (
        {each.split(".")[1] for each in found} for found in (field.values, field.conditions, scope.rows)
    )
    return values, conditions, rows


def with_companies(postings: DataFrame, companies: DataFrame, how: str) -> DataFrame:
    sized = companies.select("company_id", "company_size_code")
    return postings.where("headcount > 1").join(sized, on="company_id", how=how)


Case = tuple[Callable[[DataFrame, DataFrame], DataFrame], str, Found]


def _cases() -> dict[str, Case]:
    """Expressions of the engine are made in a function: at import pyspark would look for a Java Spark."""
    return {
        "a copied column": (lambda p, _: p.select("title"), "title", ({"title"}, set(), set())),
        "a renamed column": (lambda p, _: p.withColumnRenamed("title", "t"), "t", ({"title"}, set(), set())),
        "a column of two": (
            lambda p, _: p.select(F.concat("title", F.col("keywords_text")).alias("t")),
            "t",
            ({"title", "keywords_text"}, set(), set()),
        ),
        "an expression in SQL": (
            lambda p, _: p.select(F.expr("coalesce(wage_min_krw, 'title')").alias("t")),
            "t",
            ({"wage_min_krw"}, set(), set()),
        ),
        "a constant": (lambda p, _: p.withColumn("t", F.lit("title")), "t", (set(), set(), set())),
    }


def _cases_of_rows() -> dict[str, Case]:
    return {
        "a filter decides the rows": (
            lambda p, _: p.where("headcount > 1").select("title"),
            "title",
            ({"title"}, set(), {"headcount"}),
        ),
        "a left join chooses its partner's values and not the rows": (
            lambda p, c: with_companies(p, c, "left"),
            "company_size_code",
            ({"company_size_code"}, {"company_id"}, {"headcount"}),
        ),
        "a left join leaves the left values alone": (
            lambda p, c: with_companies(p, c, "left"),
            "title",
            ({"title"}, set(), {"headcount"}),
        ),
        "a semi join decides the rows": (
            lambda p, c: with_companies(p, c, "left_semi"),
            "title",
            ({"title"}, set(), {"headcount", "company_id"}),
        ),
        "a sum depends on the rows it is over": (
            lambda p, _: p.where("headcount is not null").groupBy("region_code").agg(F.sum("headcount").alias("n")),
            "n",
            ({"headcount"}, {"headcount", "region_code"}, {"headcount", "region_code"}),
        ),
        "a count has no values, only rows": (
            lambda p, _: p.where("headcount > 1").groupBy("region_code").count(),
            "count",
            (set(), {"headcount", "region_code"}, {"headcount", "region_code"}),
        ),
        "a window's order is a condition": (
            lambda p, _: p.withColumn("n", F.row_number().over(Window.partitionBy("company_id").orderBy("updated_at"))),
            "n",
            (set(), {"company_id", "updated_at"}, set()),
        ),
        "a union by name takes from both": (
            lambda p, c: p.select("region_code").unionByName(c.select(F.col("company_id").alias("region_code"))),
            "region_code",
            ({"region_code", "company_id"}, set(), set()),
        ),
        "a column of one side of a self join": (
            lambda p, _: (
                p.alias("a").join(p.alias("b"), F.col("a.posting_id") == F.col("b.posting_id")).select("b.title")
            ),
            "title",
            ({"title"}, {"posting_id"}, {"posting_id"}),
        ),
    }


@pytest.mark.parametrize("case", _cases() | _cases_of_rows())
def test_a_plan_says_where_a_column_comes_from(spark: SparkSession, case: str) -> None:
    make, name, expected = (_cases() | _cases_of_rows())[case]
    frame = make(source_frame(spark, POSTINGS), source_frame(spark, COMPANIES))
    assert traced(frame, name) == expected


def test_a_relation_that_is_not_known_is_no_guess(spark: SparkSession) -> None:
    with pytest.raises(PlanNotUnderstood, match="found a relation 'sample' in a plan; expected one of"):
        lineage_of(source_frame(spark, POSTINGS).sample(0.5))


@pytest.fixture(scope="module")
def planned(spark: SparkSession) -> dict[str, Any]:
    return json.loads(as_text(planned_entries(trace_tables(spark))))


def test_the_lineage_file_is_what_the_nights_steps_plan(planned: dict[str, Any]) -> None:
    """After a change of a transform: `make lineage`; with LAKE=FOLDER, what Python steps use is observed anew too."""
    held = json.loads(lineage.FILE.read_text(encoding="utf-8"))
    assert {name: entry for name, entry in held.items() if entry["method"] == "PLAN"} == planned


def test_every_column_that_a_plan_makes_is_in_the_contract_and_has_sources_or_is_stamped_on(
    planned: dict[str, Any],
) -> None:
    stamped = {"as_of", "run_id", "model_version", "contract_version", "month"}
    for table_id, entry in planned.items():
        told = {name for group in entry["columns"] for name in group["names"]}
        counts = {name for name in TABLES[table_id].names if name.endswith("_count")}
        assert set(TABLES[table_id].names) - told <= stamped | counts, table_id
