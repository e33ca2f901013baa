"""The small world of this tier: 2,000 people, 600 postings, 200 sessions, three nights, made and run once.

Nights that are needed are begun together, two at a time: a small night keeps about one core busy.
Do not put here: faults (the module that tests them plants them) or expectations.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lake.sources.simulated import SimulationReport, simulate
from tests.pipeline import faults
from tests.pipeline.commands import Outcome, Shell

FIRST_DAY = date(2026, 11, 20)
SECRET = "0123456789abcdef" * 4
# Nights about faults keep Dagster's records in memory: these take a third of a small night's time on disk.
RECORDS_IN_MEMORY = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: dagster._core.storage.event_log.in_memory
  class: InMemoryEventLogStorage
"""


@dataclass(frozen=True)
class World:
    """Deliveries of a small synthetic Korea and what the simulator says of them."""

    sources: Path
    report: SimulationReport

    @property
    def days(self) -> tuple[date, ...]:
        """The three business dates."""
        return self.report.dates


@dataclass(frozen=True)
class History:
    """A lake after its three nights, and a copy of it as it was after the first."""

    lake: Path
    first_lake: Path
    outcomes: tuple[Outcome, ...]


class Crew:
    """Long work begun early: `begin` all of it, `result` when a test needs it."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        """Nothing is begun yet."""
        self._pool = pool
        self._begun: dict[str, Future[Any]] = {}
        self.first_night_is_kept = threading.Event()

    def begin(self, name: str, work: Callable[[], Any]) -> None:
        """Begin `work` unless it was begun before."""
        if name not in self._begun:
            self._begun[name] = self._pool.submit(work)

    def result(self, name: str) -> Any:
        """What the work returned, or raised."""
        return self._begun[name].result()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    sources = tmp_path_factory.mktemp("world") / "deliveries"
    report = simulate(
        seekers=2_000, postings=600, sessions=200, nights=3, seed=1, out=sources, first_date=FIRST_DAY
    )
    return World(sources, report)


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("shell")
    secret = folder / "pseudonym.key"
    secret.write_text(SECRET, encoding="ascii")
    secret.chmod(0o600)
    return Shell(folder, {"GOYONG_SECRET_FILE": str(secret)})


@pytest.fixture(scope="session")
def crew(
    request: pytest.FixtureRequest, world: World, shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crew]:
    """Begins at once what the selected tests will ask for, in the order in which it can be had."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    with ThreadPoolExecutor(max_workers=2) as pool:
        crew = Crew(pool)

        def room(name: str) -> Path:
            return tmp_path_factory.mktemp(name)

        begins: dict[str, Callable[[], Any]] = {
            "history": lambda: run_history(world, shell, room("history"), crew.first_night_is_kept),
            "elsewhere": lambda: faults.run_elsewhere(world, shell, room("elsewhere")),
            "shuffled": lambda: faults.run_shuffled(world, shell, room("shuffled")),
            "killed": lambda: faults.run_killed(world, shell, first_lake(crew, room("killed"))),
            "bad_input": lambda: faults.run_bad_input(world, shell, first_lake(crew, room("bad_input"))),
        }
        needs_history = wanted & {"killed", "bad_input"}
        for name, work in begins.items():
            if name in wanted or (name == "history" and needs_history):
                crew.begin(name, work)
        yield crew


def first_lake(crew: Crew, room: Path) -> Path:
    """A lake of one's own as it stood after the first night."""
    assert crew.first_night_is_kept.wait(300), "the first night did not end"
    return keep(crew_first(room), room / "lake")


def crew_first(room: Path) -> Path:
    """Where `run_history` keeps the first night's lake."""
    return next(room.parent.glob("history*")) / "first_lake"


def keep(lake: Path, target: Path) -> Path:
    """A copy of a lake, with Dagster's records in memory from now on."""
    shutil.copytree(lake, target, ignore=shutil.ignore_patterns("dagster"))
    return new_lake(target)


def new_lake(lake: Path) -> Path:
    """A lake folder whose nights leave no records of Dagster on disk."""
    (lake / "dagster").mkdir(parents=True)
    (lake / "dagster" / "dagster.yaml").write_text(RECORDS_IN_MEMORY, encoding="utf-8")
    return lake
