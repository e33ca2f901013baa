"""Challengers: what each must answer by hand, the same rows the same answers, bad input by name."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ml import metrics
from ml.additive.encode import encode_table
from ml.additive.errors import InfiniteValueError, MissingColumnError, TrainingDataError
from ml.additive.model import Feature
from ml.additive.train import FeatureSpec, TrainSpec
from ml.challengers import Challenger, _as_dummies, _band_edges, _describe, train_challengers

NAMES = ["base_rate", "logistic", "gradient_boosting"]


@pytest.fixture(scope="session")
def challengers(table: pa.Table, spec: TrainSpec) -> tuple[Challenger, ...]:
    return train_challengers(table, "employed", spec.features, seed=1, key_columns=("person_id",))


def predictions(made: tuple[Challenger, ...], table: pa.Table) -> list[list[float]]:
    return [challenger.predict(table).tolist() for challenger in made]


def test_names_and_their_order(challengers: tuple[Challenger, ...]) -> None:
    assert [challenger.name for challenger in challengers] == NAMES


def test_base_rate_is_the_share_of_ones(challengers: tuple[Challenger, ...], table: pa.Table) -> None:
    share = sum(table.column("employed").to_pylist()) / 4_000
    assert challengers[0].predict(table.slice(0, 3)).tolist() == [share, share, share]


def test_logistic_of_one_balanced_flag_is_its_two_rates() -> None:
    """3 of 4 with the flag and 1 of 4 without are employed: 0.75 and 0.25 but for the penalty's pull."""
    flag = [True] * 4_000 + [False] * 4_000
    employed = ([1, 1, 1, 0] * 1_000) + ([0, 0, 0, 1] * 1_000)
    rows = pa.table({"licence": flag, "employed": employed})
    made = train_challengers(rows, "employed", (FeatureSpec("licence", "numeric"),), seed=1)
    answers = made[1].predict(pa.table({"licence": [True, False]}))
    assert answers.tolist() == pytest.approx([0.75, 0.25], abs=1e-3)


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        (list(range(1, 11)), [2, 4, 6, 8]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 7], [7]),
        ([0, 0, 1, 1], [1]),
        ([5, 5, 5], []),
        ([np.nan, np.nan], []),
    ],
    ids=["quintiles", "rare value against the rest", "flag", "constant", "no value"],
)
def test_numbers_are_banded_at_their_quintiles(values: list[float], edges: list[float]) -> None:
    assert _band_edges(np.array(values, dtype=np.float64)).tolist() == pytest.approx(edges)


def test_dummies_have_one_class_per_input_with_missing_and_other() -> None:
    """Age 20 | 45 | missing over the edge 40; regions seoul | unlisted | missing."""
    features = (
        Feature("age", "numeric", np.array([40.0]), (), 0.0),
        Feature("region", "categorical", np.zeros(0), ("seoul",), 0.0),
    )
    rows = pa.table({"age": [20.0, 45.0, None], "region": ["seoul", "jeju", None]})
    assert _as_dummies(encode_table(rows, features), features).toarray().tolist() == [
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 1],
        [1, 0, 0, 1, 0, 0],
    ]


def test_rare_category_is_other() -> None:
    """20 rows make a category, 19 do not."""
    rows = pa.table({"region": ["busan"] * 19 + ["jeju"] * 20 + ["seoul"] * 21})
    assert _describe(rows, FeatureSpec("region", "categorical")).categories == ("seoul", "jeju")


def test_unseen_category_and_missing_get_a_probability(challengers: tuple[Challenger, ...]) -> None:
    rows = pa.table(
        {
            "insured_months": pa.array([None, 12.0], pa.float64()),
            "age_years": pa.array([30.0, None], pa.float64()),
            "noise": [0.0, 0.0],
            "region_code": ["99", None],
        }
    )
    for challenger in challengers:
        answers = challenger.predict(rows)
        assert ((answers > 0) & (answers < 1)).all(), challenger.name


def test_every_challenger_but_the_base_rate_ranks_later_people(
    challengers: tuple[Challenger, ...], later_table: pa.Table
) -> None:
    outcome = later_table.column("employed").to_numpy()
    areas = [metrics.auc(outcome, challenger.predict(later_table)) for challenger in challengers]
    assert areas[0] == 0.5
    assert min(areas[1:]) > 0.65


def test_row_order_and_job_count_do_not_matter(
    challengers: tuple[Challenger, ...], table: pa.Table, later_table: pa.Table, spec: TrainSpec
) -> None:
    shuffled = table.take(pa.array(np.random.default_rng(5).permutation(table.num_rows)))
    again = train_challengers(shuffled, "employed", spec.features, seed=1, key_columns=("person_id",), job_count=2)
    assert predictions(again, later_table) == predictions(challengers, later_table)


def test_thread_count_of_the_process_does_not_matter(
    challengers: tuple[Challenger, ...], later_table: pa.Table
) -> None:
    here = Path(__file__).parent
    program = (
        f"import runpy; made = runpy.run_path({str(here / 'conftest.py')!r});"
        "from ml.challengers import train_challengers;"
        "table, later = made['make_table'](4_000, seed=1), made['make_table'](3_000, seed=2);"
        "specs = made['make_spec']().features;"
        "trained = train_challengers(table, 'employed', specs, seed=1, key_columns=('person_id',));"
        "print([c.predict(later).sum().hex() for c in trained])"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS"), "3")
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", program],
        env={**os.environ, **threads, "PYTHONPATH": str(here.parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([challenger.predict(later_table).sum().hex() for challenger in challengers])


def test_chunks_of_rows_do_not_matter(
    challengers: tuple[Challenger, ...], later_table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = predictions(challengers, later_table)
    monkeypatch.setattr("ml.challengers._CHUNK_ROWS", 700)
    assert predictions(challengers, later_table) == whole


def test_no_rows_give_no_predictions(challengers: tuple[Challenger, ...], later_table: pa.Table) -> None:
    assert [len(challenger.predict(later_table.slice(0, 0))) for challenger in challengers] == [0, 0, 0]


def test_column_without_a_value_teaches_nothing(table: pa.Table, later_table: pa.Table) -> None:
    specs = (FeatureSpec("age_years", "numeric"), FeatureSpec("empty", "numeric"))
    empty = table.append_column("empty", pa.nulls(table.num_rows, pa.float64()))
    later = later_table.append_column("empty", pa.array([3.0] * later_table.num_rows))
    with_it = train_challengers(empty, "employed", specs, seed=1)
    without = train_challengers(table, "employed", specs[:1], seed=1)
    for left, right in zip(predictions(with_it, later), predictions(without, later), strict=True):
        assert left == pytest.approx(right, abs=1e-3)


def test_more_categories_than_boosting_takes() -> None:
    """300 categories of 20 rows: the first 250 keep their code, the rest share one."""
    rows = pa.table(
        {"code": [f"{i % 300:03d}" for i in range(6_000)], "employed": [i // 300 % 2 for i in range(6_000)]}
    )
    made = train_challengers(rows, "employed", (FeatureSpec("code", "categorical"),), seed=1)
    assert np.isfinite(made[2].predict(rows)).all()


def test_infinity_is_named(table: pa.Table, challengers: tuple[Challenger, ...], spec: TrainSpec) -> None:
    spoiled = table.set_column(table.column_names.index("noise"), "noise", pa.array([np.inf] * table.num_rows))
    with pytest.raises(InfiniteValueError, match=r"noise.*4000 infinite"):
        train_challengers(spoiled, "employed", spec.features, seed=1)
    with pytest.raises(InfiniteValueError, match="noise"):
        challengers[1].predict(spoiled)


def test_missing_columns_are_named(table: pa.Table, challengers: tuple[Challenger, ...], spec: TrainSpec) -> None:
    without = table.drop_columns(["noise"])
    with pytest.raises(MissingColumnError, match="noise"):
        train_challengers(without, "employed", spec.features, seed=1)
    with pytest.raises(MissingColumnError, match="noise"):
        challengers[2].predict(without)
    with pytest.raises(MissingColumnError, match="nobody"):
        train_challengers(table, "employed", spec.features, seed=1, key_columns=("nobody",))


def test_one_class_is_refused(table: pa.Table, spec: TrainSpec) -> None:
    ones = table.filter(pa.compute.equal(table.column("employed"), 1))
    with pytest.raises(TrainingDataError, match="0 and 1"):
        train_challengers(ones, "employed", spec.features, seed=1)
