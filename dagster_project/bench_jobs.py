"""Benchmark of matching everybody with jobs: the search beside faiss flat on the same vectors, then all of it.

Each part runs in a process of its own (`python -m dagster_project.bench_jobs PART FOLDER …`), watched from outside.
People and postings are synthetic Korea's. Do not put here: how they are drawn (bench_people.py), tests or limits.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from dagster_project.bench_people import application_rows, posting_rows, seeker_blocks, seeker_rows
from lake.contracts.chances import APPLICATION_CHANCES
from lake.contracts.render import arrow_schema
from lake.device import find_missing_for_gpu, open_device
from lake.reference import read_occupations
from lake.sources.simulated import postings
from lake.sources.simulated.world import Size, World, make_world
from lake.threads import one_thread
from matching.candidates import JOB_COLUMNS, JobNight
from matching.eligibility import Seekers, read_reach, read_seeker_conditions
from matching.job_sample import draw_sample
from matching.job_space_model import ensure_job_space
from matching.market import PostingMarket
from matching.pairs import OFFER_COLUMNS, PERSON_COLUMNS, describe_batches
from matching.retrieve import retrieve_best
from matching.selection import make_lists
from matching.vectors import embed_seekers
from ml.application_chance import month

if TYPE_CHECKING:
    from dagster_project.bench import Watched

FIRST_DATE = date(2026, 11, 20)
THREADS, TOP, ENGINE_MB = 2, 50, 1_024
TEACHERS = 100_000  # people whose applications teach the space and the chance
PEER_SECONDS = 20.0


def bench(people: int, openings: int, out: Path, watch: Callable[[Sequence[str]], Watched]) -> list[str]:
    """Learns once, then times the search, its peer, and the whole of matching with its memory."""
    folder = out / f"jobs-{openings}"
    if not (folder / "ready").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        watch(_command("learn", folder, openings))
    peer = json.loads(watch(_command("faiss", folder, openings)).output)
    search = json.loads(watch(_command("search", folder, openings, people, "cpu")).output)
    whole = watch(_command("whole", folder, openings, people))
    told = json.loads(whole.output)
    stages = [(name, took, told["peaks"][name]) for name, took in told["seconds"].items()]
    total = sum(took for _, took, _ in stages)
    lines = [
        f"best {TOP} of {peer['postings']:,} postings, {peer['dimensions']} numbers, {THREADS} threads",
        f"  inside the eligible set {search['people']:>10,} people {search['seconds']:9.1f} s {_rate(search)}",
        f"  faiss flat, all postings {peer['people']:>9,} people {peer['seconds']:9.1f} s {_rate(peer)}",
        f"  ratio {_per_second(search) / _per_second(peer):.1f}",
        f"all of it for {people:,} people: {total:.1f} s, peak {whole.peak_gb:.2f} GB (engine pool {ENGINE_MB} MB)",
        *(f"  {name:<34} {took:8.1f} s  peak so far {peak:.2f} GB" for name, took, peak in stages),
        *(f"  {line}" for line in told["sharing"]),
    ]
    if not find_missing_for_gpu():
        card = json.loads(watch(_command("search", folder, openings, people, "gpu")).output)
        lines.append(f"  on the card {card['people']:,} people {card['seconds']:.1f} s {_rate(card)}")
    return lines


def _per_second(timed: dict[str, Any]) -> float:
    return float(timed["people"] / timed["seconds"])


def _rate(timed: dict[str, Any]) -> str:
    return f"{_per_second(timed):10,.0f} people/s"


def learn(folder: Path, openings: str) -> dict[str, Any]:
    """The month's space and chances from the applications of some people, and the open postings as a file."""
    world = _world(TEACHERS, int(openings))
    index = np.arange(TEACHERS)
    every = posting_rows(world, np.arange(postings.count_postings(world)))
    applications = application_rows(world, index)
    people = pa.Table.from_batches([seeker_rows(world, index)])
    sources = [pads.dataset(table) for table in (every, applications, people)]
    ensure_job_space(lambda: draw_sample(*sources), tuple(read_occupations()), folder / "space")
    made = month.ensure_month(_pairs(every, applications, people), folder / "models", as_of=FIRST_DATE)
    rows = [{"as_of": FIRST_DATE, **row} for row in made.terms]
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(APPLICATION_CHANCES)), folder / "chances.parquet")
    pq.write_table(posting_rows(world), folder / "postings.parquet")
    (folder / "ready").touch()
    return {"applications": applications.num_rows}


def _pairs(every: pa.Table, applications: pa.Table, people: pa.Table) -> pa.Table:
    """features__application_pairs rows of the applications to delivered postings that have a result."""
    known = applications.filter(pc.is_in(applications["result_code"], pa.array(["HIRED", "REJECTED"])))
    offers = every.select(["posting_id", *OFFER_COLUMNS])
    persons = people.select(["seeker_key", *PERSON_COLUMNS])
    rows = known.join(offers, "posting_id", join_type="inner").join(persons, "seeker_key", join_type="inner")
    rows = rows.append_column("is_hired", pc.equal(rows["result_code"], "HIRED"))
    rows = rows.append_column("as_of", pa.repeat(pa.scalar(FIRST_DATE, pa.date32()), rows.num_rows))
    rows = rows.sort_by([("seeker_key", "ascending"), ("posting_id", "ascending")]).combine_chunks()
    return pa.Table.from_batches(list(describe_batches(iter(rows.to_batches()))))


def peer_search(folder: Path, openings: str) -> dict[str, Any]:
    """Flat search by faiss over all postings for as many people as take PEER_SECONDS."""
    device = open_device("cpu")
    market = open_bench_night(folder).open_market()
    queries = embed_seekers(pa.Table.from_batches([next(seeker_blocks(_world(65_536, int(openings))))]), market.space)
    device.top_k(queries[:256], market.vectors, TOP)
    people, started = 0, time.perf_counter()
    while time.perf_counter() - started < PEER_SECONDS:
        device.top_k(queries[people % 49_152 : people % 49_152 + 16_384], market.vectors, TOP)
        people += 16_384
    seconds = time.perf_counter() - started
    size = {"postings": len(market.vectors), "dimensions": market.vectors.shape[1]}
    return {"people": people, "seconds": seconds, **size}


def search(folder: Path, openings: str, people: str, device: str) -> dict[str, Any]:
    """The search inside the eligible set for everybody, two blocks at a time; making people is not in the seconds."""
    market, chosen, seconds = open_bench_night(folder).open_market(), open_device(device), 0.0

    def find(seekers: Seekers) -> None:
        retrieve_best(seekers, market, chosen, make_lists(len(seekers.queries), TOP))

    with ThreadPoolExecutor(THREADS) as pool, one_thread():
        find(ask(seeker_rows(_world(4_096, int(openings)), np.arange(4_096)), market))  # compiles
        for pair in _in_pairs(seeker_blocks(_world(int(people), int(openings)))):
            asked = [ask(batch, market) for batch in pair]
            started = time.perf_counter()
            list(pool.map(find, asked))
            seconds += time.perf_counter() - started
    return {"people": int(people), "seconds": seconds}


def _in_pairs(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    for batch in batches:
        yield [batch, *([second] if (second := next(batches, None)) is not None else [])]


def ask(batch: pa.RecordBatch, market: PostingMarket) -> Seekers:
    """What a block of people asks of the market."""
    block = pa.Table.from_batches([batch])
    conditions = read_seeker_conditions(block, market.licence_names, market.posting_ids)
    return Seekers(embed_seekers(block, market.space), read_reach(block, market.region_codes, conditions), conditions)


def whole(folder: Path, openings: str, people: str) -> dict[str, Any]:
    """Candidates, sharing, five for everybody and twenty for every posting, written as Delta tables by the engine."""
    from dagster_project.assets.job_matching import choose, gather, offer
    from lake import tables
    from lake.contracts.answers import POSTING_TALENTS, SEEKER_JOBS
    from lake.session import open_session
    from lake.settings import load_settings
    from matching.capacity import share_out
    from matching.jobs import list_vacancies

    source = _write_people(folder, int(openings), int(people))
    settings = load_settings(lake_dir=folder / "lake", threads=THREADS, memory_mb=ENGINE_MB)
    shutil.rmtree(settings.lake_dir, ignore_errors=True)
    context, seconds, peaks = open_bench_night(folder), {}, {}
    shutil.rmtree(context.graph_folder, ignore_errors=True)
    night = {"as_of": FIRST_DATE}
    with open_session(settings) as spark:
        lake, started = tables.Lake(settings, spark), time.perf_counter()

        def timed(name: str) -> None:
            nonlocal started
            seconds[name], started = time.perf_counter() - started, time.perf_counter()
            peaks[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

        blocks = gather(spark.read.parquet(str(source)), context)
        timed("candidates of everybody, written")
        vacancies = list_vacancies(context.open_market())
        sharing = share_out(context.graph_folder, blocks, vacancies, threads=THREADS)
        timed("sharing")
        tables.replace(lake, SEEKER_JOBS.id, choose(lake, context, blocks, sharing), night)
        timed("five for everybody, written")
        tables.replace(lake, POSTING_TALENTS.id, offer(lake, context, blocks, sharing), night)
        timed("twenty for every posting, written")
    per_pass = seconds["sharing"] / sharing.passes
    shutil.rmtree(context.graph_folder)
    return {"seconds": seconds, "peaks": peaks, "sharing": [*_tell(sharing), f"{per_pass:.2f} s a pass"]}


def _tell(sharing: Any) -> list[str]:
    ratios = [(load.exposures / sharing.capacity).max() for load in (sharing.before, sharing.after)]
    return [
        f"{sharing.passes} passes; largest recommendations / capacity {ratios[0]:.2f} before, {ratios[1]:.2f} after",
        f"mean score {100 * sharing.loss_0_1:.2f} % less; {sharing.after.short} people with too few",
    ]


def _write_people(folder: Path, openings: int, people: int) -> Path:
    """Everybody's rows as one Parquet file, made once."""
    file = folder / f"people-{people}.parquet"
    if not file.is_file():
        names = list(JOB_COLUMNS)
        aside = file.with_suffix(".new")
        writer = None
        for batch in seeker_blocks(_world(people, openings)):
            rows = batch.select(names)
            writer = writer or pq.ParquetWriter(aside, rows.schema, compression="zstd")
            writer.write_batch(rows)
        if writer is not None:
            writer.close()
        aside.replace(file)
    return file.resolve()


def open_bench_night(folder: Path) -> JobNight:
    """What matching reads, from what `learn` made in `folder`."""
    folder = folder.resolve()
    return JobNight(
        as_of=FIRST_DATE,
        postings_file=folder / "postings.parquet",
        chances_file=folder / "chances.parquet",
        space_folder=folder / "space",
        graph_folder=folder / "graph",
        carry_folder=None,
        rules="bench",
    )


def _world(people: int, openings: int) -> World:
    return make_world(1, FIRST_DATE, Size(people, openings, 1_000, 1))


def _command(part: str, folder: Path, *options: object) -> list[str]:
    """The command line of one part."""
    return [sys.executable, "-m", "dagster_project.bench_jobs", part, str(folder), *map(str, options)]


def main(part: str, folder: str, *options: str) -> None:
    """One part; its figures go to stdout as JSON."""
    parts: dict[str, Callable[..., dict[str, Any]]] = {
        "learn": learn,
        "faiss": peer_search,
        "search": search,
        "whole": whole,
    }
    sys.stdout.write(json.dumps(partial(parts[part], Path(folder))(*options)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
