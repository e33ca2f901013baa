"""What each pattern of known scales says about occupations: inverse covariances and biases, missing scales left out.

A pattern is which of the 35 scales a person has. Scales that are missing are integrated out exactly: only the rows and
columns of the known ones are inverted. Compiled loops in one order of additions, so that a pattern gives the same
numbers in any block. Do not put here: people's scores, history (places.py). Makes no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.blocks import Doubles, Flags, Longs
from matching.compiled import compiled
from matching.occupation_model import OccupationModel
from matching.twins import Siblings, list_siblings, mark_twins


class Patterns(NamedTuple):
    """Of each pattern (p,): which scales it knows (p, 35) and the parts of the log-likelihood ratio below.

    ratio of occupation k = x·W·m_k + bias_k − ½ x·(W − T)·x − constant, for the known scales x of a person around the
    centre, with `within` W and `total` T (p, 35, 35) the inverse covariances of the known scales (0 for the others),
    means m (k, 35), bias_k (p, k) = −½ m_k·W·m_k and constant (p,) = ½ (log|W⁻¹| − log|T⁻¹|). `is_twin` (p, s) says
    which siblings the pattern tells apart badly (twins.py).
    """

    known: Flags
    within: Doubles
    total: Doubles
    bias: Doubles
    constant: Doubles
    is_twin: Flags


def number_patterns(known: Flags) -> tuple[Longs, Flags]:
    """The pattern of each row of `known` (n, d) as a number (n,), and the distinct patterns (p, d) in its order."""
    bits = known @ (np.int64(1) << np.arange(known.shape[1], dtype=np.int64))
    _, first, which = np.unique(bits, return_index=True, return_inverse=True)
    return which.astype(np.int64), known[first]


def weigh_patterns(model: OccupationModel, known: Flags) -> Patterns:
    """The weights of patterns `known` (p, 35) under `model`; about 25 kB each."""
    covariances = (model.within, model.total)
    learned = np.flatnonzero(model.is_learned)
    return Patterns(
        known, *weigh(known, covariances, np.ascontiguousarray(model.means.T), learned, list_siblings(model))
    )


@compiled
def weigh(
    known: Flags, covariances: tuple[Doubles, Doubles], means: Doubles, learned: Longs, siblings: Siblings
) -> tuple[Doubles, Doubles, Doubles, Doubles, Flags]:
    """`Patterns` of `known` (p, d) but for itself, for means (d, k).

    For people without any known scale twins are those that all `learned` scales tell apart badly.
    """
    count, scales = known.shape
    within, total = np.zeros((count, scales, scales)), np.zeros((count, scales, scales))
    bias, constant = np.zeros((count, means.shape[1])), np.zeros(count)
    is_twin = np.zeros((count, len(siblings.first)), np.bool_)
    for pattern in range(count):
        places = np.flatnonzero(known[pattern])
        asked = places if len(places) else learned
        roots, half_log_within = invert_root(covariances[0], asked)
        turned = turn_means(roots, asked, means)
        mark_twins(turned, asked, siblings, is_twin[pattern])
        if len(places):
            spread(roots, places, within[pattern])
            for row in range(len(places)):
                bias[pattern] -= 0.5 * turned[row] * turned[row]
            roots, half_log_total = invert_root(covariances[1], places)
            spread(roots, places, total[pattern])
            constant[pattern] = half_log_within - half_log_total
    return within, total, bias, constant, is_twin


@compiled
def invert_root(covariance: Doubles, places: Longs) -> tuple[Doubles, float]:
    """R (m, m), lower triangular, with RᵀR the inverse of `covariance` at `places` (m,); and half of its log volume."""
    size = len(places)
    lower = np.zeros((size, size))
    roots = np.zeros((size, size))
    half_log = 0.0
    for row in range(size):
        for column in range(row + 1):
            left = covariance[places[row], places[column]]
            for before in range(column):
                left -= lower[row, before] * lower[column, before]
            lower[row, column] = np.sqrt(left) if row == column else left / lower[column, column]
        half_log += np.log(lower[row, row])
        roots[row, row] = 1.0
        for before in range(row):
            share = lower[row, before]
            for column in range(before + 1):
                roots[row, column] -= share * roots[before, column]
        for column in range(row + 1):
            roots[row, column] /= lower[row, row]
    return roots, half_log


@compiled
def spread(roots: Doubles, places: Longs, inverse: Doubles) -> None:
    """Put RᵀR into the rows and columns `places` of `inverse` (d, d), which holds zeros."""
    size = len(places)
    product = np.zeros((size, size))
    for inner in range(size):
        for row in range(inner + 1):
            share = roots[inner, row]
            for column in range(inner + 1):
                product[row, column] += share * roots[inner, column]
    for row in range(size):
        for column in range(size):
            inverse[places[row], places[column]] = product[row, column]


@compiled
def turn_means(roots: Doubles, places: Longs, means: Doubles) -> Doubles:
    """R·m_k (m, k) for the `means` (d, k) at `places`."""
    turned = np.zeros((len(places), means.shape[1]))
    for row in range(len(places)):
        for column in range(row + 1):
            share, mean = roots[row, column], means[places[column]]
            for occupation in range(means.shape[1]):
                turned[row, occupation] += share * mean[occupation]
    return turned
