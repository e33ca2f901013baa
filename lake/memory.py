"""Memory that was freed goes back to the system between the large steps of a night.

Arrow's pool and the C library keep freed pages for the next request of the same kind; the engine in the same process
asks for other ones. Do not put here: limits of the engine (session.py).
"""

from __future__ import annotations

import ctypes

import pyarrow as pa


def release_memory() -> None:
    """Give freed pages back: Arrow's pool, and the C library's where it can (glibc)."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
