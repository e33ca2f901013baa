"""Benchmarks of whole stages: seconds, people a second, peak memory of the process tree, ratio to a peer.

Each stage runs in a process of its own, watched from outside. Do not put here: tests or limits.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from typing import IO, cast

import psutil

from dagster_project import bench_answers, bench_jobs, bench_probability
from dagster_project.engine_steps import features_seconds
from dagster_project.run import DEMO_DATE, Sizes, simulate_korea
from lake import tables
from lake.settings import load_settings

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Watched:
    """A finished process: wall seconds, the largest resident memory of it and its children together, its stdout."""

    seconds: float
    peak_gb: float
    output: str


class BenchFailed(RuntimeError):
    """The watched process ended with an error."""


def run(stage: str, *, sizes: Sizes, out: Path) -> str:
    """Run one benchmark and return its lines; deliveries of the same size are made once."""
    stages = {
        "simulate": bench_simulate,
        "night": bench_night,
        "features": bench_features,
        "probability": bench_everyone,
        "jobs": bench_matching,
        "answers": bench_answering,
        "lookups": bench_looking_up,
    }
    if stage not in stages:
        raise BenchFailed(f"no benchmark {stage!r}; there are: {', '.join(stages)}")
    lines = stages[stage](sizes, out)
    return "\n".join([f"{machine()}; {sizes[0]:,} seekers, {sizes[1]:,} postings, {sizes[2]:,} sessions", *lines])


def machine() -> str:
    """The machine in words."""
    memory = psutil.virtual_memory().total / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}"


def watch(command: Sequence[str]) -> Watched:
    """Run `command`, sampling the memory of its process tree; raises BenchFailed with its last lines."""
    started, peak = time.monotonic(), 0
    told: list[str] = []
    with (
        TemporaryFile("w+", encoding="utf-8") as output,
        Popen(command, stderr=PIPE, stdout=output, text=True) as process,  # noqa: S603 - our own command line
    ):
        root = psutil.Process(process.pid)
        pipe = cast(IO[str], process.stderr)  # asked for above
        os.set_blocking(pipe.fileno(), False)
        while process.poll() is None:
            peak = max(peak, _tree_memory(root))
            told += pipe.readlines()
            time.sleep(SAMPLE_SECONDS)
        told += pipe.readlines()
        seconds = time.monotonic() - started
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise BenchFailed(f"{' '.join(command[-6:])} ended with {process.returncode}: {''.join(told[-20:])}")
    return Watched(seconds, peak / 2**30, printed)


def bench_simulate(sizes: Sizes, out: Path) -> list[str]:
    """How fast synthetic Korea is written."""
    target = out / f"simulate-{sizes[0]}"
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "dagster_project.cli", "simulate", "--out", str(target), *_size_options(sizes)]
    done = watch(command)
    return [_line("simulate", sizes, done)]


def bench_night(sizes: Sizes, out: Path) -> list[str]:
    """A whole night on a fresh lake, stage by stage."""
    sources, lake = _deliveries(sizes, out), out / f"lake-{sizes[0]}"
    shutil.rmtree(lake, ignore_errors=True)
    done = watch(_nightly(sources, lake, "embedded", sys.executable))
    settings = load_settings(lake_dir=lake)
    (row,) = tables.dataset(settings, "ops__runs").to_table().to_pylist()
    stages = sorted(json.loads(row["stages_json"]).items(), key=lambda stage: -stage[1])
    return [_line("night", sizes, done)] + [
        f"  {name:<34} {seconds:8.1f} s" for name, seconds in stages if seconds >= 0.5
    ]


def bench_features(sizes: Sizes, out: Path) -> list[str]:
    """Silver to features on Sail and on local Apache Spark with the same code; needs `make spark`."""
    sources, python = _deliveries(sizes, out), Path(".venv-spark/bin/python")
    if not python.is_file():
        raise BenchFailed("the peer is Apache Spark in .venv-spark; run: make spark")
    seconds: dict[str, float] = {}
    lines = []
    for engine in ("embedded", "spark"):
        lake = out / f"features-{engine}-{sizes[0]}"
        shutil.rmtree(lake, ignore_errors=True)
        night = [str(sources), str(lake), engine, DEMO_DATE.isoformat()]
        done = watch([str(python), "-m", "dagster_project.engine_steps", *night])
        seconds[engine] = features_seconds(json.loads(done.output.splitlines()[-1]))
        lines.append(f"silver → features   {engine:<10} {seconds[engine]:8.1f} s  peak {done.peak_gb:.2f} GB")
    return [*lines, f"silver → features   Apache Spark / embedded: {seconds['spark'] / seconds['embedded']:.1f}"]


def bench_everyone(sizes: Sizes, out: Path) -> list[str]:
    """Probability with all reasons for everyone, beside LightGBM's; postings and sessions play no part."""
    return bench_probability.bench(sizes[0], out, watch)


def bench_matching(sizes: Sizes, out: Path) -> list[str]:
    """Jobs for everyone and people for every posting, beside faiss; sessions play no part."""
    return bench_jobs.bench(sizes[0], sizes[1], out, watch)


def bench_answering(sizes: Sizes, out: Path) -> list[str]:
    """Occupations, skill gaps, courses and certificates for everyone, beside scikit-learn's nearest neighbours."""
    return bench_answers.bench(sizes, out, watch)


def bench_looking_up(sizes: Sizes, out: Path) -> list[str]:
    """One row by its key from Parquet, the key-value copy and PostgreSQL; postings and sessions play no part."""
    return watch([sys.executable, "-m", "dagster_project.bench_lookups", str(sizes[0]), str(out)]).output.splitlines()


def _line(stage: str, sizes: Sizes, done: Watched) -> str:
    rate = sizes[0] / done.seconds
    return f"{stage:<19} {done.seconds:8.1f} s  {rate:12,.0f} seekers/s  peak {done.peak_gb:.2f} GB"


def _deliveries(sizes: Sizes, out: Path) -> Path:
    sources = out / f"deliveries-{sizes[0]}-{sizes[1]}-{sizes[2]}"
    if not (sources / DEMO_DATE.isoformat()).is_dir():
        simulate_korea(sources, sizes, nights=1, seed=1, first_date=DEMO_DATE)
    return sources


def _size_options(sizes: Sizes) -> list[str]:
    return ["--seekers", str(sizes[0]), "--postings", str(sizes[1]), "--sessions", str(sizes[2])]


def _nightly(sources: Path, lake: Path, engine: str, python: str) -> list[str]:
    options = ["--sources", str(sources), "--lake", str(lake), "--engine", engine, "--date", DEMO_DATE.isoformat()]
    return [python, "-m", "dagster_project.cli", "nightly", *options]


def _tree_memory(root: psutil.Process) -> int:
    total = 0
    try:
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total
