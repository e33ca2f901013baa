"""What stands beside a place: companions of its minor group, and scales for and against that anybody can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.silver import SCALE_NAMES
from matching.blocks import NONE
from matching.companions import name_companions, name_scales
from matching.occupation_model import OccupationModel
from tests.unit.matching.occupation_worlds import NO_WISH, make_kin, make_surveys, match

Make = Callable[[list[dict[str, Any]]], pa.Table]
# Five of 013, three of 014, one of each of eight other 2-digit groups; their workers are well told apart.
CODES = ["0131", "0132", "0133", "0134", "0135", "0141", "0142", "0143", *(f"0{wide}11" for wide in range(2, 10))]
TRAITS = {code: SCALE_NAMES[place] for place, code in enumerate(CODES)}


@pytest.fixture(scope="module")
def model() -> OccupationModel:
    return OccupationModel.learn(make_surveys(50, traits=TRAITS))


def list_places(answer: dict[str, Any], name: str) -> list[list[str]]:
    """The codes of a column of the five places."""
    return [(answer[f"{name}_{place}"] or "").split("|") if answer[f"{name}_{place}"] else [] for place in range(1, 6)]


def test_without_a_test_siblings_stand_beside_the_best_place_of_their_group(
    make_seekers: Make, model: OccupationModel
) -> None:
    """0132 is wished: one more of 013 and one of 014 take places (three of 01), the others stand beside the best."""
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"}]), model)[0]
    heads, companions = (sum(list_places(answer, name), []) for name in ("occupation_code", "twin_codes"))
    assert heads[0] == "0132"
    assert [sum(code[:3] == group for code in heads) for group in ("013", "014")] == [2, 1]
    assert {code for code in heads + companions if code[:2] == "01"} == set(CODES[:8])
    assert len(list_places(answer, "twin_codes")[0]) == 3


EVIDENCE = {"0131": 5.0, "0132": 4.0, "0133": 3.0, "0134": 2.0, "0135": 1.0, "0136": 0.5, "0137": 0.0}
EVIDENCE |= {"0141": 2.5, "0142": 1.5, "0143": -1.0, "0211": 0.9, "0311": 0.8}
HEADS = ("0131", "0132", "0141", "0211", "0311")


@pytest.mark.parametrize(
    ("has_test", "twins", "expected"),
    [
        pytest.param(True, [], [["0133", "0134", "0135"], []], id="beside the best of two places, not beside one"),
        pytest.param(False, [], [["0133", "0134", "0135"], ["0142"]], id="beside one place without a test"),
        pytest.param(True, [("0132", "0134")], [["0133", "0135", "0136"], []], id="a twin beside its own place"),
        pytest.param(True, [("0131", "0137")], [["0133", "0134", "0135"], []], id="no more than three"),
        pytest.param(True, [("0141", "0143")], [["0133", "0134", "0135"], ["0143"]], id="a twin whatever its evidence"),
        pytest.param(False, [("0141", "0143")], [["0133", "0134", "0135"], ["0142"]], id="not without a test"),
    ],
)
def test_companions_by_hand(has_test: bool, twins: list[tuple[str, str]], expected: list[list[str]]) -> None:
    """Companions of the places of 0131 and 0141 in a five of 0131, 0132, 0141, 0211 and 0311."""
    codes = sorted(EVIDENCE)
    heads = np.array([codes.index(code) for code in HEADS], np.int32)
    named = np.full((5, 3), NONE, np.int32)
    kin = make_kin(codes, [frozenset(pair) for pair in twins])
    name_companions(np.array([EVIDENCE[code] for code in codes]), kin, has_test, heads, named)
    told = [[codes[other] for other in beside if other != NONE] for beside in named]
    assert [told[0], told[2]] == expected
    assert told[1] == [other for head, other in twins if head == "0132"]


def test_each_occupation_is_named_once_and_companions_are_of_the_places_group(
    make_seekers: Make, model: OccupationModel
) -> None:
    random = np.random.default_rng(1)
    rows = [
        {name: float(random.normal(100, 20)) if row % 2 and random.random() > 0.4 else None for name in SCALE_NAMES}
        | {"wanted_occupation_code_1": str(random.choice(CODES)), "last_occupation_code": str(random.choice(CODES))}
        for row in range(200)
    ]
    named_people = 0
    for answer in match(make_seekers(rows), model):
        heads, companions = list_places(answer, "occupation_code"), list_places(answer, "twin_codes")
        everything = sum(heads + companions, [])
        assert len(everything) == len(set(everything))
        for head, beside in zip(heads, companions, strict=True):
            assert len(beside) <= 3
            assert all(code[:3] == head[0][:3] for code in beside)
        named_people += any(companions)
    assert named_people > 100


def test_a_fit_stands_on_the_workers_side_and_a_misfit_on_the_other(make_seekers: Make) -> None:
    """300 people whose scales go together, so that one scale's evidence makes up for another's."""
    random = np.random.default_rng(3)
    surveys = make_surveys(40, traits=TRAITS, lift=20)
    common = random.normal(0, 12, surveys.num_rows)
    for place, name in enumerate(SCALE_NAMES):
        surveys = surveys.set_column(place + 1, name, pa.array(surveys[name].to_numpy() + common))
    model = OccupationModel.learn(surveys)
    scores = 100 + random.normal(0, 12, (300, 1)) + random.normal(0, 15, (300, len(SCALE_NAMES)))
    rows = [NO_WISH | dict(zip(SCALE_NAMES, map(float, row), strict=True)) for row in scores]
    counted = {"trait_codes": 0, "unlike_trait_codes": 0}
    for answer, row in zip(match(make_seekers(rows), model), rows, strict=True):
        for kind, is_fit in (("trait_codes", True), ("unlike_trait_codes", False)):
            for (code,), scales in zip(list_places(answer, "occupation_code"), list_places(answer, kind), strict=True):
                for scale, level in (named.split(":") for named in scales):
                    place = SCALE_NAMES.index(scale)
                    is_above = (row[scale] - 100) / 15 > model.centre[place]
                    assert (level == "HIGH") == is_above
                    assert ((model.means[model.codes.index(code), place] > 0) == is_above) == is_fit
                    counted[kind] += 1
    assert min(counted.values()) > 500


def test_a_scale_that_adds_on_the_wrong_side_is_no_reason() -> None:
    """Scales 0 and 1 add, 2 and 3 take away, 4 adds next to nothing; sides agree on 0, 3 and 4 only."""
    likes, unlikes = np.full(3, -1, np.int32), np.full(3, -1, np.int32)
    name_scales(np.array([0.5, 0.9, -0.5, -0.9, 0.01]), np.array([1.0, -1.0, -1.0, 1.0, 1.0]), likes, unlikes)
    assert (likes.tolist(), unlikes.tolist()) == ([0, -1, -1], [2, -1, -1])
