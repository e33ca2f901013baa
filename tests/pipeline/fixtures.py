"""The small world of the tiers pipeline and faults: 2,000 people, 600 postings, 200 sessions, three nights; run once.

A plugin of its own (tests/conftest.py loads it): imported into two folders' conftest, a fixture is made twice.
Do not put here: which nights there are (nights.py) or what must come of them (the test modules).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from lake.sources.simulated import simulate
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Crew, Nights, Work, World, begin_all
from tests.pipeline.shared_nights import run_once

FIRST_DAY = date(2026, 11, 20)
SECRET = "0123456789abcdef" * 4


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    room = tmp_path_factory.mktemp("pipeline")
    size = {"seekers": 2_000, "postings": 600, "sessions": 200, "nights": 3}
    report = simulate(**size, seed=1, out=room / "deliveries", first_date=FIRST_DAY)
    return World(room / "deliveries", report, room)


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("shell")
    # Both keys are the same in every process of a run, because they share lakes.
    for name, text in (("pseudonym.key", SECRET), ("vault.key", f"0badc0de {SECRET} 2026-11-20\n")):
        (folder / name).write_text(text, encoding="ascii")
        (folder / name).chmod(0o600)
    return Shell(folder, {"GOYONG_SECRET_FILE": str(folder / "pseudonym.key")})


@pytest.fixture(scope="session")
def crew(
    request: pytest.FixtureRequest, world: World, shell: Shell, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Crew]:
    """Begins at once every night that the selected tests will ask for; several processes share them."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    shared = tmp_path_factory.getbasetemp().parent / "shared_nights"

    def run(name: str, work: Work) -> Nights:
        return work() if worker_id == "master" else run_once(name, work, shared=shared, room=world.room)

    with ThreadPoolExecutor(max_workers=2) as pool:
        crew = Crew(pool, run)
        begin_all(crew, world, shell, wanted)
        yield crew


@pytest.fixture(scope="session")
def first(crew: Crew) -> Nights:
    """The first night, run twice."""
    return crew.result("first")


@pytest.fixture(scope="session")
def history(crew: Crew) -> Nights:
    """All three nights in one lake."""
    return crew.result("history")


@pytest.fixture(scope="session")
def elsewhere(crew: Crew) -> Nights:
    """The first night in another time zone with one thread."""
    return crew.result("elsewhere")


@pytest.fixture(scope="session")
def shuffled(crew: Crew) -> Nights:
    """The first night from the same rows in another order and other files."""
    return crew.result("shuffled")


@pytest.fixture(scope="session")
def killed(crew: Crew) -> Nights:
    """The second night, killed three times, then run in peace."""
    return crew.result("killed")


@pytest.fixture(scope="session")
def bad_model(crew: Crew) -> Nights:
    """The second night with a damaged model, then with one that learned from the future."""
    return crew.result("bad_model")


@pytest.fixture(scope="session")
def bad_input(crew: Crew) -> Nights:
    """The second night with damaged files and no posting: blocked, then forced."""
    return crew.result("bad_input")
