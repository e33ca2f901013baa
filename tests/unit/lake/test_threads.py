"""Inside one_thread, BLAS and OpenMP run one thread each; afterwards as before."""

from __future__ import annotations

import json
import subprocess
import sys

# A process of its own: the setting is the process's, and other tests may stand in the middle of such a block.
_LOOK = """
import json
import numpy
from threadpoolctl import threadpool_info
from lake.threads import one_thread

def counts():
    return [pool["num_threads"] for pool in threadpool_info()]

before = counts()
with one_thread():
    with one_thread():
        pass
    inside = counts()
print(json.dumps([before, inside, counts()]))
"""


def test_inside_there_is_one_thread_and_after_it_as_many_as_before() -> None:
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True)  # noqa: S603
    before, inside, after = json.loads(done.stdout)
    assert before
    assert set(inside) == {1}
    assert after == before
