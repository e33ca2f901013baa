"""The model of occupations from questionnaire items: people who answered alike, occupations' averages, kindred codes.

Must not hold: reading (read.py), what values mean (scales.py) or either of its two parts (kernel.py, gaussian.py).
Always one thread: sums over rows depend on the number of threads, and equal surveys must give equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.hashing import hash_keys
from ml.occupation_survey.gaussian import Gaussian
from ml.occupation_survey.groups import number_groups, part_targets, share_scores
from ml.occupation_survey.kernel import Likeness
from ml.occupation_survey.ladder import Ladder, weigh_items
from ml.occupation_survey.read import Surveys
from ml.occupation_survey.scales import Scales
from ml.occupation_survey.stretch import learn_stretch

FloatArray = npt.NDArray[np.float64]

_MOST_PEOPLE = 12_000  # compared with: 576 MB of likenesses
_MOST_NEIGHBOURS = 4_000  # to learn weights from: every move compares all with all
_LEAST_ANSWERED = 0.5  # of the items, for a training person to be compared with
_TEMPERING = 0.35  # items say the same thing more than once
_GAUSSIAN_WEIGHT = 0.3


@dataclass(frozen=True, eq=False)
class OccupationSurveyModel:
    """Both parts on standard scores, and the codes (k,) they rank."""

    codes: tuple[str, ...]
    scales: Scales
    centre: FloatArray
    spread: FloatArray
    gaussian: Gaussian
    likeness: Likeness
    shares: FloatArray


def learn_model(surveys: Surveys) -> OccupationSurveyModel:
    """The model of the training rows."""
    from threadpoolctl import threadpool_limits

    codes, classes = np.unique(np.array(surveys.codes), return_inverse=True)
    names = tuple(codes.tolist())
    scales = Scales.learn(surveys.items, surveys.training)
    answers = scales.read(surveys.training)
    is_known = ~np.isnan(answers)
    counts = np.maximum(is_known.sum(axis=0), 1)
    centre = np.where(is_known, answers, 0.0).sum(axis=0) / counts
    spread = np.sqrt(np.where(is_known, (answers - centre) ** 2, 0.0).sum(axis=0) / counts)
    spread = np.where(spread > 0, spread, 1.0)
    scores = (answers - centre) / spread
    groups = number_groups(names)
    with threadpool_limits(limits=1):
        gaussian = Gaussian.learn(scores, classes, groups)
        rows = _choose_people(surveys.keys, is_known)
        filled = _within_range(gaussian.expect_missing(scores[rows]), scores)
        ladder = Ladder.build(filled, weigh_items(scores, classes, len(names)))
        some = _sample_rows([surveys.keys[row] for row in rows], _MOST_NEIGHBOURS)
        stretch = learn_stretch(ladder.climb(filled[some]), classes[rows[some]])
        ladder = Ladder(ladder.steps, ladder.weights * stretch)
        likeness = Likeness.learn(ladder, filled, part_targets(classes[rows], groups))
    return OccupationSurveyModel(names, scales, centre, spread, gaussian, likeness, share_scores(names))


def score_people(model: OccupationSurveyModel, asked: FloatArray) -> FloatArray:
    """Scores (m, k) of answers (m, d) as sent, 0 or more and 1 in all; who answered nothing gets the common ones."""
    from threadpoolctl import threadpool_limits

    scores = (model.scales.read(asked) - model.centre) / model.spread
    is_known = ~np.isnan(scores)
    with threadpool_limits(limits=1):
        alike = _score_likeness(model, scores, is_known)
        logs = model.gaussian.log_posterior(scores)
        # Who answered nothing is like nobody, and the averages know how common each occupation is.
        has_answer = is_known.any(axis=1)
        alike[~has_answer] = 0.0
        tempering = np.where(has_answer, _TEMPERING, 1.0)[:, None]
        logs = tempering * (logs - logs.max(axis=1, keepdims=True))
        average = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
        mixed = alike + _GAUSSIAN_WEIGHT * average
        mixed[has_answer] = mixed[has_answer] @ model.shares
    mixed = np.maximum(mixed, 0.0)
    return np.asarray(mixed / np.maximum(mixed.sum(axis=1, keepdims=True), 1e-12))


def _score_likeness(model: OccupationSurveyModel, scores: FloatArray, is_known: npt.NDArray[np.bool_]) -> FloatArray:
    """Likeness scores (m, k); with items missing, the mean of distances scaled up and of answers filled in.

    On KNOW with half of the items missing the mean of both finds 1 in 100 people more than either alone.
    """
    alike = model.likeness.score(scores, is_known)
    gaps = np.flatnonzero(~is_known.all(axis=1))
    filled = model.gaussian.expect_missing(scores[gaps])
    alike[gaps] = 0.5 * (alike[gaps] + model.likeness.score(filled, np.ones_like(is_known[gaps])))
    return alike


def _choose_people(keys: tuple[str, ...], is_known: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Training rows to compare people with, in their order: those who answered enough, at most MOST_PEOPLE by hash."""
    answered = is_known.mean(axis=1)
    rows = np.flatnonzero(answered >= min(_LEAST_ANSWERED, float(answered.max())))
    return rows[_sample_rows([keys[row] for row in rows], _MOST_PEOPLE)]


def _sample_rows(keys: list[str], most: int) -> npt.NDArray[np.int64]:
    """Positions of at most so many keys, by hash, in their order."""
    if len(keys) <= most:
        return np.arange(len(keys))
    return np.sort(np.argsort(hash_keys(pa.array(keys)), kind="stable")[:most])


def _within_range(filled: FloatArray, scores: FloatArray) -> FloatArray:
    """Expected scores no further out than any that was given."""
    known = np.where(np.isnan(scores), 0.0, scores)
    return np.clip(filled, known.min(axis=0), known.max(axis=0))
