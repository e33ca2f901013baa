"""The one way a file's bytes become its SHA-256.

Do not put here: hashes of rows (quality, publication) or of people (privacy).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path


def find_changed(folder: Path, expected: Mapping[str, str]) -> dict[str, bool]:
    """Files below `folder` that are not what {name: SHA-256} says → whether they are there, by name."""
    found = {name: (folder / name).is_file() for name in sorted(expected)}
    return {name: there for name, there in found.items() if not there or sha256_of(folder / name) != expected[name]}


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal, read in pieces."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
