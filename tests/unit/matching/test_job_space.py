"""The job space: the same from the same lake in every run, kept for a month, refused when changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pytest
from threadpoolctl import threadpool_limits

from lake.contracts.render import arrow_schema
from lake.contracts.silver import APPLICATIONS
from matching import job_sample
from matching.blocks import MatchingInputError
from matching.job_sample import JobSample, draw_sample
from matching.job_space import JobSpace, load_job_space
from matching.job_space_model import ensure_job_space, learn_job_space
from matching.vectors import embed_seekers

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
World = tuple[pa.Table, pa.Table, pa.Table]


@pytest.fixture
def world(draw_postings: Drawn, draw_seekers: Drawn) -> World:
    """600 postings, who applied to them (each person to the postings of its history), 900 people."""
    seekers = draw_seekers(900, 3)
    pairs = [
        (key, posting)
        for key, texts in zip(
            *(seekers[name].to_pylist() for name in ("seeker_key", "applied_posting_ids_text")), strict=True
        )
        for posting in (texts or "").split(";")
        if posting
    ]
    schema = arrow_schema(APPLICATIONS)
    columns = {name: pa.nulls(len(pairs), schema.field(name).type) for name in schema.names}
    columns |= {
        name: pa.array(values)
        for name, values in zip(("seeker_key", "posting_id"), zip(*pairs, strict=True), strict=True)
    }
    return draw_postings(600, 3), pa.table(columns, schema=schema), seekers


def sample_of(world: World) -> JobSample:
    return draw_sample(*(pads.dataset(table) for table in world))


def shuffle(table: pa.Table) -> pa.Table:
    return table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))


def test_the_order_of_rows_changes_nothing(world: World) -> None:
    permuted = tuple(shuffle(table) for table in world)
    assert learn_job_space(sample_of(permuted)).version == learn_job_space(sample_of(world)).version


def test_the_number_of_threads_changes_nothing(world: World) -> None:
    versions = set()
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            versions.add(learn_job_space(sample_of(world)).version)
    assert len(versions) == 1


def test_the_seed_of_python_hashes_changes_nothing(tmp_path: Path, world: World) -> None:
    for name, table in zip("paw", world, strict=True):
        with pa.OSFile(str(tmp_path / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    code = (
        "import sys, pyarrow.dataset as d; from matching.job_sample import draw_sample as s; "
        "from matching.job_space_model import learn_job_space as l; "
        "print(l(s(*(d.dataset(f'{sys.argv[1]}/{n}', format='ipc') for n in 'paw'))).version)"
    )
    versions = {
        subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-c", code, str(tmp_path)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert versions == {learn_job_space(sample_of(world)).version + "\n"}


def test_a_saved_space_gives_the_same_vectors(tmp_path: Path, world: World) -> None:
    space = learn_job_space(sample_of(world))
    space.save(tmp_path / "space")
    loaded = JobSpace.load(tmp_path / "space")
    assert loaded.version == space.version
    np.testing.assert_array_equal(embed_seekers(world[2], loaded), embed_seekers(world[2], space))


def test_equal_spaces_are_saved_as_equal_bytes(tmp_path: Path, world: World) -> None:
    for name in ("a", "b"):
        learn_job_space(sample_of(world)).save(tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize("name", ["arrays.npz", "names.json"])
def test_a_changed_file_is_refused_by_its_name(tmp_path: Path, world: World, name: str) -> None:
    learn_job_space(sample_of(world)).save(tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MatchingInputError, match=f"{name}: sha256 .* changed after it was learned"):
        JobSpace.load(tmp_path)


def test_a_month_keeps_its_space(tmp_path: Path, world: World) -> None:
    folder = tmp_path / "2026-01"
    first = ensure_job_space(lambda: sample_of(world), (), folder)
    fewer = (world[0].slice(0, 10), *world[1:])
    assert ensure_job_space(lambda: sample_of(fewer), (), folder) == first
    assert ensure_job_space(lambda: sample_of(fewer), (), tmp_path / "2026-02") != first
    load_job_space.cache_clear()


def test_a_large_lake_is_sampled_by_id(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(job_sample, "MOST_POSTINGS", 200)
    monkeypatch.setattr(job_sample, "MOST_APPLICATIONS", 100)
    drawn = sample_of(world)
    assert 150 < drawn.postings.num_rows < 250
    assert 0 < drawn.applications.num_rows < 150
    assert set(drawn.applications["posting_id"].to_pylist()) <= set(drawn.postings["posting_id"].to_pylist())
    assert set(drawn.applications["seeker_key"].to_pylist()) == set(drawn.seekers["seeker_key"].to_pylist())
    assert sample_of(tuple(shuffle(table) for table in world)).postings.equals(drawn.postings)


def test_who_opted_out_teaches_nothing(world: World) -> None:
    postings, applications, seekers = world
    place = seekers.schema.get_field_index("is_opted_out")
    silent = seekers.set_column(place, "is_opted_out", pa.array([True] * seekers.num_rows))
    drawn = sample_of((postings, applications, silent))
    assert (drawn.seekers.num_rows, drawn.applications.num_rows) == (0, 0)


def test_a_word_of_one_person_is_not_kept(
    make_postings: Make, make_seekers: Make, learn_space: Callable[..., JobSpace]
) -> None:
    applied = [{"seeker_key": f"{0:032x}", "posting_id": "K0000"}]
    space = learn_space(make_postings([{"title": "용접"}]), applied, make_seekers([{"keywords_text": "용접;고고학"}]))
    assert "용접" in space.words.to_pylist()
    assert "고고" not in "".join(space.words.to_pylist())
