"""TOP5 occupations: what tests, wishes and work say, alone and together."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.answers import SEEKER_OCCUPATIONS
from lake.contracts.render import arrow_schema
from lake.contracts.silver import SCALE_NAMES
from matching import occupations
from matching.blocks import MatchingInputError
from matching.occupation_model import OccupationModel

Make = Callable[[list[dict[str, Any]]], pa.Table]
AS_OF = datetime.date(2026, 1, 6)
INTERESTS, APTITUDES = SCALE_NAMES[:6], SCALE_NAMES[6:]
# A nurse is social, an engineer investigative, a welder realistic and mechanical, an actor artistic.
TRAITS = {
    "3040": "interest_social",
    "1520": "interest_investigative",
    "8240": "aptitude_mechanical",
    "4160": "interest_artistic",
}
CODES = ("0131", "0132", "1520", "1521", "3040", "4160", "8240")


def make_surveys(people: int = 200, absent: tuple[str, ...] = ()) -> pa.Table:
    """`people` workers of each of four occupations, each two deviations up on the trait of the occupation."""
    random = np.random.default_rng(1)
    codes = np.repeat(list(TRAITS), people)
    scores = 100 + 12 * random.standard_normal((len(codes), len(SCALE_NAMES)))
    for row, code in enumerate(codes):
        scores[row, SCALE_NAMES.index(TRAITS[code])] += 30
    columns = {name: pa.array(scores[:, place]) for place, name in enumerate(SCALE_NAMES)}
    columns |= {name: pa.nulls(len(codes), pa.float64()) for name in absent}
    return pa.table({"occupation_code": pa.array(codes), **columns})


@pytest.fixture(scope="module")
def model() -> OccupationModel:
    return OccupationModel.learn(make_surveys(), CODES)


def scores_of(trait: str, scales: tuple[str, ...] = SCALE_NAMES) -> dict[str, float]:
    """A person's test: 130 on one scale, 100 on the others."""
    return {name: 130.0 if name == trait else 100.0 for name in scales}


NO_WISH = {"wanted_occupation_code_1": None}


def match(seekers: pa.Table, model: OccupationModel, batch: int = 8192) -> list[dict[str, Any]]:
    batches = iter(seekers.to_batches(max_chunksize=batch))
    answers = list(occupations.match_batches(batches, model, AS_OF, model_version="test-1"))
    assert all(answer.schema.equals(arrow_schema(SEEKER_OCCUPATIONS)) for answer in answers)
    rows: list[dict[str, Any]] = pa.Table.from_batches(answers).to_pylist()
    return rows


@pytest.mark.parametrize(("code", "trait"), TRAITS.items())
def test_test_alone_finds_the_minor_group_of_the_trait(
    make_seekers: Make, model: OccupationModel, code: str, trait: str
) -> None:
    answer = match(make_seekers([NO_WISH | scores_of(trait)]), model)[0]
    assert (answer["occupation_code_1"][:3], answer["basis_code"], answer["answer_code"]) == (code[:3], "TEST", "OK")
    assert answer["trait_codes_1"].split("|")[0] == trait
    assert answer["score_0_1_1"] > 0.7


@pytest.mark.parametrize(
    ("scales", "code"), [(INTERESTS, "3040"), (APTITUDES, "8240")], ids=["interest only", "aptitude only"]
)
def test_one_instrument_is_enough(
    make_seekers: Make, model: OccupationModel, scales: tuple[str, ...], code: str
) -> None:
    answer = match(make_seekers([NO_WISH | scores_of(TRAITS[code], scales)]), model)[0]
    assert (answer["occupation_code_1"], answer["basis_code"]) == (code, "TEST")


def test_a_missing_scale_is_estimated_and_never_named_as_a_trait(make_seekers: Make, model: OccupationModel) -> None:
    test = scores_of("interest_social") | {"interest_artistic": None, "aptitude_verbal": None}
    answer = match(make_seekers([NO_WISH | test]), model)[0]
    named = {trait for place in range(1, 6) for trait in (answer[f"trait_codes_{place}"] or "").split("|")}
    assert answer["occupation_code_1"] == "3040"
    assert not named & {"interest_artistic", "aptitude_verbal"}


def test_wish_alone_gives_itself_first_then_its_neighbour(make_seekers: Make, model: OccupationModel) -> None:
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"}]), model)[0]
    assert (answer["occupation_code_1"], answer["occupation_code_2"]) == ("0132", "0131")
    # Evidence 4 for the wish itself: logistic(4) = .982; its neighbour shares three digits: 4 × .5 gives .881.
    assert answer["score_0_1_1"] == pytest.approx(0.982, abs=0.001)
    assert answer["score_0_1_2"] == pytest.approx(0.881, abs=0.001)
    assert (answer["basis_code"], answer["trait_codes_1"]) == ("HISTORY", None)


def test_places_without_evidence_stay_empty(make_seekers: Make, model: OccupationModel) -> None:
    answer = match(make_seekers([{"wanted_occupation_code_1": "0132"}]), model)[0]
    assert answer["occupation_code_3"] is None
    assert answer["score_0_1_3"] is None


def test_test_and_wish_together_prefer_what_both_say(make_seekers: Make, model: OccupationModel) -> None:
    seeker = {"wanted_occupation_code_1": "1521"} | scores_of("interest_investigative")
    answer = match(make_seekers([seeker]), model)[0]
    assert answer["basis_code"] == "TEST_AND_HISTORY"
    assert {answer["occupation_code_1"], answer["occupation_code_2"]} == {"1520", "1521"}


@pytest.mark.parametrize(
    "seeker",
    [
        pytest.param(NO_WISH, id="nothing known"),
        pytest.param({"wanted_occupation_code_1": "9999"}, id="wish of an unknown group"),
        pytest.param(NO_WISH | {"interest_social": 130.0}, id="one scale of six"),
    ],
)
def test_without_evidence_there_is_no_answer(
    make_seekers: Make, model: OccupationModel, seeker: dict[str, Any]
) -> None:
    answer = match(make_seekers([seeker]), model)[0]
    assert (answer["answer_code"], answer["basis_code"], answer["occupation_code_1"]) == ("NO_EVIDENCE", None, None)


@pytest.mark.parametrize("people", [0, 5])
def test_too_small_a_survey_teaches_nothing(make_seekers: Make, people: int) -> None:
    model = OccupationModel.learn(make_surveys(people), CODES)
    answers = match(make_seekers([NO_WISH | scores_of("interest_social"), {}]), model)
    assert [answer["answer_code"] for answer in answers] == ["NO_EVIDENCE", "OK"]


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


def test_answers_do_not_depend_on_batches_or_order(
    make_seekers: Make, model: OccupationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(2)
    rows = [
        {name: float(random.normal(100, 20)) if random.random() > 0.2 else None for name in SCALE_NAMES}
        | {"wanted_occupation_code_1": str(random.choice(CODES))}
        for _ in range(300)
    ]
    seekers = make_seekers(rows)
    expected = match(seekers, model)
    monkeypatch.setattr(occupations, "BLOCK_ROWS", 64)
    turned = seekers.take(pa.array(np.arange(299, -1, -1)))
    assert match(turned, model, batch=7)[::-1] == expected


def test_saved_model_is_the_same_model_and_the_same_bytes(tmp_path: Path, model: OccupationModel) -> None:
    model.save(tmp_path / "a")
    OccupationModel.load(tmp_path / "a").save(tmp_path / "b")
    for name in ("arrays.npz", "model.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert OccupationModel.load(tmp_path / "a").codes == CODES


def test_a_model_of_another_format_is_refused(tmp_path: Path, model: OccupationModel) -> None:
    model.save(tmp_path)
    description = (tmp_path / "model.json").read_text(encoding="utf-8")
    (tmp_path / "model.json").write_text(description.replace("occupation-model-1", "occupation-model-0"))
    with pytest.raises(MatchingInputError, match="Learn it again"):
        OccupationModel.load(tmp_path)


def test_learning_does_not_depend_on_the_order_of_codes(model: OccupationModel) -> None:
    again = OccupationModel.learn(make_surveys(), tuple(reversed(CODES)))
    np.testing.assert_array_equal(again.means, model.means)
