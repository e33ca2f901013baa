"""Imports run one way, and each outside library is imported only where it belongs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ORDER = {"lake": 0, "transforms": 1, "ml": 2, "matching": 2, "dashboards": 3, "portal": 4, "dagster_project": 5}
ONLY_IN = {
    "dagster": ("dagster_project/",),
    "cudf": ("lake/device.py",),
    "cupy": ("lake/device.py",),
    "faiss": ("lake/device.py",),
    "pysail": ("lake/session.py",),
    "kiwipiepy": ("lake/tokens.py",),
    "deltalake": ("lake/", "dashboards/catalog.py"),
    "fastapi": ("portal/app.py", "portal/openapi.py"),
    "uvicorn": ("dagster_project/serve_commands.py",),
}


def find_imported_packages(source: str) -> set[str]:
    """Top-level names a source imports, also inside functions and by importlib.import_module("name")."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in {"import_module", "__import__"}:
                names.add(str(node.args[0].value).split(".")[0])
    return names


def find_against_the_order(path: str, source: str) -> set[str]:
    """Project packages that the file at `path` imports though they stand above or beside it."""
    package = path.split("/")[0]
    if package not in ORDER:
        return set()
    ours = find_imported_packages(source) & set(ORDER) - {package}
    return {name for name in ours if ORDER[name] >= ORDER[package]}


def find_out_of_place(path: str, source: str) -> set[str]:
    """Guarded libraries that the file at `path` imports though they belong elsewhere."""
    if path.startswith("tests/"):
        return set()
    guarded = find_imported_packages(source) & set(ONLY_IN)
    return {name for name in guarded if not path.startswith(ONLY_IN[name])}


def test_imports_run_one_way(python_file: str, root: Path) -> None:
    assert find_against_the_order(python_file, (root / python_file).read_text(encoding="utf-8")) == set()


def test_guarded_library_is_imported_only_where_it_belongs(python_file: str, root: Path) -> None:
    assert find_out_of_place(python_file, (root / python_file).read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("path", "source", "against"),
    [
        ("lake/tables.py", "from transforms.silver import seekers", {"transforms"}),
        ("ml/employment/fit.py", "import matching.jobs", {"matching"}),
        ("matching/jobs.py", "def f():\n    import ml", {"ml"}),
        ("transforms/gold/x.py", "import lake.tables", set()),
        ("dashboards/explain.py", "import portal", {"portal"}),
        ("dagster_project/cli.py", "import lake, transforms, ml, matching, dashboards, portal", set()),
    ],
)
def test_the_order_rule_sees_what_it_should(path: str, source: str, against: set[str]) -> None:
    assert find_against_the_order(path, source) == against


@pytest.mark.parametrize(
    ("path", "source", "misplaced"),
    [
        ("matching/jobs.py", "import faiss", {"faiss"}),
        ("matching/jobs.py", "importlib.import_module('cupy.linalg')", {"cupy"}),
        ("lake/device.py", "import faiss, cudf, cupy", set()),
        ("lake/tables.py", "from pysail.spark import SparkConnectServer", {"pysail"}),
        ("matching/vectors.py", "from kiwipiepy import Kiwi", {"kiwipiepy"}),
        ("dashboards/build.py", "import deltalake", {"deltalake"}),
        ("dashboards/catalog.py", "import deltalake", set()),
        ("lake/runs.py", "from dagster import asset", {"dagster"}),
        ("portal/answers.py", "from fastapi import Response", {"fastapi"}),
    ],
)
def test_the_place_rule_sees_what_it_should(path: str, source: str, misplaced: set[str]) -> None:
    assert find_out_of_place(path, source) == misplaced
