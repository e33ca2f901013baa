"""Ranked occupations as the answer file, and how often the right one is among them beside other models, as text.

Must not hold: learning or reading of the model itself.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.file_sync import write_durably
from ml.occupation_survey.model import OccupationSurveyModel
from ml.occupation_survey.read import Surveys

FloatArray = npt.NDArray[np.float64]

PLACES = 5
_DIGITS = 6
_TREES, _TREES_AT_ONCE = 100, 2  # a tree holds a number for each leaf and occupation: 65 MB with 540 of them
_SEED = 20_260_101


@dataclass(frozen=True)
class Measures:
    """How often the right occupation is first and among five, and macro-F1 of the first."""

    name: str
    hit_at_1: float
    hit_at_5: float
    macro_f1: float


def build_answers(surveys: Surveys, model: OccupationSurveyModel, scores: FloatArray) -> pa.Table:
    """Rows id, rank, code, score: five a person (fewer where there are fewer occupations), in the file's order."""
    best = rank_codes(scores)
    people, places = best.shape
    return pa.table(
        {
            "idx": pa.array(np.repeat(np.array(surveys.ids, dtype=object), places), pa.string()),
            "rank": pa.array(np.tile(np.arange(1, places + 1), people)),
            "code": pa.array(np.array(model.codes, dtype=object)[best.ravel()], pa.string()),
            "score": pa.array(np.round(np.take_along_axis(scores, best, axis=1).ravel(), _DIGITS)),
        }
    )


def write_answers(answers: pa.Table, path: Path) -> None:
    """Writes `idx,rank,code,score`; a reader never sees half a file."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(answers.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in answers.columns), strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, sink.getvalue().encode())


def describe_answers(surveys: Surveys, model: OccupationSurveyModel, scores: FloatArray) -> str:
    """What was learned from and answered, and the measures beside the peers where the test file has the label."""
    lines = [
        *surveys.notes,
        f"learned {len(model.codes):,} occupations from {len(surveys.codes):,} workers and {len(surveys.items)} items",
        f"answered {len(surveys.ids):,} people",
    ]
    same = _count_same_answers(model.scales.read(surveys.asked))
    if same:
        lines.append(f"{same:,} people gave every rating the same value or answered nothing: their answers say little")
    if surveys.known is None:
        return "\n".join([*lines, "the test file has no label to measure against"])
    rows = np.flatnonzero([code is not None for code in surveys.known])
    known = np.array([surveys.known[row] for row in rows])
    unseen = ~np.isin(known, model.codes)
    if unseen.any():
        lines.append(f"{unseen.sum():,} people have an occupation that no training row has: counted as not found")
    lines += [f"measured on {len(rows):,} people", f"{'model':<16}{'hit@1':>9}{'hit@5':>9}{'macro-F1':>10}"]
    tested = [
        ("this model", scores),
        ("extra trees", _score_by_trees(surveys, model)),
        ("popularity", _shares(surveys)),
    ]
    for made in (measure_scores(name, model.codes, answer[rows], known) for name, answer in tested):
        lines.append(f"{made.name:<16}{made.hit_at_1:>9.4f}{made.hit_at_5:>9.4f}{made.macro_f1:>10.4f}")
    return "\n".join(lines)


def rank_codes(scores: FloatArray) -> npt.NDArray[np.int64]:
    """The best places (n, up to 5) of scores (n, k); ties to the lower code."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :PLACES]


def measure_scores(name: str, codes: tuple[str, ...], scores: FloatArray, known: npt.NDArray[np.str_]) -> Measures:
    """Measures of scores (n, k) against known codes (n,)."""
    from sklearn.metrics import f1_score

    found = np.array(codes)[rank_codes(scores)]
    is_right = found == known[:, None]
    macro = float(f1_score(known, found[:, 0], average="macro", zero_division=0.0))
    return Measures(name, float(is_right[:, 0].mean()), float(is_right.any(axis=1).mean()), macro)


def _score_by_trees(surveys: Surveys, model: OccupationSurveyModel) -> FloatArray:
    """Scores (m, k) of scikit-learn's extra trees on the answers as this model reads them, missing as the mean."""
    from sklearn.ensemble import ExtraTreesClassifier

    training, asked = (
        np.nan_to_num((model.scales.read(part) - model.centre) / model.spread)
        for part in (surveys.training, surveys.asked)
    )
    classes = np.searchsorted(np.array(model.codes), np.array(surveys.codes))
    total = np.zeros((len(asked), len(model.codes)))
    for seed in range(_SEED, _SEED + _TREES // _TREES_AT_ONCE):
        trees = ExtraTreesClassifier(_TREES_AT_ONCE, random_state=seed).fit(training, classes)
        total += trees.predict_proba(asked)
    return total


def _shares(surveys: Surveys) -> FloatArray:
    """The commonest occupations for everybody."""
    _, counts = np.unique(np.array(surveys.codes), return_counts=True)
    return np.tile(counts.astype(np.float64), (len(surveys.ids), 1))


def _count_same_answers(answers: FloatArray) -> int:
    """People whose answers (n, d) are all the same, or none."""
    lowest = np.where(np.isnan(answers), np.inf, answers).min(axis=1)
    highest = np.where(np.isnan(answers), -np.inf, answers).max(axis=1)
    return int((lowest >= highest).sum())
