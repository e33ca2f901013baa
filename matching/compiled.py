"""The one way this package compiles a loop: to machine code, kept on disk, running without Python's lock.

Do not put here: any loop. No fast-math, so that one order of additions gives one result on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent
_CACHE = _PACKAGE / "__pycache__"
_STAMP = _CACHE / "arguments.txt"
_NAMED_TUPLE = re.compile(r"^class \w+\(NamedTuple\):(?:\n(?:    .*)?)*", re.MULTILINE)


def is_compiled() -> bool:
    """Whether this machine has compiled loops of this package before; the first time takes about 20 seconds."""
    return any((Path(__file__).parent / "__pycache__").glob("*.nbi"))


def compiled(loop: Loop) -> Loop:
    """`loop` compiled by numba on its first call."""
    _drop_loops_of_other_arguments()
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))


@cache
def _drop_loops_of_other_arguments() -> None:
    """Once a process: delete kept loops whose argument types (NamedTuples of this package) are not today's.

    numba looks for the types that a kept loop names before it looks whether the loop is current, and fails on one that
    was renamed. Remove when an outdated index no longer raises (seen with numba 0.68).
    """
    sources = (file.read_text(encoding="utf-8") for file in sorted(_PACKAGE.glob("*.py")))
    digest = hashlib.sha256("".join(shape for text in sources for shape in _NAMED_TUPLE.findall(text)).encode())
    try:
        if _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == digest.hexdigest():
            return
        for kept in [*_CACHE.glob("*.nbi"), *_CACHE.glob("*.nbc")]:
            kept.unlink(missing_ok=True)
        _CACHE.mkdir(exist_ok=True)
        _STAMP.write_text(digest.hexdigest(), encoding="utf-8")
    except PermissionError:  # installed for somebody else to write; numba then keeps loops elsewhere
        return
