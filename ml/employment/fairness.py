"""What differs between groups: calibration and wrong calls per group (makes rows of ops__calibration, ops__fairness).

A person is called high-risk when the probability lies in the lowest fifth. TPR: called high-risk among those who found
no work; FPR: called high-risk among those who did, the wrong that a seeker suffers. The model never reads the group.
Do not put here: measures of everybody (judge.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.employment.judge import GROUP_ECE_LIMIT, SERVICE, FloatArray, Judged, Judgement, Row, ece_limit, evaluation_row
from ml.hashing import Hashes
from ml.metrics import ece, reliability_table

HIGH_RISK_SHARE = 0.2
"""The fifth with the lowest chance: whom a counsellor would call first."""
SMALLEST_GROUP = 100
SMALLEST_CELL = 10
"""Groups of fewer people, or with fewer hired or not hired, are hidden."""
SMALLEST_JUDGED = 1_000
"""Groups from this size on must keep the limits."""
WRONG_CALL_LIMIT = 2.6
"""How many times as often as everybody else a group's members who found work may certainly have been called high-risk.

Desiere and Struyven (2021) report 2.6 for jobseekers of foreign origin under Flanders' profiling: the worst published
is not to be passed. It blocks publication when the lower bound of the ratio lies above."""
BINS = 10
Counts = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.int64]


def high_risk_threshold(probability: FloatArray) -> float:
    """The probability below which a person is called high-risk: the lowest fifth of everybody judged."""
    return float(np.quantile(probability, HIGH_RISK_SHARE))


def calibration_rows(judged: Judged, probability: FloatArray) -> list[Row]:
    """Mean probability against the hired share in ten bins, for everybody and for each group; small cells hidden."""
    rows: list[Row] = []
    for name, code, members in _groups(judged):
        counted = members & judged.in_season
        if not counted.any():
            continue
        table = reliability_table(judged.outcome[counted], probability[counted])
        for number in np.flatnonzero(table.weight > 0).tolist():
            people, rate = int(table.weight[number]), float(table.observed_rate[number])
            hidden = people < SMALLEST_GROUP
            low, high = _wilson(rate, people)
            values = (float(table.mean_probability[number]), rate, low, high)
            shown = [None if hidden else round(value, 6) for value in values]
            rows.append(
                {
                    "service_code": SERVICE,
                    "group_name": name,
                    "group_code": code,
                    "bin_number": number + 1,
                    "probability_from_0_1": number / BINS,
                    "mean_probability_0_1": shown[0],
                    "observed_rate_0_1": shown[1],
                    "observed_rate_0_1_low": shown[2],
                    "observed_rate_0_1_high": shown[3],
                    "people_count": None if people < SMALLEST_CELL else people,
                    "is_suppressed": hidden,
                }
            )
    return rows


def fairness_rows(judged: Judged, probability: FloatArray) -> list[Row]:
    """Calibration error, TPR, FPR and their distance to the largest group, with intervals by resampling people."""
    flagged = probability < high_risk_threshold(probability)
    groups = list(_groups(judged))
    rates: dict[tuple[str, str, bool], Counts] = {}
    for name, code, members in groups:
        for is_own, chosen in ((True, members), (False, ~members)):
            drawn = [weight[chosen] for weight in judged.weights]
            rates[name, code, is_own] = _rates(judged.outcome[chosen], flagged[chosen], drawn)
    sizes = {(name, code): int(members.sum()) for name, code, members in groups}
    rows = []
    for name, code, members in groups:
        known = [other for group, other in sizes if group == name and other != "UNKNOWN"]
        reference = max(known or [code], key=lambda other: (sizes[name, other], other))
        rows.append(_fairness_row(judged, probability, (name, code, members), (rates, reference)))
    return rows


def wrong_call_row(rows: list[Row], people: int) -> Row:
    """The named metric: the largest certain ratio of wrong high-risk calls among groups large enough to judge.

    Its value is the ratio of the group whose lower bound is highest; the lower bound is what the limit judges.
    """
    judged = [row for row in rows if _is_judged(row) and row["wrongly_high_risk_ratio_low"] is not None]
    worst = max(judged, key=lambda row: (row["wrongly_high_risk_ratio_low"], row["group_code"]), default=None)
    names = ("", "_low", "_high")
    found = [worst[f"wrongly_high_risk_ratio{end}"] if worst else 1.0 for end in names]
    about = Judgement("SERVED", "ALL", "additive")
    row = evaluation_row(about, "wrongly_high_risk_ratio", (found[0], found[1], found[2]), people)
    failed = found[1] is not None and found[1] > WRONG_CALL_LIMIT
    detail = f"{worst['group_name']}={worst['group_code']}" if worst else None
    return row | {"limit_value": WRONG_CALL_LIMIT, "result_code": "FAIL" if failed else "PASS", "detail": detail}


def positive_gaps(rows: list[Row]) -> dict[str, float]:
    """'group=code' → |TPR difference| to the largest group, of the groups in `rows` large enough to judge."""
    return {
        f"{row['group_name']}={row['group_code']}": abs(row["true_positive_gap"])
        for row in rows
        if _is_judged(row) and row["true_positive_gap"] is not None
    }


def _is_judged(row: Row) -> bool:
    return row["group_name"] != "ALL" and not row["is_suppressed"] and row["people_count"] >= SMALLEST_JUDGED


def _groups(judged: Judged) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """(group name, code, members (n,)) of everybody and of each group, in order."""
    yield "ALL", "ALL", np.ones(len(judged.outcome), dtype=bool)
    for name, codes in judged.groups.items():
        for code in sorted(set(codes.tolist())):
            yield name, code, codes == code


def _rates(outcome: npt.NDArray[np.int64], flagged: npt.NDArray[np.bool_], weights: list[FloatArray]) -> Counts:
    """(1 + draws, 2): TPR and FPR of the group and of each draw; NaN where a side is empty."""
    every = [np.ones(len(outcome)), *weights]
    found = np.full((len(every), 2), np.nan)
    for place, weight in enumerate(every):
        for side, value in enumerate((0, 1)):
            total = float(weight[outcome == value].sum())
            if total > 0:
                found[place, side] = float(weight[(outcome == value) & flagged].sum()) / total
    return found


def _fairness_row(
    judged: Judged,
    probability: FloatArray,
    group: tuple[str, str, npt.NDArray[np.bool_]],
    compared: tuple[dict[tuple[str, str, bool], Counts], str],
) -> Row:
    name, code, members = group
    rates, reference = compared
    outcome, own = judged.outcome[members], probability[members]
    people, hired = len(outcome), int(outcome.sum())
    hidden = people < SMALLEST_GROUP or min(hired, people - hired) < SMALLEST_CELL
    mine, theirs, others = rates[name, code, True], rates[name, reference, True], rates[name, code, False]
    # Where nobody else was wrongly called, one of them counts as called: the worst ratio must not come out as none.
    least = 1 / max(int(judged.outcome.sum()) - hired, 1)
    ratio = mine[:, 1] / np.maximum(others[:, 1], least)
    row: Row = {
        "service_code": SERVICE,
        "group_name": name,
        "group_code": code,
        "people_count": None if people < SMALLEST_CELL else people,
        "hired_count": None if hidden else hired,
        "hired_rate_0_1": None if hidden else round(hired / people, 6),
        "mean_probability_0_1": None if hidden else round(float(own.mean()), 6),
        "is_reference": code == reference,
        "is_suppressed": hidden,
    }
    parts = (
        ("true_positive_rate_0_1", mine[:, 0]),
        ("false_positive_rate_0_1", mine[:, 1]),
        ("true_positive_gap", mine[:, 0] - theirs[:, 0]),
        ("false_positive_gap", mine[:, 1] - theirs[:, 1]),
        ("wrongly_high_risk_ratio", ratio),
    )
    for part, values in parts:
        row |= _with_interval(part, values, hidden)
    counted = members & judged.in_season
    drawn = [weight[counted] for weight in judged.weights]
    hidden = hidden or int(counted.sum()) < SMALLEST_GROUP
    return row | _group_ece(judged.keys[counted], (judged.outcome[counted], probability[counted], drawn), hidden)


def _group_ece(keys: Hashes, people: tuple[Outcomes, FloatArray, list[FloatArray]], hidden: bool) -> Row:
    """The group's calibration error with its interval; groups of 1,000 and more must keep the limit."""
    outcome, own, weights = people
    if hidden:
        return {"ece_0_1": None, "ece_0_1_low": None, "ece_0_1_high": None, "result_code": "PASS"}
    values = np.array([ece(outcome, own), *(ece(outcome, own, weight) for weight in weights)])
    failed = len(own) >= SMALLEST_JUDGED and values[0] > ece_limit(own, keys, limit=GROUP_ECE_LIMIT)
    return {**_with_interval("ece_0_1", values, hidden=False), "result_code": "FAIL" if failed else "PASS"}


def _with_interval(name: str, values: Counts, hidden: bool) -> dict[str, Any]:
    """Value and 95 % interval of a rate whose first entry is the value and whose others are draws."""
    known = values[1:][np.isfinite(values[1:])]
    if hidden or not np.isfinite(values[0]) or not known.size:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = np.quantile(known, [0.025, 0.975])
    return {
        name: round(float(values[0]), 6),
        f"{name}_low": round(float(low), 6),
        f"{name}_high": round(float(high), 6),
    }


def _wilson(rate: float, people: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    centre = (rate + z * z / (2 * people)) / (1 + z * z / people)
    half = z / (1 + z * z / people) * np.sqrt(rate * (1 - rate) / people + z * z / (4 * people * people))
    return float(centre - half), float(centre + half)
