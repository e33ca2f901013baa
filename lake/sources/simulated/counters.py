"""Random values by counter: every value is a function of (seed, stream, index) and nothing else.

So a slice made alone, in any order or in parallel, equals the same slice of the whole. Do not put here: anything
about Korea; a generator with state.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_DOUBLE = 2.0**-53


@cache
def _stream_key(seed: int, stream: str) -> np.uint64:
    digest = blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _mix(value: Bits) -> Bits:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    value = (value ^ (value >> np.uint64(30))) * _MULTIPLY_1
    value = (value ^ (value >> np.uint64(27))) * _MULTIPLY_2
    result: Bits = value ^ (value >> np.uint64(31))
    return result


@dataclass(frozen=True)
class Counter:
    """Draws for one seed; `index` is any integer array, so a person's third spell may be `person * 64 + 3`."""

    seed: int

    def bits(self, stream: str, index: npt.NDArray[Any]) -> Bits:
        """64 independent bits for each index."""
        key = _stream_key(self.seed, stream)
        with np.errstate(over="ignore"):
            return _mix(_mix(index.astype(np.uint64) * _GOLDEN + key) + key)

    def uniform(self, stream: str, index: npt.NDArray[Any]) -> Floats:
        """Uniform on (0, 1): never exactly 0, so that its logarithm is finite."""
        return ((self.bits(stream, index) >> np.uint64(11)).astype(np.float64) + 0.5) * _DOUBLE

    def exponential(self, stream: str, index: npt.NDArray[Any]) -> Floats:
        """Exponential with mean 1."""
        result: Floats = -np.log(self.uniform(stream, index))
        return result

    def normal(self, stream: str, index: npt.NDArray[Any]) -> Floats:
        """Standard normal (Box and Muller)."""
        radius = np.sqrt(2.0 * self.exponential(stream, index))
        result: Floats = radius * np.cos(2.0 * np.pi * self.uniform(stream + "/angle", index))
        return result

    def integers(self, stream: str, index: npt.NDArray[Any], count: int | Ints) -> Ints:
        """Whole numbers 0 .. count-1; `count` may differ by row and must be at least 1."""
        drawn: Ints = np.floor(self.uniform(stream, index) * count).astype(np.int64)
        top: Ints = np.asarray(count, dtype=np.int64) - 1
        result: Ints = np.minimum(drawn, top)
        return result

    def chance(self, stream: str, index: npt.NDArray[Any], probability: float | Floats) -> Bools:
        """True with the given probability."""
        result: Bools = self.uniform(stream, index) < probability
        return result

    def pick(self, stream: str, index: npt.NDArray[Any], shares: npt.ArrayLike) -> Ints:
        """Position 0 .. k-1 with the given shares (they need not add up to 1)."""
        edges = cumulate(np.asarray(shares, dtype=np.float64))
        return np.searchsorted(edges, self.uniform(stream, index), side="right").astype(np.int64)

    def pick_row(self, stream: str, index: npt.NDArray[Any], table: Floats, row: Ints) -> Ints:
        """Position by the shares in `table[row]`, a table of cumulated shares (see `cumulate`), shape (rows, k)."""
        flat = (table + np.arange(table.shape[0], dtype=np.float64)[:, None]).ravel()
        found = np.searchsorted(flat, row + self.uniform(stream, index), side="right")
        result: Ints = np.minimum(found - row * table.shape[1], table.shape[1] - 1).astype(np.int64)
        return result


def cumulate(shares: Floats) -> Floats:
    """Shares along the last axis as cumulated probabilities; the last is exactly 1."""
    total = np.cumsum(shares, axis=-1)
    result: Floats = total / total[..., -1:]
    return result
