"""People of past cohorts and a hand-made model, as the tests of ml/employment need them; no test stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from lake.contracts.features import SEEKER_COHORTS
from lake.contracts.render import arrow_schema
from ml.additive import AdditiveModel, Calibration, Feature, Term
from ml.additive.model import Factor
from ml.employment.cohorts import cohort_dates, origin
from ml.employment.inputs import KEPT_LABEL, LABEL
from ml.employment.judge import Judged, people_of

KNOWN_UNTIL = date(2026, 11, 20)
"""A Friday; insured employment is known up to this day."""
COHORTS = arrow_schema(SEEKER_COHORTS)


def table_of(columns: Mapping[str, Any]) -> pa.Table:
    """Rows of the cohort contract; columns that are not named are null."""
    rows = len(columns["seeker_key"])
    given = {"as_of": [KNOWN_UNTIL] * rows, KEPT_LABEL: [False] * rows, **columns}
    arrays = [pa.array(given[f.name], f.type) if f.name in given else pa.nulls(rows, f.type) for f in COHORTS]
    return pa.table(arrays, schema=COHORTS)


def make_cohorts(
    people: int, dates: Sequence[date] | None = None, *, signs: tuple[int, int, int, int] = (1, 1, 1, -1), seed: int = 1
) -> pa.Table:
    """The same people at each date; work comes with certificates, a full résumé, a tight market and a modest wish.

    `signs` turn these four ways around. Keys end in 0 … f by turns, so a quarter (0-3) are kept for evaluation.
    """
    days = list(cohort_dates(KNOWN_UNTIL) if dates is None else dates)
    rows, draw = people * len(days), np.random.default_rng(seed)
    certificates, resume = draw.integers(0, 5, rows), 10.0 * draw.integers(0, 11, rows)
    market, wish = draw.uniform(0.5, 1.5, rows), draw.uniform(0.5, 1.5, rows)
    education = draw.integers(0, 2, rows)
    parts = (0.6 * (certificates - 2), 0.02 * (resume - 50), 2 * (market - 1), 2 * (wish - 1))
    logit = sum(sign * part for sign, part in zip(signs, parts, strict=True)) + 0.8 * education - 0.9
    return table_of(
        {
            "snapshot_date": np.repeat(np.array(days, dtype="datetime64[D]"), people),
            "seeker_key": [f"{number:032x}" for number in range(people)] * len(days),
            "certificates_count": certificates,
            "resume_completeness_pct": resume,
            "market_hires_ratio": market,
            "wage_wish_ratio": wish,
            "wanted_regions_count": draw.integers(1, 4, rows),
            "education_code": np.array(["03", "05"])[education],
            "age_years": draw.integers(20, 65, rows),
            "home_region_code": np.array(["11", "26"])[draw.integers(0, 2, rows)],
            "sex_code": np.array(["F", "M"])[draw.integers(0, 2, rows)],
            LABEL: draw.random(rows) < 1 / (1 + np.exp(-logit)),
            "is_evaluation": np.arange(rows) % people % 16 < 4,
        }
    )


def judged_people(outcome: Sequence[int], **columns: Any) -> Judged:
    """People of one cohort in this order: 1 found work, 0 did not, and the columns named."""
    rows, day = len(outcome), date(2026, 2, 20)
    given = {
        "snapshot_date": [day] * rows,
        "seeker_key": [f"{number:032x}" for number in range(rows)],
        LABEL: np.asarray(outcome, dtype=bool),
        "is_evaluation": [True] * rows,
        **columns,
    }
    return people_of(table_of(given), [day], evaluation_only=True)


def numeric(name: str, edges: Sequence[float], reference: float = 0.0, factor: Factor = "fixed") -> Feature:
    """A numeric feature: missing, below the first edge, from each edge on."""
    return Feature(name, "numeric", np.array(edges, dtype=np.float64), (), reference, factor)


def categorical(name: str, categories: tuple[str, ...], factor: Factor = "fixed") -> Feature:
    """A categorical feature: missing, each category, other."""
    return Feature(name, "categorical", np.zeros(0), categories, 0.0, factor)


def make_model(parts: Sequence[tuple[Feature, Sequence[float]]], *, intercept: float = 0.0) -> AdditiveModel:
    """A model of one-feature terms, not yet calibrated: scores are missing, then bins, for codes last 'other'."""
    terms = tuple(
        Term(
            feature.name,
            (place,),
            np.array(scores, dtype=np.float64),
            np.zeros((len(scores), 2), np.float32),
            (np.arange(len(scores), dtype=np.int32),),
        )
        for place, (feature, scores) in enumerate(parts)
    )
    at = origin(KNOWN_UNTIL)
    return AdditiveModel(
        label=LABEL,
        features=tuple(feature for feature, _ in parts),
        terms=terms,
        intercept=intercept,
        intercept_spread=np.zeros(2, np.float32),
        spread_scale=1.0,
        interval_z=1.6,
        calibration=Calibration.identity(),
        training={"cohorts": [day.isoformat() for day in at.teaches]},
        calibration_report={
            "cohort": at.calibrates.isoformat(),
            "raw": {"auc": 0.7, "auc_low": 0.68, "brier": 0.2},
            "logit_standard_deviation": 0.8,
        },
    )


def telling(probabilities: Sequence[float], name: str = "applications_90d_count") -> AdditiveModel:
    """Tells people whose input is 0, 1, 2 … the first, second, third … of these probabilities."""
    logits = np.log(np.array(probabilities) / (1 - np.array(probabilities)))
    edges = [place - 0.5 for place in range(1, len(probabilities))]
    return make_model([(numeric(name, edges), [0.0, *logits])])


def by_name(rows: list[dict[str, Any]], name: str = "measure_name") -> dict[str, dict[str, Any]]:
    """Rows by the value of one column."""
    return {str(row[name]): row for row in rows}
