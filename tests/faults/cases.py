"""The twenty-five faults this platform survives, and the tests that show each: found by reading the tests' text.

A test shows a case by its marker (`@pytest.mark.case("P07")`), or by naming it in its docstring or its name; a module
docstring counts for the file. README.md here is the same as a table: `GOYONG_UPDATE_CASES=1 pytest
tests/faults/test_cases.py` writes it anew. Do not put here: a fault.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
README = Path(__file__).with_name("README.md")
CASES = {
    "P01": "`kill -9` at any point of a night (`GOYONG_KILL_AT`, or from outside): one plain rerun, same content",
    "P02": "run twice with no change: no new rows, the second run says so",
    "P03": "second run while the first runs: clear message, exit code 4 within 5 s",
    "P04": "full disk: one-line error, the night before is served",
    "P05": "truncated CSV, JSON, XML, Parquet, gz: refused or quarantined with file and place",
    "P06": "CP949 and UTF-8 taken for each other: error, not mojibake",
    "P07": "CSV with a column too many or too few in one row, quoted line breaks, csv-spectrum",
    "P08": "schema drift: column added, dropped, renamed, retyped, moved",
    "P09": "the same file delivered twice, overlapping files",
    "P10": "late correction with a newer `updated_at`",
    "P11": "empty postings feed blocks publication; `--force` needs a reason and is audited",
    "P12": "model that says the same of everybody blocks publication",
    "P13": "dates are Asia/Seoul's, the business date is the command's; 29 February 2028",
    "P14": "API 429, 500, time-out: tried again, within a limit",
    "P15": "readers while a night is published, both engines: one night at a time",
    "P16": "roll back, and its history",
    "P17": "vacuum keeps the last K nights",
    "P18": "no GPU: processor; no GPU memory: smaller batches, then the processor",
    "P19": "processor and GPU agree within 1e-4; ties of the five best",
    "P20": "leaks: sources cut at t change nothing; shuffled labels teach nothing",
    "P21": "rolling backtest with baseline and intervals; calibration table",
    "P22": "fairness table with a least group size",
    "P23": "no resident number, name or phone outside the vault; the access log's chain verifies",
    "P24": "analyst role: aggregates of at least ten, no files; exports safe from formulas",
    "P25": "public collections of broken Delta tables, Parquet, JSON and strings: no crash, nothing silently wrong",
}
_CASE = re.compile(r"(?<![A-Za-z0-9;])[Pp](0[1-9]|1[0-9]|2[0-5])(?![0-9])")


@cache
def find_tests() -> dict[str, list[str]]:
    """Case → the tests that show it, as `path::name` (or `path` where a whole file does), in order."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(TESTS.rglob("test_*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        for name, cases in _shown(module):
            for case in cases:
                found[case].add(f"{file.relative_to(TESTS.parent).as_posix()}{name}")
    return {case: sorted(tests) for case, tests in sorted(found.items())}


def _shown(module: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """`::name` (empty for the file) and the cases it shows."""
    named = [(node, _cases_of(node)) for node in ast.walk(module) if _is_test(node)]
    of_file = _in_text(ast.get_docstring(module) or "")
    yield from ((f"::{node.name}", cases) for node, cases in named if isinstance(node, ast.FunctionDef))
    yield "", of_file - {case for _, cases in named for case in cases}


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _cases_of(node: ast.AST) -> set[str]:
    assert isinstance(node, ast.FunctionDef)
    marked = {
        str(argument.value)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.case"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    }
    return marked | _in_text(ast.get_docstring(node) or "") | _in_text(node.name.replace("_", " "))


def _in_text(text: str) -> set[str]:
    return {f"P{number}" for number in _CASE.findall(text)}


def table() -> str:
    """README.md: what the suite is, and each case with its tests."""
    shown = find_tests()
    rows = [
        f"| {case} | {what} | {'<br>'.join(f'`{t}`' for t in shown.get(case, []))} |" for case, what in CASES.items()
    ]
    return "\n".join([*_INTRODUCTION, "| case | what happens | shown by |", "|---|---|---|", *rows, ""])


_INTRODUCTION = (
    "# Faults this platform survives",
    "",
    "Generated from the tests: `GOYONG_UPDATE_CASES=1 pytest tests/faults/test_cases.py`.",
    "",
    "`make test-faults` runs everything in this folder but thirty normal nights (`make test-nights`) and "
    "prints what was injected and survived; `make test` runs the quick part. Figures of a whole run: "
    "`infra/benchmarks/faults.md`. What an operator does after a kill: "
    "`infra/runbooks/after_a_kill.md`.",
    "",
)
