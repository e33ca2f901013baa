"""Whether a file is another one than before, for the price of one stat.

Do not put here: reading the file.
"""

from __future__ import annotations

from pathlib import Path

Signature = tuple[int, int, int]


def signature_of(file: Path) -> Signature | None:
    """Inode, change time (ns) and size; None when the file is not there. Files here are replaced, never written to."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
