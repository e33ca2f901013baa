"""Lists of words as a sparse matrix of weights: rare words count more, every row has length 1.

Must not hold: which columns the words come from (read.py).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def weigh_words(rows: Sequence[Sequence[str]], *, least: int) -> sp.csr_matrix:
    """Weights (n, words) float32 of the words that at least `least` rows have; the columns in the words' order."""
    sets = [sorted(set(words)) for words in rows]
    flat = np.array([word for words in sets for word in words], dtype=np.str_)
    vocabulary, column = np.unique(flat, return_inverse=True)
    shape = (len(rows), len(vocabulary))
    place = np.repeat(np.arange(len(rows)), [len(words) for words in sets])
    present = sp.csr_matrix((np.ones(len(flat)), (place, column)), shape=shape)
    count = np.asarray(present.sum(axis=0)).ravel()
    rarity = np.where(count >= least, np.log((1 + len(rows)) / (1 + count)) + 1, 0.0)
    weighed = present.multiply(rarity[None, :]).tocsr()
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return divide_rows(weighed, length).astype(np.float32)


def divide_rows(matrix: sp.spmatrix, by: FloatArray) -> sp.csr_matrix:
    """A sparse matrix with each row divided by a number, rows of 0 left as they are."""
    return sp.csr_matrix(sp.diags(1.0 / np.where(by > 0, by, 1.0)) @ matrix)


def number_values(values: Sequence[str | None]) -> IntArray:
    """Values as numbers (n,) in their order, -1 where missing."""
    known = sorted({value for value in values if value is not None})
    places = {value: place for place, value in enumerate(known)}
    return np.array([-1 if value is None else places[value] for value in values], dtype=np.int64)


def indicate(numbers: IntArray) -> sp.csr_matrix:
    """Numbers (n,) as a matrix (n, values) of ones, an empty row for -1."""
    rows = np.flatnonzero(numbers >= 0)
    width = max(int(numbers.max(initial=-1)) + 1, 1)
    return sp.csr_matrix((np.ones(len(rows)), (rows, numbers[rows])), shape=(len(numbers), width))
