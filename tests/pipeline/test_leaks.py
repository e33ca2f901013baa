"""Truncating the sources at t changes nothing: a past night's features, made again from today's lake, are the same.

The night of t had only the deliveries up to t; the night after next has corrections, new people and later reports as
well. What it says of t must be what t said of itself, for everybody and every input of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from dagster_project.night import Night, NightOptions, open_night
from lake import tables
from lake.contracts.features import AGE_INPUT, EMPLOYMENT_INPUTS
from lake.settings import Settings
from tests.pipeline.nights import Nights, World
from transforms.features.seekers import employment_inputs
from transforms.gold.seeker_rights import without_restricted
from transforms.gold.seeker_snapshots import seeker_snapshots
from transforms.registers import Past, Registers, known_then

pytestmark = pytest.mark.pipeline
COLUMNS = ["seeker_key", "is_employed", *EMPLOYMENT_INPUTS, AGE_INPUT]


@pytest.fixture(scope="module")
def third(history: Nights, world: World) -> Iterator[Night]:
    """The third night's lake, opened as that night."""
    settings = Settings(lake_dir=history.lake, memory_mb=512)
    with open_night(NightOptions(settings, world.sources), world.days[2]) as night:
        yield night


def readable_on(third: Night, day: date) -> tuple[Registers, Past]:
    """What the third night holds of those whose processing was not stopped on an earlier day."""
    rights = tables.read(third.lake, "gold__seeker_rights", day)

    def read(noun: str) -> Any:
        return without_restricted(third.read(f"silver__{noun}"), rights)

    past = replace(third.past(), seeker_versions=read("seeker_versions"), resume_versions=read("resume_versions"))
    return Registers(**{noun: read(noun) for noun in Registers.__dataclass_fields__}), past


@pytest.mark.case("P20")
@pytest.mark.parametrize("back", [1, 2])
def test_a_past_night_made_again_from_todays_lake_is_what_it_was(third: Night, world: World, back: int) -> None:
    day = world.days[2 - back]
    known = third.staged(known_then(*readable_on(third, day), day), day)
    again = employment_inputs(known, seeker_snapshots(known, as_of=day), as_of=day).select(*COLUMNS).toArrow()
    then = tables.dataset(third.settings, "features__seekers", day).to_table(columns=COLUMNS)
    again, then = (rows.sort_by("seeker_key") for rows in (again, then))
    assert again["seeker_key"].equals(then["seeker_key"])
    different = {name: _differing(again[name], then[name]) for name in COLUMNS}
    assert {name: rows for name, rows in different.items() if rows} == {}


def test_the_nights_between_did_change_something(third: Night, world: World) -> None:
    """Otherwise the test above could not fail: people were corrected and newly registered."""
    versions = third.rows("silver__seeker_versions")
    people = [tables.count(third.settings, "silver__seekers", {"as_of": day}) for day in world.days]
    assert versions > 0
    assert people == sorted(people)
    assert people[0] < people[2]


def _differing(first: pa.ChunkedArray, second: pa.ChunkedArray) -> int:
    pairs = zip(first.to_pylist(), second.cast(first.type).to_pylist(), strict=True)
    return sum(one != other for one, other in pairs)
