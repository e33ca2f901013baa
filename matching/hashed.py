"""What is drawn from the hash of a text instead of from a random generator: directions, and who is in a sample.

The same on every machine and in every order of rows. Do not put here: pseudonyms. Makes no table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import Doubles, Floats, flat
from matching.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


def draw_signs(names: Sequence[str], dimensions: int) -> Floats:
    """±1/sqrt(d) in d places (n, d) from the BLAKE2b hash of each name; d is a multiple of 8.

    Length 1, almost at right angles to any other.
    """
    if not names:
        return np.empty((0, dimensions), np.float32)
    hashes = [hashlib.blake2b(name.encode(), digest_size=dimensions // 8).digest() for name in names]
    bits = np.unpackbits(np.frombuffer(b"".join(hashes), np.uint8)).reshape(len(names), dimensions)
    signs: Floats = (bits.astype(np.float32) * 2 - 1) / np.float32(np.sqrt(dimensions))
    return signs


def draw_shares(column: pa.Array | pa.ChunkedArray) -> Doubles:
    """A number (n,) in [0, 1) from the hash of each text; null is as the empty text."""
    shares: Doubles = (hash_texts(column) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return shares


def hash_texts(column: pa.Array | pa.ChunkedArray) -> Keys:
    """A number of 64 bits (n,) for each text, the same on every machine; null is as the empty text."""
    texts = flat(column).cast(pa.large_string()).fill_null("")
    texts = pa.concat_arrays([texts])  # a slice keeps the whole buffer: copied, so that offsets begin at 0
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return _hash_rows(places, letters)


def print_rows(table: pa.Table, columns: Sequence[str]) -> Keys:
    """A number (n,) that changes when one of the columns does."""
    texts = [table[name].combine_chunks().cast(pa.string()) for name in columns]
    return hash_texts(pc.binary_join_element_wise(*texts, "\x1f", null_handling="replace", null_replacement="\x00"))


@compiled
def _hash_rows(offsets: Offsets, letters: Bytes) -> Keys:
    """FNV-1a over the bytes of each row, its bits mixed."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(offsets) - 1):
        state = np.uint64(0xCBF29CE484222325)
        for place in range(offsets[row], offsets[row + 1]):
            state = (state ^ np.uint64(letters[place])) * np.uint64(0x100000001B3)
        hashes[row] = mix_bits(state)
    return hashes


@compiled
def mix_bits(state: np.uint64) -> np.uint64:
    """Every bit of the result depends on every bit of the number (the finaliser of SplitMix64)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(state ^ (state >> np.uint64(31)))
