"""Twenty people for a posting: the best who agreed, from the same graph and with the same numbers as their five."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lake.contracts.answers import POSTING_TALENTS
from lake.contracts.render import arrow_schema
from matching import candidates, graph, posting_talents
from matching.chances import load_chances
from matching.choice import draw_lot
from matching.hashed import hash_texts
from matching.job_space import JobSpace
from matching.market import load_market
from tests.unit.matching.chance_tables import make_rows, make_table
from tests.unit.matching.job_night import Matched, list_five, list_people, match_everyone, open_night

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
Match = Callable[[pa.Table, pa.Table], Matched]
CHANCES = make_table(make_rows(-2.0, {"wish_relation_code": {1: 0.9, 7: -0.3}, "distance_km": {1: 0.3, 3: -0.4}}))
PUBLIC = {"is_profile_public": True}


@pytest.fixture
def match(tmp_path: Path, learn_space: Callable[..., JobSpace], monkeypatch: pytest.MonkeyPatch) -> Iterator[Match]:
    """Match everyone in blocks of 250 people, and write the postings 7 at a time."""
    monkeypatch.setattr(candidates, "BLOCK_PEOPLE", 250)
    monkeypatch.setattr(posting_talents, "ROWS_AT_ONCE", 7)

    def matched(seekers: pa.Table, postings: pa.Table) -> Matched:
        return match_everyone(seekers, open_night(tmp_path, postings, learn_space(postings), CHANCES), batch=50)

    yield matched
    load_market.cache_clear()
    load_chances.cache_clear()


@pytest.fixture(params=[(900, 60, 1), (900, 25, 2), (300, 400, 3)], ids=["crowded", "very crowded", "roomy"])
def world(
    request: pytest.FixtureRequest, match: Match, draw_seekers: Drawn, draw_postings: Drawn
) -> tuple[pa.Table, Matched]:
    """Random people, three in five of whom agreed to be shown, and what matching made of them."""
    people, openings, seed = request.param
    seekers = draw_seekers(people, seed)
    return seekers, match(seekers, draw_postings(openings, seed))


def rank_everybody(matched: Matched, public: set[str]) -> dict[str, list[str]]:
    """The oracle: of each posting all who may be shown and have it among their candidates, best first."""
    ids = matched.market.posting_ids.to_pylist()
    keys = dict(zip(ids, hash_texts(matched.market.posting_ids), strict=True))
    found = defaultdict(list)
    for name in matched.blocks:
        people = graph.read_people(matched.night.graph_folder, name)["seeker_key"].to_pylist()
        pool = graph.read_pool(matched.night.graph_folder, name)
        for row, person in enumerate(people):
            for place, score in zip(pool.places[row].tolist(), pool.scores[row].tolist(), strict=True):
                if score != graph.NO_SCORE and person in public:
                    found[ids[place]].append((score, draw_lot(pool.keys[row], keys[ids[place]]), person))
    return {posting: [person for _, _, person in sorted(own, reverse=True)] for posting, own in found.items()}


def agreed(seekers: pa.Table) -> set[str]:
    return {row["seeker_key"] for row in seekers.to_pylist() if row["is_profile_public"]}


def test_the_list_is_the_front_of_everybody_who_agreed_and_has_it_among_the_candidates(
    world: tuple[pa.Table, Matched],
) -> None:
    seekers, matched = world
    expected = rank_everybody(matched, agreed(seekers))
    assert len(matched.talents) == len(matched.market.posting_ids)
    for row in matched.talents.to_pylist():
        found = [person["seeker_key"] for person in list_people(row)]
        assert found == expected.get(row["posting_id"], [])[:20], row["posting_id"]
        assert row["answer_code"] == ("OK" if found else "NO_CANDIDATE")


def test_nobody_is_shown_who_did_not_agree(world: tuple[pa.Table, Matched]) -> None:
    seekers, matched = world
    shown = {person["seeker_key"] for row in matched.talents.to_pylist() for person in list_people(row)}
    assert len(shown) > 50
    assert shown <= agreed(seekers)


def test_both_sides_see_the_same_numbers(world: tuple[pa.Table, Matched]) -> None:
    """Each pair in somebody's five stands in the posting's list, unless twenty others are at least as good."""
    seekers, matched = world
    listed = {row["posting_id"]: list_people(row) for row in matched.talents.to_pylist()}
    shown, same = agreed(seekers), 0
    for answer in matched.rows:
        if answer["seeker_key"] not in shown:
            continue
        for place, posting in enumerate(list_five(answer), start=1):
            (mine,) = [person for person in listed[posting] if person["seeker_key"] == answer["seeker_key"]] or [None]
            if mine is None:
                assert len(listed[posting]) == 20
                assert answer[f"score_0_1_{place}"] <= listed[posting][-1]["score_0_1"]
                continue
            for name in ("score_0_1", "fit_0_1", "chance_0_1", "met_codes", "open_codes"):
                assert mine[name] == answer[f"{name}_{place}"], name
            same += 1
    assert same > 100


def test_recommended_is_who_has_the_posting_among_the_five(world: tuple[pa.Table, Matched]) -> None:
    _, matched = world
    five = {answer["seeker_key"]: list_five(answer) for answer in matched.rows}
    for row in matched.talents.to_pylist():
        for person in list_people(row):
            assert person["is_recommended"] is (row["posting_id"] in five[person["seeker_key"]])


def test_a_posting_says_how_it_was_shared_out(world: tuple[pa.Table, Matched]) -> None:
    """Recommendations are counted over everybody's five, also of those who are not shown."""
    _, matched = world
    counts = defaultdict(int)
    for answer in matched.rows:
        for posting in list_five(answer):
            counts[posting] += 1
    rows = matched.talents.to_pylist()
    assert {row["posting_id"]: row["exposures_count"] for row in rows if row["exposures_count"]} == counts
    assert sum(row["exposures_before_count"] for row in rows) == sum(counts.values())
    assert all(row["exposures_count"] <= row["candidates_count"] for row in rows)


def test_rows_have_the_contract_and_stand_by_id(world: tuple[pa.Table, Matched]) -> None:
    _, matched = world
    assert matched.talents.schema.equals(arrow_schema(POSTING_TALENTS))
    assert matched.talents.validate(full=True) is None
    ids = matched.talents["posting_id"].to_pylist()
    assert ids == sorted(matched.market.posting_ids.to_pylist())


@pytest.mark.parametrize(
    ("seeker", "is_listed"),
    [
        (PUBLIC, True),
        ({"is_profile_public": False}, False),
        ({"is_profile_public": None}, False),
        (PUBLIC | {"is_opted_out": True}, False),
        (PUBLIC | {"wanted_occupation_code_1": None}, False),
        (PUBLIC | {"wanted_region_code_1": "26"}, False),
        (PUBLIC | {"applied_posting_ids_text": "K0000"}, False),
    ],
    ids=["agreed", "refused", "did not say", "opted out", "no wish", "elsewhere", "applied"],
)
def test_who_is_listed(
    match: Match, make_seekers: Make, make_postings: Make, seeker: dict[str, Any], is_listed: bool
) -> None:
    talents = match(make_seekers([seeker]), make_postings([{}])).talents.to_pylist()
    assert bool(list_people(talents[0])) is is_listed


def test_people_who_suit_equally_are_not_listed_by_their_keys(
    match: Match, make_seekers: Make, make_postings: Make
) -> None:
    """60 people alike and two postings: the lots of each posting choose other twenty, not the first."""
    rows = match(make_seekers([PUBLIC] * 60), make_postings([{}, {}])).talents.to_pylist()
    first, second = ({person["seeker_key"] for person in list_people(row)} for row in rows)
    assert len(first) == len(second) == 20
    assert first != second
    assert max(first) > f"{20:032x}"


def test_the_person_of_the_wished_occupation_comes_first(match: Match, make_seekers: Make, make_postings: Make) -> None:
    seekers = make_seekers([PUBLIC | {"wanted_occupation_code_1": code} for code in ("9010", "0131", "0132")])
    people = list_people(match(seekers, make_postings([{}])).talents.to_pylist()[0])
    assert [person["seeker_key"][-1] for person in people] == ["1", "2", "0"]
