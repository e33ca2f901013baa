"""numpy's files read by one thread at a time.

numpy parses the head of each array as Python text, and CPython 3.11 (seen in 3.11.7) keeps the depth of such a parse
where all threads share it: then one of them raises "SystemError: AST constructor recursion depth mismatch"
(python/cpython#106905). Met once in some hundreds of small nights. Remove when no supported Python has it.
Do not put here: what an array means.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt

_one_at_a_time = threading.Lock()


def read_array(file: Path, *, mmap_mode: Literal["r"] | None = None) -> npt.NDArray[Any]:
    """The array of a .npy file; with `mmap_mode` mapped, not read. Raises ValueError when the file is another one."""
    with _one_at_a_time:
        found: npt.NDArray[Any] = np.load(file, mmap_mode=mmap_mode, allow_pickle=False)
        return found


def read_arrays(file: Path | IO[bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an .npz file by name. Raises ValueError or zipfile.BadZipFile when the file is another one."""
    with _one_at_a_time, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
