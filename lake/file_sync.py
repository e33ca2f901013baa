"""Files that stand on disk when the call returns: written whole or not at all, whatever kills the machine.

Do not put here: what is written.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(file: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """Replace `file` by `content`: temporary file, fsync, rename, fsync of the folder.

    Text is written as UTF-8; `mode` is what umask leaves of the file's.
    """
    temporary = file.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(opened, "wb") as handle:
        handle.write(content.encode() if isinstance(content, str) else content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(file)
    sync_folder(file.parent)


def sync_file(file: Path) -> None:
    """Bring what was written to `file` to disk."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
