"""Stable 64-bit hashes of ids: what samples, bags and resampling are drawn by, instead of a random generator.

Must not hold: pseudonyms or any cryptographic use.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]


def hash_keys(keys: pa.Array | pa.ChunkedArray) -> Hashes:
    """Hash (n,) uint64 of each key's text; equal keys hash equally on every machine."""
    encoded = pc.cast(keys, pa.string())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = encoded.dictionary_encode(null_encoding="encode")
    digests = b"".join(
        hashlib.blake2b(("" if word is None else word).encode(), digest_size=8).digest()
        for word in encoded.dictionary.to_pylist()
    )
    words = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    return np.asarray(words[encoded.indices.to_numpy()], dtype=np.uint64)


def mix(hashes: Hashes, stream: int) -> Hashes:
    """Another independent hash of the same keys for each stream number (splitmix64)."""
    with np.errstate(over="ignore"):
        state = hashes + np.uint64((stream * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % (1 << 64))
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(state ^ (state >> np.uint64(31)), dtype=np.uint64)


def unit_interval(hashes: Hashes) -> npt.NDArray[np.float64]:
    """Hashes as numbers in [0, 1)."""
    return np.asarray((hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53, dtype=np.float64)
