"""Predicted rates beside what came out later, and beside simpler models that knew the same.

Must not hold: learning of the answers themselves. The rates that came out later are read here and nowhere before.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.courses import columns as c
from ml.courses.columns import FloatArray, IntArray
from ml.courses.features import ENDED, FOLLOWED, Sessions, as_columns, read_matrix, read_sessions
from ml.courses.history import When

MODEL_NAME = "this model"
Known = tuple[FloatArray, FloatArray]
"""The 6-month and the 3-month rates (n,) as known on a day."""
_PEER_SEED = 20_260_101


@dataclass(frozen=True)
class Measured:
    """One model on the judged sessions; coverage and width of the interval where it gives one."""

    name: str
    mean_absolute_error: float
    r_squared: float
    coverage: float | None = None
    mean_width: float | None = None


@dataclass(frozen=True)
class Judgement:
    """How many sessions were answered and judged, the last day outcomes were known on, and each model's measures."""

    answered: int
    judged: int
    outcomes_until: date
    stages: dict[str, int]
    models: tuple[Measured, ...]


def judge_rates(sessions: pa.Table, answers: pa.Table, outcomes: tuple[date, pa.Table], *, as_of: date) -> Judgement:
    """Measures `answers` (from predict_rates on `sessions`) by the rates that `outcomes` knows on its last day."""
    until, later = outcomes
    actual = _look_up(answers, later, c.known_rates(later, as_of=until))
    is_judged = ~np.isnan(actual)
    judged = answers.filter(pa.array(is_judged))
    rate = actual[is_judged]
    counted = pc.value_counts(judged.column("stage_code")).to_pylist()
    stages = {item["values"]: item["counts"] for item in sorted(counted, key=lambda item: item["values"])}
    models: list[Measured] = []
    if judged.num_rows:
        predicted, low, high = (judged.column(name).to_numpy() for name in ("predicted", "low", "high"))
        is_inside = (rate >= low) & (rate <= high)
        own = _measure(MODEL_NAME, rate, predicted)
        models.append(
            Measured(
                own.name, own.mean_absolute_error, own.r_squared, float(is_inside.mean()), float((high - low).mean())
            )
        )
        models += [_measure(name, rate, values) for name, values in _peers(sessions, judged, as_of).items()]
    return Judgement(answers.num_rows, judged.num_rows, until, stages, tuple(models))


def _look_up(answers: pa.Table, later: pa.Table, rates: FloatArray) -> FloatArray:
    """The later rate (n,) of each answer, NaN where there is none."""
    position = pc.index_in(
        answers.column(c.SESSION).combine_chunks(), value_set=later.column(c.SESSION).combine_chunks()
    )
    return np.asarray(np.append(rates, np.nan)[pc.fill_null(position, len(rates)).to_numpy()], dtype=np.float64)


def _measure(name: str, rate: FloatArray, predicted: FloatArray) -> Measured:
    """Mean absolute error, and the share of the variance explained (NaN when nothing varies)."""
    missed = predicted - rate
    variance = float(np.sum((rate - rate.mean()) ** 2))
    explained = 1 - float(np.sum(missed**2)) / variance if variance > 0 else float("nan")
    return Measured(name, float(np.abs(missed).mean()), explained)


def _peers(table: pa.Table, judged: pa.Table, as_of: date) -> dict[str, FloatArray]:
    """Predictions (n,) of simple models that learned from the same known rates."""
    sessions = read_sessions(table)
    known = sessions.known(as_of)
    learned = np.flatnonzero(~np.isnan(known[0]))
    ids = table.column(c.SESSION).combine_chunks()
    asked = pc.index_in(judged.column(c.SESSION).combine_chunks(), value_set=ids).to_numpy().astype(np.int64)
    rate = known[0][learned]
    everyone = np.full(len(asked), rate.mean())
    without, with_early = _boost(sessions, learned, asked, known)
    return {
        "mean of all sessions": everyone,
        "mean of the field": _means_by(sessions.keys["field"], learned, asked, rate),
        "the course's own past": _means_by(sessions.keys["course"], learned, asked, rate),
        "boosting, no history": without,
        "the same, 3-month rate": with_early,
    }


def _means_by(keys: IntArray, learned: IntArray, asked: IntArray, rate: FloatArray) -> FloatArray:
    """The mean rate (k,) of the learned sessions of each asked one's key; of all where there is none."""
    size = int(keys.max()) + 1
    count = np.bincount(keys[learned], minlength=size)
    total = np.bincount(keys[learned], weights=rate, minlength=size)
    means = np.divide(total, count, out=np.full(size, rate.mean()), where=count > 0)
    return np.asarray(means[keys[asked]], dtype=np.float64)


def _boost(sessions: Sessions, learned: IntArray, asked: IntArray, known: Known) -> tuple[FloatArray, FloatArray]:
    """scikit-learn's histogram boosting with its defaults on all inputs but the past, (k,).

    First without the 3-month rate, then with it for the sessions that have one.
    """
    nothing = (np.full(len(known[0]), np.nan), known[1])
    without = _fit_and_ask(sessions, (learned, asked), nothing, (known[0], ENDED))
    followed = np.flatnonzero(~np.isnan(known[1][asked]))
    with_early = without.copy()
    also_learned = learned[~np.isnan(known[1][learned])]
    if len(followed) and len(also_learned):
        rows = (also_learned, asked[followed])
        with_early[followed] = _fit_and_ask(sessions, rows, nothing, (known[0], FOLLOWED))
    return without, with_early


def _fit_and_ask(
    sessions: Sessions, rows: tuple[IntArray, IntArray], nothing: Known, target: tuple[FloatArray, str]
) -> FloatArray:
    """Learns the target (rates, stage) on the first rows and predicts the second."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    rate, stage = target
    matrices = []
    for part in rows:
        inputs = read_matrix(sessions, part, when=When(sessions.ends[part], sessions.ends[part]), known=nothing)
        matrices.append(np.nan_to_num(as_columns(inputs, stage), nan=-1.0))
    with threadpool_limits(limits=1):
        model = HistGradientBoostingRegressor(early_stopping=False, random_state=_PEER_SEED)
        model.fit(matrices[0], rate[rows[0]])
        return np.asarray(np.clip(model.predict(matrices[1]), 0.0, 1.0), dtype=np.float64)
