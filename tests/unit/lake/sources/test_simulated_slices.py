"""Synthetic Korea: any slice alone equals the same slice of the whole, whatever the chunks, threads or nights."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lake.sources.simulated import SimulationReport, courses, history, people, postings, simulate
from lake.sources.simulated.counters import Counter
from lake.sources.simulated.deliveries import SimulationError
from lake.sources.simulated.world import Size, World, make_world

pytestmark = pytest.mark.unit

FIRST_DATE = date(2025, 11, 3)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=11, first_date=FIRST_DATE, size=Size(seekers=3000, postings=600, sessions=400, nights=2))


def make_deliveries(out: Path, **changed: int) -> SimulationReport:
    wanted = {"seekers": 900, "postings": 200, "sessions": 120, "nights": 2, "seed": 5} | changed
    return simulate(
        seekers=wanted["seekers"],
        postings=wanted["postings"],
        sessions=wanted["sessions"],
        nights=wanted["nights"],
        seed=wanted["seed"],
        out=out,
        first_date=FIRST_DATE,
        workers=wanted.get("workers", 1),
        chunk=wanted.get("chunk", 100_000),
    )


def digests(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def lines_of(out: Path, table: str, day: str = "2025-11-03") -> list[str]:
    """Data lines of a table's files of a date, sorted, so that only the cut into files is forgotten."""
    files = sorted((out / day).glob(f"{table}_????.csv"))
    return sorted(line for file in files for line in file.read_text(encoding="utf-8").splitlines()[1:])


@pytest.mark.parametrize("module", [people, history, postings, courses], ids=lambda module: module.__name__)
def test_slice_alone_equals_slice_of_the_whole(world: World, module: object) -> None:
    make = module.make  # type: ignore[attr-defined]
    whole = make(world, 0, 300)
    pieces = [make(world, start, stop) for start, stop in ((200, 300), (0, 7), (7, 200))]
    joined = pa.concat_tables([pieces[1], pieces[2], pieces[0]])
    if module is history:  # open and closed spells stand in two blocks, so the order differs between cuts
        whole, joined = (table.sort_by("취득번호") for table in (whole, joined))
    assert joined.combine_chunks().equals(whole.combine_chunks())


def test_order_of_the_asked_numbers_does_not_matter(world: World) -> None:
    order = np.array([42, 3, 1999, 0])
    mixed = people.attributes(world, order)
    straight = people.attributes(world, np.arange(2000))
    assert mixed.resident_number.to_pylist() == straight.resident_number.take(pa.array(order)).to_pylist()
    assert mixed.rate.tolist() == straight.rate[order].tolist()


def test_value_of_a_counter_never_changes() -> None:
    """Pinned: another value here would be another Korea for every seed that somebody wrote down."""
    assert Counter(1).bits("a", np.array([0, 1])).tolist() == [14696170143340019886, 1233083027388544245]


def test_streams_and_seeds_are_independent() -> None:
    index = np.arange(20_000)
    base = Counter(1).normal("a", index)
    others = [Counter(1).normal("b", index), Counter(2).normal("a", index), base[::-1]]
    assert all(abs(np.corrcoef(base, other)[0, 1]) < 0.03 for other in others)
    assert abs(base.mean()) < 0.02
    assert abs(base.std() - 1.0) < 0.02


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    make_deliveries(tmp_path / "a")
    make_deliveries(tmp_path / "b", workers=2)
    first, second = digests(tmp_path / "a"), digests(tmp_path / "b")
    first.pop("truth/report.json"), second.pop("truth/report.json")  # names its folder
    assert first == second


def test_another_seed_gives_another_korea(tmp_path: Path) -> None:
    make_deliveries(tmp_path / "a")
    make_deliveries(tmp_path / "b", seed=6)
    assert lines_of(tmp_path / "a", "seekers") != lines_of(tmp_path / "b", "seekers")


def test_chunk_size_changes_the_files_but_no_row(tmp_path: Path) -> None:
    make_deliveries(tmp_path / "one")
    make_deliveries(tmp_path / "many", chunk=250, workers=2)
    for table in ("resumes", "benefits", "training_history"):
        assert lines_of(tmp_path / "one", table) == lines_of(tmp_path / "many", table)
    assert len(list((tmp_path / "many" / "2025-11-03").glob("seekers_????.csv"))) == 4


def test_first_delivery_does_not_depend_on_the_number_of_nights(tmp_path: Path) -> None:
    make_deliveries(tmp_path / "short", nights=1)
    make_deliveries(tmp_path / "long", nights=4)
    for table in ("seekers", "employment_spells", "applications", "job_postings", "benefits"):
        assert lines_of(tmp_path / "short", table) == lines_of(tmp_path / "long", table)


def test_running_again_replaces_our_own_files(tmp_path: Path) -> None:
    make_deliveries(tmp_path, nights=3)
    make_deliveries(tmp_path, nights=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-11-03", "SYNTHETIC.txt", "mappings", "truth"]


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SimulationError, match="not ours"):
        make_deliveries(tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_no_seekers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="at least 1"):
        make_deliveries(tmp_path, seekers=0)
