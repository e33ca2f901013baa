"""The files of a delivery folder as they lie there: which may be opened, how they are shown, what their bytes hash to.

Put here: looking at paths and bytes. Not here: which mapping a file belongs to (landing.py), what is in it (sources/).
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from pathlib import Path

from lake.file_hash import sha256_of

HIDDEN = (".", "_", "~$")
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")


def walk(folder: Path) -> tuple[list[Path], list[Path]]:
    """Every file and folder below, without following links; and apart from them what `why_unread` names."""
    plain: list[Path] = []
    strange: list[Path] = []
    for path in sorted(folder.iterdir()):
        if why_unread(path):
            strange.append(path)
            continue
        plain.append(path)
        if path.is_dir():
            below = walk(path)
            plain += below[0]
            strange += below[1]
    return plain, strange


def why_unread(path: Path) -> str:
    """Why a path of a delivery is never opened: it leads elsewhere, is no file, is closed, or has no plain name."""
    if path.is_symlink():
        return "a link, which may lead out of the delivery"
    if not path.is_file() and not path.is_dir():
        return "neither a file nor a folder"
    if not os.access(path, os.R_OK):
        return "something that this account may not read"
    if shown_name(path.name) != path.name:
        return "a name with control characters or bytes that are not UTF-8"
    return ""


def shown_name(name: str) -> str:
    """A file name as logs and tables can hold it: what is no printable text is written as an escape."""
    told = name.encode("utf-8", "backslashreplace").decode()
    return "".join(f"\\x{ord(mark):02x}" if unicodedata.category(mark) in _UNSHOWN else mark for mark in told)


def size_and_time(unit: Path) -> tuple[int, int]:
    """Size and time of last change, to notice a file that is still being written."""
    found = unit.stat()
    return found.st_size, found.st_mtime_ns


def hash_unit(unit: Path, folder: Path) -> str:
    """The hash of a file's bytes; of a fetched folder the hash of its pages' names and hashes."""
    if unit.is_file():
        return sha256_of(unit)
    pages = sorted(page for page in unit.iterdir() if page.is_file() and not page.name.startswith(HIDDEN))
    listed = [f"{unicodedata.normalize('NFC', page.name)} {hash_unit(page, folder)}" for page in pages]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()
