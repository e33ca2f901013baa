"""One night of 100,000 people and 20,000 postings: no recommended or listed pair breaks any condition.

Minutes long (`pytest -m slow tests/pipeline`); the small nights of this folder check the same in the default tier.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lake.sources.simulated import simulate
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.fixtures import FIRST_DAY
from tests.pipeline.rules import BROKEN, count, count_broken, open_silver, unpivot

pytestmark = pytest.mark.slow
SIZE = {"seekers": 100_000, "postings": 20_000, "sessions": 2_000, "nights": 1}
TIMEOUT_S = 3_600


@pytest.fixture(scope="module")
def run(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """The night's outcome and its lake."""
    room = tmp_path_factory.mktemp("hundred_thousand")
    simulate(**SIZE, seed=1, out=room / "deliveries", first_date=FIRST_DAY)
    patient = Shell(shell.folder, shell.environment, TIMEOUT_S)
    return patient.night(room / "deliveries", room / "lake", FIRST_DAY), room / "lake"


@pytest.fixture(scope="module")
def night(run: tuple[Outcome, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published night, its pairs from both sides, and the silver tables."""
    outcome, lake = run
    assert outcome.exit_code == 0, outcome.text
    with readers.open_duckdb(lake, readers.served(lake)) as database:
        open_silver(database, lake, FIRST_DAY)
        readers.add_view(database, lake, "ops__quality", FIRST_DAY)
        for name, table_id, key, places, thing in (
            ("jobs", "serving__seeker_jobs_v1", "seeker_key", 5, "posting_id"),
            ("talents", "serving__posting_talents_v1", "posting_id", 20, "seeker_key"),
        ):
            database.execute(f"create table {name} as {unpivot(table_id, key, places, thing)}")
        yield database


def test_the_night_is_published(run: tuple[Outcome, Path]) -> None:
    outcome, _ = run
    assert outcome.exit_code == 0, outcome.text


@pytest.mark.parametrize("gate", ["ineligible_postings", "ineligible_people", "people_shown_without_consent"])
def test_the_nights_own_gate_found_nothing(night: duckdb.DuckDBPyConnection, gate: str) -> None:
    found = night.execute(f"select value from ops__quality where check_name = 'gate:{gate}'").fetchall()
    assert found == [(0.0,)]


@pytest.mark.parametrize("pairs", ["jobs", "talents"])
@pytest.mark.parametrize("rule", BROKEN)
def test_no_pair_breaks_a_condition(night: duckdb.DuckDBPyConnection, pairs: str, rule: str) -> None:
    assert count(night, f"from {pairs}") > 200_000
    assert count_broken(night, pairs, rule) == 0
