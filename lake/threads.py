"""One thread pool at a time: while a block is worked on, numpy's and faiss' own threads stay at one.

The engine (or the caller's pool) already keeps every core busy. Two pools on the same cores do not share them, they
wait for each other by spinning: 20,000 seekers took 24 s instead of 6 s. Do not put here: how many workers there are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from threadpoolctl import threadpool_limits


@dataclass
class _InUse:
    """How many callers are inside, and what restores the libraries' own setting after the last one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    callers: int = 0
    limits: Any = None


# The libraries' setting belongs to the process, so the count of who asked for it does too.
_in_use = _InUse()


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, BLAS and OpenMP calls of this process use one thread each; the last to leave restores the setting."""
    with _in_use.lock:
        _in_use.callers += 1
        if _in_use.callers == 1:
            _in_use.limits = threadpool_limits(limits=1)
    try:
        yield
    finally:
        with _in_use.lock:
            _in_use.callers -= 1
            if _in_use.callers == 0:
                _in_use.limits.restore_original_limits()
