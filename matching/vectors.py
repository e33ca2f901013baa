"""Content vectors: what a person looks for and what a posting offers, as 64 numbers whose inner product is the fit.

A feature (a KECO prefix, a keyword, a skill code) becomes 64 signs drawn from its own hash: the same on every
machine, nothing to learn or store. Do not put here: conditions (eligibility.py), ranks (rank.py). Makes no table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from matching.blocks import Doubles, Floats, Ints, Longs, TokenLists, encode, split_tokens
from matching.compiled import compiled

DIMENSIONS = 64
OCCUPATION_DIMENSIONS = 32
STEPS = 4096

# Share of the squared length that each length of a KECO prefix takes: two codes of one unit group meet at 1,
# of one minor group (3 digits) at .6, of one 2-digit group at .3, of one 1-digit group at .1.
PREFIX_SHARES = {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4}

# Share of the squared length for each part. A part that is not there leaves its share to the others.
OCCUPATION_SHARE, KEYWORD_SHARE, SKILL_SHARE = 0.6, 0.25, 0.15

# How much each occupation of a person says about what is looked for.
SEEKER_OCCUPATIONS = {
    "wanted_occupation_code_1": 1.0,
    "wanted_occupation_code_2": 0.7,
    "wanted_occupation_code_3": 0.5,
    "career_occupation_code": 0.4,
    "last_occupation_code": 0.3,
}


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that postings use, sorted, each with its rarity and its signs (v, 64)."""

    tokens: pa.Array
    weights: Doubles
    signs: Floats

    def add_up(self, column: pa.Array | pa.ChunkedArray) -> Doubles:
        """For each row the weighted sum (n, 64) of the signs of its known tokens, scaled to length 1 (or 0)."""
        known = split_tokens(column).recode(self.tokens)
        return scale_rows(sum_tokens(known.offsets, known.codes, self.weights, self.signs))


@dataclass(frozen=True)
class ContentSpace:
    """What is needed to turn texts into vectors that can be compared: learned once from the postings of a night."""

    keywords: Vocabulary
    skills: Vocabulary

    def embed(self, occupations: Doubles, keywords: pa.Array, skills: pa.Array) -> Floats:
        """Vectors (n, 64) of length 1 (a little less after rounding), or 0 where nothing is known, from the parts."""
        total = np.sqrt(OCCUPATION_SHARE) * scale_rows(occupations)
        total += np.sqrt(KEYWORD_SHARE) * self.keywords.add_up(keywords)
        total += np.sqrt(SKILL_SHARE) * self.skills.add_up(skills)
        return round_down(scale_rows(total))


def learn_space(keywords: pa.Array, skills: pa.Array) -> ContentSpace:
    """The space of a night's postings, from their `keywords_text` and `skill_codes_text`."""
    return ContentSpace(_learn_vocabulary(keywords, "keyword"), _learn_vocabulary(skills, "skill"))


def _learn_vocabulary(column: pa.Array | pa.ChunkedArray, kind: str) -> Vocabulary:
    """Inverse document frequency ln(1 + rows / rows with the token)."""
    lists: TokenLists = split_tokens(column)
    counts = np.bincount(lists.codes, minlength=len(lists.vocabulary))
    used = np.flatnonzero(counts)
    names = lists.vocabulary.take(pa.array(used)).to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    tokens = pa.array([names[place] for place in order], pa.string())
    weights = np.log1p(len(column) / counts[used][order]) if order else np.empty(0)
    return Vocabulary(tokens, weights, draw_signs(kind, tokens.to_pylist()))


def draw_signs(kind: str, tokens: Sequence[str]) -> Floats:
    """±1/8 in 64 places (t, 64) from the BLAKE2b hash of each token: length 1, almost orthogonal to any other."""
    if not tokens:
        return np.empty((0, DIMENSIONS), np.float32)
    hashes = [hashlib.blake2b(f"{kind}:{token}".encode(), digest_size=DIMENSIONS // 8).digest() for token in tokens]
    bits = np.unpackbits(np.frombuffer(b"".join(hashes), np.uint8)).reshape(len(tokens), DIMENSIONS)
    signs: Floats = (bits.astype(np.float32) * 2 - 1) / np.float32(np.sqrt(DIMENSIONS))
    return signs


def embed_occupations(codes: Sequence[str]) -> Doubles:
    """The vectors (c, 64) of KECO codes; codes that share a prefix share that part of it."""
    total = np.zeros((len(codes), DIMENSIONS))
    for length, share in PREFIX_SHARES.items():
        signs = draw_signs(f"keco{length}", [code[:length] for code in codes])
        total += np.sqrt(share) * signs
    return scale_rows(total)


def sum_occupations(columns: Sequence[tuple[pa.Array | pa.ChunkedArray, float]]) -> Doubles:
    """For each row the weighted sum (n, 64) over several columns of occupation codes."""
    total = np.zeros((len(columns[0][0]), DIMENSIONS))
    for column, weight in columns:
        places, codes = encode(column)
        vectors = np.vstack([embed_occupations(codes.to_pylist()), np.zeros(DIMENSIONS)])  # NONE takes the last row
        total += weight * vectors[places]
    return total


def embed_seekers(block: pa.Table, space: ContentSpace) -> Floats:
    """What each seeker of a features__seekers block looks for, (n, 64)."""
    occupations = sum_occupations([(block[name], weight) for name, weight in SEEKER_OCCUPATIONS.items()])
    return space.embed(occupations, block["keywords_text"], block["skill_codes_text"])


def embed_postings(postings: pa.Table, space: ContentSpace) -> Floats:
    """What each posting of a features__job_postings table offers, (m, 64)."""
    occupations = sum_occupations([(postings["occupation_code"], 1.0)])
    return space.embed(occupations, postings["keywords_text"], postings["skill_codes_text"])


def round_down(rows: Doubles) -> Floats:
    """Rows of length at most 1 in steps of 2^-12, towards zero, so that their float32 inner products are exact.

    A product of two steps is a multiple of 2^-24 and no partial sum exceeds 1 (Cauchy-Schwarz): float32 holds every
    one of them, in whatever order a library adds. The fit moves by at most 0.004.
    """
    return (np.trunc(rows * STEPS) / STEPS).astype(np.float32)


@compiled
def sum_tokens(offsets: Longs, codes: Ints, weights: Doubles, signs: Floats) -> Doubles:
    """For each row the weighted sum of its tokens' signs, always added in the row's own order."""
    total = np.zeros((len(offsets) - 1, signs.shape[1]))
    for row in range(len(offsets) - 1):
        for place in range(offsets[row], offsets[row + 1]):
            code = codes[place]
            for d in range(signs.shape[1]):
                total[row, d] += weights[code] * signs[code, d]
    return total


@compiled
def scale_rows(rows: Doubles) -> Doubles:
    """Rows scaled to length 1; a row of zeros stays."""
    scaled = np.zeros_like(rows)
    for row in range(rows.shape[0]):
        squares = 0.0
        for d in range(rows.shape[1]):
            squares += rows[row, d] * rows[row, d]
        if squares > 1e-18:
            for d in range(rows.shape[1]):
                scaled[row, d] = rows[row, d] / np.sqrt(squares)
    return scaled
