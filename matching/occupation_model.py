"""What workers of each occupation are like on the 17 scales: the model that occupations.py searches.

Learned from silver__worker_surveys: one mean a KECO unit group, pulled towards its minor group, 2-digit and 1-digit
group and all workers by PULL_ROWS rows each, and one covariance for all, shrunk to its diagonal. Scales are
standardised on the published norm (mean 100, deviation 15). Saved as arrays and JSON, never pickled.
Do not put here: people who look for work, wishes. Makes no table.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.contracts.silver import RIASEC, SCALE_NAMES
from matching.blocks import Doubles, Flags, MatchingInputError, flat, is_null, read_numbers, require_columns

NORM_MEAN, NORM_DEVIATION = 100.0, 15.0
PULL_ROWS = 5.0
SHRINKAGE = 0.1
LEAST_ROWS = 50  # of a survey (and of a scale in it) from which anything is learned
PREFIX_LENGTHS = (1, 2, 3, 4)
FORMAT = "occupation-model-1"

# A test instrument is used when at least half of its scales are there; the rest of them is then estimated.
INSTRUMENTS = {"interest": slice(0, len(RIASEC)), "aptitude": slice(len(RIASEC), len(SCALE_NAMES))}


@dataclass(frozen=True)
class OccupationModel:
    """Occupations (k,) sorted by code; their means (k, 17) around all workers' `centre` (17,); covariances (17, 17).

    `within` is the covariance inside occupations, `total` that of all workers. `is_learned` marks usable scales (17,).
    """

    codes: tuple[str, ...]
    means: Doubles
    centre: Doubles
    within: Doubles
    total: Doubles
    is_learned: Flags

    @classmethod
    def learn(cls, surveys: pa.Table, codes: Sequence[str] = ()) -> OccupationModel:
        """The model of silver__worker_surveys rows; `codes` adds occupations that no survey covers."""
        require_columns(surveys.schema.names, ("occupation_code", *SCALE_NAMES), "silver__worker_surveys")
        named = surveys.filter(pa.array(~is_null(surveys["occupation_code"])))
        # Sums of doubles depend on the order of rows; rows that are equal in all of these may change places.
        named = named.sort_by([(name, "ascending") for name in ("occupation_code", *SCALE_NAMES)])
        occupations = flat(named["occupation_code"]).to_pylist()
        all_codes = tuple(sorted({*occupations, *codes}))
        values = standardise(named)
        seen = ~np.isnan(values)
        is_learned = seen.sum(axis=0) >= LEAST_ROWS
        values[:, ~is_learned] = np.nan
        centre = np.nan_to_num(_mean(values, axis=0))
        means = _learn_means(values - centre, occupations, all_codes)
        place = {code: number for number, code in enumerate(all_codes)}
        own = means[[place[code] for code in occupations]]
        residuals = np.where(np.isnan(values), 0.0, values - centre - own)
        within = _shrink(residuals.T @ residuals / max(len(values), 1), is_learned)
        spread = means - means.mean(axis=0) if len(means) else means
        total = within + (spread.T @ spread) / max(len(means), 1)
        return cls(all_codes, means, centre, within, total, is_learned)

    def save(self, folder: Path) -> None:
        """Write arrays.npz and model.json into `folder`; equal models give equal bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in ("means", "centre", "within", "total", "is_learned")}
        np.savez(folder / "arrays.npz", **arrays)
        description = {"format": FORMAT, "scales": list(SCALE_NAMES), "codes": list(self.codes)}
        (folder / "model.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> OccupationModel:
        """Read what `save` wrote."""
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if description["format"] != FORMAT or tuple(description["scales"]) != SCALE_NAMES:
            raise MatchingInputError(
                f"{folder}: model of format {description['format']} with {len(description['scales'])} scales; expected "
                f"{FORMAT} with the {len(SCALE_NAMES)} scales of the contract. Learn it again from the surveys"
            )
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            return cls(tuple(description["codes"]), **{name: arrays[name] for name in arrays.files})

    @property
    def version(self) -> str:
        """A short hash of the content: the same surveys give the same version."""
        digest = hashlib.sha256("|".join(self.codes).encode())
        for name in ("means", "centre", "within", "total", "is_learned"):
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()[:12]

    def find_usable(self, scores: Doubles) -> dict[str, Flags]:
        """For each instrument, who (n,) has at least half of the scales learned for it, of scores (n, 17)."""
        usable = {}
        for name, part in INSTRUMENTS.items():
            learned = self.is_learned[part]
            has = (~np.isnan(scores[:, part]) & learned).sum(axis=1)
            usable[name] = (has * 2 >= learned.sum()) & bool(learned.any())
        return usable

    def fill(self, scores: Doubles, used: Flags) -> Doubles:
        """Scores (n, 17) around the centre on the `used` scales (17,); a missing one as expected from the others."""
        centred = np.where(used, scores - self.centre, 0.0)
        missing = np.isnan(centred)
        filled = np.where(missing, 0.0, centred)
        patterns, which = np.unique(missing[missing.any(axis=1)], axis=0, return_inverse=True)
        rows = np.flatnonzero(missing.any(axis=1))
        for number, pattern in enumerate(patterns):
            known = used & ~pattern
            slopes = np.linalg.solve(self.total[np.ix_(known, known)], self.total[np.ix_(known, pattern)])
            mine = rows[which.ravel() == number]
            filled[np.ix_(mine, np.flatnonzero(pattern))] = sum(
                filled[mine, scale, None] * slopes[place] for place, scale in enumerate(np.flatnonzero(known))
            )
        return filled

    def weigh(self, used: Flags) -> tuple[Doubles, Doubles, Doubles, float]:
        """The log-likelihood ratio of an occupation against all workers on the `used` scales, as x·W + b − x·Q·x − q.

        W (17, k) and b (k,) come from the shared covariance; Q (17, 17) and q from the difference to all workers'.
        """
        picked = np.flatnonzero(used)
        within, total = self.within[np.ix_(picked, picked)], self.total[np.ix_(picked, picked)]
        inverse = np.linalg.inv(within)
        weights = np.zeros((len(SCALE_NAMES), len(self.codes)))
        weights[picked] = inverse @ self.means[:, picked].T
        bias = -0.5 * np.einsum("kd,dk->k", self.means[:, picked], weights[picked])
        quadratic = np.zeros((len(SCALE_NAMES), len(SCALE_NAMES)))
        quadratic[np.ix_(picked, picked)] = 0.5 * (inverse - np.linalg.inv(total))
        constant = -0.5 * (np.linalg.slogdet(total)[1] - np.linalg.slogdet(within)[1])
        return weights, bias, quadratic, float(constant)


@functools.lru_cache(maxsize=2)
def load_occupation_model(folder: Path) -> OccupationModel:
    """`OccupationModel.load`, once a process and folder."""
    return OccupationModel.load(folder)


def ensure_occupation_model(surveys: pa.Table, codes: Sequence[str], folder: Path) -> str:
    """The version of the model in `folder`, learned from `surveys` when there is none yet."""
    if not (folder / "model.json").is_file():
        aside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        OccupationModel.learn(surveys, codes).save(aside)
        aside.replace(folder)
    return load_occupation_model(folder).version


def standardise(table: pa.Table) -> Doubles:
    """The 17 scales (n, 17) in deviations from the norm; null is NaN."""
    columns = [(read_numbers(table[name], np.nan) - NORM_MEAN) / NORM_DEVIATION for name in SCALE_NAMES]
    return np.stack(columns, axis=1)


def _mean(values: Doubles, axis: int) -> Doubles:
    """The mean of what is known; NaN where nothing is."""
    known = (~np.isnan(values)).sum(axis=axis)
    total: Doubles = np.nansum(values, axis=axis) / np.where(known, known, np.nan)
    return total


def _learn_means(centred: Doubles, occupations: Sequence[str], codes: Sequence[str]) -> Doubles:
    """Means (k, 17), from the 1-digit groups down: (sum + PULL_ROWS × the group above) / (rows + PULL_ROWS)."""
    above: dict[str, Doubles] = {"": np.zeros(centred.shape[1])}
    for length in PREFIX_LENGTHS:
        rows: dict[str, list[int]] = {code[:length]: [] for code in codes}
        for row, code in enumerate(occupations):
            rows[code[:length]].append(row)
        level = {}
        for prefix, mine in rows.items():
            part = centred[mine]
            count = (~np.isnan(part)).sum(axis=0)
            level[prefix] = (np.nansum(part, axis=0) + PULL_ROWS * above[prefix[: length - 1]]) / (count + PULL_ROWS)
        above = level
    return np.array([above[code[:4]] for code in codes]).reshape(len(codes), centred.shape[1])


def _shrink(covariance: Doubles, is_learned: Flags) -> Doubles:
    """Pulled to its diagonal; a scale that was not learned stands apart with variance 1."""
    diagonal = np.diag(np.where(is_learned, np.maximum(np.diag(covariance), 1e-3), 1.0))
    kept = np.where(np.outer(is_learned, is_learned), covariance, 0.0)
    shrunk: Doubles = (1 - SHRINKAGE) * kept + SHRINKAGE * diagonal
    return np.where(np.eye(len(diagonal), dtype=bool), np.diag(diagonal), shrunk)
