"""The employers' side of the small night, written by hand: talents of three open postings and one that is closed.

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
    _talents("P1", "OK", 50, 72, 36)
    | {"price_0_1": 0.012}
    | _person(1, FIRST)
    | _person(2, SECOND, score_0_1=0.031, is_recommended=False, met_codes="REGION", open_codes=None),
    _talents("P2", "NO_CANDIDATE", 0, 0, 0),
    _talents("P3", "OK", 4, 0, 3) | _person(1, SECOND),
]

CLOSED: Row = {"as_of": AS_OF, "posting_id": "P9", "title": "지난 공고", "registered_date": date(2026, 5, 1)}
CLOSED |= {"closing_date": date(2026, 6, 20), "delivery_date": AS_OF, "source_file": "a.csv", "row_number": 1}
