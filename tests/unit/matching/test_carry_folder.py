"""Where the carry lies, which of them stay, and what makes a person search anew."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matching import carry, graph
from matching.candidates import JOB_COLUMNS, JobNight, find_candidates, gather_graph
from matching.job_space import JobSpace
from tests.unit.matching.chance_tables import make_rows, make_table

AS_OF = datetime.date(2026, 1, 6)
Drawn = Callable[[int, int], pa.Table]
Open = Callable[..., JobNight]


@pytest.fixture
def open_night(tmp_path: Path, learn_space: Callable[[pa.Table], JobSpace], draw_postings: Drawn) -> Open:
    """A night on some postings, in one space, with or without a carry."""
    learn_space(draw_postings(1_500, 3)).save(tmp_path / "space")
    pq.write_table(make_table(make_rows(-2.0, {})), tmp_path / "chances.parquet")

    def night(postings: pa.Table, name: str, *, kept: Path | None = None, rules: str = "r1") -> JobNight:
        pq.write_table(postings, tmp_path / f"{name}.parquet")
        return JobNight(
            as_of=AS_OF,
            postings_file=tmp_path / f"{name}.parquet",
            chances_file=tmp_path / "chances.parquet",
            space_folder=tmp_path / "space",
            graph_folder=tmp_path / f"graph-{name}-{kept is not None}",
            carry_folder=kept,
            rules=rules,
        )

    return night


def keep(night: JobNight, seekers: pa.Table, home: Path, *, used: Path | None = None) -> Path:
    """Search for everybody and keep what was found under the night's name."""
    names = [batch["block_name"][0].as_py() for batch in gather_graph(iter(seekers.to_batches()), night)]
    folder = home / night.postings_file.stem
    carry.keep_carry(
        night.graph_folder, names, folder, used=used, market=night.open_market(), version=night.name_search()
    )
    return folder


def list_found(seekers: pa.Table, night: JobNight) -> list[list[tuple[str, int]]]:
    ids = night.open_market().posting_ids
    _, pool, _ = find_candidates(seekers.select(list(JOB_COLUMNS)).combine_chunks(), night)
    rows = zip(pool.places, pool.fits, pool.scores, strict=True)
    return [
        [(ids[int(place)].as_py(), int(fit)) for place, fit, score in zip(*row, strict=True) if score >= 0]
        for row in rows
    ]


def test_an_application_makes_a_person_search_anew(
    tmp_path: Path, open_night: Open, draw_postings: Drawn, make_seekers: Callable[..., pa.Table]
) -> None:
    first = draw_postings(600, 5)
    before = make_seekers([{}])
    kept = keep(open_night(first, "first"), before, tmp_path / "carry")
    (found,) = list_found(before, open_night(first, "second", kept=kept))
    applied = found[0][0]
    after = make_seekers([{"applied_posting_ids_text": applied}])
    (found,) = list_found(after, open_night(first, "second", kept=kept))
    assert applied not in {posting for posting, _ in found}


def test_only_tonights_and_last_nights_are_kept(
    tmp_path: Path, open_night: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    seekers, first, home, kept = draw_seekers(20, 5), draw_postings(300, 5), tmp_path / "carry", None
    for name in ("first", "second", "third"):
        kept = keep(open_night(first, name, kept=kept), seekers, home, used=kept)
    assert sorted(folder.name for folder in home.iterdir()) == ["second", "third"]
    assert carry.find_carry(home) == home / "third"


def test_a_half_written_carry_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "x.new").mkdir()
    (tmp_path / "x.new" / carry.DESCRIPTION).write_text("{}", encoding="utf-8")
    assert carry.find_carry(tmp_path) is None


def test_lists_leave_the_graph_when_they_are_kept(
    tmp_path: Path, open_night: Open, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    night = open_night(draw_postings(300, 5), "first")
    keep(night, draw_seekers(20, 5), tmp_path / "carry")
    assert len(graph.list_blocks(night.graph_folder)) == 1
    assert not list(night.graph_folder.glob("*.lists.npy"))
