"""Whether a newly trained model takes the place of the one in use: the rule, and the numbers it was decided by.

Do not put here: training (train.py) or storing (ml/registry.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.additive.model import AdditiveModel
from ml.employment.fairness import fairness_rows, positive_gaps, wrong_call_row
from ml.employment.judge import Judged, calibration_error, probabilities
from ml.metrics import Interval, brier, resampled_difference

GAP_GROWTH_LIMIT = 0.02
DRAWS = 200


@dataclass(frozen=True)
class Promotion:
    """The decision and its numbers; `brier_gain` is what the candidate takes off the other's Brier score."""

    is_promoted: bool
    reason: str
    brier_gain: Interval
    ece: float
    ece_limit: float
    gap_growth: dict[str, float]

    @property
    def largest_gap_growth(self) -> float:
        """The most that one group's TPR gap grows; 0 without an incumbent."""
        return max(self.gap_growth.values(), default=0.0)

    @property
    def numbers(self) -> dict[str, float]:
        """The decision's numbers for the registry."""
        return {
            "brier_gain": self.brier_gain.value,
            "brier_gain_low": self.brier_gain.low,
            "brier_gain_high": self.brier_gain.high,
            "ece": self.ece,
            "ece_limit": self.ece_limit,
            "largest_gap_growth": self.largest_gap_growth,
        }


def decide(candidate: AdditiveModel, incumbent: AdditiveModel | None, judged: Judged) -> Promotion:
    """Promote only a better Brier score with an interval above 0, held calibration and no TPR gap grown by over 0.02.

    A candidate that the night's own limit of wrong high-risk calls would block is not promoted either.

    Both are judged on the people who never teach a model; without an incumbent the candidate must beat the average.
    """
    own = probabilities(candidate, judged.rows)
    base = np.full(len(own), float(judged.outcome.mean()))
    theirs = base if incumbent is None else probabilities(incumbent, judged.rows)
    gain = resampled_difference(brier, judged.outcome, (theirs, own), judged.keys, draws=DRAWS)
    error, limit = calibration_error(judged, own)
    rows = fairness_rows(judged, own)
    wrong = wrong_call_row(rows, len(own))
    growth: dict[str, float] = {}
    if incumbent is not None:
        before, after = positive_gaps(fairness_rows(judged, theirs)), positive_gaps(rows)
        growth = {name: round(gap - before[name], 6) for name, gap in after.items() if name in before}
    reasons = []
    if not gain.low > 0:
        other = "the average" if incumbent is None else "the model in use"
        reasons.append(f"Brier is not certainly better than {other} (gain {gain.value:.5f}, from {gain.low:.5f})")
    if error > limit:
        reasons.append(f"calibration does not hold (ECE {error:.4f}, limit {limit:.4f})")
    grown = sorted(name for name, value in growth.items() if value > GAP_GROWTH_LIMIT)
    if grown:
        reasons.append(f"the TPR gap grows by more than {GAP_GROWTH_LIMIT} for {', '.join(grown)}")
    if wrong["result_code"] == "FAIL":
        reasons.append(f"{wrong['detail']} is wrongly called high-risk {wrong['value_low']:.2f} times as often")
    reason = "; ".join(reasons) or "better Brier, calibration holds, no TPR gap grows"
    return Promotion(not reasons, reason, gain, error, limit, growth)
