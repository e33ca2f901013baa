"""Gates on the answers themselves: scores that say the same of everybody, the served model's limits, fairness.

Put here: what tonight's answers show on their own. Do not put here: how they differ from other nights (drift_gates.py)
or whether each recommendation may be made (job_gates.py, course_gates.py).
"""

from __future__ import annotations

from datetime import date
from math import sqrt

import duckdb
import pyarrow.compute as pc

from lake import tables
from lake.contracts.judgement import EVALUATION, FAIRNESS
from lake.quality import Check
from lake.settings import Settings

MIN_PROBABILITY_SPREAD = 0.01
"""A probability column whose standard deviation is below this says the same of everybody."""
FEWEST_ANSWERS = 100
"""Fewer answers may be equal by chance."""
_SAME = {
    "scores__employment_probability": {"probability_0_1": 0.5},
    "matches__seeker_occupations": {"occupation_code_1": 0.9, "score_0_1_1": 0.9},
    "matches__seeker_jobs": {"posting_id_1": 0.9, "score_0_1_1": 0.9},
    "matches__seeker_courses": {"session_id_1": 0.9, "score_0_1_1": 0.9},
}
"""How large a share of the people answered may get one and the same value."""
_DEPENDS_ON_THE_MARKET = ("matches__seeker_jobs:score_0_1_1", "matches__seeker_courses")
"""What a thin market does by itself (few sessions to come; no learned chance of a hire, so many equal scores): the
value is shown and warned of, and blocks only where nobody at all gets another."""

AIMED_CALIBRATION_ERROR, WORST_CALIBRATION_ERROR = 0.02, 0.05
"""The limit that is shown is the aim; beyond the worst it is no drift but a broken model. Chance comes on top of
either, as a square: the shown limit already holds what it gives so few people."""
_MODEL_LIMITS = {"wrongly_high_risk_ratio": "value_low", "rescored_rows_differ": "value", "ece": "value"}
"""Measures of the served model that stop a night, and the number of each that must keep its limit."""

FEWEST_JUDGED = 1_000
"""Groups of fewer people are told (ops__fairness) and stop no night."""
MOST_GAP = 0.4
"""How far a group's rate of high-risk calls may certainly lie from the largest group's, among those who found work or
among those who did not: 40 of 100 people called otherwise than others with the same outcome."""


def audit_scores(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """The gates on answers; `db` already knows them by their ids."""
    return [_spread(db), *_same_for_all(db), *_model_limits(settings, as_of), *_gaps(settings, as_of)]


def _spread(db: duckdb.DuckDBPyConnection) -> Check:
    table_id = "scores__employment_probability"
    ((answered, spread),) = db.execute(
        f'select count(probability_0_1), coalesce(stddev_pop(probability_0_1), 0) from "{table_id}"'
    ).fetchall()
    degenerate = answered >= FEWEST_ANSWERS and spread < MIN_PROBABILITY_SPREAD
    return Check(table_id, "gate:degenerate_scores", float(degenerate), detail=f"standard deviation {spread:.4f}")


def _same_for_all(db: duckdb.DuckDBPyConnection) -> list[Check]:
    """The share of people who get the most frequent value of each column."""
    checks = []
    for table_id, columns in _SAME.items():
        for name, limit in columns.items():
            ((answered, most),) = db.execute(
                f"select coalesce(sum(people), 0), coalesce(max(people), 0) from (select count(*) as people "
                f'from "{table_id}" where {name} is not null group by {name})'
            ).fetchall()
            share = most / answered if answered >= FEWEST_ANSWERS else 0.0
            detail = f"{most:,} of {answered:,} answered"
            by_market = f"{table_id}:{name}".startswith(_DEPENDS_ON_THE_MARKET) and most < answered
            value = round(float(share), 6)
            checks.append(Check(table_id, f"gate:same_for_all:{name}", value, limit, detail, is_warning=by_market))
    return checks


def _model_limits(settings: Settings, as_of: date) -> list[Check]:
    """The served model's own limits, from its audit of tonight: wrong high-risk calls, calibration, misplaced rows."""
    evaluated = tables.dataset(settings, EVALUATION.id, as_of)
    served = (pc.field("service_code") == "EMPLOYMENT") & (pc.field("scope_code") == "SERVED")
    served &= pc.field("cohort") == "ALL"
    rows = evaluated.to_table(filter=served & pc.field("measure_name").isin(list(_MODEL_LIMITS))).to_pylist()
    checks = []
    for row in sorted(rows, key=lambda row: str(row["measure_name"])):
        name = str(row["measure_name"])
        if row["limit_value"] is not None:
            limit = float(row["limit_value"])
            if name == "ece":
                limit = sqrt(limit**2 + WORST_CALIBRATION_ERROR**2 - AIMED_CALIBRATION_ERROR**2)
            value = float(row[_MODEL_LIMITS[name]] or 0)
            checks.append(Check("scores__employment_probability", f"gate:{name}", value, limit, row["detail"] or ""))
    return checks


def _gaps(settings: Settings, as_of: date) -> list[Check]:
    """The largest certain gap of a group that is large enough: the end of its 95 % interval that lies nearer to 0."""
    is_judged = ~pc.field("is_suppressed") & (pc.field("people_count") >= FEWEST_JUDGED)
    rows = tables.dataset(settings, FAIRNESS.id, as_of).to_table(filter=is_judged).to_pylist()
    checks = []
    for gap in ("true_positive_gap", "false_positive_gap"):
        certain = {
            f"{row['group_name']}={row['group_code']}": max(row[f"{gap}_low"], -row[f"{gap}_high"], 0.0)
            for row in rows
            if row[f"{gap}_low"] is not None
        }
        group = max(certain, key=lambda name: (certain[name], name), default="")
        detail = group or f"no group of {FEWEST_JUDGED:,} people"
        checks.append(Check(FAIRNESS.id, f"gate:{gap}", certain.get(group, 0.0), MOST_GAP, detail))
    return checks
