"""The nights of this tier: which are run, on what, in which lake.

Put here: running them. Not here: what must come of them (the test modules), how a command is run (commands.py).
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from lake.sources.simulated import SimulationReport
from ml import registry
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell

KILLED_AFTER = ("bronze__job_postings", "features__seekers", "ops__quality")
FORCE_REASON = "postings feed is down, agreed with the service desk"
# Dagster's records on disk take a third of a small night's time; only the first night is run with all of them.
RECORDS_IN_MEMORY = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: tests.pipeline.light_records
  class: RunEventsOnly
"""


@dataclass(frozen=True)
class World:
    """Deliveries of a small synthetic Korea, what the simulator says of them, a folder to work in."""

    sources: Path
    report: SimulationReport
    room: Path

    @property
    def days(self) -> tuple[date, ...]:
        """The three business dates."""
        return self.report.dates


@dataclass(frozen=True)
class Nights:
    """A lake, the commands that were run on it and, after each, which night was served."""

    lake: Path
    outcomes: tuple[Outcome, ...]
    served: tuple[dict[str, Any], ...]
    versions: tuple[dict[str, dict[str, int]], ...] = ()


Work = Callable[[], Nights]


class Crew:
    """Two at a time: a small night keeps about one core busy. Work may wait for work that was begun before it."""

    def __init__(self, pool: ThreadPoolExecutor, run: Callable[[str, Work], Nights]) -> None:
        """Nothing is begun yet; `run` does a work of a name, or finds that another process has done it."""
        self._pool, self._run = pool, run
        self._begun: dict[str, Future[Nights]] = {}

    def begin(self, name: str, work: Work) -> None:
        """Begin `work` unless it was begun before."""
        if name not in self._begun:
            self._begun[name] = self._pool.submit(self._run, name, work)

    def result(self, name: str) -> Nights:
        """What the work returned, or raised."""
        return self._begun[name].result()


def begin_all(crew: Crew, world: World, shell: Shell, wanted: set[str]) -> None:
    """Begin the nights that the selected tests ask for, in an order in which none waits for a later one."""
    first = world.room / "first"
    needs = {"history": {"first"}, "killed": {"first"}, "bad_input": {"first"}, "bad_model": {"first"}}
    every: dict[str, Work] = {
        "first": lambda: run_first(world, shell, first),
        "elsewhere": lambda: run_elsewhere(world, shell),
        "history": lambda: run_history(world, shell, in_memory(crew.result("first").lake, world.room / "history")),
        "shuffled": lambda: run_shuffled(world, shell),
        "killed": lambda: run_killed(world, shell, in_memory(crew.result("first").lake, world.room / "killed")),
        "bad_input": lambda: run_bad_input(world, shell, in_memory(crew.result("first").lake, world.room / "bad")),
        "bad_model": lambda: run_bad_model(world, shell, in_memory(crew.result("first").lake, world.room / "model")),
    }
    wanted = wanted | {needed for name in wanted for needed in needs.get(name, ())}
    for name, work in every.items():
        if name in wanted:
            crew.begin(name, work)


def in_memory(lake: Path | None, target: Path) -> Path:
    """A copy of a lake (or a new one) whose nights leave no records of Dagster on disk."""
    if lake is not None:
        shutil.copytree(lake, target, ignore=shutil.ignore_patterns("dagster"))
    (target / "dagster").mkdir(parents=True)
    (target / "dagster" / "dagster.yaml").write_text(RECORDS_IN_MEMORY, encoding="utf-8")
    return target


def run_first(world: World, shell: Shell, lake: Path) -> Nights:
    """The first night, in a new Python as an operator starts it, and the same command once more."""
    command = ("nightly", "--sources", world.sources, "--lake", lake, "--date", world.days[0].isoformat())
    outcomes, versions = [], []
    for run in (shell.run_fresh, shell.run):
        outcomes.append(run(*command))
        versions.append({layer: readers.versions(lake, layer) for layer in ("bronze", "serving")})
    return Nights(lake, tuple(outcomes), (readers.served(lake),), tuple(versions))


def run_history(world: World, shell: Shell, lake: Path) -> Nights:
    """The second and third night on top of the first."""
    outcomes, served = [], [readers.served(lake)]
    for day in world.days[1:]:
        outcomes.append(shell.night(world.sources, lake, day))
        served.append(readers.served(lake))
    return Nights(lake, tuple(outcomes), tuple(served))


def run_elsewhere(world: World, shell: Shell) -> Nights:
    """The first night on a machine in New York with one thread."""
    lake = in_memory(None, world.room / "elsewhere")
    outcome = shell.night(world.sources, lake, world.days[0], TZ="America/New_York", GOYONG_THREADS="1")
    return Nights(lake, (outcome,), (readers.served(lake),))


def run_shuffled(world: World, shell: Shell) -> Nights:
    """The first night from the same rows in other files and another order, one file being there twice."""
    sources, lake = world.room / "shuffled_sources", in_memory(None, world.room / "shuffled")
    shutil.copytree(world.sources, sources)
    folder = sources / world.days[0].isoformat()
    for noun in ("seekers", "job_postings", "employment_spells", "applications"):
        split_file(folder / f"{noun}_0000.csv")
    shutil.copyfile(folder / "resumes_0000.csv", folder / "resumes_0007.csv")
    outcome = shell.night(sources, lake, world.days[0])
    return Nights(lake, (outcome,), (readers.served(lake),))


def split_file(file: Path) -> None:
    """The rows of a CSV file in reverse order, in two files of other names."""
    header, *rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    rows = rows[::-1]
    for number, part in ((3, rows[: len(rows) // 3]), (2, rows[len(rows) // 3 :])):
        with file.with_name(file.name.replace("_0000", f"_000{number}")).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *part])
    file.unlink()


def run_killed(world: World, shell: Shell, lake: Path) -> Nights:
    """The second night killed in three stages, each time later, then run in peace."""
    outcomes, served = [], []
    for stage in (*KILLED_AFTER, ""):
        outcomes.append(shell.night(world.sources, lake, world.days[1], GOYONG_KILL_AT=stage))
        served.append(readers.served(lake))
    return Nights(lake, tuple(outcomes), tuple(served))


def run_bad_input(world: World, shell: Shell, lake: Path) -> Nights:
    """The second night with damaged files and no posting, then once more by force."""
    sources = world.room / "bad_sources"
    shutil.copytree(world.sources, sources)
    plant_bad_files(sources, *world.days[:2])
    outcomes, served = [], []
    for more in ((), ("--force", FORCE_REASON)):
        outcomes.append(shell.night(sources, lake, world.days[1], *more))
        served.append(readers.served(lake))
    return Nights(lake, tuple(outcomes), tuple(served))


def plant_bad_files(sources: Path, first: date, second: date) -> None:
    """Into the second delivery: files that are wrong, each in one way, made from good rows of the first."""
    good, bad = sources / first.isoformat(), sources / second.isoformat()
    header = (good / "job_postings_0000.csv").read_text(encoding="utf-8").splitlines()[0]
    (bad / "job_postings_0000.csv").write_text(header + "\n", encoding="utf-8")
    certificates = (good / "certificates_0000.csv").read_bytes().splitlines(keepends=True)
    (bad / "certificates_0009.csv").write_bytes(b"".join(certificates[:20])[:-25])
    resumes = (good / "resumes_0000.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (bad / "resumes_0009.csv").write_bytes("".join(resumes[:20]).encode("cp949"))
    courses = (good / "training_courses_0000.csv").read_text(encoding="cp949").splitlines(keepends=True)
    (bad / "training_courses_0009.csv").write_text("".join(courses[:20]), encoding="utf-8")
    with (good / "applications_0000.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row[:3] + row[4:] for row in list(csv.reader(stream))[:20]]
    with (bad / "applications_0009.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    seekers = (good / "seekers_0000.csv").read_text(encoding="utf-8").splitlines()
    unknown = seekers[5].replace('"고졸"', '"무학위"').replace('"대졸"', '"무학위"').replace('"전문대졸"', '"무학위"')
    assert "무학위" in unknown
    (bad / "seekers_0009.csv").write_text(
        "\n".join([seekers[0], unknown, seekers[6] + ",extra"]) + "\n", encoding="utf-8"
    )


def run_bad_model(world: World, shell: Shell, lake: Path) -> Nights:
    """The second night with a model that must not answer: cut short on disk, then one that knows the future."""
    outcomes, served = [], []
    for plant in (truncate_model, teach_from_the_future):
        plant(lake / "models" / "employment" / f"{world.days[1]:%Y-%m}")
        outcomes.append(shell.night(world.sources, lake, world.days[1]))
        served.append(readers.served(lake))
    return Nights(lake, tuple(outcomes), tuple(served))


def truncate_model(folder: Path) -> None:
    """Cut the served model's arrays in half, as a full disk would; a copy is kept beside."""
    (arrays,) = folder.glob(f"models/{registry.current_version(folder)}/*.npz")
    shutil.copyfile(arrays, folder / "whole.npz")
    arrays.write_bytes(arrays.read_bytes()[: arrays.stat().st_size // 2])


def teach_from_the_future(folder: Path) -> None:
    """Mend the model and serve a copy of it that says it learned from a cohort of last week."""
    (arrays,) = folder.glob(f"models/{registry.current_version(folder)}/*.npz")
    (folder / "whole.npz").replace(arrays)
    model = registry.current(folder)
    report = {**model.calibration_report, "cohort": "2026-11-13"}
    registry.register(
        replace(model, calibration_report=report), folder, registry.Decision(True, "planted", "2026-11-21T00:00:00Z")
    )
