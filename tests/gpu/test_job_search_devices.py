"""The search for jobs on an NVIDIA card against the processor's: the same postings in the same order."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from dagster_project import bench_jobs
from dagster_project.bench_people import seeker_rows
from lake.device import find_missing_for_gpu, open_device
from lake.sources.simulated.world import Size, make_world
from matching.retrieve import retrieve_best

MISSING = find_missing_for_gpu()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs a card and requirements/gpu.txt: no {', '.join(MISSING)}")
PEOPLE, POSTINGS = 20_000, 50_000


@pytest.mark.case("P19")
def test_card_finds_the_same_postings(tmp_path: Path) -> None:
    bench_jobs.learn(tmp_path, str(POSTINGS))
    market = bench_jobs.open_bench_night(tmp_path).open_market()
    world = make_world(1, datetime.date(2026, 11, 20), Size(PEOPLE, POSTINGS, 1_000, 1))
    seekers = bench_jobs.ask(seeker_rows(world, np.arange(PEOPLE)), market)
    expected = retrieve_best(seekers, market, open_device("cpu"))
    found = retrieve_best(seekers, market, open_device("gpu"))
    assert np.array_equal(found.steps, expected.steps)
    assert np.array_equal(found.places[found.is_there], expected.places[expected.is_there])
