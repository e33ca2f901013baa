"""A whole matching of everybody with every posting in a folder: graph, sharing, five for people, twenty for postings.

Do not put here: expectations.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching import jobs
from matching.candidates import JobNight, gather_graph
from matching.capacity import Sharing, share_out
from matching.job_space import JobSpace
from matching.market import PostingMarket
from matching.posting_talents import SCHEMA as TALENTS
from matching.posting_talents import offer_talents

AS_OF = datetime.date(2026, 1, 6)


@dataclass(frozen=True)
class Matched:
    """What a matching left: the answers of people and postings, how they were shared out, and where the graph lies."""

    answers: pa.Table
    talents: pa.Table
    sharing: Sharing
    blocks: list[str]
    night: JobNight

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The answers of people as rows, in the order of their keys."""
        rows: list[dict[str, Any]] = self.answers.sort_by("seeker_key").to_pylist()
        return rows

    @property
    def market(self) -> PostingMarket:
        """The postings as matching laid them out."""
        return self.night.open_market()


def open_night(folder: Path, postings: pa.Table, space: JobSpace, chances: pa.Table) -> JobNight:
    """The files that a matching reads, written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(postings, folder / "postings.parquet")
    pq.write_table(chances, folder / "chances.parquet")
    space.save(folder / "space")
    return JobNight(
        as_of=AS_OF,
        postings_file=folder / "postings.parquet",
        chances_file=folder / "chances.parquet",
        space_folder=folder / "space",
        graph_folder=folder / "graph",
        carry_folder=None,
        rules="test",
    )


def match_everyone(seekers: pa.Table, night: JobNight, *, batch: int = 8192, threads: int = 1) -> Matched:
    """The steps of a night, one after the other, in this process."""
    batches = iter(seekers.to_batches(max_chunksize=batch))
    named = list(gather_graph(batches, night))
    blocks = [name for part in named for name in part["block_name"].to_pylist()]
    vacancies = jobs.list_vacancies(night.open_market())
    sharing = share_out(night.graph_folder, blocks, vacancies, threads=threads)
    prices = night.graph_folder.parent / "prices.npy"
    np.save(prices, sharing.prices)
    answers = list(jobs.choose_jobs(iter(named), night, prices))
    talents = pa.Table.from_batches(list(offer_talents(night, blocks, sharing, vacancies)), schema=TALENTS)
    return Matched(pa.Table.from_batches(answers, schema=jobs.SCHEMA), talents, sharing, blocks, night)


def list_five(answer: dict[str, Any]) -> list[str]:
    """The postings of one answer, best first."""
    return [answer[f"posting_id_{place}"] for place in range(1, 6) if answer[f"posting_id_{place}"]]


def list_people(talent: dict[str, Any]) -> list[dict[str, Any]]:
    """The people of one posting, best first, each as a row of its own."""
    names = [
        name.removesuffix("_1") for name in talent if name.endswith("_1") and f"{name.removesuffix('_1')}_20" in talent
    ]
    people = [{name: talent[f"{name}_{place}"] for name in names} for place in range(1, 21)]
    return [person for person in people if person["seeker_key"]]
