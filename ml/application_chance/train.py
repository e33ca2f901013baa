"""Learn the terms: a logistic regression on bins with a ridge penalty, calibrated on later applications.

Applications are split by day: the older three fifths teach, the next fifth calibrates (intercept and slope, folded
into the terms), the newest fifth judges and is never learned from. Do not put here: measures (judge.py), when it is
learned (month.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts import chances
from lake.threads import one_thread
from ml.application_chance.bins import Bins, Codes, cut_inputs, number_bins

MIN_APPLICATIONS, MIN_HIRED = 1_000, 30
TEACH_SHARE, CALIBRATE_SHARE = 0.6, 0.2
RIDGE = 1.0
"""Prior precision of a term: as much as one application's evidence, so that only empty bins are held at 0."""
CALIBRATION_RIDGE = 5.0
LEAST_SLOPE = 0.05
DECIMALS = 6
Row = dict[str, Any]
FloatArray = npt.NDArray[np.float64]


class TooFewApplications(ValueError):
    """Not enough settled applications to learn a chance from."""


@dataclass(frozen=True, eq=False)
class Split:
    """The applications by time, each part in order of day and ids."""

    teaches: pa.Table
    calibrates: pa.Table
    judges: pa.Table


@dataclass(frozen=True, eq=False)
class Terms:
    """Logit = intercept + the sum over inputs of `logits[input][bin]`; bins without applications are worth 0."""

    inputs: tuple[Bins, ...]
    intercept: float
    logits: tuple[FloatArray, ...]

    def chance(self, pairs: pa.Table) -> FloatArray:
        """The chance (n,) of applications, by adding up."""
        numbers = number_bins(pairs, self.inputs)
        total = np.full(pairs.num_rows, self.intercept)
        for place, logit in enumerate(self.logits):
            total += logit[numbers[:, place]]
        chance: FloatArray = 1.0 / (1.0 + np.exp(-total))
        return chance


def split_by_day(pairs: pa.Table) -> Split:
    """The three parts; all applications of a day are in one part. Raises TooFewApplications."""
    hired = int(pc.sum(pairs["is_hired"]).as_py() or 0)
    if pairs.num_rows < MIN_APPLICATIONS or hired < MIN_HIRED:
        raise TooFewApplications(
            f"features__application_pairs: found {pairs.num_rows} applications, {hired} of them hired; expected at "
            f"least {MIN_APPLICATIONS} and {MIN_HIRED}; the posting's own hire rate is used"
        )
    rows = pairs.sort_by([(name, "ascending") for name in ("applied_date", "seeker_key", "posting_id")])
    days = np.asarray(pc.cast(rows["applied_date"], pa.int32()))
    cuts = [days[int(share * len(days))] for share in (TEACH_SHARE, TEACH_SHARE + CALIBRATE_SHARE)]
    first, second = (int(np.searchsorted(days, cut)) for cut in cuts)
    parts = Split(rows.slice(0, first), rows.slice(first, second - first), rows.slice(second))
    for name in ("teaches", "calibrates", "judges"):
        outcome = outcome_of(getattr(parts, name))
        if len(set(outcome.tolist())) < 2:
            raise TooFewApplications(
                f"features__application_pairs: the {len(outcome)} applications that {name.removesuffix('es')} have one "
                "result only; expected both; the posting's own hire rate is used"
            )
    return parts


def outcome_of(pairs: pa.Table) -> npt.NDArray[np.int64]:
    """1 (n,) where the application was hired."""
    return np.asarray(pc.cast(pairs["is_hired"], pa.int64()))


def learn(split: Split) -> Terms:
    """The calibrated terms, rounded as the table holds them."""
    inputs = cut_inputs(split.teaches)
    numbers = number_bins(split.teaches, inputs)
    raw = _centre(_fit(numbers, outcome_of(split.teaches), inputs), numbers)
    before = np.log(np.clip(raw.chance(split.calibrates), 1e-9, 1 - 1e-9))
    before -= np.log1p(-np.exp(before))
    shift, slope = calibrate(before, outcome_of(split.calibrates))
    return Terms(
        inputs,
        round(shift + slope * raw.intercept, DECIMALS),
        tuple(np.round(slope * logit, DECIMALS) + 0.0 for logit in raw.logits),
    )


def _fit(numbers: Codes, outcome: npt.NDArray[np.int64], inputs: tuple[Bins, ...]) -> Terms:
    """Equal rows are counted and learned from once: the same terms in any order of rows, and faster."""
    from scipy.sparse import csr_array
    from sklearn.linear_model import LogisticRegression

    cells, place = np.unique(np.column_stack([numbers, outcome]), axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), minlength=len(cells)).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum([each.count for each in inputs])])
    columns = cells[:, :-1] + starts[:-1]
    shape = (len(cells), int(starts[-1]))
    pointers = np.arange(0, columns.size + 1, len(inputs))
    dummies = csr_array((np.ones(columns.size), columns.ravel().astype(np.int32), pointers.astype(np.int32)), shape)
    model = LogisticRegression(C=1.0 / RIDGE, max_iter=2_000, tol=1e-8)
    with one_thread():
        model.fit(dummies, cells[:, -1], sample_weight=counts)
    weights = model.coef_[0]
    logits = tuple(weights[starts[place] : starts[place + 1]] for place in range(len(inputs)))
    return Terms(inputs, float(model.intercept_[0]), logits)


def _centre(terms: Terms, numbers: Codes) -> Terms:
    """The same sums with terms whose mean over the teaching applications is 0; a bin that nobody is in is worth 0."""
    intercept, logits = terms.intercept, []
    for place, logit in enumerate(terms.logits):
        counts = np.bincount(numbers[:, place], minlength=len(logit))
        mean = float(counts @ logit / counts.sum())
        intercept += mean
        logits.append(np.where(counts > 0, logit - mean, 0.0))
    return Terms(terms.inputs, intercept, tuple(logits))


def calibrate(logit: FloatArray, outcome: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Shift and slope of Platt's logistic by Newton's method, held to (0, 1) as by a few applications."""
    design = np.column_stack([np.ones(len(logit)), logit])
    found = prior = np.array([0.0, 1.0])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-design @ found))
        gradient = design.T @ (outcome - chance) - CALIBRATION_RIDGE * (found - prior)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + CALIBRATION_RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        found = found + step
        if np.abs(step).max() < 1e-10:
            break
    return float(found[0]), float(max(found[1], LEAST_SLOPE))


def term_rows(terms: Terms, taught: pa.Table) -> list[Row]:
    """scores__application_chances rows without their date: every bin with how many applications taught it."""
    outcome, numbers = outcome_of(taught), number_bins(taught, terms.inputs)
    rows = [_row(chances.INTERCEPT, 0, terms.intercept, (len(outcome), int(outcome.sum())))]
    for place, (each, logit) in enumerate(zip(terms.inputs, terms.logits, strict=True)):
        made = np.bincount(numbers[:, place], minlength=each.count)
        hired = np.bincount(numbers[:, place], weights=outcome, minlength=each.count)
        for number in range(each.count):
            row = _row(each.name, number, float(logit[number]), (int(made[number]), int(hired[number])))
            rows.append(row | _describe(each, number))
    return _stamped(rows, "LEARNED")


def fallback_rows(pairs: pa.Table) -> list[Row]:
    """The one row of a month without a model; its logit is the rate of the few applications, for information."""
    hired = int(pc.sum(pairs["is_hired"]).as_py() or 0) if pairs.num_rows else 0
    rate = (hired + 1) / (pairs.num_rows + 10)
    intercept = round(float(np.log(rate / (1 - rate))), DECIMALS)
    return _stamped([_row(chances.INTERCEPT, 0, intercept, (pairs.num_rows, hired))], "POSTING_RATE")


def _row(name: str, number: int, logit: float, counts: tuple[int, int]) -> Row:
    values = dict.fromkeys(("value_code", "value_from", "value_to"))
    row = {"input_name": name, "bin_number": number, **values, "logit": logit}
    return row | {"applications_count": counts[0], "hired_applications_count": counts[1]}


def _describe(bins: Bins, number: int) -> Row:
    if number == 0:
        return {}
    if bins.codes:
        return {"value_code": bins.codes[number - 1]}
    edges = (None, *bins.edges, None)
    return {"value_from": edges[number - 1], "value_to": edges[number]}


def _stamped(rows: list[Row], basis: str) -> list[Row]:
    """The rows with their basis and a version: the hash of what they say."""
    said = [[row[name] for name in ("input_name", "bin_number", "value_code", "value_from", "logit")] for row in rows]
    version = hashlib.sha256(repr((basis, said)).encode()).hexdigest()[:12]
    return [row | {"basis_code": basis, "model_version": version} for row in rows]
