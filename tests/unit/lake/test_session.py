"""The engine seam without an engine: what is missing is named, paths bear any letter, sessions run in UTC and close."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lake import session
from lake.session import EngineUnavailable, engine_path, open_session
from lake.settings import Settings


@pytest.fixture
def spark_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings for engine spark on a machine that has all it needs; tests take one thing away."""
    java, jars = tmp_path / "java" / "bin" / "java", tmp_path / "jars"
    for file in (java, jars / "delta.jar"):
        file.parent.mkdir(parents=True)
        file.touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    monkeypatch.delenv("SPARK_CONNECT_MODE_ENABLED", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    return Settings(lake_dir=tmp_path / "lake", engine="spark", spark_jars=jars)


def _refusal(settings: Settings) -> str:
    with pytest.raises(EngineUnavailable) as refused, open_session(settings):
        pass
    return str(refused.value)


def test_environment_without_full_pyspark_is_named(spark_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "run: make spark" in _refusal(spark_settings)


def test_machine_without_java_is_told_what_to_install(
    spark_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", "")
    assert "apt-get install openjdk-17-jre-headless" in _refusal(spark_settings)


def test_wrong_java_home_is_named(spark_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    assert "no Java in JAVA_HOME" in _refusal(spark_settings)


def test_missing_jars_are_named_with_their_folder(spark_settings: Settings) -> None:
    (spark_settings.spark_jars / "delta.jar").unlink()
    refusal = _refusal(spark_settings)
    assert str(spark_settings.spark_jars) in refusal
    assert "run: make spark" in refusal


def test_spark_after_a_connect_engine_in_one_process_is_refused(
    spark_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")
    assert "start a new process" in _refusal(spark_settings)


def test_plain_path_is_told_to_the_engine_as_it_is(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path / "lake")
    assert engine_path(settings, settings.tables_dir / "gold") == str(tmp_path / "lake" / "tables" / "gold")


@pytest.mark.parametrize("name", ["my lake", "고용 호수", "100%", "a#b"])
def test_embedded_engine_gets_plain_letters_for_any_folder(name: str, tmp_path: Path, link_dir: Path) -> None:
    settings = Settings(lake_dir=tmp_path / name)
    told = Path(engine_path(settings, settings.tables_dir / "gold" / "occupations"))
    assert told.parent.parent.parent.parent == link_dir
    assert told.resolve() == (tmp_path / name / "tables" / "gold" / "occupations").resolve()
    assert engine_path(settings, settings.tables_dir / "gold" / "occupations") == str(told)


@pytest.mark.parametrize("engine", ["spark", "sc://host:15002"])
def test_other_engines_take_any_path(engine: str, tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path / "고용 호수", engine=engine)
    assert engine_path(settings, settings.tables_dir) == str((tmp_path / "고용 호수" / "tables").resolve())


def test_link_that_leads_elsewhere_is_not_followed(tmp_path: Path, link_dir: Path) -> None:
    settings = Settings(lake_dir=tmp_path / "my lake")
    link = Path(engine_path(settings, settings.lake_dir))
    link.unlink()
    link.symlink_to(tmp_path)
    with pytest.raises(EngineUnavailable, match="belongs to something else"):
        engine_path(settings, settings.lake_dir)


@pytest.fixture
def link_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own where links are put."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(folder))
    return folder


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
