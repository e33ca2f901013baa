"""Whom a person is compared with, and that nobody is told of a value that is the usual one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ml.employment.peers import PeersMissing, PeerTable, read_peers, shown_values
from tests.unit.ml.employment_night import (
    PEERS,
    PERSON,
    USUAL,
    night_model,
    open_night,
    people_table,
    score,
    write_files,
)
from tests.unit.ml.employment_people import categorical, numeric


@pytest.fixture
def peers(tmp_path: Path) -> PeerTable:
    """The five groups of the small night."""
    return read_peers(night_model(), write_files(tmp_path)["peers_file"])


@pytest.mark.parametrize(
    ("person", "group"),
    [
        (("0231", "11"), "0231|11"),
        (("0231", "26"), "0231|*"),
        (("0232", "11"), "02|11"),
        (("0232", "26"), "02|*"),
        (("0111", "11"), "*|*"),
        ((None, "11"), "*|*"),
        (("0231", None), "0231|*"),
    ],
    ids=["same work and place", "same work", "like work, same place", "like work", "no like", "no wish", "nowhere"],
)
def test_a_person_is_compared_with_the_narrowest_group_there_is(
    peers: PeerTable, person: tuple[str | None, str | None], group: str
) -> None:
    wished = {"wanted_occupation_code_1": person[0], "wanted_region_code_1": person[1]}
    (cell,) = peers.cell_of(people_table(wished))
    assert peers.groups[int(cell)].as_py() == group


def test_work_done_and_home_stand_in_for_wishes_that_are_not_told(peers: PeerTable) -> None:
    (cell,) = peers.cell_of(people_table({"career_occupation_code": "0231", "home_region_code": "11"}))
    assert peers.groups[int(cell)].as_py() == "0231|11"


@pytest.mark.parametrize("group", PEERS, ids=lambda group: group["peer_group"])
def test_a_value_equal_to_the_usual_one_is_never_a_reason(tmp_path: Path, group: dict[str, Any]) -> None:
    """Someone with all the usual values of the group, and the country's market: at most the home region is told."""
    occupation, region = str(group["peer_group"]).split("|")
    own = USUAL | group | {"market_hires_ratio": 0.9}
    wishes = {
        "wanted_occupation_code_1": {"*": None, "02": "0299"}.get(occupation, occupation),
        "wanted_region_code_1": {"*": "50"}.get(region, region),
    }
    (row,) = score(open_night(tmp_path, night_model()), PERSON | own | wishes | _absent(group))
    assert row["peer_group"] == group["peer_group"]
    told = {row[f"reason_{side}_{place}_code"] for side in ("for", "against") for place in (1, 2, 3)}
    assert told - {None} <= {"home_region_code"}


def _absent(group: dict[str, Any]) -> dict[str, Any]:
    """Inputs that the group has no usual value of, which are then missing for the person too."""
    names = ("certificates_count", "resume_completeness_pct")
    return {name: None for name in names if name not in group} | {"home_region_code": group["home_region_code"]}


@pytest.mark.parametrize(("ratio", "side", "size"), [(0.5, "against", -1.2), (0.9, None, None), (1.5, None, None)])
def test_a_markets_number_is_compared_with_the_countrys(
    tmp_path: Path, ratio: float, side: str | None, size: float | None
) -> None:
    """The country's 0.9 is +0.6, like any ratio from 0.8 on; peers' own usual 0.5 does not count."""
    (row,) = score(open_night(tmp_path, night_model()), PERSON | {"market_hires_ratio": ratio})
    found = {
        row[f"reason_{way}_{place}_code"]: (way, row[f"reason_{way}_{place}_logit"])
        for way in ("for", "against")
        for place in (1, 2, 3)
    }
    expected = None if side is None else (side, pytest.approx(size, abs=1e-6))
    assert found.get("market_hires_ratio") == expected


def test_a_markets_code_has_no_usual_value_and_counts_against_the_average(tmp_path: Path) -> None:
    """Seoul is +0.2 for a Seoul person though Busan is the most frequent home of the peers."""
    person = PERSON | {"home_region_code": "11", "career_months": 12, "market_hires_ratio": 0.9}
    (row,) = score(open_night(tmp_path, night_model()), person)
    assert [row[f"reason_for_1_{part}"] for part in ("code", "value", "reference")] == ["home_region_code", "11", None]
    assert row["reason_for_1_logit"] == pytest.approx(0.2, abs=1e-6)


def test_texts_are_by_person_and_feature(peers: PeerTable) -> None:
    """The first group is everyone: 36 months usual; the last is 0231|11: 12 months; the market is 0.9 for both."""
    cell, absent = np.array([0, 4, 0, 4], np.int32), np.array([False, False, False, True])
    assert peers.groups.to_pylist() == ["*|*", "0231|*", "0231|11", "02|*", "02|11"]
    told = peers.texts(np.array([0, 2, 2, 2], np.int32), np.array([0, 0, 8, 0]), absent).to_pylist()
    assert told == ["36", "12", "0.9", None]
    assert peers.texts(cell, np.array([9, 9, 9, 9]), absent).null_count == 4


def test_without_a_row_for_everyone_the_night_stops(tmp_path: Path) -> None:
    file = write_files(tmp_path)["peers_file"]
    rows = pq.read_table(file)
    pq.write_table(rows.filter(pc.not_equal(rows["peer_group"], "*|*")), file)
    with pytest.raises(PeersMissing, match="no row for everyone"):
        read_peers(night_model(), file)


def test_numbers_are_shown_without_needless_digits() -> None:
    people = people_table(
        {"wage_wish_ratio": 1.2345, "resume_completeness_pct": 100.0, "is_same_occupation": True, "career_months": 7},
        {},
    )
    names = ("wage_wish_ratio", "resume_completeness_pct", "is_same_occupation", "career_months")
    told = {name: shown_values(numeric(name, []), people[name]).to_pylist() for name in names}
    assert told == {name: [text, None] for name, text in zip(names, ("1.23", "100", "1", "7"), strict=True)}


def test_codes_are_shown_as_they_are() -> None:
    people = people_table({"education_code": "05"}, {})
    assert shown_values(categorical("education_code", ()), people["education_code"]).to_pylist() == ["05", None]
