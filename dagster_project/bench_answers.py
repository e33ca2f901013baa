"""Benchmark of occupations, skill gaps, courses and certificates for everybody, as the night runs them.

A small night makes models, market, sessions and needs at the asked size; then features__seekers is replaced by as many
people as asked, drawn from synthetic Korea, and the four assets run on them. Each part runs in a process of its own
(`python -m dagster_project.bench_answers PART LAKE …`), watched from outside.
Do not put here: how people are drawn (bench_people.py), tests or limits.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from dagster_project.bench_people import seeker_blocks
from dagster_project.night import NightOptions
from dagster_project.run import DEMO_DATE, Sizes, execute, simulate_korea
from lake import tables
from lake.session import open_session
from lake.settings import Settings, load_settings
from lake.sources.simulated.world import Size, make_world
from matching.nearness import HISTORY_WEIGHTS, read_history
from matching.occupation_model import load_occupation_model, standardise
from matching.occupations import OCCUPATION_COLUMNS

if TYPE_CHECKING:
    from dagster_project.bench import Watched

ASSETS = (
    "matches__seeker_occupations",
    "matches__seeker_skill_gaps",
    "matches__seeker_courses",
    "matches__seeker_certificates",
)
TEACHERS = 20_000  # people of the small night that makes what everybody is answered from
THREADS, ENGINE_MB, PLACES = 2, 1_024, 5
PEER_SECONDS, PEER_ROWS = 10.0, 16_384


def bench(sizes: Sizes, out: Path, watch: Callable[[Sequence[str]], Watched]) -> list[str]:
    """Prepares the lake once, then times the answers of everybody, of a tenth of them, and the peer's."""
    people, postings, sessions = sizes
    lake = out / f"answers-{postings}-{sessions}"
    if not (lake / "ready").is_file():
        shutil.rmtree(lake, ignore_errors=True)
        watch(_command("prepare", lake, postings, sessions))
    lines = []
    for count in (people // 10, people):
        watch(_command("people", lake, count, postings, sessions))
        done = watch(_command("answer", lake))
        steps = json.loads(done.output)["seconds"]
        lines.append(f"{count:,} people: {sum(steps.values()):.1f} s, peak {done.peak_gb:.2f} GB")
        lines += [f"  {name:<34} {took:8.1f} s {count / took:12,.0f} people/s" for name, took in steps.items()]
    peer = json.loads(watch(_command("peer", lake)).output)
    rate = peer["people"] / peer["seconds"]
    told = f"{peer['occupations']} occupations by the same facts, {THREADS} threads, no reasons"
    return [*lines, f"scikit-learn NearestNeighbors, brute force, {told}: {rate:,.0f} people/s"]


def prepare(lake: Path, postings: str, sessions: str) -> dict[str, Any]:
    """A night of a few people with the asked market."""
    sources = lake / "sources"
    simulate_korea(sources, (TEACHERS, int(postings), int(sessions)), nights=1, seed=1, first_date=DEMO_DATE)
    execute(NightOptions(_settings(lake), sources), DEMO_DATE)
    (lake / "ready").touch()
    return {}


def put_people(lake: Path, people: str, postings: str, sessions: str) -> dict[str, Any]:
    """features__seekers of the night replaced by so many drawn people."""
    world = make_world(1, DEMO_DATE, Size(int(people), int(postings), int(sessions), 1))
    file = lake / "people.parquet"
    writer = None
    for batch in seeker_blocks(world):
        writer = writer or pq.ParquetWriter(file, batch.schema, compression="zstd")
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
    settings = _settings(lake)
    with open_session(settings) as spark:
        frame = spark.read.parquet(str(file.resolve()))
        tables.replace(tables.Lake(settings, spark), "features__seekers", frame, {"as_of": DEMO_DATE})
    return {"rows": int(people)}


def answer(lake: Path) -> dict[str, Any]:
    """The four assets on everybody; seconds of each with writing and its contract checks."""
    seconds = execute(NightOptions(_settings(lake), lake / "sources"), DEMO_DATE, ASSETS)
    return {"seconds": {name: seconds[name] for name in ASSETS}}


def search_nearest(lake: Path) -> dict[str, Any]:
    """The five nearest occupations by scikit-learn for as many people as take PEER_SECONDS: same facts, no reasons.

    Vectors are scales, missing ones at the centre, and weights at wished and worked occupations against nearness.
    """
    from sklearn.neighbors import NearestNeighbors
    from threadpoolctl import threadpool_limits

    settings = _settings(lake)
    model = load_occupation_model(settings.models_dir / "occupations" / f"{DEMO_DATE:%Y-%m}")
    people = tables.dataset(settings, "features__seekers", DEMO_DATE)
    block = people.head(PEER_ROWS, columns=list(OCCUPATION_COLUMNS))
    history = read_history(block, model)
    wishes = np.zeros((block.num_rows, len(history.nearness) + 1))
    for slot, weight in enumerate(HISTORY_WEIGHTS.values()):
        wishes[np.arange(len(wishes)), history.places[:, slot]] += weight
    queries = np.hstack([np.nan_to_num(standardise(block) - model.centre), wishes[:, :-1]])
    items = np.hstack([model.means, history.nearness.T])
    with threadpool_limits(limits=THREADS):
        nearest = NearestNeighbors(n_neighbors=PLACES, algorithm="brute", n_jobs=1).fit(items)
        nearest.kneighbors(queries[:256])
        asked, started = 0, time.perf_counter()
        while time.perf_counter() - started < PEER_SECONDS:
            nearest.kneighbors(queries)
            asked += len(queries)
        seconds = time.perf_counter() - started
    return {"people": asked, "seconds": seconds, "occupations": len(items)}


def _settings(lake: Path) -> Settings:
    return load_settings(lake_dir=lake / "lake", threads=THREADS, memory_mb=ENGINE_MB)


def _command(part: str, lake: Path, *options: object) -> list[str]:
    return [sys.executable, "-m", "dagster_project.bench_answers", part, str(lake), *map(str, options)]


def main(part: str, lake: str, *options: str) -> None:
    """One part; its figures go to stdout as JSON."""
    parts: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": prepare,
        "people": put_people,
        "answer": answer,
        "peer": search_nearest,
    }
    sys.stdout.write(json.dumps(partial(parts[part], Path(lake))(*options)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
