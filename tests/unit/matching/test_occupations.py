"""TOP5 occupations: what tests, wishes and work say, alone and together, and what stands beside each place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.codes import TEST_PROBLEM
from lake.contracts.features import SEEKERS
from lake.contracts.model import Privacy
from lake.contracts.silver import INSTRUMENT_SCALES, SCALE_NAMES
from lake.device import CpuDevice, FloatArray, IndexArray
from matching import evidence, occupations, places
from matching.occupation_model import OccupationModel
from tests.unit.matching.occupation_worlds import (
    APTITUDES,
    CODES,
    INTERESTS,
    NO_WISH,
    TRAITS,
    make_facts,
    make_surveys,
    match,
    scores_of,
)

Make = Callable[[list[dict[str, Any]]], pa.Table]


@pytest.fixture(scope="module")
def model() -> OccupationModel:
    return OccupationModel.learn(make_surveys(), CODES)


@pytest.mark.parametrize(("code", "trait"), TRAITS.items())
def test_test_alone_finds_the_minor_group_of_the_trait(
    make_seekers: Make, model: OccupationModel, code: str, trait: str
) -> None:
    answer = match(make_seekers([NO_WISH | scores_of(trait)]), model)[0]
    assert (answer["occupation_code_1"][:3], answer["basis_code"], answer["answer_code"]) == (code[:3], "TEST", "OK")
    assert answer["trait_codes_1"].split("|")[0] == f"{trait}:HIGH"
    assert answer["score_0_1_1"] > 0.6


@pytest.mark.parametrize(
    ("scales", "code"),
    [(INTERESTS, "3040"), (APTITUDES, "8240"), (("interest_social",), "3040"), (("interest_artistic",), "4160")],
    ids=["interest only", "aptitude only", "one scale", "another scale"],
)
def test_any_subset_of_scales_is_enough(
    make_seekers: Make, model: OccupationModel, scales: tuple[str, ...], code: str
) -> None:
    answer = match(make_seekers([NO_WISH | scores_of(TRAITS[code], scales)]), model)[0]
    assert (answer["occupation_code_1"], answer["basis_code"], answer["answer_code"]) == (code, "TEST", "OK")


@pytest.mark.parametrize("instrument", INSTRUMENT_SCALES)
def test_each_instrument_is_read(make_seekers: Make, instrument: str) -> None:
    trait = INSTRUMENT_SCALES[instrument][-1]
    model = OccupationModel.learn(make_surveys(traits=TRAITS | {"9010": trait}), CODES)
    answer = match(make_seekers([NO_WISH | scores_of(trait, INSTRUMENT_SCALES[instrument])]), model)[0]
    assert (answer["occupation_code_1"], answer["trait_codes_1"].split("|")[0]) == ("9010", f"{trait}:HIGH")


def test_a_missing_scale_is_never_named(make_seekers: Make, model: OccupationModel) -> None:
    test = scores_of("interest_social") | {"interest_artistic": None, "aptitude_mechanical": None}
    answer = match(make_seekers([NO_WISH | test]), model)[0]
    kinds = ("trait_codes", "unlike_trait_codes")
    named = {
        name for kind in kinds for place in range(1, 6) for name in re.split(r"[|:]", answer[f"{kind}_{place}"] or "")
    }
    assert answer["occupation_code_1"] == "3040"
    assert not named & {"interest_artistic", "aptitude_mechanical"}


def test_what_speaks_against_an_occupation_is_named(make_seekers: Make, model: OccupationModel) -> None:
    """A social person who is not mechanical at all: a welder's place says so."""
    answer = match(make_seekers([NO_WISH | scores_of("interest_social") | {"aptitude_mechanical": 85.0}]), model)[0]
    welder = [place for place in range(1, 6) if answer[f"occupation_code_{place}"] == "8240"][0]
    assert answer[f"unlike_trait_codes_{welder}"].split("|")[0] == "aptitude_mechanical:LOW"
    assert answer[f"score_0_1_{welder}"] < 0.25


def test_wish_alone_gives_itself_first_then_its_neighbour(make_seekers: Make) -> None:
    """0131 and 0132 are told apart by what workers said, so each has a place."""
    told = TRAITS | {"0131": "interest_conventional", "0132": "interest_enterprising"}
    answer = match(
        make_seekers([{"wanted_occupation_code_1": "0132"}]), OccupationModel.learn(make_surveys(traits=told))
    )[0]
    assert (answer["occupation_code_1"], answer["occupation_code_2"]) == ("0132", "0131")
    # Evidence 4 for the wish itself: logistic(4 / 3) = .791; its neighbour shares three digits: 4 × .5 gives .661, and
    # 4 × .4 (.630) to 4 × .6 (.690) by how alike the workers are.
    assert answer["score_0_1_1"] == pytest.approx(0.791, abs=0.001)
    assert 0.630 < answer["score_0_1_2"] < 0.690
    assert (answer["basis_code"], answer["trait_codes_1"], answer["unlike_trait_codes_1"]) == ("HISTORY", None, None)


def test_near_twins_share_a_place(make_seekers: Make, model: OccupationModel) -> None:
    """No survey covers 0131 and 0132, so no test tells them apart: the wish stands first and names the other."""
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"}]), model)[0]
    assert (answer["occupation_code_1"], answer["twin_codes_1"]) == ("0132", "0131")
    assert answer["occupation_code_2"] != "0131"


def test_places_without_evidence_stay_empty(make_seekers: Make, model: OccupationModel) -> None:
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"}]), model)[0]
    empty = [name for name in answer if name.endswith("_3")]
    assert {answer[name] for name in empty} == {None}


def test_test_and_wish_together_prefer_what_both_say(make_seekers: Make, model: OccupationModel) -> None:
    seeker = {"wanted_occupation_code_1": "1521"} | scores_of("interest_investigative")
    answer = match(make_seekers([seeker]), model)[0]
    assert answer["basis_code"] == "TEST_AND_HISTORY"
    assert {answer["occupation_code_1"], answer["twin_codes_1"]} == {"1520", "1521"}


@pytest.mark.parametrize(
    "seeker",
    [
        pytest.param(NO_WISH, id="nothing known"),
        pytest.param({"wanted_occupation_code_1": "9999"}, id="wish of an unknown group"),
        pytest.param(NO_WISH | {"unused_test_codes": "interest:NO_NORM"}, id="a test without a norm"),
    ],
)
def test_without_evidence_there_is_no_answer(
    make_seekers: Make, model: OccupationModel, seeker: dict[str, Any]
) -> None:
    answer = match(make_seekers([seeker]), model)[0]
    assert (answer["answer_code"], answer["basis_code"], answer["occupation_code_1"]) == ("NO_EVIDENCE", None, None)


@pytest.mark.parametrize("problem", ["ALL_EQUAL", "TOO_FAST", "TOO_LONG"])
def test_after_contradictory_tests_nothing_is_recommended_whatever_the_history(
    make_seekers: Make, model: OccupationModel, problem: str
) -> None:
    told = f"aptitude:TOO_FEW_ITEMS|interest:{problem}"
    seeker = {"wanted_occupation_code_1": "0132", "career_occupation_code": "1520", "unused_test_codes": told}
    answer = match(make_seekers([seeker]), model)[0]
    assert (answer["answer_code"], answer["basis_code"], answer["unused_test_codes"]) == (
        "CONTRADICTORY_TEST",
        None,
        told,
    )
    assert {answer[name] for name in answer if name[-2:] in {"_1", "_2", "_3", "_4", "_5"}} == {None}


@pytest.mark.parametrize("problem", ["TOO_FEW_ITEMS", "NO_NORM"])
def test_a_test_that_says_too_little_contradicts_nothing(
    make_seekers: Make, model: OccupationModel, problem: str
) -> None:
    seeker = {"wanted_occupation_code_1": "0132", "unused_test_codes": f"interest:{problem}"}
    assert problem in TEST_PROBLEM.codes
    assert match(make_seekers([seeker]), model)[0]["answer_code"] == "OK"


def test_one_valid_test_keeps_the_answer_and_the_reason_why_another_was_not_used(
    make_seekers: Make, model: OccupationModel
) -> None:
    seeker = NO_WISH | scores_of("aptitude_mechanical", APTITUDES) | {"unused_test_codes": "interest:ALL_EQUAL"}
    answer = match(make_seekers([seeker]), model)[0]
    assert (answer["answer_code"], answer["occupation_code_1"]) == ("OK", "8240")
    assert answer["unused_test_codes"] == "interest:ALL_EQUAL"


@pytest.mark.parametrize("people", [0, 5])
def test_too_small_a_survey_teaches_nothing(make_seekers: Make, people: int) -> None:
    model = OccupationModel.learn(make_surveys(people), CODES)
    answers = match(make_seekers([NO_WISH | scores_of("interest_social"), {}]), model)
    assert [answer["answer_code"] for answer in answers] == ["NO_EVIDENCE", "OK"]
    assert (answers[1]["occupation_code_2"], answers[1]["twin_codes_1"]) == ("0132", None)


def test_a_scale_no_survey_asked_is_not_used(make_seekers: Make) -> None:
    model = OccupationModel.learn(make_surveys(absent=APTITUDES), CODES)
    answers = match(
        make_seekers([NO_WISH | scores_of("aptitude_mechanical"), NO_WISH | scores_of("interest_social")]), model
    )
    assert answers[1]["occupation_code_1"] == "3040"
    assert "aptitude" not in str(answers)


def test_no_occupation_at_all_is_said(make_seekers: Make) -> None:
    answer = match(make_seekers([{} | scores_of("interest_social")]), OccupationModel.learn(make_surveys(0)))[0]
    assert answer["answer_code"] == "NO_EVIDENCE"


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        pytest.param({}, None, id="no past work"),
        pytest.param({"last_occupation_code": "9999"}, None, id="past work of no known group"),
        pytest.param({"career_occupation_code": "0132", "last_occupation_code": "9999"}, 1.0, id="the same"),
        pytest.param({"career_occupation_code": "0131"}, 0.5, id="the same minor group, workers unknown"),
        pytest.param({"career_occupation_code": "8240", "last_occupation_code": "0131"}, 0.5, id="the larger of two"),
        pytest.param({"last_occupation_code": "8240"}, 0.0, id="another major group"),
    ],
)
def test_nearness_to_the_own_past(
    make_seekers: Make, model: OccupationModel, past: dict[str, str], expected: float | None
) -> None:
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"} | past]), model)[0]
    assert answer["occupation_code_1"] == "0132"
    assert answer["past_nearness_0_1_1"] == expected


@pytest.mark.parametrize(
    ("own", "usual", "fit"),
    [
        ("05", "05", "MEETS"),
        ("03", "05", "BELOW"),
        ("07", "03", "MEETS"),
        (None, "03", "NO_DATA"),
        ("00", "03", "NO_DATA"),
        ("03", None, "NO_DATA"),
        (None, "00", "MEETS"),
    ],
)
def test_own_education_is_compared_with_the_usual_one(
    make_seekers: Make, model: OccupationModel, own: str | None, usual: str | None, fit: str
) -> None:
    facts = make_facts(CODES, titles=[{"occupation_code": "0131", "typical_education_code": usual}])
    answer = match(make_seekers([{"education_code": own}]), model, facts=facts)[0]
    assert answer["education_fit_code_1"] == fit


@pytest.mark.parametrize(
    ("regions", "tightness", "wage"),
    [
        pytest.param({"home_region_code": "11"}, 0.5, 2_500_000, id="home"),
        pytest.param({"home_region_code": "11", "wanted_region_code_1": "26"}, 2.0, None, id="first wish before home"),
        pytest.param({"home_region_code": "50"}, None, None, id="no such cell"),
        pytest.param({"home_region_code": None}, None, None, id="no region"),
    ],
)
def test_the_market_is_that_of_the_persons_region(
    make_seekers: Make,
    model: OccupationModel,
    regions: dict[str, str | None],
    tightness: float | None,
    wage: int | None,
) -> None:
    cells = [
        {"occupation_code": "0131", "region_code": "11", "tightness_ratio": 0.5, "wage_median_krw_month": 2_500_000},
        {"occupation_code": "0131", "region_code": "26", "tightness_ratio": 2.0, "wage_median_krw_month": None},
        {"occupation_code": "9998", "region_code": "50", "tightness_ratio": 9.0, "wage_median_krw_month": 9_000_000},
    ]
    answer = match(make_seekers([regions]), model, facts=make_facts(CODES, cells=cells))[0]
    assert (answer["tightness_ratio_1"], answer["wage_median_krw_month_1"]) == (tightness, wage)


def test_sex_and_age_are_not_among_the_columns_read() -> None:
    sensitive = {column.name for column in SEEKERS.columns if column.privacy is Privacy.SENSITIVE}
    assert {"sex_code", "age_years", "age_band_code"} <= sensitive
    assert not sensitive & set(occupations.OCCUPATION_COLUMNS)


def test_changing_sex_and_age_changes_nothing(make_seekers: Make, model: OccupationModel) -> None:
    base = scores_of("interest_social") | {"career_occupation_code": "1520", "seeker_key": "0" * 32}
    one = {"sex_code": "M", "age_years": 25, "age_band_code": "25-29", "is_disabled": False}
    other = {"sex_code": "F", "age_years": 61, "age_band_code": "60+", "is_disabled": True}
    first, second = match(make_seekers([base | one, base | other]), model)
    assert first == second


def draw_seekers(make_seekers: Make, count: int = 300) -> pa.Table:
    """People with random scores, a fifth of them missing, half of the people without a test; and a wish."""
    random = np.random.default_rng(2)
    rows = [
        {name: float(random.normal(100, 20)) if row % 2 and random.random() > 0.2 else None for name in SCALE_NAMES}
        | {"wanted_occupation_code_1": str(random.choice(CODES)), "last_occupation_code": str(random.choice(CODES))}
        for row in range(count)
    ]
    return make_seekers(rows)


def test_answers_do_not_depend_on_batches_or_order(
    make_seekers: Make, model: OccupationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seekers = draw_seekers(make_seekers)
    expected = match(seekers, model)
    monkeypatch.setattr(occupations, "BLOCK_ROWS", 64)
    monkeypatch.setattr(occupations, "PATTERNS_AT_ONCE", 7)
    turned = seekers.take(pa.array(np.arange(seekers.num_rows - 1, -1, -1)))
    assert match(turned, model, batch=7)[::-1] == expected


@dataclass(frozen=True)
class RoughDevice(CpuDevice):
    """A card whose float32 sums come out a little different, and whose equal candidates come in another order."""

    name: str = "rough"

    @property
    def has_compiled_loops(self) -> bool:
        return False

    def _top_k(self, queries: FloatArray, items: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        noise = np.random.default_rng(4).uniform(-1, 1, (len(queries), len(items)))
        sizes = np.abs(queries) @ np.abs(items).T
        scores = (queries @ items.T + evidence.SEARCH_ERROR / 2 * sizes * noise).astype(np.float32)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, axis=1), order


@pytest.mark.parametrize("candidates", [1, 6, 32])
def test_another_device_and_fewer_candidates_give_the_same_answers(
    make_seekers: Make, monkeypatch: pytest.MonkeyPatch, candidates: int
) -> None:
    """60 occupations in 12 minor groups; beyond the candidates all are scored for whom it could matter."""
    traits = {f"{group:03d}{unit}": SCALE_NAMES[(group * 5 + unit) % 35] for group in range(12) for unit in range(5)}
    model = OccupationModel.learn(make_surveys(20, traits=traits, lift=8))
    seekers = draw_wishes(draw_seekers(make_seekers), model.codes)
    expected = match(seekers, model)
    assert any(answer["twin_codes_1"] for answer in expected)
    monkeypatch.setattr(places, "CANDIDATES", candidates)
    assert match(seekers, model, device=RoughDevice()) == expected


def draw_wishes(seekers: pa.Table, codes: Sequence[str]) -> pa.Table:
    """The seekers with a random wish among `codes`."""
    name = "wanted_occupation_code_1"
    wishes = np.random.default_rng(3).choice(list(codes), seekers.num_rows)
    return seekers.set_column(seekers.schema.get_field_index(name), name, pa.array(wishes, pa.string()))
