"""Benchmark of five occupations for everybody with all reasons, beside scikit-learn's brute-force neighbours.

Each part runs in a process of its own (`python -m dagster_project.bench_occupations PART FOLDER …`), watched from
outside. People and workers are synthetic Korea's. Do not put here: how they are drawn (bench_people.py), tests or
limits.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dagster_project.bench_people import posting_rows, seeker_blocks
from lake.contracts.silver import SCALE_NAMES
from lake.sources.mapping import load_mapping
from lake.sources.simulated import lists
from lake.sources.simulated.world import Size, World, make_world
from matching.nearness import HISTORY_WEIGHTS, read_history
from matching.occupation_model import ensure_occupation_model, load_occupation_model, standardise
from matching.occupations import OCCUPATION_COLUMNS, match_from_files

if TYPE_CHECKING:
    from dagster_project.bench import Watched

FIRST_DATE = date(2026, 11, 20)
THREADS, ENGINE_MB = 2, 1_024
PEER_SECONDS = 20.0
PEER_ROWS = 16_384


def bench(people: int, openings: int, out: Path, watch: Callable[[Sequence[str]], Watched]) -> list[str]:
    """Learns, writes everybody's rows once, then times the answers through the engine and the peer."""
    folder = out / f"occupations-{people}"
    if not (folder / "people.parquet").is_file():
        watch(_command("learn", folder, people, openings))
    whole, peer = (watch(_command(part, folder)) for part in ("whole", "peer"))
    told, theirs = json.loads(whole.output), json.loads(peer.output)
    rates = [part["people"] / part["seconds"] for part in (told, theirs)]
    return [
        f"five of {told['occupations']} occupations with reasons, {THREADS} threads, {told['tested_share']:.0%} tested",
        f"  answers, written     {told['people']:>10,} people {told['seconds']:9.1f} s {rates[0]:10,.0f} people/s"
        f"  peak {whole.peak_gb:.2f} GB (engine pool {ENGINE_MB} MB)",
        f"  scikit-learn brute   {theirs['people']:>10,} people {theirs['seconds']:9.1f} s {rates[1]:10,.0f} people/s"
        "  (5 nearest by the same facts, no reasons)",
        f"  ratio {rates[0] / rates[1]:.1f}",
    ]


def learn(folder: Path, people: str, openings: str) -> dict[str, Any]:
    """The month's model, the two exports beside it, and everybody's rows."""
    world = make_world(1, FIRST_DATE, Size(int(people), int(openings), 1_000, 1))
    ensure_occupation_model(survey_rows(world), world.occupation_codes, folder / "model")
    titles = {"typical_education_code": [f"{level:02d}" for level in world.ints("education").tolist()]}
    pq.write_table(pa.table({"occupation_code": list(world.occupation_codes), **titles}), folder / "titles.parquet")
    cells = posting_rows(world).group_by(["occupation_code", "region_code"])
    counted = cells.aggregate([("wage_min_krw_month", "max"), ("headcount", "sum")])
    tightness = pc.divide(pc.cast(counted["headcount_sum"], pa.float64()), 10.0)
    market = counted.select(["occupation_code", "region_code"]).append_column("tightness_ratio", tightness)
    market = market.append_column("wage_median_krw_month", counted["wage_min_krw_month_max"])
    pq.write_table(market, folder / "cells.parquet")
    aside, writer = folder / "people.new", None
    for batch in seeker_blocks(world):
        rows = batch.select(list(OCCUPATION_COLUMNS))
        writer = writer or pq.ParquetWriter(aside, rows.schema, compression="zstd")
        writer.write_batch(rows)
    if writer is not None:
        writer.close()
    aside.replace(folder / "people.parquet")
    return {}


def survey_rows(world: World) -> pa.Table:
    """What the model reads of silver__worker_surveys, from the delivery by its mapping; a scale not asked is null."""
    sent = lists.worker_surveys(world)
    with as_file(files("lake.sources").joinpath("mappings", "simulated", "worker_surveys.toml")) as file:
        header = {spec.name: spec.headers[0] for spec in load_mapping(file).columns if spec.headers}
    known = [name for name in SCALE_NAMES if header.get(name) in sent.schema.names]
    asked = {name: sent[header[name]].cast(pa.float64()) for name in known}
    absent = {name: pa.nulls(sent.num_rows, pa.float64()) for name in SCALE_NAMES if name not in known}
    return pa.table({"occupation_code": sent[header["occupation_code"]], **asked, **absent})


def whole(folder: Path) -> dict[str, Any]:
    """Everybody's answers through the engine, written as a Delta table."""
    from lake import tables
    from lake.contracts.answers import SEEKER_OCCUPATIONS
    from lake.contracts.render import spark_schema
    from lake.session import open_session
    from lake.settings import load_settings

    settings = load_settings(lake_dir=folder / "lake", threads=THREADS, memory_mb=ENGINE_MB)
    shutil.rmtree(settings.lake_dir, ignore_errors=True)
    paths = [(folder / name).resolve() for name in ("model", "titles.parquet", "cells.parquet")]
    mapper = partial(match_from_files, folder=paths[0], facts=(paths[1], paths[2]), as_of=FIRST_DATE, device="cpu")
    rows = pq.ParquetFile(folder / "people.parquet").read(columns=["interest_social"])
    with open_session(settings) as spark:
        people = spark.read.parquet(str((folder / "people.parquet").resolve()))
        started = time.perf_counter()
        frame = people.mapInArrow(mapper, spark_schema(SEEKER_OCCUPATIONS))
        tables.replace(tables.Lake(settings, spark), SEEKER_OCCUPATIONS.id, frame, {"as_of": FIRST_DATE})
        seconds = time.perf_counter() - started
    tested = 1 - rows["interest_social"].null_count / max(rows.num_rows, 1)
    codes = load_occupation_model(paths[0]).codes
    return {"people": rows.num_rows, "seconds": seconds, "occupations": len(codes), "tested_share": tested}


def peer_search(folder: Path) -> dict[str, Any]:
    """The five nearest occupations by brute force for as many people as take PEER_SECONDS: same facts, no reasons.

    Vectors are scales, missing ones at the centre, and weights at wished and worked occupations against nearness.
    """
    from sklearn.neighbors import NearestNeighbors

    model = load_occupation_model(folder / "model")
    file = pq.ParquetFile(folder / "people.parquet")
    block = pa.Table.from_batches([next(file.iter_batches(PEER_ROWS, columns=list(OCCUPATION_COLUMNS)))])
    history = read_history(block, model)
    wishes = np.zeros((block.num_rows, len(history.nearness) + 1))
    for slot, weight in enumerate(HISTORY_WEIGHTS.values()):
        wishes[np.arange(len(wishes)), history.places[:, slot]] += weight
    queries = np.hstack([np.nan_to_num(standardise(block) - model.centre), wishes[:, :-1]])
    items = np.hstack([model.means, history.nearness.T])
    neighbours = NearestNeighbors(n_neighbors=5, algorithm="brute", n_jobs=THREADS).fit(items)
    neighbours.kneighbors(queries[:256])
    people, started = 0, time.perf_counter()
    while time.perf_counter() - started < PEER_SECONDS:
        neighbours.kneighbors(queries)
        people += len(queries)
    return {"people": people, "seconds": time.perf_counter() - started}


def _command(part: str, folder: Path, *options: object) -> list[str]:
    """The command line of one part."""
    return [sys.executable, "-m", "dagster_project.bench_occupations", part, str(folder), *map(str, options)]


def main(part: str, folder: str, *options: str) -> None:
    """One part; its figures go to stdout as JSON."""
    parts: dict[str, Callable[..., dict[str, Any]]] = {"learn": learn, "whole": whole, "peer": peer_search}
    sys.stdout.write(json.dumps(parts[part](Path(folder), *options)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
