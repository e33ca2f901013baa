"""The engine seam without an engine: what is missing is named, and every session runs in UTC and is closed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lake import session
from lake.session import EngineUnavailable, open_session
from lake.settings import Settings


def test_apache_spark_without_its_jars_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GOYONG_SPARK_JARS", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="make spark"), open_session(Settings(engine="spark")):
        pass


def test_apache_spark_without_the_delta_package_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "delta.jar").touch()
    monkeypatch.setenv("GOYONG_SPARK_JARS", str(tmp_path))
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match=r"delta-spark.*make spark"), open_session(Settings(engine="spark")):
        pass


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What happens to a session of a remote engine, in order."""
    happened: list[tuple[str, ...]] = []

    @contextmanager
    def remote(url: str) -> Iterator[Any]:
        happened.append(("opened", url))
        try:
            yield SimpleNamespace(conf=SimpleNamespace(set=lambda *pair: happened.append(pair)))
        finally:
            happened.append(("closed",))

    monkeypatch.setattr(session, "_remote", remote)
    return happened


def test_a_session_runs_in_utc_and_is_closed(events: list[tuple[str, ...]]) -> None:
    with open_session(Settings(engine="sc://far:15002")):
        assert events == [("opened", "sc://far:15002"), ("spark.sql.session.timeZone", "UTC")]
    assert events[-1] == ("closed",)


def test_a_session_is_closed_when_the_work_fails(events: list[tuple[str, ...]]) -> None:
    with pytest.raises(ZeroDivisionError), open_session(Settings(engine="sc://far:15002")):
        raise ZeroDivisionError
    assert events[-1] == ("closed",)
