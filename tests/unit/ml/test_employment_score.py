"""Scoring everyone: who gets no number and why, and reasons beside the usual that add up to the number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.answers import EMPLOYMENT_PROBABILITY
from lake.contracts.render import arrow_schema
from ml import registry
from ml.additive import Calibration
from ml.additive.errors import InfiniteValueError
from ml.employment.score import Night, score_batches
from tests.unit.ml.employment_night import AS_OF, PERSON, batches, night_model, open_night, people_table, score

SIDES = [f"{side}_{place}" for side in ("for", "against") for place in (1, 2, 3)]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Tonight, with the hand-made model."""
    return open_night(tmp_path, night_model())


def logistic(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-logit))


def reasons(row: dict[str, Any], side: str) -> list[tuple[str, float]]:
    """Code and size of each reason on one side."""
    told = [(row[f"reason_{side}_{place}_code"], row[f"reason_{side}_{place}_logit"]) for place in (1, 2, 3)]
    return [reason for reason in told if reason != (None, None)]


def test_the_rows_have_the_shape_of_their_contract(night: Night) -> None:
    (batch,) = score_batches(batches(PERSON), night)
    assert batch.schema == arrow_schema(EMPLOYMENT_PROBABILITY)


def test_the_probability_is_the_logistic_of_the_sum(night: Night) -> None:
    """The ten parts and the intercept are -3.65 together: 2.5 %; bags that agree leave no interval."""
    (row,) = score(night, PERSON)
    assert (row["answer_code"], row["as_of"], row["seeker_key"]) == ("OK", AS_OF, "a" * 32)
    assert row["raw_logit"] == -3.65
    assert [row[name] for name in ("probability_0_1", "low_0_1", "high_0_1")] == [round(logistic(-3.65), 6)] * 3
    assert row["model_version"] == registry.current_version(Path(str(night.registry_folder)))


def test_a_reason_is_the_distance_to_what_is_usual_among_peers(night: Night) -> None:
    """40 months are +0.5 and the usual 12 are -0.5: +1 for. Wish -2 - 0.125, occupation -1 - 1, market -0.6 - 0.6."""
    (row,) = score(night, PERSON)
    assert reasons(row, "for") == [("career_months", 1.0)]
    assert reasons(row, "against") == [
        ("wage_wish_ratio", -2.125),
        ("is_same_occupation", -2.0),
        ("market_hires_ratio", pytest.approx(-1.2, abs=1e-6)),
    ]


def test_usual_reasons_and_the_rest_are_the_whole(night: Night) -> None:
    """0.875 + 1 - 2.125 - 2 - 1.2 - 0.2 (to live in Busan, the fourth strongest) = -3.65."""
    (row,) = score(night, PERSON)
    assert (row["usual_logit"], row["other_logit"]) == (0.875, pytest.approx(-0.2, abs=2e-6))
    assert (row["peer_group"], row["peers_count"]) == ("0231|11", 40)


def test_a_reason_shows_the_persons_own_value_beside_the_usual_one(night: Night) -> None:
    (row,) = score(night, PERSON | {"wage_wish_ratio": 1.256})
    shown = {
        row[f"reason_{side}_code"]: (row[f"reason_{side}_value"], row[f"reason_{side}_reference"]) for side in SIDES
    }
    assert shown == {
        "career_months": ("40", "12"),
        "wage_wish_ratio": ("1.26", "1.05"),
        "is_same_occupation": ("0", "1"),
        "market_hires_ratio": ("0.5", "0.9"),
        None: (None, None),
    }


def test_a_value_that_is_not_known_is_shown_as_none(night: Night) -> None:
    """Unknown months are 0 and the usual 12 are -0.5: a reason, but with nothing to show."""
    (row,) = score(night, PERSON | {"career_months": None})
    assert reasons(row, "for") == [("career_months", 0.5)]
    assert (row["reason_for_1_value"], row["reason_for_1_reference"]) == (None, "12")


def test_a_category_never_seen_counts_as_other(night: Night) -> None:
    """A doctorate is not among the model's codes: -1 instead of +0.75, and it is shown as it is."""
    (row,) = score(night, PERSON | {"education_code": "07"})
    assert row["raw_logit"] == pytest.approx(-5.4, abs=1e-9)
    assert ("education_code", -1.75) in reasons(row, "against")
    assert "07" in [row[f"reason_{side}_value"] for side in SIDES]


def test_infinity_is_refused_naming_the_column(night: Night) -> None:
    with pytest.raises(InfiniteValueError, match="column market_hires_ratio: found 1 infinite"):
        score(night, PERSON | {"market_hires_ratio": math.inf})


def many_people(rows: int) -> Iterator[dict[str, Any]]:
    """People of every kind: inputs in all bins and missing, known and unknown peers."""
    draw = np.random.default_rng(4)

    def one(*values: Any) -> Any:
        return values[int(draw.integers(0, len(values)))]

    for number in range(rows):
        yield PERSON | {
            "seeker_key": f"{number:032x}",
            "wanted_occupation_code_1": one("0231", "0232", "0111", None),
            "wanted_region_code_1": one("11", "26", None),
            "home_region_code": one("11", "26", "50", None),
            "career_months": one(0, 23, 24, 300, None),
            "education_code": one("03", "05", "07", None),
            "is_same_occupation": one(True, False, None),
            "wage_wish_ratio": one(0.9, 1.2, 2.0, None),
            "certificates_count": one(0, 1, 2, 9, None),
            "trainings_3y_count": one(0, 1, None),
            "wanted_regions_count": one(0, 1, 2, 3),
            "resume_completeness_pct": one(0.0, 50.0, 100.0, None),
            "market_hires_ratio": one(0.1, 0.8, None),
        }


def test_parts_add_up_and_the_curve_gives_the_probability_for_a_thousand_people(tmp_path: Path) -> None:
    """Usual + six reasons + other = raw, and the line 1.2 × raw + 0.1 gives the published probability."""
    line = Calibration("platt", np.array([0.0, 1.0]), np.array([0.1, 1.3]))
    night = open_night(tmp_path, replace(night_model(), calibration=line))
    rows = [row for row in score(night, *many_people(1_000)) if row["answer_code"] == "OK"]
    assert len(rows) > 950
    for row in rows:
        parts = [row[f"reason_{side}_logit"] or 0.0 for side in SIDES]
        assert row["usual_logit"] + sum(parts) + row["other_logit"] == pytest.approx(row["raw_logit"], abs=1e-5)
        assert row["probability_0_1"] == pytest.approx(logistic(1.2 * row["raw_logit"] + 0.1), abs=2e-6)


def test_reasons_for_help_and_reasons_against_harm_and_none_is_zero(night: Night) -> None:
    for row in score(night, *many_people(200)):
        assert all(size > 0 for _, size in reasons(row, "for"))
        assert all(size < 0 for _, size in reasons(row, "against"))


def _is_silent(row: dict[str, Any]) -> bool:
    told = {name for name, value in row.items() if value is not None}
    return told == {"as_of", "seeker_key", "answer_code", "model_version"}


def test_someone_in_work_gets_no_number(night: Night) -> None:
    (row,) = score(night, PERSON | {"is_employed": True})
    assert row["answer_code"] == "CURRENTLY_EMPLOYED"
    assert _is_silent(row)


EMPTY = {"seeker_key": "b" * 32, "spells_3y_count": 0, "certificates_count": 0, "session_id_1": "S1"}


def test_someone_of_whom_nothing_is_known_gets_no_number(night: Night) -> None:
    (row,) = score(night, EMPTY)
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
def test_one_known_thing_is_enough_for_a_number(night: Night, known: dict[str, Any]) -> None:
    (row,) = score(night, EMPTY | known)
    assert row["answer_code"] == "OK"
    assert row["probability_0_1"] is not None


@pytest.mark.parametrize("answer", ["NO_MODEL", "NO_EMPLOYMENT_HISTORY_SOURCE"])
def test_without_a_model_everybody_is_told_why(tmp_path: Path, answer: str) -> None:
    rows = score(open_night(tmp_path, None, silent_answer=answer), PERSON, EMPTY, PERSON | {"is_employed": True})
    assert {(row["answer_code"], row["model_version"]) for row in rows} == {(answer, "none")}
    assert all(_is_silent(row) for row in rows)


def test_everyone_is_answered_once_in_the_order_given(night: Night) -> None:
    people = list(many_people(50))
    cut = iter([batch for start in range(0, 50, 7) for batch in batches(*people[start : start + 7])])
    rows = pa.Table.from_batches(list(score_batches(cut, night))).to_pylist()
    assert [row["seeker_key"] for row in rows] == [person["seeker_key"] for person in people]
    assert rows == score(night, *people)


@pytest.mark.parametrize("told", [{"sex_code": "F"}, {"is_foreign_national": True}, {"is_disabled": True}])
def test_what_the_model_must_not_read_changes_nothing(night: Night, told: dict[str, Any]) -> None:
    (name, value), rows = next(iter(told.items())), people_table(PERSON)
    (batch,) = score_batches(iter(rows.append_column(name, pa.array([value])).to_batches()), night)
    assert batch.to_pylist() == score(night, PERSON)
