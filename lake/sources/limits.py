"""How much one delivered file may grow and cost while it is read.

Put here: the limits and the errors that name them. Not here: reading (``decode.py``, ``child_reader.py``).
Concept: a bomb is small on disk and huge when unpacked, so what a file may unpack to follows from its size.
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.sources.errors import UnreadableFile

_MIB = 1024 * 1024
FREE_BYTES = 64 * _MIB
"""Every file may unpack to this much."""
LARGEST_RATIO = 200
"""Beyond FREE_BYTES a file may unpack to this many times its size: registers pack 5 to 50 times, bombs 1,000 times."""


@dataclass(frozen=True)
class ReadLimits:
    """Limits of one file: unpacked size, and the memory and patience (time without an answer) of its child reader."""

    file_mb: int = 65_536
    reader_memory_mb: int = 3_072
    reader_seconds: float = 300.0

    def most_bytes(self, packed: int) -> int:
        """What a file of `packed` bytes may unpack to."""
        return min(self.file_mb * _MIB, max(FREE_BYTES, LARGEST_RATIO * packed))


DEFAULT_LIMITS = ReadLimits()


def unpacks_too_far(label: str, packed: int, most: int) -> UnreadableFile:
    """The error for a file that passes its limit."""
    return UnreadableFile(
        label,
        f"a file of {packed:,} bytes that unpacks to more than {most:,} bytes",
        expected=f"at most {LARGEST_RATIO} times its size and source_file_mb of the settings",
        todo="have it looked at; a decompression bomb must not be read, a large honest file can be sent in parts",
    )
