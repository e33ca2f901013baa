"""The one way this package compiles a loop: to machine code, kept on disk, running without Python's lock.

Do not put here: any loop. No fast-math, so that one order of additions gives one result on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def is_compiled() -> bool:
    """Whether this machine has compiled loops of this package before; the first time takes about 20 seconds."""
    return any((Path(__file__).parent / "__pycache__").glob("*.nbi"))


def compiled(loop: Loop) -> Loop:
    """`loop` compiled by numba on its first call."""
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
