"""The sharing of the small night, written by hand: talents of three open postings, one that is closed, exposure.

EXPOSURE: the most crowded posting falls from 12.34 times its share to once, the mean score from 0.0500
to 0.0494; Jeju has six recommendations, which is too few to be shown.

P1 was crowded: 72 people had it among their five by score alone, 36 after the sharing, which is its share. P2 has
nobody. P3 gained from the sharing. P9 closed before the night.
"""

from __future__ import annotations

from datetime import date
from typing import Any

AS_OF = date(2026, 7, 1)
Row = dict[str, Any]
FIRST, SECOND = f"{0:032x}", f"{1:032x}"


def _talents(posting_id: str, answer: str, candidates: int, before: int, after: int) -> Row:
    row: Row = {"posting_id": posting_id, "answer_code": answer, "candidates_count": candidates}
    return row | {"capacity_count": 36.0, "exposures_before_count": before, "exposures_count": after, "price_0_1": 0.0}


def _person(place: int, key: str, **more: Any) -> Row:
    row = {"seeker_key": key, "score_0_1": 0.056, "fit_0_1": 0.9, "chance_0_1": 0.08, "is_recommended": True}
    row |= {"met_codes": "OCCUPATION|REGION|LICENCE", "open_codes": "WAGE_UNKNOWN"} | more
    return {f"{name}_{place}": value for name, value in row.items()}


TALENTS: list[Row] = [
    _talents("P1", "OK", 80, 72, 36)
    | {"price_0_1": 0.012}
    | _person(1, FIRST)
    | _person(2, SECOND, score_0_1=0.031, is_recommended=False, met_codes="REGION", open_codes=None),
    _talents("P2", "NO_CANDIDATE", 0, 0, 0),
    _talents("P3", "OK", 4, 0, 3) | _person(1, SECOND),
]

CLOSED: Row = {"as_of": AS_OF, "posting_id": "P9", "title": "지난 공고", "registered_date": date(2026, 5, 1)}
CLOSED |= {"closing_date": date(2026, 6, 20), "delivery_date": AS_OF, "source_file": "a.csv", "row_number": 1}


def _exposed(kind: str, code: str, openings: float, before: tuple[int, float], after: tuple[int, float]) -> list[Row]:
    """A group of postings before and after the sharing, each as (recommendations, largest ratio)."""
    row: Row = {"as_of": AS_OF, "group_kind": kind, "group_code": code, "postings_count": 40, "openings_count": 120}
    row |= {"capacity_count": 120.0, "openings_share_0_1": openings}
    measured = {
        "BEFORE": {"p99_ratio": 6.0, "over_capacity_count": 9, "gini_0_1": 0.72, "coverage_0_1": 0.61},
        "AFTER": {"p99_ratio": 1.0, "over_capacity_count": 0, "gini_0_1": 0.41, "coverage_0_1": 0.83},
    }
    scores = {"BEFORE": 0.05, "AFTER": 0.0494}
    rows = []
    for phase, (count, largest) in (("BEFORE", before), ("AFTER", after)):
        told = {"phase_code": phase, "recommendations_count": count, "recommendations_share_0_1": count / 144}
        rows.append(row | told | measured[phase] | {"largest_ratio": largest, "mean_score_0_1": scores[phase]})
    return rows


def _everyone() -> list[Row]:
    return [row | {"short_seekers_count": 0} for row in _exposed("ALL", "ALL", 1.0, (144, 12.34), (144, 1.0))]


EXPOSURE: list[Row] = [
    *_everyone(),
    *_exposed("company_size_code", "S", 0.7, (58, 3.0), (94, 1.0)),
    *_exposed("company_size_code", "L", 0.2, (72, 12.34), (36, 1.0)),
    *_exposed("company_size_code", "UNKNOWN", 0.1, (14, 2.0), (14, 0.9)),
    *_exposed("region_code", "11", 0.6, (100, 12.34), (90, 1.0)),
    *_exposed("region_code", "26", 0.3, (38, 2.0), (48, 1.0)),
    *_exposed("region_code", "50", 0.1, (6, 0.5), (6, 0.5)),
]
