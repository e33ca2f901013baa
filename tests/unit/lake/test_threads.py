"""Inside one_thread, BLAS and OpenMP run one thread each; afterwards as before."""

from __future__ import annotations

import numpy  # noqa: F401 - loads the BLAS that is looked at
from threadpoolctl import threadpool_info

from lake.threads import one_thread


def read_thread_counts() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info()]


def test_inside_there_is_one_thread_and_after_it_as_many_as_before() -> None:
    before = read_thread_counts()
    with one_thread():
        with one_thread():
            pass
        inside = read_thread_counts()
    assert set(inside) == {1}
    assert read_thread_counts() == before
