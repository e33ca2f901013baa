"""Models that must never answer: each planted one is stopped by name before anybody gets a number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ml import registry
from ml.additive import AdditiveModel
from ml.additive.errors import (
    ConstantModelError,
    InvertedModelError,
    ModelHashMismatchError,
    ModelSchemaError,
    NonFiniteModelError,
    UninformativeModelError,
)
from ml.employment.cohorts import origin
from ml.employment.guard import ForeignInputsError, TrainedOnFutureError, check_for_night, usable
from ml.employment.inputs import KEPT_LABEL, LABEL
from ml.employment.train import FitOptions, fit
from tests.unit.ml.employment_night import AS_OF, PERSON, night_model, open_night, score
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts, telling

AT = origin(KNOWN_UNTIL)
NEWEST_KNOWN = AS_OF - timedelta(days=258)
"""7 March 2026: outcomes of that day are known on 20 November, those of the day after are not."""


def taught_by(newest: date, calibrated_on: date | None = None) -> AdditiveModel:
    """A model whose newest teaching and calibration cohorts are these."""
    report = {**night_model().calibration_report, "cohort": (calibrated_on or newest).isoformat()}
    return replace(night_model(), training={"cohorts": [newest.isoformat()]}, calibration_report=report)


def test_outcomes_of_the_newest_followed_up_day_may_teach() -> None:
    assert date(2026, 3, 7) == NEWEST_KNOWN
    check_for_night(taught_by(NEWEST_KNOWN), AS_OF, uses_age=False)


@pytest.mark.parametrize(
    "model",
    [
        taught_by(NEWEST_KNOWN + timedelta(days=1)),
        taught_by(date(2025, 1, 1), NEWEST_KNOWN + timedelta(days=1)),
        replace(night_model(), training={}, calibration_report={}),
    ],
    ids=["taught", "calibrated", "unknown dates"],
)
def test_outcomes_not_known_yet_are_the_future(model: AdditiveModel) -> None:
    with pytest.raises(TrainedOnFutureError, match="none after 2026-03-07 .258 days of follow-up before 2026-11-20."):
        check_for_night(model, AS_OF, uses_age=False)


def test_tonights_model_may_not_answer_a_night_a_year_ago() -> None:
    with pytest.raises(TrainedOnFutureError):
        check_for_night(night_model(), AS_OF - timedelta(days=365), uses_age=False)


@pytest.mark.parametrize("name", ["sex_code", "is_disabled", "is_foreign_national", "age_band_code", "is_hired_183d"])
@pytest.mark.parametrize("uses_age", [True, False])
def test_an_input_that_the_contract_does_not_name_is_refused(name: str, *, uses_age: bool) -> None:
    with pytest.raises(ForeignInputsError, match=name):
        check_for_night(telling([0.2, 0.8], name), AS_OF, uses_age=uses_age)


def test_age_is_refused_unless_the_setting_allows_it() -> None:
    check_for_night(telling([0.2, 0.8], "age_years"), AS_OF, uses_age=True)
    with pytest.raises(ForeignInputsError, match="age_years"):
        check_for_night(telling([0.2, 0.8], "age_years"), AS_OF, uses_age=False)


def test_a_model_of_another_question_is_refused() -> None:
    with pytest.raises(ForeignInputsError, match=f"label {KEPT_LABEL}; expected .* label {LABEL}"):
        check_for_night(replace(night_model(), label=KEPT_LABEL), AS_OF, uses_age=False)


def test_usable_says_the_same_without_raising() -> None:
    assert usable(night_model(), AS_OF, uses_age=False)
    assert not usable(taught_by(AS_OF), AS_OF, uses_age=False)
    assert not usable(telling([0.2, 0.8], "sex_code"), AS_OF, uses_age=True)


def trained(table: pa.Table) -> AdditiveModel:
    """The model of the night's origin."""
    return fit(table, AT, FitOptions())


def relabelled(outcome: Callable[[pa.Table], pa.ChunkedArray]) -> pa.Table:
    """1,000 people at the night's three dates with other outcomes."""
    table = make_cohorts(1_000, AT.dates)
    return table.set_column(table.schema.get_field_index(LABEL), table.schema.field(LABEL), outcome(table))


def constant(_: Path) -> AdditiveModel:
    """Everybody the same number."""
    model = night_model()
    return replace(model, terms=tuple(replace(term, scores=np.zeros_like(term.scores)) for term in model.terms))


def not_a_number(_: Path) -> AdditiveModel:
    """One bin of one table is NaN."""
    model = night_model()
    broken = replace(model.terms[0], scores=np.array([0.0, np.nan, 0.5]))
    return replace(model, terms=(broken, *model.terms[1:]))


def inverted(_: Path) -> AdditiveModel:
    """Taught that the hired were not hired; calibrated on how it was."""
    teaches = pa.array(AT.teaches, pa.date32())
    return trained(
        relabelled(lambda t: pc.xor(t[LABEL], pc.is_in(t["snapshot_date"], value_set=teaches)))  # the newest stays
    )


def shifted(_: Path) -> AdditiveModel:
    """Every outcome is that of the next person: what is left is noise, which falls as often as it rises."""
    return trained(relabelled(lambda t: t[LABEL].take(pa.array([*range(1, t.num_rows), 0]))))


def from_the_future(_: Path) -> AdditiveModel:
    """Calibrated on a cohort of last month."""
    return taught_by(date(2026, 1, 1), date(2026, 10, 20))


def reads_sex(_: Path) -> AdditiveModel:
    """Reads what it must not."""
    return telling([0.2, 0.8], "sex_code")


def half_a_file(folder: Path) -> None:
    """The tables end in the middle."""
    (file,) = folder.glob("models/*/arrays.npz")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def another_schema(folder: Path) -> None:
    """Written by a version to come."""
    (file,) = folder.glob("models/*/manifest.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "schema": "goyong.additive/2"}))


def damaged(how: Callable[[Path], None], folder: Path) -> AdditiveModel:
    """A good model, served, whose files then change."""
    registry.register(night_model(), folder / "registry", registry.Decision(True, "test", "2026-11-20T00:00:00Z"))
    how(folder / "registry")
    return night_model()


@pytest.mark.case("P12")
@pytest.mark.parametrize(
    ("planted", "error"),
    [
        (constant, ConstantModelError),
        (not_a_number, NonFiniteModelError),
        (inverted, InvertedModelError),
        (shifted, (UninformativeModelError, InvertedModelError)),
        (partial(damaged, half_a_file), ModelHashMismatchError),
        (partial(damaged, another_schema), ModelSchemaError),
        (from_the_future, TrainedOnFutureError),
        (reads_sex, ForeignInputsError),
    ],
    ids=["constant", "NaN", "inverted", "shifted", "truncated", "other schema", "future", "reads sex"],
)
def test_a_planted_model_answers_nobody(
    tmp_path: Path, planted: Callable[[Path], AdditiveModel], error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    """From training over the registry to the first row: the way to a number ends at the error of its name."""
    with pytest.raises(error):
        score(open_night(tmp_path, planted(tmp_path)), PERSON)


def test_a_sound_model_on_the_same_way_does_answer(tmp_path: Path) -> None:
    """Otherwise the test above could not fail."""
    model = trained(make_cohorts(1_000, AT.dates))
    (row,) = score(open_night(tmp_path, model), PERSON)
    assert (row["answer_code"], row["model_version"]) == ("OK", model.model_version)
    assert 0 < row["probability_0_1"] < 1
