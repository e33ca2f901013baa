"""Benchmark of scoring everyone with all reasons, beside LightGBM's exact contributions on the same data.

Each part runs in a process of its own (`python -m dagster_project.bench_probability PART FOLDER`), watched from
outside. Do not put here: the making of people for the lake (transforms), tests or limits. Writes no table.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.device import find_missing_for_gpu, open_device
from ml.additive import (
    FeatureSpec,
    References,
    TrainSpec,
    calibrate_additive,
    load_model,
    save_model,
    score_batch,
    term_contributions,
    train_additive,
)
from ml.additive.encode import encode_table
from ml.hashing import mix, unit_interval
from ml.metrics import auc

if TYPE_CHECKING:
    from dagster_project.bench import Watched

FloatArray = npt.NDArray[np.float64]

COUNTS, AMOUNTS, CODES = 14, 14, 12  # 40 features: small whole numbers, amounts of money or days, categories
CATEGORIES = 16
MISSING_SHARE = 0.1
PEER_CELLS = 408  # 17 regions x 24 occupation groups
TRAIN_ROWS, LATER_ROWS, CONTRIB_ROWS = 100_000, 50_000, 2_000
TRAIN_START, LATER_START, TEST_START, SCORE_START = 0, 200_000, 400_000, 1_000_000
CONTRIB_TRIES = 3
BLOCK_ROWS = 131_072  # as the night's scorer gathers them
TREES, LEAVES = 300, 31
THREADS = 2
FEATURES = tuple(
    FeatureSpec(f"{kind}_{number:02d}", "categorical" if kind == "code" else "numeric")
    for kind, count in (("count", COUNTS), ("amount", AMOUNTS), ("code", CODES))
    for number in range(count)
)


class PeerMissing(RuntimeError):
    """LightGBM is only in the development environment."""


def bench(people: int, out: Path, watch: Callable[[Sequence[str]], Watched]) -> list[str]:
    """Trains both on the same people, then times both; ours at two sizes, with its memory."""
    _lightgbm()
    folder = out / "probability"
    folder.mkdir(parents=True, exist_ok=True)
    trained = json.loads(watch(_command("train", folder)).output)
    peer = json.loads(watch(_command("contrib", folder)).output)
    runs = [watch(_command("score", folder, rows, "cpu")) for rows in (max(1, people // 10), people)]
    tenth, whole = (json.loads(run.output) for run in runs)
    runs += [] if find_missing_for_gpu() else [watch(_command("score", folder, people, "gpu"))]
    ratio = (people / whole["seconds"]) / (peer["rows"] / peer["seconds"])
    linear = (whole["seconds"] / tenth["seconds"], whole["processor"] / tenth["processor"])
    return [
        f"AUC on {LATER_ROWS:,} other people: additive {trained['additive']:.4f}, LightGBM {trained['lightgbm']:.4f}",
        f"additive, {len(FEATURES)} features, {whole['terms']} terms, {PEER_CELLS} cells of peers, {THREADS} threads",
        *(f"{_figures(json.loads(run.output))}  peak {run.peak_gb:.2f} GB" for run in runs),
        f"LightGBM pred_contrib, {TREES} trees x {LEAVES} leaves, {THREADS} threads, fastest of {CONTRIB_TRIES}",
        _figures(peer),
        f"people/s, additive / LightGBM: {ratio:.0f}",
        f"{people:,} people / a tenth of them: {linear[0]:.1f} in seconds, {linear[1]:.1f} in processor seconds",
    ]


def _figures(timed: dict[str, Any]) -> str:
    """What one timed run says of itself: device, people, seconds, people a second, seconds of all its threads."""
    rate = timed["rows"] / timed["seconds"]
    busy = f"  processor {timed['processor']:6.2f} s" if "processor" in timed else ""
    return f"  {timed['device']:<3} {timed['rows']:>9,} people  {timed['seconds']:7.2f} s  {rate:10,.0f} people/s{busy}"


def make_people(start: int, rows: int) -> pa.Table:
    """The people start ... start + rows - 1, each number drawn by hash of the person's number and the column's."""
    people = np.arange(start, start + rows, dtype=np.uint64)
    columns: dict[str, Any] = {"person_id": people.astype(np.int64)}
    logit = np.full(rows, -0.4)
    draws = {spec.name: unit_interval(mix(people, 1 + place)) for place, spec in enumerate(FEATURES)}
    for place, (name, draw) in enumerate(draws.items()):
        logit += _effect(place, draw)
        absent = unit_interval(mix(people, 101 + place)) < MISSING_SHARE
        columns[name] = pa.array(_values(name, draw), mask=absent)
    logit += 0.5 * (draws["count_00"] - 0.5) * (draws["amount_00"] > 0.5)
    logit -= 0.4 * (draws["amount_01"] - 0.5) * (draws["code_00"] < 0.3)
    chance = 1 / (1 + np.exp(-logit))
    columns["is_hired"] = (unit_interval(mix(people, 999)) < chance).astype(np.int8)
    return pa.table(columns)


def _values(name: str, draw: FloatArray) -> npt.NDArray[Any]:
    """A column's values: skewed counts below 40, amounts with a long tail, or codes of unequal frequency."""
    if name.startswith("count"):
        return np.floor(40 * draw**3)
    if name.startswith("amount"):
        return np.round(3e6 * np.exp(2 * draw - 1) * (0.5 + draw), -1)
    words = np.array([f"c{code:02d}" for code in range(CATEGORIES)])
    return words[(CATEGORIES * draw**2).astype(np.int64)]


def _effect(place: int, draw: FloatArray) -> FloatArray:
    """A feature's own effect on the logit, weaker from feature to feature; a line, a hump or a step."""
    strength = 0.9 / (1 + place / 6)
    shape = (draw - 0.5, 1 - 4 * (draw - 0.5) ** 2 - 0.66, (draw > 0.6) - 0.4)[place % 3]
    return np.asarray(strength * shape, dtype=np.float64)


def train(folder: Path) -> dict[str, float]:
    """Both models from the same rows; their AUC on people that neither has seen."""
    lightgbm = _lightgbm()
    spec = TrainSpec(FEATURES, cohorts=("2025-01-01",), key_columns=("person_id",), job_count=THREADS)
    table, test = make_people(TRAIN_START, TRAIN_ROWS), make_people(TEST_START, LATER_ROWS)
    model = train_additive(table, "is_hired", spec)
    later = make_people(LATER_START, LATER_ROWS)
    model = calibrate_additive(model, later, "is_hired", cohort="2025-07-01", key_columns=("person_id",))
    save_model(model, folder / "additive")
    options = {"objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.05, "num_threads": THREADS}
    codes = [spec.name for spec in FEATURES if spec.kind == "categorical"]
    data = lightgbm.Dataset(
        as_peer_matrix(table),
        np.asarray(table.column("is_hired")),
        feature_name=[spec.name for spec in FEATURES],
        categorical_feature=codes,
        free_raw_data=True,
    )
    peer = lightgbm.train({**options, "seed": 1, "deterministic": True, "verbosity": -1}, data, TREES)
    peer.save_model(str(folder / "lightgbm.txt"))
    outcome = np.asarray(test.column("is_hired"))
    ours = score_batch(model, encode_table(test, model.features), np, with_contributions=False).probability
    theirs = peer.predict(as_peer_matrix(test), num_threads=THREADS)
    return {"additive": auc(outcome, ours), "lightgbm": auc(outcome, theirs)}


def contrib(folder: Path) -> dict[str, Any]:
    """LightGBM's own exact contributions (pred_contrib) for as many people as take seconds; the fastest of three."""
    peer = _lightgbm().Booster(model_file=str(folder / "lightgbm.txt"))
    matrix = as_peer_matrix(make_people(SCORE_START, CONTRIB_ROWS))
    seconds = []
    for _ in range(CONTRIB_TRIES):  # other work on the machine never makes the peer look slow
        started = time.perf_counter()
        peer.predict(matrix, pred_contrib=True, num_threads=THREADS)
        seconds.append(time.perf_counter() - started)
    return {"rows": len(matrix), "seconds": min(seconds), "device": "cpu"}


def score(folder: Path, people: str, device: str) -> dict[str, Any]:
    """Probability, interval and six reasons against usual peers for everyone, block by block as the night does.

    As with LightGBM, the making of the rows is not in the seconds; it is in the memory.
    """
    model, xp, rows = load_model(folder / "additive"), open_device(device).xp, int(people)
    usual = encode_table(make_people(0, PEER_CELLS), model.features)
    peers = term_contributions(model, usual, np)
    seconds = processor = 0.0
    for start, table in _blocks(rows):
        columns = encode_table(table, model.features)
        cell = (mix(np.arange(start, start + table.num_rows, dtype=np.uint64), 998) % PEER_CELLS).astype(np.int32)
        del table
        started, busy = time.perf_counter(), time.process_time()
        references = References(peers, cell)
        scores = score_batch(model, columns, xp, with_contributions=False, references=references, threads=THREADS)
        float(scores.probability[-1])  # a card answers when it is asked
        seconds, processor = seconds + time.perf_counter() - started, processor + time.process_time() - busy
    return {"rows": rows, "seconds": seconds, "processor": processor, "device": device, "terms": len(model.terms)}


def _blocks(people: int) -> Iterator[tuple[int, pa.Table]]:
    """Consecutive people, a block at a time."""
    for start in range(SCORE_START, SCORE_START + people, BLOCK_ROWS):
        yield start, make_people(start, min(BLOCK_ROWS, SCORE_START + people - start))


def as_peer_matrix(table: pa.Table) -> FloatArray:
    """The features as LightGBM takes them: (n, features) float64, codes as numbers, NaN for missing."""
    words = pa.array([f"c{code:02d}" for code in range(CATEGORIES)])
    matrix = np.empty((table.num_rows, len(FEATURES)))
    for place, spec in enumerate(FEATURES):
        column = table.column(spec.name)
        numbers = pc.index_in(column, value_set=words) if spec.kind == "categorical" else column
        matrix[:, place] = np.asarray(numbers.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return matrix


def _lightgbm() -> Any:
    """The peer, or an error that says how to get it."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # OSError: Debian's libgomp1 is missing
        cure = "run: make setup (and, where it says libgomp.so.1, apt-get install libgomp1)"
        raise PeerMissing(f"bench probability: LightGBM is not usable here ({error}); {cure}") from error
    return lightgbm


def _command(part: str, folder: Path, *options: object) -> list[str]:
    """The command line of one part."""
    return [sys.executable, "-m", "dagster_project.bench_probability", part, str(folder), *map(str, options)]


def main(part: str, folder: str, *options: str) -> None:
    """One part; its figures go to stdout as JSON."""
    parts: dict[str, Callable[..., dict[str, Any]]] = {"train": train, "contrib": contrib, "score": score}
    sys.stdout.write(json.dumps(parts[part](Path(folder), *options)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
