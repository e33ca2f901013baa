"""The analyst surface around its child process: what is logged, what cannot be written."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import duckdb
import pytest

from dashboards import analyst
from dashboards.analyst import QueryRefused
from dashboards.answer_formats import write_answer
from lake import audit_log, publication
from lake.settings import Settings


def test_sql_with_half_a_character_is_asked_and_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell hands bytes that are no UTF-8 over as lone surrogates; nothing may break before the log."""
    settings = Settings(lake_dir=tmp_path / "lake")
    monkeypatch.setattr(publication, "current", Mock())
    monkeypatch.setattr(publication, "database", lambda _settings, _pointer: tmp_path / "empty.duckdb")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(analyst.QueryRefused):
        analyst.ask(settings, "select '\udcff' from a; select 1")
    (entry,) = audit_log.entries(settings)
    assert (entry["action"], entry["facts"]["outcome"]) == ("query", "REFUSED")
    assert entry["facts"]["sql"] == "select '\\udcff' from a; select 1"


def test_an_answer_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match=r"x.csv: cannot be written \(No such file or directory\). Do: --out"):
        write_answer(tmp_path / "none" / "x.csv", "text")


def test_an_answer_is_written_whole(tmp_path: Path) -> None:
    write_answer(tmp_path / "x.csv", "text")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("x.csv", "text\n")]
