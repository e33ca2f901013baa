"""The one way a file's bytes become its SHA-256.

Do not put here: hashes of rows (quality, publication) or of people (privacy).
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal, read in pieces."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
