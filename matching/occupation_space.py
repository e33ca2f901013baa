"""Occupations as points: near where KECO puts them near, and where the same people look for or apply to both.

`learn_likeness` says how alike two occupations are, `place_occupations` turns that into short vectors of length 1
whose inner products are about the likeness. Do not put here: texts, skills (job_space_model.py). Makes no table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.blocks import Doubles, Floats
from matching.hashed import draw_signs

# Share of the likeness that each length of a common KECO prefix gives: two codes of one unit group meet at 1, of one
# minor group (3 digits) at .6, of one 2-digit group at .3, of one 1-digit group at .1.
PREFIX_SHARES = {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4}
# A person counts once however many postings they applied to; KECO counts as much as this many people who chose the
# same two occupations, so rare occupations stand where KECO puts them.
KECO_PEOPLE = 50.0
ALIKE = 0.05  # above this likeness two occupations are drawn together, below it they are only kept apart

# Least squares over all pairs with 32 numbers for 443 occupations: pairs that are alike weigh more, strangers count
# only where they come closer than they should. Measured: minor groups meet at .60–.78, strangers at most at .37;
# signs drawn by hash gave .11–.83 and .76.
STEPS, STEP_SIZE, MOMENTUM = 400, 0.2, 0.9
ALIKE_WEIGHT, STRANGER_WEIGHT = 30.0, 5.0


def learn_likeness(codes: Sequence[str], choices: Doubles) -> Doubles:
    """Likeness (k, k) between 0 and 1 from KECO and from `choices` (k, k), people who chose both occupations.

    A cosine: (both + p · KECO) / sqrt((one + p) (other + p)) with p = KECO_PEOPLE.
    """
    likeness = KECO_PEOPLE * compare_codes(codes) + choices
    scale = np.sqrt(np.diag(likeness))
    scaled: Doubles = likeness / np.outer(scale, scale)
    return scaled


def compare_codes(codes: Sequence[str]) -> Doubles:
    """The share (k, k) of the hierarchy that two codes have in common."""
    total = np.zeros((len(codes), len(codes)))
    for length, share in PREFIX_SHARES.items():
        prefixes = np.unique([code[:length] for code in codes], return_inverse=True)[1].ravel()
        total += share * (prefixes[:, None] == prefixes[None, :])
    return total


def place_occupations(codes: Sequence[str], likeness: Doubles, dimensions: int) -> Doubles:
    """Vectors (k, dimensions) of length 1; where they start depends on the codes alone, so two runs end equal."""
    signs: list[Floats] = [
        draw_signs([f"keco:{code[:length]}" for code in codes], dimensions) for length in PREFIX_SHARES
    ]
    starts = zip(PREFIX_SHARES.values(), signs, strict=True)
    vectors = _to_length_one(sum((np.sqrt(share) * sign for share, sign in starts), np.zeros((len(codes), dimensions))))
    is_alike = likeness >= ALIKE
    weights = np.where(is_alike, 1 + ALIKE_WEIGHT * likeness, 0.0)
    step = STEP_SIZE / max(weights.sum(axis=1).max(initial=0.0), 1.0)
    move = np.zeros_like(vectors)
    for _ in range(STEPS):
        excess = vectors @ vectors.T - likeness
        np.fill_diagonal(excess, 0.0)
        pull = np.where(is_alike, weights, np.where(excess > 0, 1 + STRANGER_WEIGHT * excess, 0.0)) * excess
        move = MOMENTUM * move - step * (pull @ vectors)
        vectors = _to_length_one(vectors + move)
    return vectors


def add_prefixes(codes: Sequence[str], rows: Doubles) -> tuple[tuple[str, ...], Doubles]:
    """`codes` and all their prefixes, sorted, each with its row (·, d); a prefix has the mean of its members' rows.

    So an occupation that was never seen stands where its nearest known group does.
    """
    members: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        for length in range(1, len(code) + 1):
            members.setdefault(code[:length], []).append(place)
    places = {code: [place] for place, code in enumerate(codes)}
    names = tuple(sorted(members))
    means = [rows[places.get(name, members[name])].mean(axis=0) for name in names]
    return names, np.array(means).reshape(len(names), rows.shape[1])


def _to_length_one(rows: Doubles) -> Doubles:
    length = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    scaled: Doubles = rows / np.where(length > 0, length, 1.0)
    return scaled
