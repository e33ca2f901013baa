"""The graph on disk: a block has the name of its people, is whole or not there, and is the same when written again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from matching import graph
from matching.graph import NO_SCORE, POOL, Pool, list_blocks, order_pool, read_people, read_pool, write_block
from matching.hashed import hash_texts

KEYS = ["a" * 32, "b" * 32, "c" * 32]


def make_pool(people: int, seed: int = 1) -> Pool:
    random = np.random.default_rng(seed)
    keys = hash_texts(pa.array([f"{number:032x}" for number in range(people)]))
    places, fits = (random.integers(0, 1000, (people, POOL)).astype(np.int32) for _ in range(2))
    return order_pool(keys, places, random.integers(NO_SCORE, 100, (people, POOL)), fits)


def make_people(people: int) -> pa.Table:
    return pa.table({"seeker_key": [f"{number:032x}" for number in range(people)]})


def contents(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_block_is_read_as_it_was_written(tmp_path: Path) -> None:
    pool = make_pool(9)
    name = write_block(tmp_path, make_people(9), pool)
    assert list_blocks(tmp_path) == [name]
    assert read_people(tmp_path, name).equals(make_people(9))
    for part, values in read_pool(tmp_path, name, with_fits=True)._asdict().items():
        np.testing.assert_array_equal(values, getattr(pool, part))
    assert read_pool(tmp_path, name).fits.size == 0


def test_a_block_written_twice_is_written_once(tmp_path: Path) -> None:
    name = write_block(tmp_path, make_people(9), make_pool(9))
    before = contents(tmp_path)
    assert write_block(tmp_path, make_people(9), make_pool(9)) == name
    assert contents(tmp_path) == before


def test_other_people_make_another_block(tmp_path: Path) -> None:
    names = {write_block(tmp_path, make_people(people), make_pool(people)) for people in (1, 2, 9)}
    assert list_blocks(tmp_path) == sorted(names)
    assert len(names) == 3


@pytest.mark.parametrize("broken_at", range(5))
def test_a_block_that_was_cut_short_is_not_listed_and_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    """The disk fills while part 0, 1, 2, 3 (arrays) or 4 (people) is written: half of its bytes are there."""
    numbers = iter(range(5))
    whole = graph._write_aside

    def write_or_fail(file: Path, write: Any) -> None:
        if next(numbers) == broken_at:
            monkeypatch.setattr(Path, "replace", _fail)
        whole(file, write)

    with monkeypatch.context() as broken:
        broken.setattr(graph, "_write_aside", write_or_fail)
        with pytest.raises(OSError, match="disk full"):
            write_block(tmp_path, make_people(9), make_pool(9))
    monkeypatch.undo()
    assert list_blocks(tmp_path) == []
    name = write_block(tmp_path, make_people(9), make_pool(9))
    assert list_blocks(tmp_path) == [name]
    np.testing.assert_array_equal(read_pool(tmp_path, name).scores, make_pool(9).scores)


def _fail(*_: Any) -> None:
    raise OSError("disk full")


def test_people_come_last_so_that_a_listed_block_is_whole(tmp_path: Path) -> None:
    """`list_blocks` goes by the file of people: whoever sees it finds every array."""
    name = write_block(tmp_path, make_people(2), make_pool(2))
    written = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert max(written, key=lambda file: (written[file], file.endswith(".arrow"))) == f"{name}.arrow"


def test_a_pool_stands_by_score_and_keeps_the_order_of_equal_ones() -> None:
    """Scores 5, 9, none, 9: the first 9 stays before the second, none comes last."""
    pool = order_pool(
        hash_texts(pa.array(["p"])),
        np.array([[10, 11, 12, 13]]),
        np.array([[5, 9, NO_SCORE, 9]]),
        np.array([[1, 2, 3, 4]]),
    )
    assert pool.places.tolist() == [[11, 13, 10, 12]]
    assert pool.scores.tolist() == [[9, 9, 5, NO_SCORE]]
    assert pool.fits.tolist() == [[2, 4, 1, 3]]


def test_a_text_is_hashed_by_fnv_1a_and_its_bits_are_mixed() -> None:
    """The published values of FNV-1a, 64 bits, of "", "a" and "foobar"; null is as empty."""
    published = [0xCBF29CE484222325, 0xAF63DC4C8601EC8C, 0x85944171F73967E8, 0xCBF29CE484222325]
    assert hash_texts(pa.array(["", "a", "foobar", None])).tolist() == [mix(number) for number in published]


def mix(number: int) -> int:
    """The finaliser of SplitMix64 in whole numbers of any length."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        number = (number ^ (number >> shift)) * factor % 2**64
    return number ^ (number >> 31)


def test_the_hash_of_a_text_does_not_depend_on_what_stands_around_it() -> None:
    texts = pa.array([f"K{number}" for number in range(50)])
    chunks = pa.chunked_array([texts.slice(0, 7), texts.slice(7, 1), texts.slice(8)])
    np.testing.assert_array_equal(hash_texts(chunks), hash_texts(texts))
    np.testing.assert_array_equal(hash_texts(texts.slice(20, 5)), hash_texts(texts)[20:25])
