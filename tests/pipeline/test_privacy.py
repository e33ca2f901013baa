"""Nothing that identifies a person stands in any byte below the lake: tables, logs, Dagster's records, database, pages.

Do not put here: how pseudonyms are made (tests/unit/lake/test_privacy.py), planted people (tests/faults).
"""

from __future__ import annotations

import csv

import pyarrow.parquet as pq
import pytest

from tests.pipeline import readers
from tests.pipeline.nights import Nights, World

PEOPLE = 50


def planted(world: World) -> set[str]:
    """Fifty people spread over the country, and everybody whose row was refused."""
    truth = pq.read_table(world.sources / "truth" / world.days[-1].isoformat() / "seekers.parquet")
    everybody = truth["resident_number"].to_pylist()
    some = set(everybody[:: len(everybody) // PEOPLE][:PEOPLE])
    for day in world.days:
        with (world.sources / day.isoformat() / "seekers_0000.csv").open(encoding="utf-8", newline="") as stream:
            some |= {row["주민등록번호"] for row in csv.DictReader(stream)} - set(everybody)
    return some


def test_the_search_finds_them_where_they_are(world: World) -> None:
    found = readers.identities_in(world.sources / world.days[0].isoformat() / "seekers_0000.csv")
    found |= readers.identities_in(world.sources / "truth" / world.days[-1].isoformat() / "seekers.parquet")
    assert len(planted(world)) > PEOPLE
    assert len(planted(world) & found) >= PEOPLE
    assert set(readers.SHARED_BY_EVERYBODY) <= found


@pytest.mark.case("P23")
@pytest.mark.parametrize("nights", ["first", "history", "bad_input", "killed"])
def test_nothing_that_identifies_a_person_stands_in_any_byte_of_the_lake(
    world: World, request: pytest.FixtureRequest, nights: str
) -> None:
    """All simulated people share a mail domain and a street, so those look for everybody."""
    lake = request.getfixturevalue(nights).lake
    files = [path for path in lake.rglob("*") if path.is_file()]
    assert len(files) > 200
    wanted = planted(world) | set(readers.SHARED_BY_EVERYBODY)
    guilty = {str(path.relative_to(lake)) for path in files if wanted & readers.identities_in(path)}
    assert guilty == set()


def test_no_resident_number_stands_in_what_commands_say(
    world: World, first: Nights, history: Nights, bad_input: Nights
) -> None:
    for outcome in (*first.outcomes, *history.outcomes, *bad_input.outcomes):
        assert not any(number in outcome.text or number.replace("-", "") in outcome.text for number in planted(world))
