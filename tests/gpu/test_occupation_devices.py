"""Occupations on an NVIDIA card against the processor's: the same answers to the last digit."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from dagster_project.bench_people import seeker_rows
from lake.contracts.silver import SCALE_NAMES
from lake.device import find_missing_for_gpu, open_device
from lake.sources.simulated.world import Size, make_world
from matching.occupation_model import OccupationModel
from matching.occupations import OccupationNight, match_block
from tests.unit.matching.occupation_worlds import AS_OF, make_facts, make_surveys

MISSING = find_missing_for_gpu()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs a card and requirements/gpu.txt: no {', '.join(MISSING)}")
PEOPLE = 20_000


@pytest.mark.case("P19")
def test_card_recommends_the_same_occupations() -> None:
    world = make_world(1, datetime.date(2026, 11, 20), Size(PEOPLE, 1_000, 1_000, 1))
    traits = {code: SCALE_NAMES[place % 35] for place, code in enumerate(world.occupation_codes)}
    model = OccupationModel.learn(make_surveys(20, traits=traits, lift=15))
    seekers = pa.Table.from_batches([seeker_rows(world, np.arange(PEOPLE))])
    random = np.random.default_rng(1)
    for name in SCALE_NAMES:
        scale = pa.array(random.normal(100, 15, PEOPLE), mask=random.random(PEOPLE) < 0.4)
        seekers = seekers.set_column(seekers.schema.get_field_index(name), name, scale)
    night = OccupationNight(AS_OF, model, make_facts(model.codes), "test-1")
    expected = pa.table(match_block(seekers.combine_chunks(), night, open_device("cpu")))
    assert pa.table(match_block(seekers.combine_chunks(), night, open_device("gpu"))).equals(expected)
