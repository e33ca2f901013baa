"""Reasons: the terms that push a row's logit most, against the average or against what is usual among peers.

Must not hold: look-ups or probabilities (ml/additive/score.py), words for people (dashboards/texts).
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ml.additive.errors import ColumnTypeError
from ml.additive.model import AdditiveModel

REASONS = 3
NO_TERM = -1
_POSITION_BITS = (1 << 16) - 1


@dataclass(frozen=True, eq=False)
class References:
    """What is usual among each row's peers.

    `contributions` (cells, terms) float64: the terms' parts of the logit at each peer cell's usual values (see
    term_contributions). `cell` (n,) integers: each row's peer cell.
    """

    contributions: Any
    cell: Any


@dataclass(frozen=True, eq=False)
class Peers:
    """References on the device: `usual` (terms, cells) float64, `baseline` (cells,) float64, `cell` (n,)."""

    usual: Any
    baseline: Any
    cell: Any


def open_references(model: AdditiveModel, references: References, rows: int, xp: ModuleType) -> Peers:
    """References on the device, checked: cells inside the table, one for each row, every contribution finite."""
    usual, cell = xp.asarray(references.contributions), xp.asarray(references.cell)
    _require(
        usual.ndim == 2 and usual.dtype == xp.float64 and usual.shape[1] == len(model.terms),
        "references.contributions",
        f"{usual.shape} {usual.dtype}",
        f"(cells, {len(model.terms)}) float64",
    )
    _require(bool(xp.isfinite(usual).all()), "references.contributions", "NaN or infinity", "finite numbers")
    _require(
        cell.dtype.kind in "iu" and cell.shape == (rows,), "references.cell", f"{cell.shape} {cell.dtype}", f"({rows},)"
    )
    if rows:
        first, last = int(cell.min()), int(cell.max())
        inside = first >= 0 and last < len(usual)
        _require(inside, "references.cell", f"{first} to {last}", f"0 to {len(usual) - 1}")
    by_term = xp.ascontiguousarray(usual.T)
    baseline = xp.full(len(usual), model.intercept, dtype=xp.float64)
    for contribution in by_term:  # one by one: every device adds in the same order
        baseline = baseline + contribution
    return Peers(by_term, baseline, cell)


def order_keys(contribution: Any, position: int, xp: ModuleType) -> Any:
    """Sortable float64 keys (n,): the contribution as float32, the term's position in the bits that leaves empty.

    The largest keys are the strongest positive terms and the smallest the strongest negative ones, ties to the lower
    position: selection is pure max and min, on any device.
    """
    bits = contribution.astype(xp.float32).astype(xp.float64).view(xp.int64)
    bits |= _POSITION_BITS - position
    return bits.view(xp.float64)


def push(best: list[Any], key: Any, stronger: Any, weaker: Any) -> None:
    """Inserts keys into sorted rows of best keys."""
    for rank in range(REASONS):
        kept = stronger(best[rank], key)
        if rank < REASONS - 1:
            key = weaker(best[rank], key)
        best[rank] = kept


def decode(key: Any, xp: ModuleType) -> tuple[Any, Any]:
    """Term positions (n,) and contributions (n,) of keys; NO_TERM and 0 where the contribution is 0."""
    bits = key.view(xp.int64)
    value = (bits & ~_POSITION_BITS).view(xp.float64)
    none = value == 0
    return xp.where(none, NO_TERM, _POSITION_BITS - (bits & _POSITION_BITS)), xp.where(none, 0.0, value)


def _require(condition: bool, where: str, found: object, expected: object) -> None:
    """Raises ColumnTypeError unless the condition holds."""
    if not condition:
        raise ColumnTypeError(where, found=found, expected=expected, action="build them with term_contributions")
