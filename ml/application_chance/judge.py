"""How good the chances are on the newest applications, as rows of ops__evaluation and ops__calibration.

Beside them the base rate, the posting's own hire rate and gradient boosting on the same inputs. Do not put here:
learning (train.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lake.threads import one_thread
from ml.application_chance.bins import number_bins
from ml.application_chance.train import FloatArray, Row, Split, Terms, outcome_of
from ml.hashing import hash_keys
from ml.metrics import MEASURES, Measure, draw_weights, interval_over, reliability_table

SERVICE = "JOBS"
LABEL = "is_hired"
DRAWS = 100
BINS = 10
SMALLEST_BIN = 30
MEASURED = ("auc", "brier", "log_loss", "ece")
BOOSTING_ROUNDS, BOOSTING_LEAVES = 100, 8


def judge(terms: Terms, split: Split) -> tuple[list[Row], list[Row]]:
    """Rows of ops__evaluation and of ops__calibration, without their date."""
    outcome, keys = outcome_of(split.judges), hash_keys(split.judges["seeker_key"])
    chance = terms.chance(split.judges)
    models = {
        "additive": chance,
        "base_rate": np.full(len(outcome), outcome_of(split.teaches).mean()),
        "gradient_boosting": _boost(terms, split),
    }
    weights = draw_weights(keys, DRAWS)
    rows = []
    for model, probability in models.items():
        order = np.argsort(probability, kind="stable")
        for name in MEASURED:
            drawn = [weight[order] for weight in weights]
            found = _interval(MEASURES[name], outcome[order], probability[order], drawn)
            rows.append(evaluation_row(model, name, found, len(outcome)))
    counts = {"teach": split.teaches, "calibrate": split.calibrates, "judge": split.judges}
    for part, pairs in counts.items():
        hired = float(outcome_of(pairs).mean())
        rows.append(evaluation_row("additive", f"hired_share:{part}", (hired, None, None), pairs.num_rows))
    return rows, _calibration_rows(outcome, chance)


def fallback_row(why: str, applications: int) -> Row:
    """That there is no learned chance, and why."""
    row = evaluation_row("base_rate", "applications_count", (float(applications), None, None), applications)
    return row | {"result_code": "WARN", "detail": why}


def evaluation_row(model: str, name: str, values: tuple[float | None, float | None, float | None], rows: int) -> Row:
    """One row of ops__evaluation; what cannot be computed is null."""
    value, low, high = (None if each is None or not np.isfinite(each) else round(each, 6) for each in values)
    return {
        "service_code": SERVICE,
        "scope_code": "SERVED",
        "cohort": "ALL",
        "model_name": model,
        "label_name": LABEL,
        "measure_name": name,
        "value": value,
        "value_low": low,
        "value_high": high,
        "limit_value": None,
        "rows_count": rows,
        "result_code": "PASS",
        "detail": None,
    }


def _interval(
    measure: Measure, outcome: npt.NDArray[Any], probability: FloatArray, weights: list[FloatArray]
) -> tuple[float, float, float]:
    found = interval_over(measure, outcome, probability, weights)
    return found.value, found.low, found.high


def _boost(terms: Terms, split: Split) -> FloatArray:
    """A challenger that may use any interplay of the same inputs, cut into the same bins."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=BOOSTING_ROUNDS, max_leaf_nodes=BOOSTING_LEAVES, early_stopping=False, random_state=0
    )
    with one_thread():
        model.fit(number_bins(split.teaches, terms.inputs), outcome_of(split.teaches))
        found = model.predict_proba(number_bins(split.judges, terms.inputs))[:, 1]
    return np.asarray(found, dtype=np.float64)


def _calibration_rows(outcome: npt.NDArray[np.int64], chance: FloatArray) -> list[Row]:
    """Mean chance against the hired share in ten bins; bins with few applications are hidden."""
    table = reliability_table(outcome, chance)
    rows = []
    for number in np.flatnonzero(table.weight > 0).tolist():
        count, rate = int(table.weight[number]), float(table.observed_rate[number])
        hidden = count < SMALLEST_BIN
        centre = (rate * count + 1.92) / (count + 3.84)  # Wilson's interval
        half = 1.96 * np.sqrt(rate * (1 - rate) * count + 0.96) / (count + 3.84)
        shown = [float(table.mean_probability[number]), rate, max(centre - half, 0.0), min(centre + half, 1.0)]
        mean, observed, low, high = (None if hidden else round(float(value), 6) for value in shown)
        rows.append(
            {
                "service_code": SERVICE,
                "group_name": "ALL",
                "group_code": "ALL",
                "bin_number": number + 1,
                "probability_from_0_1": number / BINS,
                "mean_probability_0_1": mean,
                "observed_rate_0_1": observed,
                "observed_rate_0_1_low": low,
                "observed_rate_0_1_high": high,
                "people_count": None if hidden else count,
                "is_suppressed": hidden,
            }
        )
    return rows
