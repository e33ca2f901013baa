"""Segments: postings of one region and one occupation side by side, each with a bound on the fit it can give.

A person's fit with any posting of a segment is at most the fit with its centre plus the segment's spread
(Cauchy-Schwarz, within the occupation's numbers of a vector and within the others). Retrieval skips what cannot win.
Do not put here: people, conditions. Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.blocks import Doubles, Floats, Ints, Longs
from matching.eligibility import EDUCATION_CODES
from matching.vectors import OCCUPATION_DIMENSIONS

RANKS = len(EDUCATION_CODES)
LEAST_POSTINGS = 32  # an occupation with fewer in a bucket shares a segment with its minor group (3 digits)
ROUNDING = 1e-4  # more than float32 can lose in a bound


class Segments(NamedTuple):
    """Of each segment (s,), in market order: `first` (s + 1,) its postings, `ends` (s, e) where education rank e ends.

    `of_bucket` (b + 1,) says where a bucket's segments begin. `centres` (s, d) are means of vectors; `spreads` (s, 3)
    the largest distance from the centre within the occupation's numbers and within the others, and the largest length
    of the others.
    """

    first: Longs
    ends: Longs
    of_bucket: Longs
    centres: Floats
    spreads: Floats


class Layout(NamedTuple):
    """The market order (m,) of postings, and in that order each one's bucket, segment and education rank."""

    order: Longs
    bucket: Ints
    segment: Longs
    education: Ints


def order_postings(*, bucket: Ints, occupation: Ints, group: Ints, education: Ints) -> Layout:
    """Postings by bucket, occupation (its minor group where it has few), education; equal ones stay as they are."""
    unit = np.stack([bucket, group, occupation], axis=1).astype(np.int64)
    _, place, count = np.unique(unit, axis=0, return_inverse=True, return_counts=True)
    topic = np.where(count[place.ravel()] < LEAST_POSTINGS, -1, occupation)
    order = np.lexsort((education, topic, group, bucket)).astype(np.int64)
    keys = np.stack([bucket, group, topic], axis=1)[order]
    is_new = np.any(keys[1:] != keys[:-1], axis=1)
    segment = np.concatenate([np.zeros(min(len(order), 1), np.int64), np.cumsum(is_new)])
    return Layout(order, bucket[order], segment, education[order])


def describe_segments(vectors: Floats, layout: Layout, *, buckets: int) -> Segments:
    """The segments of vectors (m, d) in market order."""
    segment, bucket = layout.segment, layout.bucket
    count = int(segment[-1]) + 1 if len(segment) else 0
    first = np.searchsorted(segment, np.arange(count + 1)).astype(np.int64)
    position = segment * RANKS + layout.education
    ends = np.searchsorted(position, np.arange(count)[:, None] * RANKS + np.arange(RANKS), side="right")
    of_bucket = np.searchsorted(bucket[first[:-1]], np.arange(buckets + 1)).astype(np.int64)
    exact = vectors.astype(np.float64)
    centres = _mean(exact, first).astype(np.float32)
    away = exact - centres.astype(np.float64)[segment]
    split = OCCUPATION_DIMENSIONS
    lengths = [_largest_length(rows, first) for rows in (away[:, :split], away[:, split:], exact[:, split:])]
    spreads = (np.stack(lengths, axis=1) + ROUNDING).astype(np.float32)
    return Segments(first, ends.astype(np.int64), of_bucket, centres, spreads)


def _mean(rows: Doubles, first: Longs) -> Doubles:
    """The mean (s, d) of each segment's rows."""
    if len(first) == 1:
        return np.empty((0, rows.shape[1]))
    total: Doubles = np.add.reduceat(rows, first[:-1]) / np.diff(first)[:, None]
    return total


def _largest_length(rows: Doubles, first: Longs) -> Doubles:
    """The largest length (s,) of each segment's rows."""
    if len(first) == 1:
        return np.empty(0)
    longest: Doubles = np.sqrt(np.maximum.reduceat((rows * rows).sum(axis=1), first[:-1]))
    return longest
