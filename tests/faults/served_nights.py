"""Published nights with a key-value copy, in which every row says its run; made without the engine.

Put here: such nights and the server over them. Not here: expectations. Rows hold a legal value in every column.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lake import artefacts, publication
from lake.contracts.model import Column, Kind
from lake.contracts.registry import table
from lake.contracts.serving import TABLES
from lake.key_value_build import build
from lake.publication import Pointer
from lake.settings import Settings
from tests.pipeline.commands import ROOT
from tests.unit.lake.conftest import write_table

FIRST_DAY = date(2026, 11, 20)
_SAMPLES: dict[Kind, Any] = {Kind.STRING: "가나|다라", Kind.BOOLEAN: True, Kind.DATE: FIRST_DAY}


def person(number: int) -> str:
    """The key of the person with this number."""
    return f"{number:032x}"


def publish_night(settings: Settings, number: int, people: Sequence[int] = range(50)) -> Pointer:
    """Write and publish the night `number` (0 is the first) for these people, and as many postings and other things."""
    day, run_id = FIRST_DAY + timedelta(days=number), f"2026-night-{number:03}"
    for contract in TABLES:
        write_table(settings, contract.id, *_rows(contract.id, day, run_id, people))
    entries = {contract.id: publication.describe_table(settings, contract.id) for contract in TABLES}
    pointer = with_copy(settings, Pointer(run_id, day, entries, {}, True))
    publication.publish(settings, pointer)
    return pointer


def with_copy(settings: Settings, pointer: Pointer) -> Pointer:
    """The pointer with its key-value copy built and kept."""
    folder = settings.publication_dir
    folder.mkdir(exist_ok=True)
    built = build(settings, pointer, artefacts.begin(folder, pointer.run_id) / "copy.lmdb")
    return replace(pointer, artefacts=artefacts.keep_key_values(folder, pointer.run_id, built))


def _rows(table_id: str, day: date, run_id: str, people: Sequence[int]) -> list[dict[str, Any]]:
    contract = table(table_id)
    (key,) = contract.key
    stamp = {"as_of": day, "run_id": run_id}
    row = {column.name: _sample(column) for column in contract.columns} | stamp
    name = person if key == "seeker_key" else str
    return [row | {key: name(number)} for number in people]


def _sample(column: Column) -> Any:
    if column.codes:
        return next(iter(column.codes.codes))
    return _SAMPLES.get(column.kind, max(1, int(column.minimum or 0)))


@contextmanager
def serving(settings: Settings, log: Path, *more: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """`goyong serve` over a lake in a process of its own: its port and the process; its log goes to a file."""
    words = [
        "serve",
        "--lake",
        str(settings.lake_dir),
        "--port",
        "0",
        "--keys-file",
        str(settings.api_keys_path),
        *more,
    ]
    command = [sys.executable, "-m", "dagster_project.cli", *words]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "GOYONG_API_REQUESTS_PER_SECOND": "0"}
    with (
        log.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,  # noqa: S603
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()  # connections wait from here on
            assert line.startswith("serving http://"), log.read_text(encoding="utf-8")
            yield int(line.rsplit(":", 1)[1]), process
        finally:
            process.terminate()
            process.wait()


@contextmanager
def nights_switching(settings: Settings, stop: threading.Event) -> Iterator[list[str]]:
    """Another kept night is served every fifth of a second, by rolling back and forth, until the block ends."""
    switched: list[str] = []

    def switch() -> None:
        kept = publication.nights(settings)
        while not stop.wait(0.2):
            switched.append(kept[len(switched) % len(kept)].run_id)
            publication.rollback(settings, switched[-1])

    thread = threading.Thread(target=switch)
    thread.start()
    try:
        yield switched
    finally:
        stop.set()
        thread.join()
