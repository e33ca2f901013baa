"""Scoring everyone: who gets no number and why, and reasons that a person can follow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.answers import EMPLOYMENT_PROBABILITY
from lake.contracts.features import SEEKERS
from lake.contracts.render import arrow_schema
from ml import registry
from ml.additive import AdditiveModel, Calibration, Feature, Term
from ml.employment.score import SCORE_COLUMNS, gather, score_batches

AS_OF = date(2026, 11, 20)
PERSON = {"seeker_key": "a" * 32, "is_employed": False, "education_code": "05", "wanted_occupation_code_1": "0231"}


def _numeric(name: str, edge: float, reference: float) -> Feature:
    return Feature(name, "numeric", np.array([edge]), (), reference)


def _term(name: str, place: int, scores: list[float]) -> Term:
    bins = len(scores)
    return Term(name, (place,), np.array(scores), np.zeros((bins, 2), np.float32), (np.arange(bins, dtype=np.int32),))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A registry with a hand-made model of four inputs; each row of scores is missing, low, high (or other)."""
    model = AdditiveModel(
        label="is_hired_183d",
        features=(
            _numeric("career_months", 24.0, 36.0),
            Feature("education_code", "categorical", np.zeros(0), ("03", "05"), 0.0),
            _numeric("is_same_occupation", 0.5, 1.0),
            _numeric("wage_wish_ratio", 1.2, 1.05),
        ),
        terms=(
            _term("career_months", 0, [0.0, -0.5, 0.5]),
            _term("education_code", 1, [0.0, -0.25, 0.75, 0.0]),
            _term("is_same_occupation", 2, [0.0, -1.0, 1.0]),
            _term("wage_wish_ratio", 3, [0.0, 0.125, -2.0]),
        ),
        intercept=-1.0,
        intercept_spread=np.zeros(2, np.float32),
        spread_scale=1.0,
        interval_z=1.6,
        calibration=Calibration.identity(),
        training={},
        calibration_report={
            "raw": {"auc": 0.7, "auc_low": 0.68, "brier": 0.2},
            "logit_standard_deviation": 0.8,
        },
    )
    registry.register(model, tmp_path, registry.Decision(True, "test", "2026-11-20T00:00:00Z"))
    return str(tmp_path)


def batches(*people: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(SEEKERS)
    wanted = pa.schema([schema.field(name).with_nullable(True) for name in SCORE_COLUMNS])
    return iter(pa.Table.from_pylist(list(people), schema=wanted).to_batches())


def score(folder: str | None, *people: dict[str, Any]) -> list[dict[str, Any]]:
    answered = list(score_batches(batches(*people), folder, as_of=AS_OF, device="cpu"))
    rows: list[dict[str, Any]] = pa.Table.from_batches(answered).to_pylist()
    return rows


def test_the_rows_have_the_shape_of_their_contract(folder: str) -> None:
    (batch,) = score_batches(batches(PERSON), folder, as_of=AS_OF, device="cpu")
    assert batch.schema == arrow_schema(EMPLOYMENT_PROBABILITY)


def test_the_probability_is_the_logistic_of_the_sum(folder: str) -> None:
    """40 months +0.5, university +0.75, same occupation +1, wish 1.25 -2, intercept -1: -0.75 together."""
    person = PERSON | {"career_months": 40, "is_same_occupation": True, "wage_wish_ratio": 1.25}
    (row,) = score(folder, person)
    expected = round(1 / (1 + math.exp(0.75)), 6)
    assert (row["answer_code"], row["probability_0_1"], row["low_0_1"], row["high_0_1"]) == ("OK", *[expected] * 3)
    assert (row["as_of"], row["seeker_key"]) == (AS_OF, "a" * 32)
    assert row["model_version"] == registry.current_version(Path(folder))


def test_reasons_are_the_strongest_on_each_side_with_their_sign(folder: str) -> None:
    person = PERSON | {"career_months": 40, "is_same_occupation": True, "wage_wish_ratio": 1.25}
    (row,) = score(folder, person)
    told = [(row[f"reason_for_{place}_code"], row[f"reason_for_{place}_logit"]) for place in (1, 2, 3)]
    assert told == [("is_same_occupation", 1.0), ("education_code", 0.75), ("career_months", 0.5)]
    assert (row["reason_against_1_code"], row["reason_against_1_logit"]) == ("wage_wish_ratio", -2.0)
    assert (row["reason_against_2_code"], row["reason_against_2_logit"]) == (None, None)


def test_a_reason_shows_the_persons_own_value_beside_the_usual_one(folder: str) -> None:
    person = PERSON | {"career_months": 40, "is_same_occupation": True, "wage_wish_ratio": 1.256}
    (row,) = score(folder, person)
    shown = {
        row[f"reason_{side}_code"]: (row[f"reason_{side}_value"], row[f"reason_{side}_reference"])
        for side in ("for_1", "for_2", "for_3", "against_1")
    }
    assert shown == {
        "is_same_occupation": ("1", "1"),
        "education_code": ("05", "03"),
        "career_months": ("40", "36"),
        "wage_wish_ratio": ("1.26", "1.05"),
    }


def test_a_value_that_is_not_known_is_no_reason(folder: str) -> None:
    (row,) = score(folder, PERSON | {"education_code": None, "career_months": 40})
    assert row["answer_code"] == "OK"
    assert [row[f"reason_for_{place}_code"] for place in (1, 2, 3)] == ["career_months", None, None]
    assert row["reason_against_1_code"] is None


def _is_silent(row: dict[str, Any]) -> bool:
    told = {name for name, value in row.items() if value is not None}
    return told == {"as_of", "seeker_key", "answer_code", "model_version"}


def test_someone_in_work_gets_no_number(folder: str) -> None:
    (row,) = score(folder, PERSON | {"is_employed": True})
    assert row["answer_code"] == "CURRENTLY_EMPLOYED"
    assert _is_silent(row)


EMPTY = {"seeker_key": "b" * 32, "is_employed": None, "spells_3y_count": 0, "certificates_count": 0}


def test_someone_of_whom_nothing_is_known_gets_no_number(folder: str) -> None:
    (row,) = score(folder, EMPTY)
    assert row["answer_code"] == "THIN_FILE"
    assert _is_silent(row)


@pytest.mark.parametrize(
    "known",
    [
        {"education_code": "03"},
        {"wanted_occupation_code_1": "0231"},
        {"resume_completeness_pct": 10.0},
        {"spells_3y_count": 1},
        {"certificates_count": 1},
        {"trainings_3y_count": 1},
    ],
    ids=lambda known: next(iter(known)),
)
def test_one_known_thing_is_enough_for_a_number(folder: str, known: dict[str, Any]) -> None:
    (row,) = score(folder, EMPTY | known)
    assert row["answer_code"] == "OK"
    assert row["probability_0_1"] is not None


def test_without_a_model_everybody_is_told_why(folder: str) -> None:
    rows = score(None, PERSON, EMPTY, PERSON | {"is_employed": True})
    assert {row["answer_code"] for row in rows} == {"NO_EMPLOYMENT_HISTORY_SOURCE"}
    assert {row["model_version"] for row in rows} == {"none"}
    assert all(_is_silent(row) for row in rows)


def test_everyone_is_answered_once_in_the_order_given(folder: str) -> None:
    people = [PERSON | {"seeker_key": f"{number:032x}", "career_months": number} for number in range(50)]
    cut = iter([batch for start in range(0, 50, 7) for batch in batches(*people[start : start + 7])])
    rows = pa.Table.from_batches(list(score_batches(cut, folder, as_of=AS_OF, device="cpu"))).to_pylist()
    assert [row["seeker_key"] for row in rows] == [person["seeker_key"] for person in people]
    assert rows == score(folder, *people)


def test_small_batches_are_gathered_to_blocks_and_none_is_lost() -> None:
    parts = [batch for _ in range(5) for batch in batches(PERSON, PERSON)]
    assert [table.num_rows for table in gather(iter(parts), 4)] == [4, 4, 2]
