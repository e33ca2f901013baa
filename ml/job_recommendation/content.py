"""How a posting fits a person by what both say: its other applicants' résumés and the person's other postings.

Must not hold: the graph of applications (graph.py) or how the measures are weighed (choice.py). Everything is computed
from the applications handed in; whoever is asked is never among the applicants compared with.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ml.job_recommendation.read import Market
from ml.job_recommendation.words import indicate

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

# Years between two graduations after which they count e times less.
_YEARS_APART = 2.0
# Applications as usual as everybody's that a share is pulled by.
_PULL = 2.0


def measure_kinship(market: Market, applied: sp.csr_matrix, rows: IntArray) -> dict[str, FloatArray]:
    """Applications (k, m) of people whose résumés are alike: in words and year of graduation, and in words alone."""
    alike = np.asarray((market.words @ market.words[rows].T).toarray(), dtype=np.float32)
    alike[rows, np.arange(len(rows))] = 0.0
    year = np.nan_to_num(market.numbers["graduate_date"], nan=0.0).astype(np.float32)
    near = np.exp(-np.abs(year[:, None] - year[rows][None, :]) / np.float32(_YEARS_APART))
    counts = np.maximum(np.asarray(applied.sum(axis=0)).ravel(), 1.0).astype(np.float32)
    to_postings = sp.csr_matrix(applied.T)
    kin = np.asarray(to_postings @ (alike * alike * near), dtype=np.float32)
    words = np.asarray(to_postings @ alike, dtype=np.float32) / counts[:, None]
    return {"kin": np.ascontiguousarray(kin.T), "kin_words": np.ascontiguousarray(words.T)}


def compare_with_applicants(
    market: Market, applied: sp.csr_matrix, rows: IntArray, postings: IntArray
) -> dict[str, FloatArray]:
    """Inputs (k, w) of postings (k, w): how far each number is from the applicants' mean, how usual each group is."""
    to_postings = sp.csr_matrix(applied.T, dtype=np.float64)
    counts = np.asarray(applied.sum(axis=0), dtype=np.float64).ravel()
    inputs: dict[str, FloatArray] = {}
    for name, values in market.numbers.items():
        known = ~np.isnan(values)
        if not known.any():
            continue
        usual, spread = values[known].mean(), values[known].std() or 1.0
        standard = np.where(known, (values - usual) / spread, 0.0)
        told = to_postings @ known.astype(np.float64)
        mean = np.where(told > 0, (to_postings @ standard) / np.maximum(told, 1.0), np.nan)
        apart = np.where(known, standard, np.nan)[rows, None] - mean[postings]
        inputs[f"{name}_apart"] = np.abs(apart).astype(np.float32)
        inputs[f"{name}_apart_squared"] = np.minimum(apart * apart, 9.0).astype(np.float32)
    for name, codes in market.groups.items():
        lift = _lift(np.asarray((to_postings @ indicate(codes)).toarray()), counts, indicate(codes))
        inputs[f"{name}_usual"] = _pick(lift, postings, codes[rows, None])
    return inputs


def compare_with_own(
    market: Market, applied: sp.csr_matrix, rows: IntArray, postings: IntArray
) -> dict[str, FloatArray]:
    """Inputs (k, w) of postings (k, w): how usual each trait is among the person's own, and how many demands are."""
    own = applied[rows]
    counts = np.asarray(own.sum(axis=1), dtype=np.float64).ravel()
    people = np.arange(len(rows))[:, None]
    inputs: dict[str, FloatArray] = {}
    for name, codes in market.traits.items():
        traits = indicate(codes)
        lift = _lift(np.asarray((own @ traits).toarray(), dtype=np.float64), counts, traits)
        inputs[f"{name}_repeated"] = _pick(lift, people, codes[postings])
    share = sp.csr_matrix(sp.diags(1.0 / np.maximum(counts, 1.0)) @ (own @ market.demands), dtype=np.float32)
    overlap = (share @ market.demands.T).toarray()
    inputs["demands_shared"] = np.take_along_axis(overlap, postings, axis=1)
    return inputs


def describe_postings(market: Market, applied: sp.csr_matrix, postings: IntArray) -> dict[str, FloatArray]:
    """Inputs (k, w) that are the posting's alone: how many apply and how active they are, what it asks, its firm."""
    counts = np.asarray(applied.sum(axis=0), dtype=np.float64).ravel()
    activity = (applied.T @ np.asarray(applied.sum(axis=1), dtype=np.float64).ravel()) / np.maximum(counts, 1.0)
    demands = np.diff(market.demands.indptr).astype(np.float64)
    alone = {
        "applicants": np.log1p(counts),
        "applicants_activity": np.log1p(activity),
        "demands_count": demands,
        "education": market.traits["education"].astype(np.float64),
        "firm_known": (market.traits["firm"] >= 0).astype(np.float64),
    }
    return {name: values[postings].astype(np.float32) for name, values in alone.items()}


def _lift(seen: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], all_: sp.csr_matrix) -> FloatArray:
    """How much more usual each value is in each row's `counts` than everywhere, as a logarithm (rows, values)."""
    base = np.maximum(np.asarray(all_.mean(axis=0)).ravel(), 1e-9)
    share = (seen + _PULL * base) / (counts[:, None] + _PULL)
    return np.asarray(np.log(share / base), dtype=np.float32)


def _pick(lift: FloatArray, rows: IntArray, codes: IntArray) -> FloatArray:
    """The lift of each row and value, NaN for a missing value."""
    return np.where(codes >= 0, lift[rows, np.maximum(codes, 0)], np.float32(np.nan))
