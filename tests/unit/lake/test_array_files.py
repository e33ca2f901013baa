"""numpy's files come back as they were written, whoever else is reading."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lake.array_files import read_array, read_arrays


def test_an_array_is_the_same_read_and_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(6, dtype=np.int16).reshape(2, 3))
    for found in (read_array(tmp_path / "a.npy"), read_array(tmp_path / "a.npy", mmap_mode="r")):
        assert (found.tolist(), found.dtype) == ([[0, 1, 2], [3, 4, 5]], np.int16)


def test_an_archive_is_read_from_a_file_and_from_bytes(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.ones(2), b=np.empty((0, 3), np.uint8))
    for source in (tmp_path / "a.npz", io.BytesIO((tmp_path / "a.npz").read_bytes())):
        found = read_arrays(source)
        assert {name: values.shape for name, values in found.items()} == {"a": (2,), "b": (0, 3)}


def test_what_would_run_code_or_is_none_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_array(tmp_path / "objects.npy")
    (tmp_path / "text.npy").write_bytes(b"no array at all")
    with pytest.raises(ValueError, match="allow_pickle"):
        read_array(tmp_path / "text.npy")


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    with ThreadPoolExecutor(max_workers=8) as pool:
        sums = list(pool.map(lambda _: int(read_array(tmp_path / "a.npy").sum()), range(4_000)))
    assert set(sums) == {3}
