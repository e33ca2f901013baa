"""Learns the job space from a sample of postings, applications and applicants.

Occupations are placed by occupation_space.py. Every occupation, word and skill also gets a row of 32 numbers for each
side: by the texts it is used in (TF-IDF, SVD), and by who applies to what (PPMI, SVD). Postings with some applicants
have such a row too: what those look for. A vector is a sum of rows, so a newcomer has one without any history.
Do not put here: counting (job_features.py), embedding (vectors.py). Makes no table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse import csr_matrix as Sparse
from sklearn.utils.extmath import randomized_svd

from lake.threads import one_thread
from matching.blocks import Doubles, Flags
from matching.hashed import draw_signs
from matching.job_features import JobFeatures, read_features
from matching.job_sample import JobSample
from matching.job_space import DESCRIPTION, JobSpace, Side, load_job_space
from matching.occupation_space import add_prefixes, learn_likeness, place_occupations
from matching.vectors import CONTENT_DIMENSIONS, OCCUPATION_DIMENSIONS, POSTING_MARK, mark_ids, scale_rows

MEETING_DIMENSIONS = 24  # of the content; the others come from use in texts
# What an occupation and a posting weigh beside words (a word of 1 in 50 texts weighs 4).
OCCUPATION_WEIGHT, HISTORY_WEIGHT = 4.0, 40.0
LEAST_MEETINGS = 3  # applications in which a word or posting must occur before anything is learned about it
SHRINKAGE = 1.0  # a pair seen n times counts n / (n + this)
ITERATIONS = 6  # of the randomised SVD


class Rows(NamedTuple):
    """Rows (f, d) of words, postings and occupations, in this order, as asked and as offered."""

    asked: Doubles
    offered: Doubles


def learn_job_space(sample: JobSample, codes: Sequence[str] = ()) -> JobSpace:
    """The space of a sample; `codes` adds occupations that nobody named. Same sample, same bytes."""
    with one_thread():
        features = read_features(sample, codes)
        units = features.codes
        likeness = learn_likeness(units, _count_choices(features))
        names, occupations = add_prefixes(units, place_occupations(units, likeness, OCCUPATION_DIMENSIONS))
        is_known = np.asarray((features.applied > 0).sum(axis=0)).ravel() >= LEAST_MEETINGS
        known = mark_ids(sample.postings["posting_id"].combine_chunks(), POSTING_MARK).filter(pa.array(is_known))
        rows, use_dimensions = _learn_content(features, likeness, is_known)
        first = len(rows.asked) - len(units)
        asked, offered = (Side(add_prefixes(units, side[first:])[1], side[:first]) for side in rows)
        words = pa.array([*features.words, *known.to_pylist()], pa.string())
        return JobSpace(names, words, occupations, asked, offered, use_dimensions)


def ensure_job_space(draw: Callable[[], JobSample], codes: Sequence[str], folder: Path) -> str:
    """The version of the space in `folder`, learned from the sample when there is none yet."""
    if not (folder / DESCRIPTION).is_file():
        aside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        learn_job_space(draw(), codes).save(aside)
        aside.replace(folder)
    return load_job_space(folder).version


def _count_choices(features: JobFeatures) -> Doubles:
    """(k, k): for two occupations, the people who named or applied to both, each person counting once in all."""
    chosen = Sparse(features.seekers.occupations + features.applied @ features.postings.occupations)
    scaled = _scale(chosen)
    return np.asarray((scaled.T @ scaled).todense(), dtype=np.float64)


def _learn_content(features: JobFeatures, likeness: Doubles, is_known: Flags) -> tuple[Rows, int]:
    """Weighted rows, and how many of their numbers come from use in texts."""
    frequency = sparse.vstack([features.postings.words, features.seekers.words]).getnnz(axis=0)
    texts = features.postings.words.shape[0] + features.seekers.words.shape[0]
    weights = np.concatenate(
        [np.log1p(texts / np.maximum(frequency, 1)), np.full(len(features.codes), OCCUPATION_WEIGHT)]
    )
    meetings = _learn_meetings(features, is_known)
    width = CONTENT_DIMENSIONS - (MEETING_DIMENSIONS if meetings else 0)
    words = len(features.words)
    by_posting, by_seeker = (
        Sparse(sparse.hstack(side) @ sparse.diags(weights)) for side in (features.postings, features.seekers)
    )
    alone = np.vstack(
        [
            draw_signs([f"word:{word}" for word in features.words], width),
            place_occupations(features.codes, likeness, width),
        ]
    )
    own = _learn_use(Sparse(sparse.vstack([by_posting, by_seeker])), alone)
    history = scale_rows(np.ascontiguousarray(by_posting[is_known] @ own))
    weights = np.insert(weights, [words] * int(is_known.sum()), HISTORY_WEIGHT)
    sought = np.insert(own, [words] * len(history), history, axis=0)
    # A posting's own text says the same already; only for people do the postings they applied to add words.
    offered = np.insert(own, [words] * len(history), 0.0, axis=0)
    uses = Rows(sought, offered)
    if meetings:
        uses = Rows(*(np.hstack(parts) for parts in zip(uses, meetings, strict=True)))
    return Rows(*(side * weights[:, None] for side in uses)), width


def _learn_use(texts: Sparse, alone: Doubles) -> Doubles:
    """Rows (f, width) of length about 1 whose inner products say how alike two words are used.

    What the leading directions do not explain of a word goes in its own direction `alone` (f, width), so that a word
    in common counts even where it is rare.
    """
    scaled = _scale(texts)
    use = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=0)).ravel())
    _, sizes, directions = _decompose(scaled, alone.shape[1])
    explained = directions.T * sizes / np.where(use > 0, use, 1.0)[:, None]
    unexplained = np.sqrt(np.clip(1 - (explained * explained).sum(axis=1), 0.0, 1.0))
    rows: Doubles = explained + unexplained[:, None] * alone
    return rows


def _learn_meetings(features: JobFeatures, is_known: Flags) -> Rows | None:
    """Rows (f, MEETING_DIMENSIONS): what is sought with what, by applications; None where there are too few.

    Positive pointwise mutual information of what a person and what the posting they apply to show, rare pairs shrunk.
    A person also shows the other postings they applied to.
    """
    applied = features.applied
    history = Sparse((applied > 0).astype(np.float64)[:, is_known])
    itself = Sparse(sparse.identity(applied.shape[1], format="csr")[:, is_known])
    asks = _list_shown(features.seekers.words, history, features.seekers.occupations)
    offers = _list_shown(features.postings.words, itself, features.postings.occupations)
    often = [
        np.asarray(weights).ravel() @ shown >= LEAST_MEETINGS
        for weights, shown in ((applied.sum(axis=1), asks), (applied.sum(axis=0), offers))
    ]
    kept_asks, kept_offers = (
        Sparse(shown @ sparse.diags(flags.astype(np.float64)))
        for shown, flags in zip((asks, offers), often, strict=True)
    )
    together = sparse.coo_matrix(kept_asks.T @ applied @ kept_offers)
    words = len(features.words)
    is_itself = (together.row == together.col) & (together.row >= words) & (together.row < words + history.shape[1])
    together.data[is_itself] = 0.0
    lift = _find_lift(together)
    if not lift.nnz:
        return None
    left, sizes, right = _decompose(lift, MEETING_DIMENSIONS)
    return Rows(*(_even_out(side * np.sqrt(sizes)) for side in (left, right.T)))


def _list_shown(words: Sparse, postings: Sparse, occupations: Sparse) -> Sparse:
    """What a row shows (n, f): words count once."""
    flags = words.copy()
    flags.data = np.minimum(flags.data, 1.0)
    return Sparse(sparse.hstack([flags, postings, occupations]))


def _find_lift(together: sparse.coo_matrix) -> Sparse:
    """ln(seen / expected by chance) of each pair where positive, shrunk where seen rarely."""
    is_seen = together.data > 0
    row, column, seen = together.row[is_seen], together.col[is_seen], together.data[is_seen]
    rows, columns = (np.bincount(place, seen, size) for place, size in zip((row, column), together.shape, strict=True))
    lift = np.maximum(np.log(seen * seen.sum() / (rows[row] * columns[column])), 0.0) * seen / (seen + SHRINKAGE)
    found = Sparse((lift, (row, column)), shape=together.shape)
    found.eliminate_zeros()
    return found


def _even_out(rows: Doubles) -> Doubles:
    """Rows of length 1, shorter only where a row is shorter than half of those that are there."""
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    usual = np.median(lengths[lengths > 1e-9]) if (lengths > 1e-9).any() else 1.0
    evened: Doubles = rows / np.maximum(lengths, usual)
    return evened


def _scale(rows: Sparse) -> Sparse:
    """Rows of length 1; an empty one stays."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return Sparse(sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rows)


def _decompose(matrix: Sparse, width: int) -> tuple[Doubles, Doubles, Doubles]:
    """The leading `width` singular triplets, zeros where there are fewer; signs and seed are fixed."""
    left, sizes, right = np.zeros((matrix.shape[0], width)), np.zeros(width), np.zeros((width, matrix.shape[1]))
    count = min(width, *matrix.shape)
    if count and matrix.nnz:
        left[:, :count], sizes[:count], right[:count] = randomized_svd(
            matrix, n_components=count, n_iter=ITERATIONS, random_state=0
        )
    return left, sizes, right
