"""One kill of one night: on a copy of a lake, at a named point or a moment, then one plain rerun and what came of it.

The night is mostly the second one on top of the first; the undisturbed one it is compared with was run beside it.
Put here: killing, healing, measuring. Do not put here: where to kill (the test modules).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from lake.contracts.registry import TABLES
from tests.faults.processes import outliving
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Running, Shell
from tests.pipeline.nights import Nights, World, in_memory

LANDED = [table for table in TABLES.values() if table.layer in ("bronze", "silver", "quarantine")]


@dataclass(frozen=True)
class Undisturbed:
    """The night that nobody killed: its pointer, the content of its tables by both readers, its rows."""

    day: date
    before: dict[str, Any] | None
    after: dict[str, Any]
    content: dict[str, str]
    rows: dict[str, pa.Table]
    leftovers: list[str]
    lines: int
    """Of its progress on stderr."""


def undisturbed(nights: Nights, place: int, day: date, before: dict[str, Any] | None) -> Undisturbed:
    """What the night served at a place of `nights` came to in peace, and what was served before it."""
    after, lines = nights.served[place], nights.outcomes[0].stderr.count("\n")
    seen, rows = content(nights.lake, after), landed_rows(nights.lake, day)
    return Undisturbed(day, before, after, seen, rows, leftovers(nights.lake), lines)


def content(lake: Path, pointer: dict[str, Any]) -> dict[str, str]:
    """Table → hash of its rows without run_id, the same for both readers; every row is of the pointer's run."""
    found = {}
    with readers.open_duckdb(lake, pointer) as database:
        for table_id, entry in pointer["tables"].items():
            opened = DeltaTable(str(readers.folder(lake, table_id)), version=entry["version"])
            by_delta = pa.table(QueryBuilder().register("t", opened).execute("select * from t").read_all())
            database.register("by_delta", by_delta)
            names = ", ".join(f'"{name}"' for name in sorted(by_delta.column_names) if name != "run_id")
            hashes = [
                database.execute(
                    f'select count(*), sum(hash({names})::hugeint), list(distinct run_id) from "{relation}"'
                ).fetchone()
                for relation in ("by_delta", table_id)
            ]
            assert hashes[0] == hashes[1], table_id
            assert set(hashes[0][2] or []) <= {pointer["run_id"]}, table_id
            assert hashes[0][0] == entry["rows"], table_id
            found[table_id] = str(hashes[0][:2])
    return found


def landed_rows(lake: Path, day: date) -> dict[str, pa.Table]:
    """Table → the keys of its rows up to a business date, of everything that comes from a delivery."""
    rows = {}
    for table in LANDED:
        opened = DeltaTable(str(readers.folder(lake, table.id)))
        on = "as_of" if "as_of" in table.partition_by else "delivery_date"
        test = "=" if on == "as_of" else "<="
        keys = ", ".join(f'"{name}"' for name in table.key)
        sql = f"select {keys} from t where \"{on}\" {test} date '{day.isoformat()}'"
        rows[table.id] = pa.table(QueryBuilder().register("t", opened).execute(sql).read_all())
    return rows


def lost_and_doubled(expected: dict[str, pa.Table], found: dict[str, pa.Table]) -> tuple[int, int]:
    """Rows that are missing, and rows that are there more often than in the undisturbed night."""
    lost = doubled = 0
    with duckdb.connect() as database:
        for table_id, rows in expected.items():
            database.register("expected", rows)
            database.register("found", found[table_id])
            for left, right in (("expected", "found"), ("found", "expected")):
                sql = f"select count(*) from (from {left} except all from {right})"
                count = (database.execute(sql).fetchone() or (0,))[0]
                lost, doubled = (lost + count, doubled) if left == "expected" else (lost, doubled + count)
    return lost, doubled


@dataclass(frozen=True)
class Scene:
    """A copy of a lake before a night, in which that night is killed and healed."""

    world: World
    shell: Shell
    lake: Path
    truth: Undisturbed

    @property
    def temporary(self) -> Path:
        """Where everything that this night starts keeps its temporary files."""
        return self.lake.with_name(self.lake.name + "-tmp")

    def start(self, **variables: str) -> Running:
        """The night, not waited for."""
        words = ["nightly", "--sources", str(self.world.sources), "--lake", str(self.lake)]
        variables = {"TMPDIR": str(self.temporary), "GOYONG_THREADS": "1"} | variables
        return self.shell.start(*words, "--date", self.truth.day.isoformat(), **variables)

    def kill_at(self, point: str) -> Outcome:
        """Let the night kill itself at a point."""
        return self._dead(self.start(GOYONG_KILL_AT=point))

    def kill_after(self, lines: int, seconds: float, *, whole_group: bool) -> Outcome:
        """Kill the night (alone or with all it has started) some seconds after so many lines of its progress."""
        running = self.start()
        while running.process.is_alive() and running.said().count("\n") < lines:
            running.process.join(0.01)
        running.process.join(seconds)
        if running.process.is_alive():
            pid = running.process.pid or 0
            (os.killpg if whole_group else os.kill)(pid, signal.SIGKILL)
        return self._dead(running)

    def _dead(self, running: Running) -> Outcome:
        outcome = running.finish(self.shell.timeout_s)
        alive = outliving(running.process.pid or 0)
        assert not alive, alive
        return outcome

    def check_readers(self) -> bool:
        """Both readers see one whole night, the earlier or the new one; returns whether it is the new one."""
        pointer = readers.served(self.lake) if (self.lake / "published" / "current.json").exists() else None
        if pointer is None or pointer["run_id"] != self.truth.after["run_id"]:
            assert pointer == self.truth.before
            assert pointer is None or content(self.lake, pointer)
            return False
        assert content(self.lake, pointer) == self.truth.content
        return True

    def heal(self) -> Outcome:
        """One plain rerun, after which everything is as if nothing had happened."""
        running = self.start()
        outcome = running.finish(self.shell.timeout_s)
        assert outcome.exit_code == 0, outcome.text
        pointer = readers.served(self.lake)
        assert pointer["run_id"] == self.truth.after["run_id"]
        assert readers.hashes(pointer) == readers.hashes(self.truth.after)
        assert content(self.lake, pointer) == self.truth.content
        assert outliving(running.process.pid or 0) == []
        assert records(self.lake, pointer) == ["PUBLISHED"] * 2
        published = self.lake / "published"
        assert str((published / "goyong.duckdb").readlink()) == pointer["database"]
        assert str((published / "site").readlink()) == pointer["site"]
        assert not (published / "candidate.json").exists()  # which the kill may have left for a rerun
        left = self.leftovers()
        assert left == self.truth.leftovers, left
        return outcome

    def leftovers(self) -> list[str]:
        """Of the lake, and of the folder for temporary files."""
        return [*leftovers(self.lake), *sorted(path.name for path in self.temporary.iterdir())]


def records(lake: Path, pointer: dict[str, Any]) -> list[str]:
    """How the run of a pointer ended, by ops__runs and by the analysts' database."""
    opened = DeltaTable(str(readers.folder(lake, "ops__runs")))
    sql = f"select status_code from {{}} where run_id = '{pointer['run_id']}'"
    rows = pa.table(QueryBuilder().register("t", opened).execute(sql.format("t")).read_all())
    with duckdb.connect(str(lake / "published" / "goyong.duckdb"), read_only=True) as database:
        return [
            *rows["status_code"].to_pylist(),
            *(code for (code,) in database.execute(sql.format("ops.runs")).fetchall()),
        ]


def dagster_runs(lake: Path) -> list[str]:
    """How the runs of Dagster in a lake stand, oldest first."""
    with closing(sqlite3.connect(lake / "dagster" / "history" / "runs.db")) as database:
        return [status for (status,) in database.execute("select status from runs order by id")]


def leftovers(lake: Path) -> list[str]:
    """Temporary files, all that lies in staging, and the lock if somebody holds it or says so."""
    found = {path for pattern in ("**/*.tmp", "**/.tmp*", "_staging/**/*") for path in lake.glob(pattern)}
    names = sorted(str(path.relative_to(lake)) for path in found if not path.is_dir() or path.parent.name == "spill")
    with (lake / ".lock").open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        handle.seek(0)
        return [*names, *([f".lock: {text}"] if (text := handle.read()) else [])]


@contextmanager
def scene(world: World, shell: Shell, lake: Path | None, truth: Undisturbed, room: Path) -> Iterator[Scene]:
    """A scene in `room`; it goes with everything in it when the test is over."""
    made = Scene(world, shell, in_memory(lake, room / "lake"), truth)
    made.temporary.mkdir()
    yield made
    shutil.rmtree(room)


def kill_and_heal(scene: Scene, outcome: Outcome, tally: Add) -> int:
    """All that must be true after a kill, counted; returns how many tables the rerun took over as they stood."""
    tally("kill -9 points", injected=1, survived=0)
    assert outcome.exit_code == -signal.SIGKILL, outcome.text
    is_new = scene.check_readers()
    healed = scene.heal()
    assert is_new or dagster_runs(scene.lake) == ["FAILURE", "SUCCESS"]
    lost, doubled = lost_and_doubled(scene.truth.rows, landed_rows(scene.lake, scene.truth.day))
    tally("rows after a kill and one rerun", lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
    tally("kill -9 points", survived=1, new_night_already_served=int(is_new))
    tally("heal after kill -9", max_seconds=round(healed.seconds, 1), tables_taken_over=healed.taken_over)
    return healed.taken_over
