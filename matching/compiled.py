"""The one way this package compiles a loop: to machine code, kept on disk, running without Python's lock.

Do not put here: any loop. No fast-math, so that one order of additions gives one result on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """`loop` compiled by numba on its first call."""
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
