"""Training: equal to interpret's own numbers, monotone, and the same whatever the threads or the row order."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import AdditiveModel, FeatureSpec, TrainSpec, score_batch, train_additive
from ml.additive import train as train_module
from ml.additive.errors import InfiniteValueError, MissingColumnError, TrainingDataError, TrainSpecError
from ml.additive.store import serialise_model


def test_scores_equal_interprets_own(
    table: pa.Table, later_table: pa.Table, spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terms and probabilities of unseen people equal eval_terms and predict_proba to 1e-6."""
    kept: dict[str, Any] = {}
    original = train_module._fit

    def fit_and_keep(*arguments: Any) -> Any:
        kept["learner"] = original(*arguments)
        return kept["learner"]

    monkeypatch.setattr(train_module, "_fit", fit_and_keep)
    model = train_additive(table, "employed", spec)
    columns = {feature.name: later_table.column(feature.name) for feature in model.features}
    scores = score_batch(model, columns, np)
    encoded = train_module.encode_table(later_table, model.features)
    matrix = train_module.as_matrix(encoded, model.features)
    assert any(len(term.feature_indices) == 2 for term in model.terms)
    assert np.abs(scores.contributions - kept["learner"].eval_terms(matrix)).max() < 1e-6
    assert np.abs(scores.probability - kept["learner"].predict_proba(matrix)[:, 1]).max() < 1e-6


def test_monotone_constraint_holds(trained: AdditiveModel) -> None:
    """More insured months never lower the answer: the term rises and no pair contains it."""
    term = next(term for term in trained.terms if term.name == "insured_months")
    known = term.scores[term.axis_maps[0]][1:]
    assert (np.diff(known) >= 0).all()
    assert known[-1] > known[0]
    assert [t.name for t in trained.terms if 0 in t.feature_indices] == ["insured_months"]


def test_row_order_does_not_matter(table: pa.Table, spec: TrainSpec, trained: AdditiveModel) -> None:
    """Rows are put in key order before anything is learned."""
    shuffled = table.take(pa.array(np.random.default_rng(5).permutation(table.num_rows)))
    assert train_additive(shuffled, "employed", spec).model_version == trained.model_version


def test_job_count_does_not_matter(table: pa.Table, spec: TrainSpec, trained: AdditiveModel) -> None:
    """Two jobs give the bytes of one."""
    again = train_additive(table, "employed", replace(spec, job_count=2))
    assert serialise_model(again) == serialise_model(trained)


def test_thread_count_of_the_process_does_not_matter(trained: AdditiveModel) -> None:
    """A process told to use three threads everywhere trains the same version."""
    here = Path(__file__).parent
    program = (
        f"import runpy; made = runpy.run_path({str(here / 'conftest.py')!r});"
        "from ml.additive import train_additive;"
        "print(train_additive(made['make_table'](4_000, seed=1), 'employed', made['make_spec']()).model_version)"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS", "LOKY_MAX_CPU_COUNT"), "3")
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", program],
        env={**os.environ, **threads, "PYTHONPATH": str(here.parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == trained.model_version


def test_people_keep_their_bag_over_snapshots(table: pa.Table, spec: TrainSpec) -> None:
    """Two rows of one person have one hash, so both are trained on or both are left out."""
    keys = train_module.row_keys(pa.concat_tables([table, table]), spec.key_columns)
    assert np.array_equal(keys[: table.num_rows], keys[table.num_rows :])
    assert len(np.unique(keys)) == table.num_rows


def test_row_limit_takes_a_sample_by_person(table: pa.Table, spec: TrainSpec) -> None:
    """A limit of 3,000 of 4,000 rows keeps about that many, the same ones in any order."""
    kept, _ = train_module._choose_rows(table, replace(spec, row_limit=3_000))
    again, _ = train_module._choose_rows(table.slice(1_000), replace(spec, row_limit=2_250))
    assert abs(kept.num_rows - 3_000) < 120
    assert set(again["person_id"].to_pylist()) <= set(kept["person_id"].to_pylist())


def test_rare_categories_become_other(table: pa.Table, spec: TrainSpec) -> None:
    """A code held by 3 people is not a category of its own."""
    codes = ["99" if number < 3 else code for number, code in enumerate(table["region_code"].to_pylist())]
    changed = table.set_column(table.schema.get_field_index("region_code"), "region_code", pa.array(codes))
    model = train_additive(changed, "employed", spec)
    assert model.features[3].categories == ("11", "26", "41", "48")


def test_constant_and_empty_columns_are_learned_without_effect(table: pa.Table, spec: TrainSpec) -> None:
    """A column that says nothing adds nothing, whatever it says at scoring."""
    empty = pa.nulls(table.num_rows, pa.float64())
    wider = table.append_column("empty", empty).append_column("constant", pa.array(["x"] * table.num_rows))
    features = (*spec.features, FeatureSpec("empty", "numeric"), FeatureSpec("constant", "categorical"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = train_additive(wider, "employed", replace(spec, features=features))
    columns = {feature.name: wider.column(feature.name).slice(0, 2) for feature in model.features}
    columns["empty"], columns["constant"] = pa.array([3.0, None]), pa.array(["new", "x"])
    scores = score_batch(model, columns, np)
    positions = [index for index, term in enumerate(model.terms) if term.name in ("empty", "constant")]
    assert np.abs(scores.contributions[:, positions]).max() < 1e-3


@pytest.mark.parametrize(
    "outcomes",
    [[0, 1, 2, 0], [0, 0, 0, 0], [0, 1, None, 1], [0.0, 1.0, 1.0, 0.0]],
    ids=["2", "one class", "null", "float"],
)
def test_label_other_than_0_and_1_is_refused(outcomes: list[float]) -> None:
    """A missing outcome is not a 0."""
    with pytest.raises(TrainingDataError, match="label employed"):
        train_module.read_outcome(pa.table({"employed": outcomes}), "employed")


def test_infinity_in_training_is_an_error(table: pa.Table, spec: TrainSpec) -> None:
    """The training table is held to the same rule as scoring."""
    ages = [np.inf, *table["age_years"].to_pylist()[1:]]
    changed = table.set_column(table.schema.get_field_index("age_years"), "age_years", pa.array(ages))
    with pytest.raises(InfiniteValueError, match="age_years"):
        train_additive(changed, "employed", spec)


def test_absent_feature_is_named(table: pa.Table, spec: TrainSpec) -> None:
    """A feature of the specification must be in the table."""
    with pytest.raises(MissingColumnError, match="noise"):
        train_additive(table.drop_columns(["noise"]), "employed", spec)


def test_too_few_rows_are_refused(table: pa.Table, spec: TrainSpec) -> None:
    """Ten people are not a training cohort."""
    with pytest.raises(TrainingDataError, match="found 10 rows"):
        train_additive(table.slice(0, 10), "employed", spec)


def test_monotone_category_is_refused() -> None:
    """Categories have no order to be monotone in."""
    with pytest.raises(TrainSpecError, match="monotone 1 on a categorical"):
        TrainSpec(features=(FeatureSpec("region", "categorical", monotone=1),))
