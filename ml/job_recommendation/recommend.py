"""The whole course: the choice learned on one split, measured on another, and everybody's list on all applications.

Must not hold: single scorers or inputs. Two splits, one application held out of each person in both: the `judged` one,
and a second inside what is left of the first. The model that is judged learns from the second alone and sees nothing
of the first; the one that answers learns from the first in the same way, with all applications as its graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from lake.threads import one_thread
from ml.job_recommendation.choice import ChoiceModel, learn_choice
from ml.job_recommendation.errors import TooFewPostingsError
from ml.job_recommendation.holdout import FOLDS, HeldOut, hold_out, remove
from ml.job_recommendation.judge import DIGITS, FEW, Measures, measure_lists, rank_postings
from ml.job_recommendation.pairs import Pairs, build_pairs, join_pairs
from ml.job_recommendation.peers import score_peers
from ml.job_recommendation.read import PERSON, POSTING, Market

IntArray = npt.NDArray[np.int64]

_JUDGED_STREAM, _INNER_STREAM = 1, 2


@dataclass(frozen=True, eq=False)
class Recommendation:
    """Everybody's list (resume_seq, rank, recruitment_seq, score), what taught it, and the measures.

    `judged` people of which `few` had up to three applications left; no measures where nobody could be held out.
    """

    lists: pa.Table
    model: ChoiceModel
    judged: int
    few: int
    measures: tuple[Measures, ...]


def recommend_jobs(market: Market, *, k: int) -> Recommendation:
    """The best k postings of every person that they have not applied to, and how good such lists are."""
    _require_postings(market, k)
    with one_thread():
        judged = hold_out(market, market.applied, stream=_JUDGED_STREAM)
        pairs, held, peers = _ask_folds(market, market.applied, judged, k=k)
        measures = _judge(market, judged, (pairs, held, peers), k=k)
        model = learn_choice(pairs, held)
        everybody = np.arange(len(market.people), dtype=np.int64)
        asked = build_pairs(market, market.applied, everybody, least=k)
        return Recommendation(
            lists=_list_best(market, asked, model, k),
            model=model,
            judged=len(held),
            few=int(_has_few(market, pairs.people).sum()),
            measures=measures,
        )


def _require_postings(market: Market, k: int) -> None:
    """Everybody has k postings left to be recommended."""
    most = int(np.diff(market.applied.indptr).max(initial=0))
    if len(market.postings) - most < k:
        raise TooFewPostingsError(
            "recruitment.csv",
            found=f"{len(market.postings):,} postings, of which one résumé applied to {most:,}",
            expected=f"{k} others for everybody",
            action="ask for fewer with --k or add postings",
        )


def _ask_folds(
    market: Market, applied: sp.csr_matrix, held: HeldOut, *, k: int | None
) -> tuple[Pairs, IntArray, dict[str, IntArray]]:
    """Pairs of the people held out, fold by fold without that fold's applications; with `k`, the peers' lists too."""
    parts, chosen = [], []
    peers: dict[str, list[IntArray]] = {}
    for fold in range(FOLDS):
        asked = held.take_fold(fold)
        left = remove(applied, asked)
        parts.append(build_pairs(market, left, asked.people, least=k or 1))
        chosen.append(asked.postings)
        if k is None or not len(asked.people):
            continue
        closed = left[asked.people].toarray() > 0
        for name, scores in score_peers(left, asked.people).items():
            lists = rank_postings(np.where(closed, np.float32(-np.inf), scores), k)
            peers.setdefault(name, []).append(lists)
    return join_pairs(parts), np.concatenate(chosen), {name: np.concatenate(lists) for name, lists in peers.items()}


def _judge(
    market: Market, judged: HeldOut, asked: tuple[Pairs, IntArray, dict[str, IntArray]], *, k: int
) -> tuple[Measures, ...]:
    """The measures of a model that learned without the judged applications, and of its peers."""
    pairs, held, peers = asked
    if not len(held):
        return ()
    left = remove(market.applied, judged)
    inner_pairs, inner_held, _ = _ask_folds(market, left, hold_out(market, left, stream=_INNER_STREAM), k=None)
    model = learn_choice(inner_pairs, inner_held)
    places = rank_postings(model.score(pairs), k)
    lists = {"this model": np.take_along_axis(pairs.postings, places, axis=1)} | peers
    is_few = _has_few(market, pairs.people)
    return tuple(measure_lists(name, found, held, is_few, len(market.postings)) for name, found in lists.items())


def _has_few(market: Market, people: IntArray) -> npt.NDArray[np.bool_]:
    """Whether people (n,) have one to three applications left when one is held out."""
    return np.asarray(np.diff(market.applied.indptr)[people] - 1 <= FEW)


def _list_best(market: Market, pairs: Pairs, model: ChoiceModel, k: int) -> pa.Table:
    """Rows resume_seq, rank, recruitment_seq, score: k a person, people and ties in the order of ids."""
    chance = np.where(pairs.is_open, model.score(pairs), np.float32(-np.inf))
    places = rank_postings(chance, k)
    best = np.take_along_axis(pairs.postings, places, axis=1)
    scores = np.round(np.take_along_axis(chance, places, axis=1).astype(np.float64), DIGITS)
    return pa.table(
        {
            PERSON: pa.array(np.repeat(np.array(market.people, dtype=object), k), pa.string()),
            "rank": pa.array(np.tile(np.arange(1, k + 1), len(market.people))),
            POSTING: pa.array(np.array(market.postings, dtype=object)[best.ravel()], pa.string()),
            "score": pa.array(scores.ravel()),
        }
    )
