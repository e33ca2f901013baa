"""Same inputs, same bytes: one content of a night on any machine.

Two strange machines, each different at once in names, order and cut of files, threads, hash seed, clock zone, language,
umask and folders, run the first night anew, models and all; the second night follows on one of them.
Do not put here: what is delivered otherwise than before (that is other input).
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.faults.sweep import content
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Nights, World, in_memory

NIGHT_MAY_TAKE_S = 900


@dataclass(frozen=True)
class Machine:
    """How a machine differs: environment, umask, and into how many files rows are cut and in which order."""

    environment: dict[str, str]
    umask: int
    parts: int
    nights: int


MACHINES = {
    "one thread, New York, plain C": Machine(
        {
            "GOYONG_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "TZ": "America/New_York",
            "LANG": "C",
            "LC_ALL": "C",
        },
        umask=0o077,
        parts=3,
        nights=1,
    ),
    "four threads, Kiritimati, UTF-8": Machine(
        {
            "GOYONG_THREADS": "4",
            "PYTHONHASHSEED": "random",
            "TZ": "Pacific/Kiritimati",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        },
        umask=0o002,
        parts=2,
        nights=2,
    ),
}


@pytest.mark.slow
@pytest.mark.case("P02")
@pytest.mark.case("P13")
@pytest.mark.parametrize("name", MACHINES)
def test_the_same_deliveries_give_the_same_content_on_any_machine(
    world: World, shell: Shell, first: Nights, history: Nights, tmp_path: Path, tally: Add, name: str
) -> None:
    machine = MACHINES[name]
    room = tmp_path / "다른 폴더"
    sources, lake = room / "deliveries of another name", in_memory(None, room / "lake")
    shutil.copytree(world.sources, sources)
    for file in sorted(sources.glob("2026-*/*_0000.csv")):
        recut(file, machine.parts)
    for number, day in enumerate(world.days[: machine.nights]):
        run_night(shell, machine, sources, lake, day)
        pointer, known = readers.served(lake), history.served[number]
        assert pointer["run_id"] != known["run_id"]
        assert readers.hashes(pointer) == readers.hashes(known)
        assert content(lake, pointer) == content(history.lake, known)
        tally("same content of a night on another machine", nights=1, other_hashes=0)
        if number == 0:
            assert aggregates(lake) == aggregates(first.lake)
            assert models(lake) == models(first.lake)


def run_night(shell: Shell, machine: Machine, sources: Path, lake: Path, day: date) -> None:
    """In a new Python that knows nothing of this one, from another folder."""
    words = ["nightly", "--sources", str(sources), "--lake", str(lake), "--date", day.isoformat()]
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "dagster_project.cli", *words],
        cwd=lake.parent,
        env=shell.environment | machine.environment,
        umask=machine.umask,
        capture_output=True,
        text=True,
        timeout=NIGHT_MAY_TAKE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def recut(file: Path, parts: int) -> None:
    """The rows of a file, last first, in several files of other names."""
    encoding = "cp949" if file.name.startswith("training_courses") else "utf-8"
    header, *rows = list(csv.reader(io.StringIO(file.read_text(encoding=encoding), newline="")))
    rows = rows[::-1]
    for part in range(parts):
        target = file.with_name(file.name.replace("_0000", f"_part-{parts - part}"))
        with target.open("w", encoding=encoding, newline="") as out:
            csv.writer(out).writerows([header, *rows[part::parts]])
    file.unlink()


def models(lake: Path) -> dict[str, str]:
    """File → hash of everything that models and their registry are made of."""
    files = [file for file in sorted((lake / "models").rglob("*")) if file.is_file()]
    return {str(file.relative_to(lake)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def aggregates(lake: Path) -> dict[str, str]:
    """Table → content of what analysts read about the night."""
    with duckdb.connect(str(lake / "published" / "goyong.duckdb"), read_only=True) as database:
        names = database.execute("select table_name from duckdb_tables() where schema_name = 'agg'").fetchall()
        return {
            name: str(database.execute(f'select count(*), sum(hash(t)::hugeint) from agg."{name}" t').fetchone())
            for (name,) in names
        }
