"""What analysts are shown first works on a published night: ten policy questions and the notebook.

Do not put here: what the macros promise (tests/unit/dashboards/test_macros.py).
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.macros import MACRO_NAMES
from tests.pipeline.commands import ROOT, Shell
from tests.pipeline.nights import Nights

EXAMPLES = ROOT / "examples"
LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}
# Nothing to compare in so small a Korea: occupations of 30 openings, three provinces beside Seoul with one occupation.
MAY_BE_EMPTY = {2, 3}


def questions() -> dict[int, str]:
    """Number → comments and SQL of each question."""
    parts = (EXAMPLES / "queries.sql").read_text(encoding="utf-8").split(";\n")
    found = {re.search(r"^-- 질문 (\d+)\. .+\?", part, re.MULTILINE): part for part in parts if part.strip()}
    assert None not in found
    return {int(match[1]): part for match, part in found.items() if match}


def test_there_are_ten_questions_and_they_use_every_macro() -> None:
    asked = questions()
    assert list(asked) == list(range(1, 11))
    assert {name for name in MACRO_NAMES if not any(name in sql for sql in asked.values())} == set()


@pytest.mark.parametrize("number", range(1, 11))
def test_a_policy_question_is_answered_in_korean(first: Nights, number: int) -> None:
    file = first.lake / "published" / "goyong.duckdb"
    with duckdb.connect(str(file), read_only=True, config=LOCKED) as database:
        answer = database.execute(questions()[number])
        names = [column[0] for column in answer.description or []]
        rows = answer.fetchall()
    assert [name for name in names if not re.search("[가-힣]", name)] == []
    assert rows or number in MAY_BE_EMPTY


def test_analysts_may_ask_the_questions_through_the_command_too(first: Nights, shell: Shell) -> None:
    done = shell.run("query", "--lake", first.lake, "--format", "json", "--sql", questions()[8])
    assert done.exit_code == 0, done.text
    assert len(json.loads(done.stdout)) == 6


def notebook() -> Any:
    """The notebook as a module."""
    pytest.importorskip("marimo", reason="the extra `notebook` is not installed; the default environment has it")
    spec = importlib.util.spec_from_file_location("notebook", EXAMPLES / "notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notebook_runs_on_a_published_night(first: Nights, tmp_path: Path) -> None:
    # A copy: the notebook keeps its locked connection, beside which others in this process may not open the file.
    file = Path(shutil.copy(first.lake / "published" / "goyong.duckdb", tmp_path))
    _, found = notebook().app.run(defs={"file": file})
    assert found["regions"].num_rows == 17
    assert found["chances"].num_rows > 1
    assert found["wages"].num_rows > 0
    assert found["answer"].num_rows == 17
    assert len(found["questions"]) == 10
    with pytest.raises(duckdb.PermissionException):
        found["ask"]("from read_text('x')")
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        found["ask"]("create table gold.x as select 1")


def test_the_notebook_without_a_lake_says_what_makes_one(tmp_path: Path) -> None:
    notebook()
    command = [sys.executable, str(EXAMPLES / "notebook.py"), "--file", str(tmp_path / "goyong.duckdb")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    assert "열 파일이 없습니다" in done.stderr
    assert "make demo" in done.stderr
