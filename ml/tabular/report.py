"""A scored table as the answer file, and the measures of the model beside its challengers as text.

Must not hold: training. A reason is a term's contribution to the row's logit before calibration, with the value as
it stood in the file: `name=value (+0.42)`, the strongest three in either direction.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.file_sync import write_durably
from ml import metrics
from ml.additive import AdditiveModel, Scores
from ml.additive.reasons import NO_TERM, REASONS
from ml.challengers import Challenger
from ml.tabular.columns import ID, LABEL, AskedRows
from ml.tabular.train import TabularModel

MODEL_NAME = "additive"
_SHOWN = ("auc", "brier", "log_loss", "ece")
_SMALLEST_SHOWN = 0.005
_DIGITS = 6


def build_answers(model: AdditiveModel, rows: AskedRows, scores: Scores) -> pa.Table:
    """One row per test row in the file's order: id, probability, low, high and three reasons, empty where fewer."""
    reasons = _reasons(model, rows, scores)
    numbers = {name: np.round(getattr(scores, name), _DIGITS) for name in ("probability", "low", "high")}
    named = {f"reason_{rank}": reason for rank, reason in enumerate(reasons, 1)}
    return pa.table({"id": rows.table.column(ID), **numbers, **named})


def write_answers(answers: pa.Table, path: Path) -> None:
    """Writes the answers as CSV; a reader never sees half a file."""
    from pyarrow import csv as arrow_csv

    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(answers, sink, arrow_csv.WriteOptions(quoting_style="needed"))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, sink.getvalue().to_pybytes())


def describe_run(trained: TabularModel, rows: AskedRows, scores: Scores, challengers: tuple[Challenger, ...]) -> str:
    """What is printed: how the model was made, what it met for the first time, and the measures if there is a label."""
    model = trained.model
    pairs = sum(len(term.feature_indices) == 2 for term in model.terms)
    lines = [
        f"trained on {model.training['rows']:,} rows, {len(model.features)} columns, {pairs} pairs",
        f"calibrated by {model.calibration.method}, cross-fitted over {trained.fold_count} folds",
        _measures_line("training rows, cross-fitted", trained.cross_fitted, width=30),
    ]
    unknown = {name: count for name, count in scores.unknown_counts.items() if count}
    lines += [f"column {name}: {count:,} values unknown or rare, read as other" for name, count in unknown.items()]
    if LABEL not in rows.table.column_names:
        return "\n".join(
            [*lines, f"scored {rows.table.num_rows:,} rows; the test file has no label to measure against"]
        )
    outcome = rows.table.column(LABEL).to_numpy()
    lines.append(f"measured on {len(outcome):,} rows, share of label 1 {outcome.mean():.4f}")
    lines.append(f"{'model':<20}" + "".join(f"{name:>10}" for name in ("AUC", "Brier", "log loss", "ECE")))
    answers = [(MODEL_NAME, scores.probability), *((made.name, made.predict(rows.table)) for made in challengers)]
    for name, probability in answers:
        numbers = (metrics.MEASURES[measure](outcome, probability, None) for measure in _SHOWN)
        lines.append(f"{name:<20}" + "".join(f"{number:>10.4f}" for number in numbers))
    return "\n".join(lines)


def _measures_line(title: str, numbers: dict[str, float], *, width: int) -> str:
    """One line of measures."""
    shown = zip(("AUC", "Brier", "log loss", "ECE"), _SHOWN, strict=True)
    return f"{title:<{width}}" + "  ".join(f"{name} {numbers[measure]:.4f}" for name, measure in shown)


def _reasons(model: AdditiveModel, rows: AskedRows, scores: Scores) -> list[pa.Array]:
    """Texts (n,) of the three strongest terms of either direction; ties to the lower term."""
    terms = np.concatenate([scores.positive_terms, scores.negative_terms], axis=1).astype(np.int64)
    values = np.concatenate([scores.positive_values, scores.negative_values], axis=1).astype(np.float64)
    strength = np.where((terms == NO_TERM) | (np.abs(values) < _SMALLEST_SHOWN), -1.0, np.abs(values))
    order = np.lexsort((terms, -strength), axis=1)[:, :REASONS]
    terms, values, strength = (np.take_along_axis(part, order, axis=1) for part in (terms, values, strength))
    texts = [_value_text(model, rows.text, position) for position in range(len(model.terms))]
    return [
        _rank_reasons(texts, np.where(strength[:, rank] < 0, NO_TERM, terms[:, rank]), values[:, rank])
        for rank in range(REASONS)
    ]


def _value_text(model: AdditiveModel, text: pa.Table, position: int) -> pa.Array:
    """`name=value` (n,) of a term, its pair joined by " & "; what is not there reads "missing"."""
    parts = [
        pc.binary_join_element_wise(
            pa.scalar(model.features[index].name), pc.fill_null(text.column(model.features[index].name), "missing"), "="
        )
        for index in model.terms[position].feature_indices
    ]
    joined: Any = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " & ")
    return joined.combine_chunks()


def _rank_reasons(texts: list[pa.Array], terms: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> pa.Array:
    """Texts (n,) of one rank: each row's chosen term with its signed contribution, null without a term."""
    pieces, rows = [], []
    for position in np.unique(terms[terms != NO_TERM]):
        chosen = np.flatnonzero(terms == position)
        sizes, place = np.unique(np.round(values[chosen], 2), return_inverse=True)
        ends = pa.array([f" ({size:+.2f})" for size in sizes]).take(pa.array(place))
        pieces.append(pc.binary_join_element_wise(texts[position].take(pa.array(chosen)), ends, ""))
        rows.append(chosen)
    if not rows:
        return pa.nulls(len(terms), pa.string())
    back = np.full(len(terms), -1, dtype=np.int64)
    back[np.concatenate(rows)] = np.arange(sum(len(part) for part in rows))
    return pa.concat_arrays(pieces).take(pa.array(back, mask=back < 0))
