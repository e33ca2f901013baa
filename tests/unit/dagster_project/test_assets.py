"""What Dagster shows of the contracts, the graph of a night, and assets that stay thin."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path

import dagster as dg
import pytest

import dagster_project.assets
from dagster_project.assets.declare import NIGHTS
from lake.contracts import lineage, silver
from lake.contracts.registry import TABLES, table
from lake.contracts.serving import SOURCES

GRAPH = Path(__file__).with_name("graph.json")
UPDATE = "GOYONG_UPDATE_GRAPH=1 pytest tests/unit/dagster_project/test_assets.py -k graph"
ASSET_FILES = sorted(Path(*dagster_project.assets.__path__).glob("*.py"))
NOT_TABLES = {
    "work24_delivery",
    "staged_deliveries",
    "employment_model",
    "occupation_model",
    "job_space",
    "publication",
    "goyong_duckdb",
}
KOREAN = re.compile("[가-힣]")

every_table = pytest.mark.parametrize("table_id", TABLES)
every_asset = pytest.mark.parametrize("name", [*TABLES, *sorted(NOT_TABLES)])


def test_the_definitions_load() -> None:
    """As `dagster dev` loads them; warnings are errors."""
    from dagster_project.definitions import defs

    dg.Definitions.validate_loadable(defs)


def test_assets_are_the_contracts_tables_and_the_few_steps_that_make_no_table(specs: dict[str, dg.AssetSpec]) -> None:
    assert set(specs) == set(TABLES) | NOT_TABLES


@every_table
def test_a_table_has_a_check_of_its_contract_that_stops_the_night(definitions: dg.Definitions, table_id: str) -> None:
    assert _check_specs(definitions)[table_id, "contract"].blocking


def _check_specs(definitions: dg.Definitions) -> dict[tuple[str, str], dg.AssetCheckSpec]:
    found = [spec for asset in definitions.assets or () for spec in asset.check_specs]  # type: ignore[union-attr]
    return {(spec.asset_key.to_user_string(), spec.name): spec for spec in found}


@pytest.mark.parametrize("table_id", [contract.id for contract in silver.TABLES])
def test_silver_also_has_a_check_that_no_row_is_lost(definitions: dg.Definitions, table_id: str) -> None:
    assert _check_specs(definitions)[table_id, "row_balance"].blocking


@every_table
def test_a_table_shows_its_columns_with_types_and_korean_meaning(specs: dict[str, dg.AssetSpec], table_id: str) -> None:
    shown = specs[table_id].metadata["dagster/column_schema"].columns
    assert [(column.name, column.type) for column in shown] == [(c.name, c.kind.value) for c in table(table_id).columns]
    assert [column.name for column in shown if not KOREAN.search(column.description)] == []
    assert [column.constraints.nullable for column in shown] == [c.nullable for c in table(table_id).columns]


@pytest.mark.parametrize("table_id", SOURCES)
def test_a_published_table_shows_where_its_columns_come_from(specs: dict[str, dg.AssetSpec], table_id: str) -> None:
    shown = specs[table_id].metadata["dagster/column_lineage"].deps_by_column
    for name, needed in shown.items():
        found = {(dep.asset_key.to_user_string(), dep.column_name) for dep in needed}
        assert found == {(o.table_id, o.column) for o in lineage.sources_of(table_id, name).values}
        assert all(column in table(source).names for source, column in found)
    assert set(table(table_id).names) - set(shown) <= {"as_of", "run_id", "contract_version", "model_version"}


@every_table
def test_a_table_lies_in_the_group_of_its_layer_and_is_fresh_by_six_when_served(
    specs: dict[str, dg.AssetSpec], table_id: str
) -> None:
    assert specs[table_id].group_name == table(table_id).layer
    assert (specs[table_id].freshness_policy is not None) is (table(table_id).layer == "serving")


@every_asset
def test_an_asset_says_in_korean_what_it_is_whose_and_made_with_what(specs: dict[str, dg.AssetSpec], name: str) -> None:
    spec = specs[name]
    assert KOREAN.search(spec.description or "")
    assert [owner for owner in spec.owners if owner.startswith("team:")]
    assert spec.group_name != "default"
    assert spec.kinds
    assert spec.partitions_def == NIGHTS


def test_the_graph_is_the_one_that_was_agreed(specs: dict[str, dg.AssetSpec]) -> None:
    """What is made from what, as a reviewed file: a new arrow is seen in the change that draws it."""
    graph = {name: sorted(dep.asset_key.to_user_string() for dep in spec.deps) for name, spec in specs.items()}
    if os.environ.get("GOYONG_UPDATE_GRAPH"):
        GRAPH.write_text(json.dumps(graph, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert graph == json.loads(GRAPH.read_text(encoding="utf-8")), f"the graph has changed; if meant, run: {UPDATE}"


def test_every_dependency_is_an_asset(specs: dict[str, dg.AssetSpec]) -> None:
    asked = {dep.asset_key.to_user_string() for spec in specs.values() for dep in spec.deps}
    assert asked - set(specs) == set()


def _code_lines(function: ast.FunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _assets(file: Path) -> list[ast.FunctionDef]:
    functions = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if any("asset" in ast.unparse(mark) for mark in f.decorator_list)]


def test_the_asset_files_are_found() -> None:
    assert sum(len(_assets(file)) for file in ASSET_FILES) >= 20


@pytest.mark.parametrize("file", ASSET_FILES, ids=lambda file: file.stem)
def test_an_asset_reads_calls_one_function_writes_and_no_more(file: Path) -> None:
    long = {function.name: _code_lines(function) for function in _assets(file) if _code_lines(function) > 15}
    assert long == {}
