"""McCall's displaced workers as rows with a known or unknown outcome (tests/real/test_outcomes.py says why so).

Put here: what the file is turned into. Not here: models or expectations. The file's 0/1 columns of one question
(year, region, industry, reason, schooling) are put back into one column each, as an administrative file has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.hashing import hash_keys, mix, unit_interval
from ml.tabular.read import read_table

HORIZON = 13
FOLDS = 5
_FOLD_STREAM = 31
_QUESTIONS = {
    "reason": ("plant closed", ("slack", "abolpos")),
    "industry": ("manufacturing", ("mining", "constr", "transp", "trade", "fire", "services", "pubadmin")),
    "year": ("year91", ("year85", "year87", "year89")),
    "region": ("newengland", ("midatl", "encen", "wncen", "southatl", "escen", "wscen", "mountain", "pacific")),
    "schooling": ("12 years", ("schlt12", "schgt12")),
}
_NOT_INPUTS = ("spell", "censor1", "censor2", "censor3", "censor4")
ID = "rownames"


@dataclass(frozen=True, eq=False)
class Spells:
    """Inputs beside ID (text), and per row: units of joblessness, whether it ended in a job, and fold."""

    inputs: pa.Table
    units: npt.NDArray[np.int64]
    is_ended: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int64]

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Whether the answer to "a job within 13 units?" was seen: the spell ended, or lasted at least 13 units."""
        return self.is_ended | (self.units >= HORIZON)

    @property
    def outcome(self) -> npt.NDArray[np.int64]:
        """1 where a job was found within 13 units; says nothing where the answer is not known."""
        return (self.is_ended & (self.units <= HORIZON)).astype(np.int64)

    def weights(self) -> npt.NDArray[np.float64]:
        """Inverse of the chance that the answer was seen, 0 where it was not (Kaplan-Meier of the censoring)."""
        seen = np.ones(HORIZON + 1)
        for unit in range(1, HORIZON):
            at_risk = np.sum(self.units >= unit) - np.sum((self.units == unit) & self.is_ended)
            lost = np.sum((self.units == unit) & ~self.is_ended)
            seen[unit + 1] = seen[unit] * (1 - lost / at_risk)
        return np.where(self.is_known, 1 / seen[np.minimum(self.units, HORIZON)], 0.0)


def read_spells(path: Path) -> Spells:
    """The file as spells; folds by hash of the row's name."""
    text = read_table(path)
    ended = [_number(text, name) for name in ("censor1", "censor2", "censor3") if name in text.column_names]
    keys = hash_keys(text.column(ID))
    return Spells(
        inputs=_inputs(text),
        units=_number(text, "spell").astype(np.int64),
        is_ended=np.sum(ended, axis=0) == 1,
        fold=(unit_interval(mix(keys, _FOLD_STREAM)) * FOLDS).astype(np.int64),
    )


def _inputs(text: pa.Table) -> pa.Table:
    """The inputs with each question's 0/1 columns back in one."""
    dummies = {name for _, names in _QUESTIONS.values() for name in names}
    kept: dict[str, Any] = {
        name: text.column(name) for name in text.column_names if name not in dummies and name not in _NOT_INPUTS
    }
    for question, (usual, names) in _QUESTIONS.items():
        if names[0] in text.column_names:
            answer = pa.array([usual] * text.num_rows)
            for name in names:
                answer = pc.if_else(pa.array(_number(text, name) == 1), name, answer)
            kept[question] = answer
    return pa.table(kept)


def _number(text: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """A column as numbers."""
    return np.asarray(pc.cast(text.column(name), pa.float64()).to_numpy())
