"""The month's model: decided once, kept with its numbers, replaced only by a better one, refused by name if damaged."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.contracts.judgement import PROMOTIONS
from ml import registry
from ml.additive.errors import ModelHashMismatchError
from ml.employment import month
from ml.employment.cohorts import cohort_dates, origin
from ml.employment.inputs import LABEL
from ml.employment.month import Month, ensure_month, previous_model, read_record, registry_dir
from ml.employment.train import FitOptions
from tests.unit.ml.employment_people import KNOWN_UNTIL, make_cohorts, make_model, numeric, telling

OCTOBER, NOVEMBER = date(2026, 10, 20), KNOWN_UNTIL
SERVE = registry.Decision(True, "test", "2026-10-20T00:00:00Z")


@pytest.fixture(autouse=True)
def _no_backtest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backtest has tests of its own; here it is one row."""
    monkeypatch.setattr(month, "backtest", lambda *_: [{"measure_name": "auc", "value": 0.75}])


def ensure(folder: Path, table: pa.Table, day: date = NOVEMBER, *, uses_age: bool = False) -> Month:
    """The model of the day's month, employment being known up to the day."""
    return ensure_month(table, folder, as_of=day, known_until=day, options=FitOptions(uses_age=uses_age))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def cohorts() -> pa.Table:
    """1,000 people at the nine dates of November's night."""
    return make_cohorts(1_000)


@pytest.fixture(scope="module")
def noisy(cohorts: pa.Table) -> pa.Table:
    """The same people for evaluation; those who may teach are others, whose fate only certificates decide."""
    teachers = make_cohorts(1_000, signs=(1, 0, 0, 0), seed=5)
    kept = cohorts.filter(cohorts["is_evaluation"])
    return pa.concat_tables([kept, teachers.filter(pc.invert(teachers["is_evaluation"]))])


@pytest.fixture(scope="module")
def first(cohorts: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Month]:
    """November's folder and what came of it; tests only read it."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(month, "backtest", lambda *_: [{"measure_name": "auc", "value": 0.75}])
        made = ensure(folder, cohorts)
    return folder, made


def test_a_model_belongs_to_the_month_of_its_night(tmp_path: Path) -> None:
    assert registry_dir(tmp_path, NOVEMBER) == tmp_path / "employment" / "2026-11"


def test_the_first_model_is_promoted_against_the_average(first: tuple[Path, Month]) -> None:
    folder, made = first
    model = registry.current(registry_dir(folder, NOVEMBER))
    assert made.model_version == model.model_version
    assert made.promotion["is_promoted"] is True
    assert made.promotion["incumbent_version"] is None
    assert made.promotion["candidate_version"] == made.model_version
    assert made.promotion["brier_gain_low"] > 0
    assert made.promotion["ece"] <= made.promotion["ece_limit"]
    assert made.promotion["largest_gap_growth"] == 0.0
    assert model.calibration_report["cohort"] == origin(NOVEMBER).calibrates.isoformat()


def test_the_row_is_that_of_the_contract_but_for_the_business_date(first: tuple[Path, Month]) -> None:
    assert {"as_of", *first[1].promotion} == set(PROMOTIONS.names)


def test_the_second_call_of_a_month_trains_nothing(first: tuple[Path, Month], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even an empty lake changes what the month has decided; later days of the month answer with it."""
    folder, made = first
    before = files_of(folder)

    def refuse(*_: Any) -> None:
        raise AssertionError("trained a second time")

    monkeypatch.setattr(month, "fit", refuse)
    assert ensure(folder, make_cohorts(0), date(2026, 11, 30)) == made == read_record(folder, date(2026, 11, 1))
    assert files_of(folder) == before


def test_the_numbers_of_the_decision_are_kept_beside_the_model(first: tuple[Path, Month]) -> None:
    folder, made = first
    (registered, promoted) = registry.history(registry_dir(folder, NOVEMBER))
    assert (registered["event"], promoted["event"]) == ("register", "promote")
    assert registered["decision"]["numbers"]["brier_gain"] == pytest.approx(made.promotion["brier_gain"], abs=1e-6)
    assert registered["decision"]["decided_at"] == "2026-11-20T00:00:00Z"
    assert made.evaluation == [{"measure_name": "auc", "value": 0.75}]


def test_the_same_night_again_from_nothing_gives_the_same_bytes(
    first: tuple[Path, Month], cohorts: pa.Table, tmp_path: Path
) -> None:
    ensure(tmp_path, cohorts)
    assert files_of(tmp_path) == files_of(first[0])


def served_in_october(folder: Path, source: tuple[Path, Month]) -> str:
    """Puts November's good model into October's registry, where it is the model in use."""
    model = registry.current(registry_dir(source[0], NOVEMBER))
    return registry.register(model, registry_dir(folder, OCTOBER), SERVE)


def test_a_worse_candidate_is_not_served(first: tuple[Path, Month], noisy: pa.Table, tmp_path: Path) -> None:
    """The model in use stays, in the new month's folder as well; the candidate is kept but does not answer."""
    version = served_in_october(tmp_path, first)
    made = ensure(tmp_path, noisy)
    assert (made.model_version, made.promotion["incumbent_version"]) == (version, version)
    assert made.promotion["is_promoted"] is False
    assert made.promotion["brier_gain"] < 0
    assert made.reason.startswith("Brier is not certainly better than the model in use")
    assert registry.current_version(registry_dir(tmp_path, NOVEMBER)) == version
    assert made.promotion["candidate_version"] != version
    assert (registry_dir(tmp_path, NOVEMBER) / "models" / made.promotion["candidate_version"]).is_dir()


def test_the_very_same_candidate_is_not_promoted_but_answers_on(
    first: tuple[Path, Month], cohorts: pa.Table, tmp_path: Path
) -> None:
    version = served_in_october(tmp_path, first)
    made = ensure(tmp_path, cohorts)
    assert (made.model_version, made.promotion["is_promoted"], made.promotion["brier_gain"]) == (version, False, 0)


def test_a_better_candidate_takes_over(first: tuple[Path, Month], cohorts: pa.Table, tmp_path: Path) -> None:
    """October answered by certificates alone."""
    poor = make_model([(numeric("certificates_count", [2]), [0, -0.2, 0.2])], intercept=-0.5)
    october = registry.register(poor, registry_dir(tmp_path, OCTOBER), SERVE)
    made = ensure(tmp_path, cohorts)
    assert made.promotion["incumbent_version"] == october
    assert made.promotion["is_promoted"] is True
    assert made.model_version == first[1].model_version == registry.current_version(registry_dir(tmp_path, NOVEMBER))


def test_too_few_people_give_no_model_and_the_reason(tmp_path: Path) -> None:
    made = ensure(tmp_path, make_cohorts(100))
    assert (made.model_version, made.evaluation) == (None, [])
    assert made.reason.startswith("TooFewToLearn: ")
    assert "no probability is published" in made.reason
    assert made.promotion["reason"] == made.reason
    assert made.promotion["is_promoted"] is False
    with pytest.raises(registry.NoCurrentModelError):
        registry.current(registry_dir(tmp_path, NOVEMBER))
    assert read_record(tmp_path, NOVEMBER) == made


def test_a_lake_without_history_gives_no_model(cohorts: pa.Table, tmp_path: Path) -> None:
    """Enough people, none of whom was ever hired: nothing is known of employment."""
    place = cohorts.schema.get_field_index(LABEL)
    nobody = cohorts.set_column(place, cohorts.schema.field(place), pa.array([False] * cohorts.num_rows))
    made = ensure(tmp_path, nobody)
    assert made.model_version is None
    assert "found 756 rows, 0 of them hired" in made.reason


def test_too_few_people_leave_the_model_in_use(first: tuple[Path, Month], tmp_path: Path) -> None:
    version = served_in_october(tmp_path, first)
    made = ensure(tmp_path, make_cohorts(100))
    assert made.model_version == version == registry.current_version(registry_dir(tmp_path, NOVEMBER))
    assert made.promotion["candidate_version"] is None
    assert made.reason.startswith("TooFewToLearn")


def damage(folder: Path, name: str, how: str) -> None:
    """Flips a bit of a served model's file or cuts it in half."""
    (file,) = folder.glob(f"models/*/{name}")
    data = file.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    file.write_bytes(flipped if how == "flip" else data[:middle])


@pytest.mark.parametrize("how", ["flip", "truncate"])
@pytest.mark.parametrize("name", ["arrays.npz", "model.json"])
def test_a_damaged_model_is_refused_by_name(
    first: tuple[Path, Month], cohorts: pa.Table, tmp_path: Path, name: str, how: str
) -> None:
    """Before anybody is scored, and without training another one in silence."""
    for file, data in files_of(first[0]).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(data)
    damage(registry_dir(tmp_path, NOVEMBER), name, how)
    with pytest.raises(ModelHashMismatchError, match=name):
        ensure(tmp_path, cohorts)


def test_an_earlier_month_that_cannot_be_read_is_left_out_with_a_warning(
    first: tuple[Path, Month], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """October's is damaged, so September's is the model in use."""
    september = telling([0.4, 0.6])
    registry.register(september, tmp_path / "employment" / "2026-09", SERVE)
    served_in_october(tmp_path, first)
    damage(registry_dir(tmp_path, OCTOBER), "arrays.npz", "truncate")
    with caplog.at_level(logging.WARNING):
        found = previous_model(registry_dir(tmp_path, NOVEMBER), NOVEMBER, uses_age=False)
    assert found is not None
    assert found.model_version == september.model_version
    assert ["the model of 2026-10 cannot be used" in record.getMessage() for record in caplog.records] == [True]


def test_the_model_in_use_is_that_of_the_newest_earlier_month(tmp_path: Path) -> None:
    """Not of a later month, when a past night is made again, nor of one that promoted nothing."""
    models = {name: telling([0.1 * place, 0.9]) for place, name in enumerate(("2026-09", "2026-10", "2026-12"), 1)}
    for name, model in models.items():
        registry.register(model, tmp_path / "employment" / name, SERVE)
    (tmp_path / "employment" / "2026-11").mkdir()
    found = previous_model(registry_dir(tmp_path, NOVEMBER), NOVEMBER, uses_age=False)
    assert found is not None
    assert found.model_version == models["2026-10"].model_version


def test_a_model_that_may_not_answer_is_not_the_model_in_use(tmp_path: Path) -> None:
    """It reads age, which the setting forbids tonight."""
    registry.register(telling([0.2, 0.8], "age_years"), registry_dir(tmp_path, OCTOBER), SERVE)
    assert previous_model(registry_dir(tmp_path, NOVEMBER), NOVEMBER, uses_age=False) is None
    assert previous_model(registry_dir(tmp_path, NOVEMBER), NOVEMBER, uses_age=True) is not None


def test_without_an_earlier_month_there_is_no_model_in_use(tmp_path: Path) -> None:
    assert previous_model(registry_dir(tmp_path, NOVEMBER), NOVEMBER, uses_age=False) is None


def test_a_month_that_was_never_trained_is_named(tmp_path: Path) -> None:
    with pytest.raises(registry.NoCurrentModelError, match="employment model of 2026-11"):
        read_record(tmp_path, NOVEMBER)


def test_a_candidate_the_registry_refuses_is_a_reason_and_no_model(cohorts: pa.Table, tmp_path: Path) -> None:
    """Labels shifted by one person before training: nothing ties them to the inputs."""
    order = pa.array([*range(1, cohorts.num_rows), 0])
    place = cohorts.schema.get_field_index(LABEL)
    shifted = cohorts.set_column(place, cohorts.schema.field(place), cohorts[LABEL].take(order))
    made = ensure(tmp_path, shifted)
    assert made.model_version is None
    assert made.reason.split(":")[0] in ("UninformativeModelError", "InvertedModelError")


def test_dates_of_another_night_teach_nothing(tmp_path: Path) -> None:
    """Cohorts of October in November's place: not one of the dates asked for is there."""
    made = ensure(tmp_path, make_cohorts(64, cohort_dates(OCTOBER)))
    assert "found 0 rows" in made.reason
