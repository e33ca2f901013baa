"""What workers of each occupation are like on the 35 scales: the model that occupations.py searches.

Learned from silver__worker_surveys: one mean a KECO unit group, pulled towards its minor group, 2-digit and 1-digit
group and all workers by PULL_ROWS rows each, and one covariance for all, shrunk to its diagonal. Scales are
standardised on the published norm (mean 100, deviation 15). Saved as arrays and JSON, never pickled.
Do not put here: people who look for work, wishes, what a pattern of known scales says (scale_patterns.py). Makes no
table.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.array_files import read_arrays
from lake.contracts.silver import SCALE_NAMES
from lake.threads import one_thread
from matching.blocks import Doubles, Flags, MatchingInputError, flat, is_null, read_numbers, require_columns

NORM_MEAN, NORM_DEVIATION = 100.0, 15.0
PULL_ROWS = 5.0
SHRINKAGE = 0.1
LEAST_ROWS = 50  # of a survey (and of a scale in it) from which anything is learned
PREFIX_LENGTHS = (1, 2, 3, 4)
LEAST_PAIRS = 50  # workers who answered both of two scales, from which their covariance is learned
LEAST_EIGENVALUE = 1e-3  # covariances of scales that were asked of different workers may not fit together
FORMAT = "occupation-model-2"
ARRAYS = ("means", "answers", "centre", "within", "total", "is_learned")

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class OccupationModel:
    """Occupations (k,) sorted by code; their means (k, 35) around all workers' `centre` (35,); covariances (35, 35).

    `answers` (k, 35) are the workers of the occupation that each mean was learned from. `within` is the covariance
    inside occupations, `total` that of all workers. `is_learned` marks usable scales (35,).
    """

    codes: tuple[str, ...]
    means: Doubles
    answers: Doubles
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
        with one_thread():
            within = _shrink(_covary(values - centre - own), is_learned)
            spread = means - means.mean(axis=0) if len(means) else means
            total = within + (spread.T @ spread) / max(len(means), 1)
        answers = np.zeros(means.shape)
        np.add.at(answers, [place[code] for code in occupations], ~np.isnan(values))
        return cls(all_codes, means, answers, centre, within, total, is_learned)

    def save(self, folder: Path) -> None:
        """Write arrays.npz and model.json into `folder`; equal models give equal bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in ARRAYS}
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
        return cls(tuple(description["codes"]), **read_arrays(folder / "arrays.npz"))

    @property
    def version(self) -> str:
        """A short hash of the content: the same surveys give the same version."""
        digest = hashlib.sha256("|".join(self.codes).encode())
        for name in ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()[:12]


@functools.lru_cache(maxsize=2)
def load_occupation_model(folder: Path) -> OccupationModel:
    """`OccupationModel.load`, once a process and folder."""
    return OccupationModel.load(folder)


def ensure_occupation_model(surveys: pa.Table, codes: Sequence[str], folder: Path) -> str:
    """The version of the model in `folder`, learned from `surveys` when there is none of today's format and scales."""
    if not _is_current(folder):
        aside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        OccupationModel.learn(surveys, codes).save(aside)
        shutil.rmtree(folder, ignore_errors=True)
        aside.replace(folder)
        load_occupation_model.cache_clear()
    return load_occupation_model(folder).version


def standardise(table: pa.Table) -> Doubles:
    """The 35 scales (n, 35) in deviations from the norm; null is NaN."""
    columns = [(read_numbers(table[name], np.nan) - NORM_MEAN) / NORM_DEVIATION for name in SCALE_NAMES]
    return np.stack(columns, axis=1)


def _is_current(folder: Path) -> bool:
    """Whether `folder` holds a model of this format; one of an older format is learned again in the same month."""
    file = folder / "model.json"
    if not file.is_file():
        return False
    description = json.loads(file.read_text(encoding="utf-8"))
    is_current = description["format"] == FORMAT and tuple(description["scales"]) == SCALE_NAMES
    if not is_current:
        log.info("occupation model of format %s is learned again as %s", description["format"], FORMAT)
    return is_current


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


def _covary(residuals: Doubles) -> Doubles:
    """The covariance (35, 35) of residuals (n, 35) around 0, each entry over the workers who answered both scales.

    NaN is not answered. Pairs of scales answered together by fewer than LEAST_PAIRS workers have covariance 0.
    """
    seen = (~np.isnan(residuals)).astype(np.float64)
    filled = np.nan_to_num(residuals)
    pairs = seen.T @ seen
    covariance: Doubles = np.where(pairs >= LEAST_PAIRS, filled.T @ filled / np.maximum(pairs, 1), 0.0)
    return covariance


def _shrink(covariance: Doubles, is_learned: Flags) -> Doubles:
    """Pulled to its diagonal; a scale that was not learned stands apart with variance 1."""
    diagonal = np.diag(np.where(is_learned, np.maximum(np.diag(covariance), 1e-3), 1.0))
    kept = np.where(np.outer(is_learned, is_learned), covariance, 0.0)
    shrunk: Doubles = (1 - SHRINKAGE) * kept + SHRINKAGE * diagonal
    shrunk = np.where(np.eye(len(diagonal), dtype=bool), np.diag(diagonal), shrunk)
    values, directions = np.linalg.eigh(shrunk)
    if values[0] >= LEAST_EIGENVALUE:
        return shrunk
    mended: Doubles = (directions * np.maximum(values, LEAST_EIGENVALUE)) @ directions.T
    return (mended + mended.T) / 2
