"""The graph of a night: each person's 50 candidates with score and fit, in blocks of people on disk.

Retrieval writes it, the sharing of crowded postings reads it many times, the choice of five reads it last. Memory
holds one block. A block is written aside and renamed, under a name that follows from its people: writing it twice is
writing it once. Do not put here: how candidates are found or chosen. Makes no table.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from matching.blocks import Ints, flat
from matching.compiled import compiled

POOL = 50  # candidates of a person that scores, sharing and talents look at
NO_SCORE = -1
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

Keys = npt.NDArray[np.uint64]


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


def hash_texts(column: pa.Array | pa.ChunkedArray) -> Keys:
    """FNV-1a (64 bit) of each text of a column (n,), the same on every machine; null is hashed as empty."""
    texts = flat(column).cast(pa.large_string()).fill_null("")
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    return _hash_bytes(np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8), offsets)


@compiled
def _hash_bytes(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Keys:
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(hashes)):
        value = np.uint64(_FNV_START)
        for place in range(offsets[row], offsets[row + 1]):
            value = (value ^ np.uint64(data[place])) * np.uint64(_FNV_PRIME)
        hashes[row] = value
    return hashes


def write_block(folder: Path, people: pa.Table, pool: Pool) -> str:
    """Write one block and return its name; `people` are the rows that the choice of five needs, in the pool's order."""
    name = hashlib.blake2b(pool.keys.tobytes(), digest_size=12).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    for part, values in pool._asdict().items():
        _write_aside(folder / f"{name}.{part}.npy", partial(_write_array, values))
    _write_aside(folder / f"{name}.arrow", partial(_write_arrow, people))
    return name


def list_blocks(folder: Path) -> list[str]:
    """The names of the blocks in a folder, sorted."""
    return sorted(file.stem for file in folder.glob("*.arrow"))


def read_pool(folder: Path, name: str, *, with_fits: bool = False) -> Pool:
    """The candidates of a block; the fits only where asked, else an empty array."""
    keys, places, scores = (np.load(folder / f"{name}.{part}.npy") for part in ("keys", "places", "scores"))
    fits = np.load(folder / f"{name}.fits.npy") if with_fits else np.empty((0, POOL), np.int32)
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
