"""The one way this package compiles a loop: to machine code, kept on disk, running without Python's lock.

Do not put here: any loop. No fast-math, so that one order of additions gives one result on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent
_CACHE = _PACKAGE / "__pycache__"
_STAMP = _CACHE / "loops.txt"


def is_compiled() -> bool:
    """Whether this machine has compiled loops of this package before; the first time takes about 20 seconds."""
    return any((Path(__file__).parent / "__pycache__").glob("*.nbi"))


def compiled(loop: Loop) -> Loop:
    """`loop` compiled by numba on its first call."""
    _drop_outdated_loops()
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))


@cache
def _drop_outdated_loops() -> None:
    """Once a process: delete the kept loops when any file with a loop is not what they were compiled from.

    numba looks at the file of a loop only: one that calls a changed loop of another file, or takes a NamedTuple of
    another shape, would go on as it was, or fail. Seen with numba 0.68.
    """
    sources = (file.read_bytes() for file in sorted(_PACKAGE.glob("*.py")))
    digest = hashlib.sha256(b"".join(text for text in sources if b"@compiled" in text)).hexdigest()
    try:
        if _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == digest:
            return
        for kept in [*_CACHE.glob("*.nbi"), *_CACHE.glob("*.nbc")]:
            kept.unlink(missing_ok=True)
        _CACHE.mkdir(exist_ok=True)
        _STAMP.write_text(digest, encoding="utf-8")
    except PermissionError:  # installed for somebody else to write; numba then keeps loops elsewhere
        return
