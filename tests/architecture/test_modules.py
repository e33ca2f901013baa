"""A module says what it is for, fits on a few screens and holds no stub."""

from __future__ import annotations

import ast
import re
from pathlib import Path

LINES_AT_MOST = 300
TEST_LINES_AT_MOST = 500
FUNCTION_LINES_AT_MOST = 60
VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
# Written in pieces so that this file does not find itself.
MARKS = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
UNFINISHED = re.compile(rf"\b({'|'.join(MARKS)})\b|NotImplemented" + "Error")


def count_code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = ast.get_docstring(function, clean=False)
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    return length - (docstring.count("\n") + 1 if docstring else 0)


def test_module_begins_with_its_purpose(python_file: str, root: Path) -> None:
    source = (root / python_file).read_text(encoding="utf-8")
    assert not source.strip() or ast.get_docstring(ast.parse(source)), f"{python_file}: no docstring at its top"


def test_module_fits_its_limit(python_file: str, root: Path) -> None:
    limit = TEST_LINES_AT_MOST if python_file.startswith("tests/") else LINES_AT_MOST
    lines = len((root / python_file).read_text(encoding="utf-8").splitlines())
    assert lines <= limit, f"{python_file}: {lines} lines; more than one concept in it?"


def test_functions_fit_on_one_screen(python_file: str, root: Path) -> None:
    tree = ast.parse((root / python_file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {f"{node.name} (line {node.lineno})": count_code_lines(node) for node in functions}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES_AT_MOST} == {}


def test_module_name_says_something(python_file: str) -> None:
    assert Path(python_file).name not in VAGUE_NAMES


def test_nothing_is_left_unfinished(python_file: str, root: Path) -> None:
    lines = (root / python_file).read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if UNFINISHED.search(line)] == []


def test_no_expression_of_the_engine_is_made_at_import(python_file: str, root: Path) -> None:
    """Before a session is open, pyspark would look for a local Java Spark to make it."""
    tree = ast.parse((root / python_file).read_text(encoding="utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value]
    eager = [value for value in values if not isinstance(value, ast.Lambda)]
    called = [node for value in eager for node in ast.walk(value) if isinstance(node, ast.Call)]
    assert [ast.unparse(call) for call in called if ast.unparse(call.func).startswith(("F.", "Window."))] == []


def test_a_docstring_does_not_count_as_code() -> None:
    function = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert count_code_lines(function) == 2
