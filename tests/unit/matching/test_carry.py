"""The carry: a night that builds on the one before answers as a night that searches everybody anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from matching import candidates
from matching.carry import find_carry, keep_carry
from matching.chances import load_chances
from matching.job_space import JobSpace
from matching.market import load_market
from tests.unit.matching.chance_tables import make_rows, make_table
from tests.unit.matching.job_night import Matched, list_five, match_everyone, open_night

Drawn = Callable[[int, int], pa.Table]
Make = Callable[[list[dict[str, Any]]], pa.Table]
CHANCES = make_table(make_rows(-2.0, {"wish_relation_code": {1: 0.9, 7: -0.3}}))
PEOPLE = 400


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """What a process has read once is forgotten after each test."""
    yield
    for cached in (load_market, load_chances, candidates._load_carry):
        cached.cache_clear()


@pytest.fixture(params=[900, 160], ids=["full lists", "lists that hold everything"])
def space_and_postings(
    request: pytest.FixtureRequest, draw_postings: Drawn, learn_space: Callable[..., JobSpace]
) -> tuple[JobSpace, pa.Table]:
    postings = draw_postings(request.param, 21)
    return learn_space(postings), postings


def change_postings(postings: pa.Table, make_postings: Make, night: int) -> pa.Table:
    """A tenth is gone, a tenth says something else, a tenth is new."""
    rows = postings.to_pylist()
    tenth = len(rows) // 10
    changed = [row | {"wage_min_krw_month": 2_700_000, "occupation_code": "0133"} for row in rows[tenth : 2 * tenth]]
    new = [row | {"posting_id": f"L{night}{number:05d}"} for number, row in enumerate(rows[:tenth])]
    return make_postings([*changed, *rows[2 * tenth :], *new])


def change_people(seekers: pa.Table, make_seekers: Make, night: int) -> pa.Table:
    """Some are gone, some wish for something else or agree to be shown, some are new."""
    rows = seekers.to_pylist()
    changed = [row | {"wanted_wage_krw_month": 2_100_000} for row in rows[20:60]]
    shown = [row | {"is_profile_public": True} for row in rows[60:100]]
    new = [row | {"seeker_key": f"{10**6 * (night + 1) + number:032x}"} for number, row in enumerate(rows[:30])]
    return make_seekers([*new, *changed, *rows[100:][::-1], *shown])


def keep(matched: Matched, folder: Path, used: Path | None = None) -> None:
    night = matched.night
    keep_carry(
        night.graph_folder, matched.blocks, folder, used=used, market=matched.market, version=night.name_search()
    )


def is_same(one: Matched, other: Matched) -> bool:
    return one.rows == other.rows and one.talents.to_pylist() == other.talents.to_pylist()


def test_a_night_after_another_answers_as_if_it_were_alone(
    tmp_path: Path,
    space_and_postings: tuple[JobSpace, pa.Table],
    draw_seekers: Drawn,
    make_seekers: Make,
    make_postings: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three nights; people, postings and blocks change between them."""
    space, postings = space_and_postings
    seekers, used = draw_seekers(PEOPLE, 22), None
    for number, block in enumerate((1000, 130, 90)):
        monkeypatch.setattr(candidates, "BLOCK_PEOPLE", block)
        night = open_night(tmp_path / f"night{number}", postings, space, CHANCES)
        carried = replace(night, carry_folder=used, graph_folder=tmp_path / f"carried{number}" / "graph")
        found = match_everyone(seekers, carried, batch=60)
        assert is_same(found, match_everyone(seekers, night, batch=60))
        keep(found, tmp_path / "carry" / str(number), used)
        used = find_carry(tmp_path / "carry")
        assert used == tmp_path / "carry" / str(number)
        postings = change_postings(postings, make_postings, number)
        seekers = change_people(seekers, make_seekers, number)


def test_who_is_unchanged_only_meets_new_postings(
    tmp_path: Path,
    space_and_postings: tuple[JobSpace, pa.Table],
    draw_seekers: Drawn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space, postings = space_and_postings
    night = open_night(tmp_path / "one", postings, space, CHANCES)
    seekers = draw_seekers(PEOPLE, 23)
    keep(match_everyone(seekers, night), tmp_path / "carry" / "one")
    searched: list[int] = []
    whole = candidates.retrieve_best

    def count_searched(people: Any, market: Any, *others: Any) -> Any:
        searched.append(int(np.any(people.queries != 0, axis=1).sum()) * len(market.posting_ids))
        return whole(people, market, *others)

    monkeypatch.setattr(candidates, "retrieve_best", count_searched)
    again = replace(night, carry_folder=find_carry(tmp_path / "carry"), graph_folder=tmp_path / "again" / "graph")
    match_everyone(seekers, again)
    assert searched == [0, 0]


def test_a_carry_by_other_rules_or_in_another_space_is_not_used(
    tmp_path: Path, space_and_postings: tuple[JobSpace, pa.Table], draw_seekers: Drawn
) -> None:
    space, postings = space_and_postings
    night = open_night(tmp_path / "one", postings, space, CHANCES)
    keep(match_everyone(draw_seekers(50, 24), night), tmp_path / "carry" / "one")
    carried = replace(night, carry_folder=find_carry(tmp_path / "carry"))
    assert carried.open_carry() is not None
    assert replace(carried, rules="other").open_carry() is None


def test_lists_that_hold_everything_keep_what_fits_worse_than_nothing(
    tmp_path: Path, make_seekers: Make, make_postings: Make, learn_space: Callable[..., JobSpace]
) -> None:
    """Few postings, one of them of a negative fit: it is still there on the second night."""
    postings = make_postings([{}, {"occupation_code": "8710"}, {"occupation_code": "9010"}, {"occupation_code": None}])
    space = learn_space(postings)
    seekers = make_seekers([{"wanted_occupation_code_1": code} for code in ("0131", "8710", "9010")])
    night = open_night(tmp_path / "one", postings, space, CHANCES)
    alone = match_everyone(seekers, night)
    keep(alone, tmp_path / "carry" / "one")
    carried = replace(night, carry_folder=tmp_path / "carry" / "one", graph_folder=tmp_path / "two" / "graph")
    found = match_everyone(seekers, carried)
    assert [len(list_five(row)) for row in found.rows] == [4, 4, 4]
    assert is_same(found, alone)


def test_without_a_kept_night_there_is_no_carry(tmp_path: Path) -> None:
    assert find_carry(tmp_path) is None
    (tmp_path / "half.new").mkdir()
    (tmp_path / "half.new" / "carry.json").write_text("{}")
    assert find_carry(tmp_path) is None
