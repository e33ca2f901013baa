"""The trainer for any table: sized by its rows, calibrated without a later cohort, the same bytes each time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from ml import metrics
from ml.additive.store import serialise_model
from ml.hashing import hash_keys
from ml.tabular import TrainingRows, read_test, read_training, score_rows, train_tabular
from ml.tabular.columns import LABEL, Roles
from ml.tabular.errors import TooFewRowsError, UninformativeTableError
from ml.tabular.train import TabularModel, deal_folds, size_spec

ROLES = Roles("employed", id_column="person_id")


def read(table: pa.Table, folder: Path, name: str = "train.csv") -> TrainingRows:
    csv.write_csv(table, folder / name)
    return read_training(folder / name, ROLES)


@pytest.fixture(scope="module", autouse=True)
def few_bags() -> Iterator[None]:
    """Three bags for few rows and two for many instead of 16 and 8: the rules are the same and the tests quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ml.tabular.train._BAGS", 2)
        patch.setattr("ml.tabular.train._SMALL_BAGS", 3)
        yield


@pytest.fixture(scope="module")
def training(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> TrainingRows:
    return read(table.slice(0, 1_200), tmp_path_factory.mktemp("tabular"))


@pytest.fixture(scope="module")
def trained_table(training: TrainingRows) -> TabularModel:
    return train_tabular(training)


def test_later_people_are_ranked_and_their_probabilities_hold(
    training: TrainingRows, trained_table: TabularModel, later_table: pa.Table, tmp_path: Path
) -> None:
    csv.write_csv(later_table, tmp_path / "test.csv")
    rows = read_test(tmp_path / "test.csv", ROLES, training.features)
    scores = score_rows(trained_table, rows)
    outcome = rows.table.column(LABEL).to_numpy()
    assert metrics.auc(outcome, scores.probability) > 0.65
    assert metrics.ece(outcome, scores.probability) < 0.06
    assert ((scores.low < scores.probability) & (scores.probability < scores.high)).all()


def test_cross_fitted_measures_are_not_the_trainings_own_error(
    training: TrainingRows, trained_table: TabularModel, tmp_path: Path
) -> None:
    """The model knows its own rows better than the measures of rows that were held out say."""
    csv.write_csv(training.table.select([f.name for f in training.features] + ["goyong id"]), tmp_path / "own.csv")
    rows = read_test(tmp_path / "own.csv", Roles("employed", id_column="goyong id"), training.features)
    own = metrics.auc(training.table.column(LABEL).to_numpy(), score_rows(trained_table, rows).probability)
    assert own > trained_table.cross_fitted["auc"] > 0.6


def test_row_order_and_threads_do_not_matter(
    table: pa.Table, training: TrainingRows, trained_table: TabularModel, tmp_path: Path
) -> None:
    order = np.random.default_rng(3).permutation(1_200)
    shuffled = read(table.slice(0, 1_200).take(pa.array(order)), tmp_path)
    again = train_tabular(shuffled, job_count=2).model
    numbers = [[*model.calibration.knots_y, model.intercept] for model in (again, trained_table.model)]
    assert numbers[0] == numbers[1]
    assert [term.scores.tobytes() for term in again.terms] == [t.scores.tobytes() for t in trained_table.model.terms]


def test_rerun_gives_the_same_bytes(training: TrainingRows, trained_table: TabularModel) -> None:
    assert serialise_model(train_tabular(training).model) == serialise_model(trained_table.model)


@pytest.mark.parametrize(("rows", "bins", "bags"), [(300, 8, 3), (2_000, 20, 3), (20_000, 128, 2)])
def test_few_rows_get_few_bins_and_many_bags(training: TrainingRows, rows: int, bins: int, bags: int) -> None:
    index = pa.array(np.arange(rows) % 1_200)
    spec = size_spec(
        TrainingRows(training.path, training.table.take(index), training.features), pair_limit=0, job_count=1
    )
    assert (spec.bin_limit, spec.bag_count) == (bins, bags)


def test_rows_of_one_person_share_a_fold() -> None:
    keys = hash_keys(pa.array([f"p{number % 50}" for number in range(200)]))
    fold = deal_folds(keys, 5)
    assert [len(set(fold[number::50].tolist())) for number in range(50)] == [1] * 50
    assert set(fold.tolist()) == {0, 1, 2, 3, 4}


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    people = pa.table({"person_id": ["a", "b", "c"], "age": [30, 40, 50], "employed": [1, 0, 0]})
    with pytest.raises(TooFewRowsError, match="3 rows, 1 with label 1"):
        train_tabular(read(people, tmp_path))


def test_rare_class_gets_a_seed_that_puts_it_into_every_bag(tmp_path: Path) -> None:
    """12 of 300: a bag that holds back no one of them comes up in one of seven."""
    found = [int(number % 25 == 0) for number in range(300)]
    ages = [60 - number % 7 if one else 20 + number % 30 for number, one in enumerate(found)]
    people = pa.table({"person_id": [f"p{number}" for number in range(300)], "age": ages, "employed": found})
    assert train_tabular(read(people, tmp_path)).cross_fitted["auc"] > 0.8


def test_columns_that_say_nothing_are_refused(tmp_path: Path) -> None:
    """Every age is hired as often as not, so what nine tenths suggest the held-out tenth belies."""
    people = pa.table(
        {
            "person_id": [f"p{number}" for number in range(200)],
            "age": [20 + number // 2 % 10 for number in range(200)],
            "employed": [number % 2 for number in range(200)],
        }
    )
    with pytest.raises(UninformativeTableError, match="no better than by chance"):
        train_tabular(read(people, tmp_path))
