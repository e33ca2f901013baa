"""The graph of a night: each person's 50 candidates with score and fit, in blocks of people on disk.

Retrieval writes it, the sharing of crowded postings reads it many times, the choice of five reads it last. Memory
holds one block. A block is written aside and renamed, under a name that follows from its people: writing it twice is
writing it once. Do not put here: how candidates are found or chosen. Makes no table.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.array_files import read_array
from matching.blocks import Ints
from matching.hashed import Keys

POOL = 50  # candidates of a person that scores, sharing and talents look at
NO_SCORE = -1


class Pool(NamedTuple):
    """Candidates (n, 50), best score first: market places, score in steps of 1e-6 (NO_SCORE: none), fit in steps.

    `keys` (n,) are numbers of the people that do not depend on their order.
    """

    keys: Keys
    places: Ints
    scores: Ints
    fits: Ints


def order_pool(keys: Keys, places: npt.NDArray[Any], scores: npt.NDArray[Any], fits: npt.NDArray[Any]) -> Pool:
    """A pool in order of its scores; equal scores stay in the order given."""
    order = np.argsort(-scores, axis=1, kind="stable")

    def arrange(values: npt.NDArray[Any]) -> Ints:
        return np.take_along_axis(values, order, axis=1).astype(np.int32)

    return Pool(keys, arrange(places), arrange(scores), arrange(fits))


def write_block(folder: Path, people: pa.Table, pool: Pool) -> str:
    """Write one block and return its name; `people` are the rows that the choice of five needs, in the pool's order."""
    name = name_block(pool.keys)
    write_arrays(folder, name, pool._asdict())
    _write_aside(folder / f"{name}.arrow", partial(_write_arrow, people))
    return name


def name_block(keys: Keys) -> str:
    """The name of the block of these people in this order."""
    return hashlib.blake2b(keys.tobytes(), digest_size=12).hexdigest()


def write_arrays(folder: Path, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Arrays that belong to a block, each in its own file."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, values in arrays.items():
        _write_aside(folder / f"{name}.{part}.npy", partial(_write_array, values))


def list_blocks(folder: Path) -> list[str]:
    """The names of the blocks in a folder, sorted."""
    return sorted(file.stem for file in folder.glob("*.arrow"))


def read_pool(folder: Path, name: str, *, with_fits: bool = False) -> Pool:
    """The candidates of a block; the fits only where asked, else an empty array."""
    keys, places, scores = (read_array(folder / f"{name}.{part}.npy") for part in ("keys", "places", "scores"))
    fits = read_array(folder / f"{name}.fits.npy") if with_fits else np.empty((0, POOL), np.int32)
    return Pool(keys, places, scores, fits)


def read_people(folder: Path, name: str) -> pa.Table:
    """The people of a block, in its order."""
    with pa.OSFile(str(folder / f"{name}.arrow")) as source, pa.ipc.open_file(source) as file:
        return file.read_all().combine_chunks()


def _write_array(values: npt.NDArray[Any], file: Any) -> None:
    np.save(file, values)


def _write_arrow(people: pa.Table, file: Any) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(file, people.schema, options=options) as writer:
        writer.write_table(people)


def _write_aside(file: Path, write: Callable[[Any], None]) -> None:
    """Write under a name of this process and thread, then rename: a reader sees a whole file or none."""
    aside = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    with aside.open("wb") as stream:
        write(stream)
    aside.replace(file)
