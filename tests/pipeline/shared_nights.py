"""Nights that the processes of one test run share: one of them runs a night, the others take a copy of its lake.

Without it two processes would run the same seventeen nights twice. Put here: waiting, copying. Do not put here: which
nights there are (nights.py).
"""

from __future__ import annotations

import fcntl
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.pipeline.nights import Nights


def run_once(name: str, work: Callable[[], Nights], *, shared: Path, room: Path) -> Nights:
    """What `work` returns, run by whichever process is first; the others get it with a lake of their own in `room`.

    The lake is copied before the first process may change its own. A failure is not shared: each process meets it.
    """
    shared.mkdir(exist_ok=True)
    untouched, told = shared / name, shared / f"{name}.pickle"
    with _held(shared / f"{name}.lock"):
        if not told.exists():
            nights = work()
            shutil.copytree(nights.lake, untouched, symlinks=True)
            told.write_bytes(pickle.dumps(nights))
            return nights
    nights = pickle.loads(told.read_bytes())  # noqa: S301 - written by this run's own processes
    assert isinstance(nights, Nights)
    return replace(nights, lake=Path(shutil.copytree(untouched, room / name, symlinks=True)))


@contextmanager
def _held(file: Path) -> Iterator[None]:
    with file.open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
