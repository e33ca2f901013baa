"""20,000 people of a country of 1.17 million among 200,000 postings: the search finds what looking at every pair finds.

Minutes long (`pytest -m slow tests/pipeline/test_exact_search.py`); small worlds with every kind of gap in the facts:
tests/unit/matching/test_retrieve.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dagster_project import bench_jobs
from dagster_project.bench_people import posting_rows, seeker_rows
from lake.device import CpuDevice
from lake.sources.simulated.world import Size, make_world
from matching.market import PostingMarket
from matching.retrieve import retrieve_best
from tests.unit.matching.every_pair import TIMES, find_near

pytestmark = pytest.mark.slow
PEOPLE, ASKED, POSTINGS, TOP = 1_170_000, 20_000, 200_000, 100
TIME_CODES = ["full", "part"]
Numbers = npt.NDArray[Any]


class Openings:
    """The postings' facts as numbers, by id, read from the rows and not from the market."""

    def __init__(self, postings: pa.Table) -> None:
        rows = postings.sort_by("posting_id")
        self.ids = rows["posting_id"].to_pylist()
        self.region, self.regions = number(rows["region_code"])
        self.licence, self.licences = number(rows["required_certificate_name"])
        self.education = np.array([int(code or 0) for code in rows["min_education_code"].to_pylist()])
        asked = pc.fill_null(rows["min_career_months"], 0).to_numpy()
        self.months = np.where(np.array(rows["career_code"].to_pylist()) == "E", np.maximum(asked, 1), 0)
        self.wage = pc.fill_null(rows["wage_min_krw_month"], 10**9).to_numpy()
        kinds = [TIMES.get(kind) for kind in rows["employment_type_code"].to_pylist()]
        self.time = np.array([TIME_CODES.index(kind) if kind else -1 for kind in kinds])
        self.place = {name: place for place, name in enumerate(self.ids)}

    def may_take(self, seeker: dict[str, Any]) -> Numbers:
        """Which postings the person may take."""
        wishes = {seeker[f"wanted_region_code_{place}"] for place in (1, 2, 3)} - {None}
        home = seeker["home_region_code"]
        reach = wishes or (find_near(home) if home else set(self.regions))
        held = {"", *(seeker["certificate_names_text"] or "").split(";")}
        may = np.isin(self.region, [-1, *(self.regions.index(code) for code in reach if code in self.regions)])
        may &= np.isin(self.licence, [-1, *(self.licences.index(name) for name in held if name in self.licences)])
        may &= self.education <= int(seeker["education_code"] or 7)
        months = seeker["career_months"]
        may &= self.months <= (10**9 if months is None else months)
        may &= self.wage * 100 >= (seeker["wanted_wage_krw_month"] or 0) * 80
        if time := TIMES.get(seeker["wanted_employment_type_code"]):
            may &= (self.time == TIME_CODES.index(time)) | (self.time == -1)
        for name in (seeker["applied_posting_ids_text"] or "").split(";"):
            may[[self.place[name]] if name in self.place else []] = False
        return may


def number(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Numbers of a column's values, -1 for null, and the values."""
    encoded = column.combine_chunks().dictionary_encode()
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def list_best(seekers: pa.Table, queries: Numbers, vectors: Numbers, openings: Openings) -> Iterator[list[str]]:
    """The ids of everybody's best, best first, from every pair; equal fits by the lower id."""
    for first in range(0, len(queries), 500):
        fits = np.floor((queries[first : first + 500] @ vectors.T).astype(np.float64) * 1e6 + 0.5)
        for fit, seeker in zip(fits, seekers.slice(first, 500).to_pylist(), strict=True):
            may = np.flatnonzero(openings.may_take(seeker))
            order = may[np.lexsort((may, -fit[may]))][:TOP]
            yield [openings.ids[place] for place in order]


def test_search_equals_looking_at_every_pair(tmp_path: Path) -> None:
    bench_jobs.learn(tmp_path, str(POSTINGS))
    market: PostingMarket = bench_jobs.open_bench_night(tmp_path).open_market()
    world = make_world(1, bench_jobs.FIRST_DATE, Size(PEOPLE, POSTINGS, 1_000, 1))
    numbers = np.sort(np.random.default_rng(20).choice(PEOPLE, ASKED, replace=False))
    batch, openings = seeker_rows(world, numbers), Openings(posting_rows(world))
    asked = bench_jobs.ask(batch, market)
    found = retrieve_best(asked, market, CpuDevice())
    place = {name: number for number, name in enumerate(market.posting_ids.to_pylist())}
    vectors = market.vectors[[place[name] for name in openings.ids]]
    ids = np.array(market.posting_ids.to_pylist(), object)
    wrong = 0
    expected = list_best(pa.Table.from_batches([batch]), asked.queries, vectors, openings)
    for places, there, query, names in zip(found.places, found.is_there, asked.queries, expected, strict=True):
        wrong += list(ids[places[there]]) != (names if query.any() else [])
    assert wrong == 0
