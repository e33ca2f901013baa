"""Trains the additive model on any table, sized by its rows, and calibrates it without a later cohort.

Must not hold: reading of files or writing of answers. In the nightly service a model is calibrated on a later cohort;
a table has none. So it is cross-fitted: the rows are dealt to folds by hash of their id, each fold gets the raw
logits of a model that never saw it, and the map learned on those (ml/additive/calibrate.py) is put on the model
trained on all rows. The same out-of-fold logits decide whether pairs help (Brier score after Platt's line).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml import metrics
from ml.additive import AdditiveModel, Scores, TrainSpec, score_batch, train_additive
from ml.additive.calibrate import fit_calibration, fit_platt
from ml.additive.encode import encode_table
from ml.additive.errors import InvertedModelError, TrainingDataError
from ml.additive.score import calibrate_logit, probability_of
from ml.additive.train import row_keys
from ml.hashing import mix, unit_interval
from ml.tabular.columns import ID, LABEL, ROW, AskedRows, TrainingRows
from ml.tabular.errors import TooFewRowsError, UninformativeTableError

FloatArray = npt.NDArray[np.float64]
_FOLD_STREAM = 6_001
_SMALL_ROWS, _LARGE_ROWS = 5_000, 50_000
_ROWS_PER_BIN, _LEAST_BINS, _MOST_BINS = 100, 8, 128
_BAGS, _SMALL_BAGS, _SEEDS = 8, 16, 20
# Every pair of columns is tried, so a table of many columns would take minutes for little.
_PAIRS, _PAIRED_COLUMNS = 10, 60


@dataclass(frozen=True, eq=False)
class TabularModel:
    """The calibrated model, and its cross-fitted probabilities' measures on the training rows."""

    model: AdditiveModel
    pair_limit: int
    fold_count: int
    cross_fitted: dict[str, float]


def train_tabular(rows: TrainingRows, *, job_count: int = 1) -> TabularModel:
    """The same rows give the same model whatever the thread count and, with ids of their own, whatever their order."""
    rows = replace(rows, table=rows.table.sort_by([(ID, "ascending"), (ROW, "ascending")]))
    outcome = rows.table.column(LABEL).to_numpy()
    fold_count = 5 if len(outcome) <= _LARGE_ROWS else 2
    fold = deal_folds(row_keys(rows.table, (ID,)), fold_count)
    pair_limits = (0, _PAIRS) if 1 < len(rows.features) <= _PAIRED_COLUMNS else (0,)
    candidates = [size_spec(rows, pair_limit=pair_limit, job_count=job_count) for pair_limit in pair_limits]
    logits = [_out_of_fold(rows, replace(spec, bag_count=_BAGS), fold) for spec in candidates]
    chosen = _choose(rows, logits, outcome)
    calibration = fit_calibration(logits[chosen], outcome)
    probability = probability_of(calibrate_logit(calibration, logits[chosen], np), np)
    return TabularModel(
        model=replace(_train(rows, rows.table, candidates[chosen]), calibration=calibration),
        pair_limit=candidates[chosen].pair_limit,
        fold_count=fold_count,
        cross_fitted={name: measure(outcome, probability, None) for name, measure in metrics.MEASURES.items()},
    )


def size_spec(rows: TrainingRows, *, pair_limit: int, job_count: int) -> TrainSpec:
    """Few rows get fewer bins (about a hundred rows each) and more bags, so that noise is averaged away."""
    count = rows.table.num_rows
    return TrainSpec(
        features=rows.features,
        key_columns=(ID, ROW),
        pair_limit=pair_limit,
        bag_count=_SMALL_BAGS if count <= _SMALL_ROWS else _BAGS,
        bin_limit=int(np.clip(count // _ROWS_PER_BIN, _LEAST_BINS, _MOST_BINS)),
        pair_bin_limit=8 if count <= _SMALL_ROWS else 32,
        job_count=job_count,
    )


def score_rows(trained: TabularModel, rows: AskedRows) -> Scores:
    """Calibrated answers of every row."""
    return score_batch(trained.model, encode_table(rows.table, trained.model.features), np, with_contributions=False)


def deal_folds(keys: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.int64]:
    """Fold (n,) of each row by hash of its person: 0 .. count - 1."""
    return (unit_interval(mix(keys, _FOLD_STREAM)) * count).astype(np.int64)


def _out_of_fold(rows: TrainingRows, spec: TrainSpec, fold: npt.NDArray[np.int64]) -> FloatArray:
    """Raw logits (n,) of models that never saw the row."""
    logit = np.empty(len(fold))
    for number in np.unique(fold):
        is_out = fold == number
        model = _train(rows, rows.table.filter(pa.array(~is_out)), spec)
        encoded = encode_table(rows.table.filter(pa.array(is_out)), model.features)
        logit[is_out] = score_batch(model, encoded, np, with_contributions=False).logit
    return logit


def _train(rows: TrainingRows, table: pa.Table, spec: TrainSpec) -> AdditiveModel:
    """A model of some of the rows; where a class is rare, with the first seed that puts it into every bag."""
    problem: TrainingDataError | None = None
    for attempt in range(_SEEDS):
        try:
            return train_additive(table, LABEL, replace(spec, seed=spec.seed + attempt * spec.bag_count))
        except TrainingDataError as error:
            problem = error
    raise TooFewRowsError(
        str(rows.path),
        found=f"{rows.table.num_rows} rows, {pc.sum(rows.table.column(LABEL)).as_py()} with label 1",
        expected="enough of both classes to hold some of each back",
        action="train on more rows",
    ) from problem


def _choose(rows: TrainingRows, logits: list[FloatArray], outcome: npt.NDArray[np.int64]) -> int:
    """Position of the logits with the lowest Brier score on Platt's line; ties to the first."""
    losses = []
    for logit in logits:
        try:
            slope, offset = fit_platt(logit, outcome)
        except InvertedModelError:
            losses.append(np.inf)
            continue
        losses.append(metrics.brier(outcome, probability_of(slope * logit + offset, np)))
    if not np.isfinite(losses).any():
        raise UninformativeTableError(
            str(rows.path),
            found="rows held out are ranked no better than by chance",
            expected="columns that tell something about the label",
            action="check --label and --positive, or add columns",
        )
    return int(np.argmin(losses))
