"""A full disk, however the library that met it says so, as one line of ours.

Put here: recognising it. Not here: what is done about it.
"""

from __future__ import annotations

import errno

# Python, Rust (Sail, deltalake), DuckDB and SQLite, whose "disk I/O error" is any write that failed; a limit on file
# sizes and a quota are full disks too.
_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SIGNS = (
    "no space left on device",
    "disk quota exceeded",
    "file too large",
    "database or disk is full",
    "disk i/o error",
    "(os error 28)",
    "(os error 122)",
    "(os error 27)",
)


class DiskFull(RuntimeError):
    """Something could not be written because the disk is full, or takes no more."""


def as_disk_full(error: BaseException, *, writing: str = "") -> DiskFull | None:
    """One clear error when `error`, or what caused it, is a full disk; otherwise None. `writing` says what was made."""
    cause = next((cause for cause in _causes(error) if _is_full(cause)), None)
    if cause is None:
        return None
    name = getattr(cause, "filename", None)
    what = writing or (str(name).rsplit("/", 1)[-1] if name else "the lake")
    return DiskFull(
        f"the disk is full while writing {what}; expected room for a night (about 20 GB for a whole country). What was "
        "served is still served. Do: free space on the disk of the lake (goyong maintain drops nights beyond the kept "
        "ones), then run the same command again; if there is room, check limits (ulimit -f, quota) and the disk itself"
    )


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return True
    text = str(error).lower()
    return any(sign in text for sign in _SIGNS)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [getattr(one, "user_exception", None), one.__cause__, one.__context__]
    return found
